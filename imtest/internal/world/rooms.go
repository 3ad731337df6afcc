package world

import (
	"regexp"
	"strconv"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const maxRoomUsers = 10_000

// roomShape is the envelope that calls on rooms response in.
const roomShape = wire.Full&^wire.InPath | wire.InEntities | wire.InProperties

var roomsRoutes = []Legacy{
	{wire.Route{
		ID: "chatrooms.create", Method: post, Path: "/chatrooms", Shape: roomShape,
		Body: wire.JSONBody,
	}, (*World).roomsCreate},
	{wire.Route{
		ID: "chatrooms.list", Method: get, Path: "/chatrooms", Shape: roomShape | wire.InParams | wire.InCount,
	}, (*World).roomsList},
	{wire.Route{
		ID: "chatrooms.list_joined", Method: get, Path: "/users/{username}/joined_chatrooms",
		Shape: roomShape | wire.InParams | wire.InCount,
	}, (*World).roomsListJoined},
	{wire.Route{
		ID: "chatrooms.get", Method: get, Path: "/chatrooms/{chatroom_ids}", Shape: roomShape | wire.InCount,
	}, (*World).roomsGet},
	{wire.Route{
		ID: "chatrooms.transfer_owner", Method: put, Path: "/chatrooms/{chatroom_id}", Shape: roomShape,
		Body: wire.JSONBody, When: transfersOwner,
	}, RoomKind.write(wire.ErrNoCircle, transfer)},
	{wire.Route{
		ID: "chatrooms.update", Method: put, Path: "/chatrooms/{chatroom_id}", Shape: roomShape,
		Body: wire.JSONBody,
	}, RoomKind.write(wire.ErrNoCircle, updateSettings(roomSettings))},
	{wire.Route{
		ID: "chatrooms.delete", Method: del, Path: "/chatrooms/{chatroom_id}", Shape: roomShape,
	}, RoomKind.write(wire.ErrNoCircle, deleteRoom)},
	{wire.Route{
		ID: "chatrooms.get_announcement", Method: get, Path: "/chatrooms/{chatroom_id}/announcement", Shape: roomShape,
	}, RoomKind.read(wire.ErrNoCircle, getAnnouncement)},
	{wire.Route{
		ID: "chatrooms.set_announcement", Method: post, Path: "/chatrooms/{chatroom_id}/announcement", Shape: roomShape,
		Body: wire.JSONBody,
	}, RoomKind.write(wire.ErrNoCircle, setAnnouncement(wire.ErrRoomAnnouncement))},
}

// roomsState is what the server knows of chat rooms.
type roomsState struct {
	Circles
	SuperAdmins Book[string]
	Departures  []Departure // of members, oldest first
}

// roomSettings are the fields of create and update.
var roomSettings = []setting{
	{
		names: []string{"name", "groupname"}, response: "groupname", text: func(v *Settings) *string { return &v.Name }, most: 128,
		excess: func() *wire.Error { return wire.ErrExceedLimit("title cannot exceed to 128") },
	},
	{
		names: []string{"description", "desc"}, text: func(v *Settings) *string { return &v.Description }, most: 512,
		excess: func() *wire.Error { return wire.ErrExceedLimit("desc cannot exceed to 512") },
	},
	{
		names: []string{"maxusers"}, number: func(v *Settings) *int { return &v.MaxUsers }, most: maxRoomUsers,
		excess: func() *wire.Error { return wire.ErrExceedLimit("maxUsers cannot exceed " + strconv.Itoa(maxRoomUsers)) },
	},
	{names: []string{"custom"}, text: func(v *Settings) *string { return &v.Custom }, most: 8 << 10, bytes: true},
	{names: []string{"need_verify"}},
}

func NewRoom(owner string) *Circle {
	return &Circle{Kind: RoomKind, Owner: owner, Settings: Settings{Public: true, Asked: true, MaxUsers: 1000}}
}

var roomIDRule = regexp.MustCompile(`^[a-z0-9]{1,64}$`)

func (w *World) roomsCreate(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	g := NewRoom(Fold(o.Text("owner")))
	g.ID = o.Text("roomid", "groupid")
	members := o.Texts("members")
	if o.Bad == "" && g.ID != "" && !roomIDRule.MatchString(g.ID) {
		o.Note("roomid")
	}
	if o.Bad != "" {
		return nil, wire.ErrInvalidFields(o.Bad)
	}
	if err := g.create(roomSettings, o); err != nil {
		return nil, err
	}
	switch "" {
	case g.Name:
		return nil, wire.ErrInvalidParameter("chatroom must contain title/name field!")
	case g.Description:
		return nil, wire.ErrNotProvided("description")
	case g.Owner:
		return nil, wire.ErrNotProvided("owner")
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	if err := w.foundCircle(g, members); err != nil {
		return nil, err
	}
	return wire.Data(map[string]string{"id": g.ID}), nil
}

// roomRow is a room in the list of all rooms.
type roomRow struct {
	Count    int    `json:"affiliations_count"`
	Disabled bool   `json:"disabled"`
	ID       string `json:"id"`
	Name     string `json:"name"`
	Owner    string `json:"owner"`
}

func (w *World) roomsList(c *wire.Call) (*wire.Response, *wire.Error) {
	limit, err := c.Number("limit", 10, 1000)
	if err != nil {
		return nil, err
	}
	w.DropAbsent()
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	page, ok := w.Chatrooms.ByID.Leaf(c.Query.Get("cursor"), limit, true, nil)
	if !ok {
		return nil, wire.ErrInvalidRequest()
	}
	ans := wire.Counted(Convert(page.Values, func(g *Circle) roomRow {
		return roomRow{Count: g.Members.Len(), Disabled: g.Disabled, ID: g.ID, Name: g.Name, Owner: g.Owner}
	}))
	ans.Cursor = page.CursorIfMore()
	return ans, nil
}

// roomsListJoined writes disabled as a text, as the API does here.
func (w *World) roomsListJoined(c *wire.Call) (*wire.Response, *wire.Error) {
	page, err := c.Sheet(1000, 1000)
	if err != nil {
		return nil, err
	}
	w.DropAbsent()
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	list, err := w.joinedCircles(&w.Chatrooms.Circles, named(c, "username"), page)
	if err != nil {
		return nil, err
	}
	return wire.Counted(Convert(list, func(g *Circle) map[string]string {
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

func (w *World) roomsGet(c *wire.Call) (*wire.Response, *wire.Error) {
	w.DropAbsent()
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	list, err := w.Chatrooms.named(c.Value("chatroom_ids"), wire.ErrCircleNotFound)
	if err != nil {
		return nil, err
	}
	return wire.Counted(Convert(list, func(g *Circle) roomDetails {
		return roomDetails{
			ID: g.ID, Name: g.Name, Description: g.Description, NeedConfirm: g.Asked, MaxUsers: g.MaxUsers,
			Owner: g.Owner, Created: g.Created.UnixMilli(), Custom: g.Custom, Mute: g.MutedAll,
			Count: g.Members.Len(), Affiliations: g.affiliations(), Public: g.Public,
		}
	})), nil
}

func deleteRoom(w *World, _ *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	w.dissolve(g)
	return wire.Data(map[string]any{"success": true, "id": g.ID}), nil
}
