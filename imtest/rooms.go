package imtest

import (
	"regexp"
	"strconv"
)

const maxRoomUsers = 10_000

// roomShape is the envelope that calls on rooms response in.
const roomShape = full&^inPath | inEntities | inProperties

var roomsRoutes = []legacy{
	{
		id: "chatrooms.create", method: post, path: "/chatrooms", shape: roomShape,
		body: jsonBody, do: (*state).roomsCreate,
	},
	{
		id: "chatrooms.list", method: get, path: "/chatrooms", shape: roomShape | inParams | inCount,
		do: (*state).roomsList,
	},
	{
		id: "chatrooms.list_joined", method: get, path: "/users/{username}/joined_chatrooms",
		shape: roomShape | inParams | inCount, do: (*state).roomsListJoined,
	},
	{
		id: "chatrooms.get", method: get, path: "/chatrooms/{chatroom_ids}", shape: roomShape | inCount,
		do: (*state).roomsGet,
	},
	{
		id: "chatrooms.transfer_owner", method: put, path: "/chatrooms/{chatroom_id}", shape: roomShape,
		body: jsonBody, when: transfersOwner, do: roomKind.write(errNoCircle, transfer),
	},
	{
		id: "chatrooms.update", method: put, path: "/chatrooms/{chatroom_id}", shape: roomShape,
		body: jsonBody, do: roomKind.write(errNoCircle, updateSettings(roomSettings)),
	},
	{
		id: "chatrooms.delete", method: del, path: "/chatrooms/{chatroom_id}", shape: roomShape,
		do: roomKind.write(errNoCircle, deleteRoom),
	},
	{
		id: "chatrooms.get_announcement", method: get, path: "/chatrooms/{chatroom_id}/announcement", shape: roomShape,
		do: roomKind.read(errNoCircle, getAnnouncement),
	},
	{
		id: "chatrooms.set_announcement", method: post, path: "/chatrooms/{chatroom_id}/announcement", shape: roomShape,
		body: jsonBody, do: roomKind.write(errNoCircle, setAnnouncement(errRoomAnnouncement)),
	},
}

// roomsState is what the server knows of chat rooms.
type roomsState struct {
	circles
	superAdmins book[string]
	departures  []departure // of members, oldest first
}

// roomSettings are the fields of create and update.
var roomSettings = []setting{
	{
		names: []string{"name", "groupname"}, response: "groupname", text: func(v *settings) *string { return &v.name }, most: 128,
		excess: func() *apiError { return errExceedLimit("title cannot exceed to 128") },
	},
	{
		names: []string{"description", "desc"}, text: func(v *settings) *string { return &v.description }, most: 512,
		excess: func() *apiError { return errExceedLimit("desc cannot exceed to 512") },
	},
	{
		names: []string{"maxusers"}, number: func(v *settings) *int { return &v.maxUsers }, most: maxRoomUsers,
		excess: func() *apiError { return errExceedLimit("maxUsers cannot exceed " + strconv.Itoa(maxRoomUsers)) },
	},
	{names: []string{"custom"}, text: func(v *settings) *string { return &v.custom }, most: 8 << 10, bytes: true},
	{names: []string{"need_verify"}},
}

func newRoom(owner string) *circle {
	return &circle{kind: roomKind, owner: owner, settings: settings{public: true, asked: true, maxUsers: 1000}}
}

var roomIDRule = regexp.MustCompile(`^[a-z0-9]{1,64}$`)

func (s *state) roomsCreate(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	g := newRoom(fold(o.text("owner")))
	g.id = o.text("roomid", "groupid")
	members := o.texts("members")
	if o.bad == "" && g.id != "" && !roomIDRule.MatchString(g.id) {
		o.note("roomid")
	}
	if o.bad != "" {
		return nil, errInvalidFields(o.bad)
	}
	if err := g.create(roomSettings, o); err != nil {
		return nil, err
	}
	switch "" {
	case g.name:
		return nil, errInvalidParameter("chatroom must contain title/name field!")
	case g.description:
		return nil, errNotProvided("description")
	case g.owner:
		return nil, errNotProvided("owner")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.foundCircle(g, members); err != nil {
		return nil, err
	}
	return data(map[string]string{"id": g.id}), nil
}

// roomRow is a room in the list of all rooms.
type roomRow struct {
	Count    int    `json:"affiliations_count"`
	Disabled bool   `json:"disabled"`
	ID       string `json:"id"`
	Name     string `json:"name"`
	Owner    string `json:"owner"`
}

func (s *state) roomsList(c *call) (*response, *apiError) {
	limit, err := c.number("limit", 10, 1000)
	if err != nil {
		return nil, err
	}
	s.dropAbsent()
	s.mu.RLock()
	defer s.mu.RUnlock()
	page, ok := s.chatrooms.byID.leaf(c.query.Get("cursor"), limit, true, nil)
	if !ok {
		return nil, errInvalidRequest()
	}
	ans := counted(convert(page.values, func(g *circle) roomRow {
		return roomRow{Count: g.members.len(), Disabled: g.disabled, ID: g.id, Name: g.name, Owner: g.owner}
	}))
	ans.cursor = page.cursorIfMore()
	return ans, nil
}

// roomsListJoined writes disabled as a text, as the API does here.
func (s *state) roomsListJoined(c *call) (*response, *apiError) {
	page, err := c.sheet(1000, 1000)
	if err != nil {
		return nil, err
	}
	s.dropAbsent()
	s.mu.RLock()
	defer s.mu.RUnlock()
	list, err := s.joinedCircles(&s.chatrooms.circles, named(c, "username"), page)
	if err != nil {
		return nil, err
	}
	return counted(convert(list, func(g *circle) map[string]string {
		return map[string]string{"id": g.id, "name": g.name, "disabled": strconv.FormatBool(g.disabled)}
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

func (s *state) roomsGet(c *call) (*response, *apiError) {
	s.dropAbsent()
	s.mu.RLock()
	defer s.mu.RUnlock()
	list, err := s.chatrooms.named(c.value("chatroom_ids"), errCircleNotFound)
	if err != nil {
		return nil, err
	}
	return counted(convert(list, func(g *circle) roomDetails {
		return roomDetails{
			ID: g.id, Name: g.name, Description: g.description, NeedConfirm: g.asked, MaxUsers: g.maxUsers,
			Owner: g.owner, Created: g.created.UnixMilli(), Custom: g.custom, Mute: g.mutedAll,
			Count: g.members.len(), Affiliations: g.affiliations(), Public: g.public,
		}
	})), nil
}

func deleteRoom(s *state, _ *call, g *circle) (*response, *apiError) {
	s.dissolve(g)
	return data(map[string]any{"success": true, "id": g.id}), nil
}
