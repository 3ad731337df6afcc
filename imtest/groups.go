package imtest

import (
	"math"
	"strconv"
	"strings"
)

const (
	maxGroupsAtOnce = 100  // ids of one call
	maxGroupUsers   = 8000 // of the largest plan
	mostUnpaged     = 500  // entries of a response without paging
)

// groupShape is the envelope that most calls on groups response in.
const groupShape = full&^inPath | inEntities

var groupsRoutes = []legacy{
	{
		id: "groups.create", method: post, path: "/chatgroups", shape: groupShape,
		body: jsonBody, do: (*state).groupsCreate,
	},
	{
		id: "groups.disable", method: post, path: "/chatgroups/{group_id}/disable",
		shape: groupShape | inProperties, do: groupKind.overrule(errNoCircle, disableGroup(true)),
	},
	{
		id: "groups.enable", method: post, path: "/chatgroups/{group_id}/enable",
		shape: groupShape | inProperties, do: groupKind.overrule(errNoCircle, disableGroup(false)),
	},
	{
		id: "groups.get", method: get, path: "/chatgroups/{group_ids}",
		shape: groupShape | inProperties | inCount, do: (*state).groupsGet,
	},
	{
		id: "groups.transfer", method: put, path: "/chatgroups/{group_id}", shape: groupShape,
		body: jsonBody, when: transfersOwner, do: groupKind.write(errNoCircle, transfer),
	},
	{
		id: "groups.update", method: put, path: "/chatgroups/{group_id}", shape: groupShape | inProperties,
		body: jsonBody, do: groupKind.write(errNoCircle, updateSettings(groupSettings)),
	},
	{
		id: "groups.delete", method: del, path: "/chatgroups/{group_id}", shape: groupShape,
		do: groupKind.overrule(errNoCircle, deleteGroup),
	},
	{
		id: "groups.list", method: get, path: "/chatgroups", shape: inAction | inParams | inURI | inEntities | inCount,
		do: (*state).groupsList,
	},
	{
		id: "groups.list_joined", method: get, path: "/users/{username}/joined_chatgroups",
		shape: groupShape | inParams | inProperties | inCount, do: (*state).groupsListJoined,
	},
	{
		id: "groups.list_joined_detailed", method: get, path: "/chatgroups/user/{username}",
		shape: inAction | inOrg | inURI, do: (*state).groupsListJoinedDetailed,
	},
	{
		id: "groups.get_announcement", method: get, path: "/chatgroups/{group_id}/announcement",
		shape: groupShape, do: groupKind.read(errNoCircle, getAnnouncement),
	},
	{
		id: "groups.set_announcement", method: post, path: "/chatgroups/{group_id}/announcement",
		shape: groupShape, body: jsonBody,
		do: groupKind.write(errNoCircle, setAnnouncement(errGroupAnnouncement)),
	},
}

// groupsState is what the server knows of groups.
type groupsState struct{ circles }

// groupSettings are the fields of create and update, with the older names that
// clients still send.
var groupSettings = []setting{
	{names: []string{"groupname", "name"}, text: func(v *settings) *string { return &v.name }, most: 128},
	{names: []string{"description", "desc"}, text: func(v *settings) *string { return &v.description }, most: 512},
	{names: []string{"avatar"}, text: func(v *settings) *string { return &v.avatar }, most: 1024, excess: errAvatarTooLong},
	{names: []string{"custom"}, text: func(v *settings) *string { return &v.custom }, most: 8 << 10, bytes: true},
	{names: []string{"public"}, flag: func(v *settings) *bool { return &v.public }},
	{names: []string{"membersonly", "members_only"}, flag: func(v *settings) *bool { return &v.membersOnly }},
	{names: []string{"allowinvites"}, flag: func(v *settings) *bool { return &v.allowInvites }},
	{names: []string{"invite_need_confirm"}, flag: func(v *settings) *bool { return &v.asked }},
	{names: []string{"maxusers"}, number: func(v *settings) *int { return &v.maxUsers }, most: maxGroupUsers},
	{names: []string{"need_verify"}},
}

func newGroup(owner string) *circle {
	return &circle{kind: groupKind, owner: owner, settings: settings{asked: true, maxUsers: 200}}
}

func (s *state) groupsCreate(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	g := newGroup(fold(o.text("owner")))
	g.id = o.text("groupid")
	members := o.texts("members")
	if o.text("scale") == "large" {
		g.maxUsers = 1000
	}
	switch {
	case o.bad != "":
		return nil, errInvalidFields(o.bad)
	case !o.has("public"):
		return nil, errPublicMissing()
	case g.owner == "":
		return nil, errNotProvided("owner")
	}
	if err := g.create(groupSettings, o); err != nil {
		return nil, err
	}
	g.allowInvites = g.allowInvites && !g.public // a public group begins with false
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.foundCircle(g, members); err != nil {
		return nil, err
	}
	return data(map[string]string{"groupid": g.id}), nil
}

func disableGroup(disabled bool) circleHandler {
	return func(s *state, _ *call, g *circle) (*response, *apiError) {
		g.disabled, g.modified = disabled, s.now()
		return data(map[string]bool{"disabled": disabled}), nil
	}
}

// groupDetails is a group as get shows it.
type groupDetails struct {
	ID           string              `json:"id"`
	Name         string              `json:"name"`
	Avatar       string              `json:"avatar"`
	Description  string              `json:"description"`
	MembersOnly  bool                `json:"membersonly"`
	AllowInvites bool                `json:"allowinvites"`
	MaxUsers     int                 `json:"maxusers"`
	Owner        string              `json:"owner"`
	Created      int64               `json:"created"`
	Custom       string              `json:"custom"`
	Mute         bool                `json:"mute"`
	Count        int                 `json:"affiliations_count"`
	Disabled     bool                `json:"disabled"`
	Affiliations []map[string]string `json:"affiliations"`
	Public       bool                `json:"public"`
	NeedConfirm  bool                `json:"invite_need_confirm"`
}

func (g *circle) groupDetails() groupDetails {
	return groupDetails{
		ID: g.id, Name: g.name, Avatar: g.avatar, Description: g.description,
		MembersOnly: g.membersOnly, AllowInvites: g.allowInvites, MaxUsers: g.maxUsers, Owner: g.owner,
		Created: g.created.UnixMilli(), Custom: g.custom, Mute: g.mutedAll, Count: g.members.len(),
		Disabled: g.disabled, Affiliations: g.affiliations(), Public: g.public,
		NeedConfirm: g.asked,
	}
}

func (s *state) groupsGet(c *call) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list, err := s.chatgroups.named(c.value("group_ids"), errNoCircle)
	if err != nil {
		return nil, err
	}
	return counted(convert(list, (*circle).groupDetails)), nil
}

// named returns the circles of a list of ids. Unknown ids are left out as long
// as one is known: so the catalogue has it, since no example shows the text
// that is said to stand in their place.
func (cs *circles) named(ids string, missing func(string) *apiError) ([]*circle, *apiError) {
	all := strings.FieldsFunc(ids, func(r rune) bool { return r == ',' })
	if len(all) > maxGroupsAtOnce {
		return nil, errInvalidRequest()
	}
	var list []*circle
	for _, id := range all {
		if g := cs.byID.get(id); g != nil {
			list = append(list, g)
		}
	}
	if list == nil {
		return nil, missing(ids)
	}
	return list, nil
}

// deleteGroup also takes its threads and files; messages stay.
func deleteGroup(s *state, _ *call, g *circle) (*response, *apiError) {
	s.dissolve(g)
	return data(map[string]any{"success": true, "groupid": g.id}), nil
}

// groupRow is a group in the list of all groups.
type groupRow struct {
	Owner        string `json:"owner"` // with the app key before it
	ID           string `json:"groupid"`
	Affiliations int    `json:"affiliations"`
	Type         string `json:"type"`
	LastModified string `json:"lastModified"` // milliseconds as a text
	Name         string `json:"groupname"`
}

func (s *state) groupsList(c *call) (*response, *apiError) {
	limit, err := c.number("limit", 10, 1000)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	page, ok := s.chatgroups.byID.leaf(c.query.Get("cursor"), limit, true, nil)
	if !ok {
		return nil, errInvalidRequest()
	}
	ans := counted(convert(page.values, func(g *circle) groupRow {
		return groupRow{
			Owner: s.appKey() + "_" + g.owner, ID: g.id, Affiliations: g.members.len(), Type: "group",
			LastModified: strconv.FormatInt(g.modified.UnixMilli(), 10), Name: g.name,
		}
	}))
	ans.cursor = page.cursorIfMore()
	return ans, nil
}

// joinedCircles returns a page of the circles that a user is in, the one that
// was joined last first; without paging the newest 500.
func (s *state) joinedCircles(cs *circles, user string, page sheet) ([]*circle, *apiError) {
	if !s.users.has(user) {
		return nil, errNoSuchUser()
	}
	if !page.asked {
		page = sheet{number: 1, size: mostUnpaged}
	}
	return onSheet(cs.of(user).newest(), page), nil
}

func (s *state) groupsListJoined(c *call) (*response, *apiError) {
	page, err := c.sheet(10, 100)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	list, err := s.joinedCircles(&s.chatgroups.circles, named(c, "username"), page)
	if err != nil {
		return nil, err
	}
	return counted(convert(list, func(g *circle) map[string]string {
		return map[string]string{"groupid": g.id, "groupname": g.name}
	})), nil
}

// joinedGroup is a group in the newer list of a user's groups.
type joinedGroup struct {
	Name         string `json:"name"`
	Avatar       string `json:"avatar"`
	Owner        string `json:"owner"`
	ID           string `json:"id"`
	GroupID      string `json:"groupId"`
	Description  string `json:"description"`
	Disabled     bool   `json:"disabled"`
	Public       bool   `json:"public"`
	AllowInvites bool   `json:"allowinvites"`
	MembersOnly  bool   `json:"membersonly"`
	MaxUsers     int    `json:"maxusers"`
	Created      int64  `json:"created"`
}

// groupsListJoinedDetailed counts pages from 0, and knows no error for an
// unknown user.
func (s *state) groupsListJoinedDetailed(c *call) (*response, *apiError) {
	number, err := c.number("pagenum", 0, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	size, err := c.number("pagesize", 5, 20)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := s.chatgroups.of(named(c, "username")).newest()
	list := onSheet(all, sheet{number: number + 1, size: size})
	ans := entities(convert(list, func(g *circle) joinedGroup {
		return joinedGroup{
			Name: g.name, Avatar: g.avatar, Owner: g.owner, ID: g.id, GroupID: g.id, Description: g.description,
			Disabled: g.disabled, Public: g.public, AllowInvites: g.allowInvites, MembersOnly: g.membersOnly,
			MaxUsers: g.maxUsers, Created: g.created.UnixMilli(),
		}
	})...)
	ans.total = new(len(all))
	return ans, nil
}
