package rest

import (
	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

var groupMembersRoutes = []route{
	{wire.Route{
		ID: "groups.list_members_cursor", Method: get, Path: "/chatgroups/{group_id}/users",
		Shape: groupShape, When: wantsCursor,
	}, groupCalls.listMembersCursor()},
	{wire.Route{
		ID: "groups.list_members", Method: get, Path: "/chatgroups/{group_id}/users",
		Shape: groupShape | wire.InParams | wire.InCount,
	}, groupCalls.listMembers},
	{wire.Route{
		ID: "groups.count_members", Method: get, Path: "/chatgroups/{group_id}/count", Shape: groupShape,
	}, groupCalls.countMembers},
	{wire.Route{
		ID: "groups.is_member", Method: get, Also: post, Path: "/chatgroups/{group_id}/user/{username}/is_joined",
	}, (*API).groupsIsMember},
	{wire.Route{
		ID: "groups.add_member", Method: post, Path: "/chatgroups/{group_id}/users/{username}",
		Shape: groupShape,
	}, (*API).groupsAddMember},
	{wire.Route{
		ID: "groups.add_members", Method: post, Path: "/chatgroups/{group_id}/users",
		Shape: groupShape, Body: wire.JSONBody,
	}, (*API).groupsAddMembers},
	{wire.Route{
		ID: "groups.remove_members", Method: del, Path: "/chatgroups/{group_id}/users/{usernames}",
		Shape: groupShape, When: hasSeveral,
	}, groupCalls.removeMembers},
	{wire.Route{
		ID: "groups.remove_member", Method: del, Path: "/chatgroups/{group_id}/users/{username}",
		Shape: groupShape,
	}, groupCalls.removeMembers},
	{wire.Route{
		ID: "groups.list_admins", Method: get, Path: "/chatgroups/{group_id}/admin",
		Shape: groupShape | wire.InCount,
	}, groupCalls.listAdmins},
	{wire.Route{
		ID: "groups.add_admin", Method: post, Path: "/chatgroups/{group_id}/admin",
		Shape: groupShape | wire.InProperties, Body: wire.JSONBody,
	}, groupCalls.addAdmin()},
	{wire.Route{
		ID: "groups.remove_admin", Method: del, Path: "/chatgroups/{group_id}/admin/{oldadmin}",
		Shape: groupShape,
	}, groupCalls.removeAdmin},
}

// membership is the response of is_member, whose envelope is one of its own.
type membership struct {
	Action       string `json:"action"`
	Application  string `json:"application,omitempty"`
	Data         bool   `json:"data"`
	Duration     int64  `json:"duration"`
	Organization string `json:"organization,omitempty"`
	Timestamp    int64  `json:"timestamp"`
}

// groupsIsMember knows no error: nobody is in an unknown group.
func (a *API) groupsIsMember(c *wire.Call) (*wire.Response, *wire.Error) {
	now := c.App.Now()
	env := membership{
		Action:   "get",
		Data:     a.world.IsMember(groupCalls.id(c), c.Value("username")),
		Duration: now.Sub(c.Started).Milliseconds(), Timestamp: now.UnixMilli(),
	}
	if !c.ByAppID {
		env.Application, env.Organization = c.App.UUID, c.App.Org
	}
	return wire.Plain(env), nil
}

func (a *API) groupsAddMember(c *wire.Call) (*wire.Response, *wire.Error) {
	user := c.Value("username")
	if _, err := a.world.AddMembers(groupCalls.id(c), []string{user}); err != nil {
		return nil, groupCalls.told(err)
	}
	return wire.Data(map[string]any{
		"result": true, "groupid": c.Value("group_id"), "action": "add_member", "user": world.Fold(user),
	}), nil
}

// groupsAddMembers adds those who are not members; that all are is an error.
func (a *API) groupsAddMembers(c *wire.Call) (*wire.Response, *wire.Error) {
	_, users, err := bodyUsers(c)
	switch {
	case err != nil:
		return nil, err
	case len(users) > maxCircleBatch:
		return nil, wire.ErrTooManyMembers()
	}
	fresh, refused := a.world.AddMembers(groupCalls.id(c), users)
	if refused != nil {
		return nil, groupCalls.told(refused)
	}
	return wire.Data(map[string]any{"newmembers": fresh, "groupid": c.Value("group_id"), "action": "add_member"}), nil
}
