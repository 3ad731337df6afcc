package rest

import (
	"github.com/imrest/im-go/imtest/event"
	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const maxStatusBatch = 100

// userStatus are the routes of who is online, where, and what waits for them.
var userStatusRoutes = []route{
	{wire.Route{
		ID: "users.disconnect", Method: get, Also: post, Path: "/users/{username}/disconnect",
		Shape: wire.InAction | wire.InURI | wire.InEntities | wire.InCount,
	}, (*API).usersDisconnect},
	{wire.Route{
		ID: "users.disconnect_device", Method: del, Also: get, Path: "/users/{username}/disconnect/{resourceId}",
		Shape: wire.InAction | wire.InApp | wire.InURI | wire.InEntities,
	}, (*API).usersDisconnectDevice},
	{wire.Route{
		ID: "users.resources", Method: get, Path: "/users/{username}/resources",
		Shape: wire.Full | wire.InEntities,
	}, (*API).usersResources},
	{wire.Route{
		ID: "users.status", Method: get, Path: "/users/{username}/status",
		Shape: wire.InAction | wire.InURI | wire.InEntities | wire.InCount,
	}, (*API).usersStatus},
	{wire.Route{
		ID: "users.status_batch", Method: post, Path: "/users/batch/status", Shape: wire.InAction,
		Body: wire.JSONBody,
	}, (*API).usersStatusBatch},
	{wire.Route{
		ID: "users.offline_msg_count", Method: get, Path: "/users/{owner_username}/offline_msg_count",
		Shape: wire.InAction | wire.InURI | wire.InEntities | wire.InCount,
	}, (*API).usersOfflineCount},
	{wire.Route{
		ID: "users.offline_msg_status", Method: get, Path: "/users/{username}/offline_msg_status/{msg_id}",
		Shape: wire.InAction | wire.InURI | wire.InEntities | wire.InCount,
	}, (*API).usersOfflineStatus},
}

// result is the payload of calls that say whether they did it.
type result struct {
	Result bool `json:"result"`
}

// usersDisconnect knows no error for an unknown user: the result is false.
func (a *API) usersDisconnect(c *wire.Call) (*wire.Response, *wire.Error) {
	err := a.world.LogOut(c.Value("username"), event.LogoutKicked)
	return wire.Data(result{err == nil}), nil
}

func (a *API) usersDisconnectDevice(c *wire.Call) (*wire.Response, *wire.Error) {
	had, err := a.world.LogOutDevice(c.Value("username"), c.Value("resourceId"), event.LogoutKicked)
	if err != nil {
		return nil, told(err)
	}
	return wire.Data(result{had}), nil
}

type deviceEntity struct {
	ID   string `json:"res"`
	UUID string `json:"device_uuid"`
	Name string `json:"device_name"`
}

func (a *API) usersResources(c *wire.Call) (*wire.Response, *wire.Error) {
	devices := a.world.Devices(c.Value("username"))
	return wire.Data(world.Convert(devices, func(d world.Device) deviceEntity { return deviceEntity(d) })), nil
}

func (a *API) usersStatus(c *wire.Call) (*wire.Response, *wire.Error) {
	u, err := a.world.User(c.Value("username"))
	if err != nil {
		return nil, told(err)
	}
	return wire.Data(status(u.Name, u.Online)), nil
}

// status is {name: "online" or "offline"}.
func status(name string, online bool) map[string]string {
	if online {
		return map[string]string{name: "online"}
	}
	return map[string]string{name: "offline"}
}

// usersStatusBatch takes unknown users for offline.
func (a *API) usersStatusBatch(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	names := o.Texts("usernames")
	switch {
	case o.Bad != "" || names == nil:
		return nil, wire.ErrInvalidRequest()
	case len(names) > maxStatusBatch:
		return nil, wire.ErrBodyExceeds(maxStatusBatch)
	}
	list := make([]map[string]string, len(names))
	for i, online := range a.world.Online(names) {
		list[i] = status(world.Fold(names[i]), online)
	}
	ans := wire.Data(list)
	ans.Action = "get batch user status"
	return ans, nil
}

func (a *API) usersOfflineCount(c *wire.Call) (*wire.Response, *wire.Error) {
	name := c.Value("owner_username")
	n, err := a.world.Waiting(name)
	if err != nil {
		return nil, told(err)
	}
	return wire.Data(map[string]int{world.Fold(name): n}), nil
}

func (a *API) usersOfflineStatus(c *wire.Call) (*wire.Response, *wire.Error) {
	id, status := c.Value("msg_id"), "delivered"
	if a.world.IsWaiting(c.Value("username"), id) {
		status = "undelivered"
	}
	return wire.Data(map[string]string{id: status}), nil
}
