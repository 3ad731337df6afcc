package rest

import (
	"strconv"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const maxRoomUsers = 10_000

// roomShape is the envelope that calls on rooms respond in.
const roomShape = wire.Full&^wire.InPath | wire.InEntities | wire.InProperties

var roomsRoutes = []route{
	{wire.Route{
		ID: "chatrooms.create", Method: post, Path: "/chatrooms", Shape: roomShape,
		Body: wire.JSONBody,
	}, (*API).roomsCreate},
	{wire.Route{
		ID: "chatrooms.list", Method: get, Path: "/chatrooms", Shape: roomShape | wire.InParams | wire.InCount,
	}, (*API).roomsList},
	{wire.Route{
		ID: "chatrooms.list_joined", Method: get, Path: "/users/{username}/joined_chatrooms",
		Shape: roomShape | wire.InParams | wire.InCount,
	}, (*API).roomsListJoined},
	{wire.Route{
		ID: "chatrooms.get", Method: get, Path: "/chatrooms/{chatroom_ids}", Shape: roomShape | wire.InCount,
	}, (*API).roomsGet},
	{wire.Route{
		ID: "chatrooms.transfer_owner", Method: put, Path: "/chatrooms/{chatroom_id}", Shape: roomShape,
		Body: wire.JSONBody, When: transfersOwner,
	}, roomCalls.transfer},
	{wire.Route{
		ID: "chatrooms.update", Method: put, Path: "/chatrooms/{chatroom_id}", Shape: roomShape,
		Body: wire.JSONBody,
	}, roomCalls.update(roomSettings)},
	{wire.Route{
		ID: "chatrooms.delete", Method: del, Path: "/chatrooms/{chatroom_id}", Shape: roomShape,
	}, roomCalls.delete},
	{wire.Route{
		ID: "chatrooms.get_announcement", Method: get, Path: "/chatrooms/{chatroom_id}/announcement", Shape: roomShape,
	}, roomCalls.getAnnouncement},
	{wire.Route{
		ID: "chatrooms.set_announcement", Method: post, Path: "/chatrooms/{chatroom_id}/announcement", Shape: roomShape,
		Body: wire.JSONBody,
	}, roomCalls.setAnnouncement(wire.ErrRoomAnnouncement)},
}

// roomSettings are the fields of create and update.
var roomSettings = []setting{
	{
		names: []string{"name", "groupname"}, response: "groupname",
		text: func(v *world.SettingsChange) **string { return &v.Name }, most: 128,
		excess: func() *wire.Error { return wire.ErrExceedLimit("title cannot exceed to 128") },
	},
	{
		names: []string{"description", "desc"}, text: func(v *world.SettingsChange) **string { return &v.Description }, most: 512,
		excess: func() *wire.Error { return wire.ErrExceedLimit("desc cannot exceed to 512") },
	},
	{
		names: []string{"maxusers"}, number: func(v *world.SettingsChange) **int { return &v.MaxUsers }, most: maxRoomUsers,
		excess: func() *wire.Error { return wire.ErrExceedLimit("maxUsers cannot exceed " + strconv.Itoa(maxRoomUsers)) },
	},
	{names: []string{"custom"}, text: func(v *world.SettingsChange) **string { return &v.Custom }, most: 8 << 10, bytes: true},
	{names: []string{"need_verify"}},
}

// readRoomID reads an id that the client chooses, under either of its names.
func readRoomID(o *wire.Object) string {
	field := "roomid"
	if !o.Has(field) {
		field = "groupid" // the older name
	}
	return readOwnID(o, field)
}

func (a *API) roomsCreate(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	n := world.NewCircle{
		Owner: o.Text("owner"), CircleID: world.CircleID{Kind: world.RoomKind, ID: readRoomID(o)}, Members: o.Texts("members"),
	}
	if o.Bad != "" {
		return nil, wire.ErrInvalidFields(o.Bad)
	}
	if n.Settings, _, err = readSettings(roomSettings, o); err != nil {
		return nil, err
	}
	switch {
	case isBlank(n.Settings.Name):
		return nil, wire.ErrInvalidParameter("chatroom must contain title/name field!")
	case isBlank(n.Settings.Description):
		return nil, wire.ErrNotProvided("description")
	case n.Owner == "":
		return nil, wire.ErrNotProvided("owner")
	}
	g, refused := a.world.CreateCircle(n)
	if refused != nil {
		return nil, roomCalls.told(refused, createWords)
	}
	return wire.Data(map[string]string{"id": g.ID}), nil
}

func isBlank(text *string) bool { return text == nil || *text == "" }

// roomRow is a room in the list of all rooms.
type roomRow struct {
	Count    int    `json:"affiliations_count"`
	Disabled bool   `json:"disabled"`
	ID       string `json:"id"`
	Name     string `json:"name"`
	Owner    string `json:"owner"`
}

func (a *API) roomsList(c *wire.Call) (*wire.Response, *wire.Error) {
	list, next, err := roomCalls.page(a, c)
	if err != nil {
		return nil, err
	}
	ans := wire.Counted(world.Convert(list, func(g world.CircleRow) roomRow {
		return roomRow{Count: g.Members, Disabled: g.Disabled, ID: g.ID, Name: g.Name, Owner: g.Owner}
	}))
	ans.Cursor = next
	return ans, nil
}

// roomsListJoined writes disabled as a text, as the API does here.
func (a *API) roomsListJoined(c *wire.Call) (*wire.Response, *wire.Error) {
	list, err := roomCalls.joined(a, c, 1000, 1000)
	if err != nil {
		return nil, err
	}
	return wire.Counted(world.Convert(list, func(g world.Circle) map[string]string {
		return map[string]string{"id": g.ID, "name": g.Name, "disabled": strconv.FormatBool(g.Disabled)}
	})), nil
}

// roomDetails is a room as get shows it.
type roomDetails struct {
	ID           string              `json:"id"`
	Name         string              `json:"name"`
	Description  string              `json:"description"`
	MembersOnly  bool                `json:"membersonly"`
	AllowInvites bool                `json:"allowinvites"`
	NeedConfirm  bool                `json:"invite_need_confirm"`
	MaxUsers     int                 `json:"maxusers"`
	Owner        string              `json:"owner"`
	Created      int64               `json:"created"`
	Custom       string              `json:"custom"`
	Mute         bool                `json:"mute"`
	Count        int                 `json:"affiliations_count"`
	Affiliations []map[string]string `json:"affiliations"`
	Public       bool                `json:"public"`
}

func (a *API) roomsGet(c *wire.Call) (*wire.Response, *wire.Error) {
	list, err := roomCalls.details(a, c, listWords)
	if err != nil {
		return nil, err
	}
	return wire.Counted(world.Convert(list, func(g world.CircleDetails) roomDetails {
		return roomDetails{
			ID: g.ID, Name: g.Name, Description: g.Description, NeedConfirm: g.Asked, MaxUsers: g.MaxUsers,
			Owner: g.Owner, Created: g.Created.UnixMilli(), Custom: g.Custom, Mute: g.MutedAll,
			Count: g.Members, Affiliations: world.Convert(g.Newest, affiliation), Public: g.Public,
		}
	})), nil
}

var superAdminsRoutes = []route{
	{wire.Route{
		ID: "chatrooms.add_super_admin", Method: post, Path: "/chatrooms/super_admin", Shape: roomShape,
		Body: wire.JSONBody,
	}, (*API).roomsAddSuperAdmin},
	{wire.Route{
		ID: "chatrooms.list_super_admins", Method: get, Path: "/chatrooms/super_admin", Shape: roomShape | wire.InParams | wire.InCount,
	}, (*API).roomsListSuperAdmins},
	{wire.Route{
		ID: "chatrooms.revoke_super_admin", Method: del, Path: "/chatrooms/super_admin/{superAdmin}", Shape: roomShape,
	}, (*API).roomsRevokeSuperAdmin},
}

func (a *API) roomsAddSuperAdmin(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	user := o.Text("superadmin")
	if user == "" {
		return nil, wire.ErrNotProvided("superadmin")
	}
	if err := a.world.AddSuperAdmin(user); err != nil {
		return nil, roomCalls.told(err)
	}
	return wire.Data(map[string]string{"result": "success", "resource": ""}), nil
}

func (a *API) roomsListSuperAdmins(c *wire.Call) (*wire.Response, *wire.Error) {
	page, err := c.Sheet(10, 1000)
	if err != nil {
		return nil, err
	}
	return wire.Counted(wire.OnSheet(a.world.SuperAdmins(), page)), nil
}

// roomsRevokeSuperAdmin names who lost the role "new", as the API does.
func (a *API) roomsRevokeSuperAdmin(c *wire.Call) (*wire.Response, *wire.Error) {
	user := c.Value("superAdmin")
	if err := a.world.RemoveSuperAdmin(user); err != nil {
		return nil, roomCalls.told(err)
	}
	return wire.Data(map[string]string{"newSuperAdmin": world.Fold(user), "resource": ""}), nil
}

var roomListsRoutes = []route{
	{wire.Route{
		ID: "chatrooms.list_blocks", Method: get, Path: "/chatrooms/{chatroom_id}/blocks/users",
		Shape: roomShape | wire.InCount,
	}, (*API).roomsListBlocked},
	{wire.Route{
		ID: "chatrooms.block_user", Method: post, Path: "/chatrooms/{chatroom_id}/blocks/users/{username}",
		Shape: roomShape,
	}, roomCalls.blockOne()},
	{wire.Route{
		ID: "chatrooms.block_users", Method: post, Path: "/chatrooms/{chatroom_id}/blocks/users",
		Shape: roomShape, Body: wire.JSONBody,
	}, roomCalls.blockMany()},
	{wire.Route{
		ID: "chatrooms.unblock_users", Method: del, Path: "/chatrooms/{chatroom_id}/blocks/users/{usernames}",
		Shape: roomShape, When: hasSeveral,
	}, roomCalls.unblock()},
	{wire.Route{
		ID: "chatrooms.unblock_user", Method: del, Path: "/chatrooms/{chatroom_id}/blocks/users/{username}",
		Shape: roomShape,
	}, roomCalls.unblock()},
	{wire.Route{
		ID: "chatrooms.list_allowed", Method: get, Path: "/chatrooms/{chatroom_id}/white/users",
		Shape: roomShape | wire.InCount,
	}, roomCalls.listAllowed},
	{wire.Route{
		ID: "chatrooms.allow_user", Method: post, Path: "/chatrooms/{chatroom_id}/white/users/{username}",
		Shape: roomShape,
	}, roomCalls.allowOne()},
	{wire.Route{
		ID: "chatrooms.allow_users", Method: post, Path: "/chatrooms/{chatroom_id}/white/users",
		Shape: roomShape, Body: wire.JSONBody,
	}, roomCalls.allowMany()},
	{wire.Route{
		ID: "chatrooms.disallow_users", Method: del, Path: "/chatrooms/{chatroom_id}/white/users/{usernames}",
		Shape: roomShape,
	}, roomCalls.disallow()},
	{wire.Route{
		ID: "chatrooms.list_muted", Method: get, Path: "/chatrooms/{chatroom_id}/mute",
		Shape: roomShape,
	}, roomCalls.listMuted},
	{wire.Route{
		ID: "chatrooms.mute_members", Method: post, Path: "/chatrooms/{chatroom_id}/mute",
		Shape: roomShape, Body: wire.JSONBody,
	}, roomCalls.muteMembers},
	{wire.Route{
		ID: "chatrooms.unmute_members", Method: del, Path: "/chatrooms/{chatroom_id}/mute/{members}",
		Shape: roomShape,
	}, roomCalls.unmuteMembers},
	{wire.Route{
		ID: "chatrooms.mute_all", Method: post, Path: "/chatrooms/{chatroom_id}/ban",
		Shape: roomShape,
	}, roomCalls.muteAll},
	{wire.Route{
		ID: "chatrooms.unmute_all", Method: del, Also: put, Path: "/chatrooms/{chatroom_id}/ban",
		Shape: roomShape,
	}, roomCalls.unmuteAll},
}

func (a *API) roomsListBlocked(c *wire.Call) (*wire.Response, *wire.Error) {
	list, err := a.world.ListBlockedUsers(roomCalls.id(c))
	if err != nil {
		return nil, roomCalls.told(err)
	}
	return wire.Counted(list), nil
}
