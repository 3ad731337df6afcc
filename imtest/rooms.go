package imtest

import (
	"regexp"
	"slices"
	"strconv"
	"time"
)

const (
	maxRoomUsers = 10_000
	absence      = 2 * time.Minute // a member who is offline for longer is taken out
)

// roomShape is the envelope that calls on rooms answer in.
const roomShape = full&^inPath | inEntities | inProperties

var roomsRoutes = []route{
	{
		id: "chatrooms.add_super_admin", method: post, path: "/chatrooms/super_admin", shape: roomShape,
		body: jsonBody, do: (*state).roomsAddSuperAdmin,
	},
	{
		id: "chatrooms.list_super_admins", method: get, path: "/chatrooms/super_admin", shape: roomShape | inParams | inCount,
		do: (*state).roomsListSuperAdmins,
	},
	{
		id: "chatrooms.revoke_super_admin", method: del, path: "/chatrooms/super_admin/{superAdmin}", shape: roomShape,
		do: (*state).roomsRevokeSuperAdmin,
	},
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

// A departure is the time at which a user went offline.
type departure struct {
	user string
	at   time.Time
}

// depart notes that a user went offline. The caller holds mu.
func (s *state) depart(u *user) {
	u.left = s.now()
	if s.chatrooms.joined[u.name] != nil {
		s.takeOutAbsent()
		s.chatrooms.departures = append(s.chatrooms.departures, departure{u.name, u.left})
	}
}

// dropAbsent takes the members out of their rooms who have been offline for
// too long. Calls that look at rooms begin with it.
func (s *state) dropAbsent() {
	s.mu.RLock()
	due := s.absenceIsDue()
	s.mu.RUnlock()
	if due {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.takeOutAbsent()
	}
}

func (s *state) absenceIsDue() bool {
	list := s.chatrooms.departures
	return len(list) > 0 && s.now().Sub(list[0].at) > absence
}

// takeOutAbsent spares those who came back and those on the allow list, on
// which owners and admins are. The caller holds mu.
func (s *state) takeOutAbsent() {
	for s.absenceIsDue() {
		d := s.chatrooms.departures[0]
		s.chatrooms.departures = s.chatrooms.departures[1:]
		u := s.users.get(d.user)
		if u == nil || u.online || !u.left.Equal(d.at) {
			continue
		}
		for _, g := range s.chatrooms.of(d.user).list() {
			if !g.allowed.has(d.user) {
				s.leave(g, d.user)
			}
		}
	}
}

// roomSettings are the fields of create and update.
var roomSettings = []setting{
	{
		names: []string{"name", "groupname"}, answer: "groupname", text: func(v *settings) *string { return &v.name }, most: 128,
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
	{names: []string{"custom"}, text: func(v *settings) *string { return &v.custom }, most: 8 << 10},
	{names: []string{"need_verify"}},
}

func newRoom(owner string) *circle {
	return &circle{kind: roomKind, owner: owner, settings: settings{public: true, asked: true, maxUsers: 1000}}
}

var roomIDRule = regexp.MustCompile(`^[a-z0-9]{1,64}$`)

func (s *state) roomsCreate(c *call) (*answer, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	g := newRoom(fold(o.text("owner")))
	g.id = o.text("roomid")
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
	for i, value := range []string{g.name, g.description, g.owner} {
		if value == "" {
			return nil, errNotProvided([]string{"name", "description", "owner"}[i])
		}
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

func (s *state) roomsList(c *call) (*answer, *apiError) {
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
func (s *state) roomsListJoined(c *call) (*answer, *apiError) {
	page, err := c.sheet(1000, 1000)
	if err != nil {
		return nil, err
	}
	s.dropAbsent()
	s.mu.RLock()
	defer s.mu.RUnlock()
	list, err := s.joinedCircles(&s.chatrooms.circles, c.user("username"), page)
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

func (s *state) roomsGet(c *call) (*answer, *apiError) {
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

func deleteRoom(s *state, _ *call, g *circle) (*answer, *apiError) {
	s.dissolve(g)
	return data(map[string]any{"success": true, "id": g.id}), nil
}

func (s *state) roomsAddSuperAdmin(c *call) (*answer, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	user := fold(o.text("superadmin"))
	if user == "" {
		return nil, errNotProvided("superadmin")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.users.has(user) {
		return nil, errNoUsername(user)
	}
	s.chatrooms.superAdmins.put(user, user)
	return data(map[string]string{"result": "success", "resource": ""}), nil
}

func (s *state) roomsListSuperAdmins(c *call) (*answer, *apiError) {
	page, err := c.sheet(10, 1000)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return counted(slices.Clone(cut(s.chatrooms.superAdmins.list(), page))), nil
}

// roomsRevokeSuperAdmin names who lost the role "new", as the API does. A user
// without it is as good as revoked.
func (s *state) roomsRevokeSuperAdmin(c *call) (*answer, *apiError) {
	user := c.user("superAdmin")
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.users.has(user) {
		return nil, errNoUsername(user)
	}
	s.chatrooms.superAdmins.remove(user)
	return data(map[string]string{"newSuperAdmin": user, "resource": ""}), nil
}
