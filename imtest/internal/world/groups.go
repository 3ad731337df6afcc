package world

import (
	"math"
	"strconv"
	"strings"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const (
	maxGroupsAtOnce = 100  // ids of one call
	maxGroupUsers   = 8000 // of the largest plan
	mostUnpaged     = 500  // entries of a response without paging
)

// groupShape is the envelope that most calls on groups response in.
const groupShape = wire.Full&^wire.InPath | wire.InEntities

var groupsRoutes = []Legacy{
	{wire.Route{
		ID: "groups.create", Method: post, Path: "/chatgroups", Shape: groupShape,
		Body: wire.JSONBody,
	}, (*World).groupsCreate},
	{wire.Route{
		ID: "groups.disable", Method: post, Path: "/chatgroups/{group_id}/disable",
		Shape: groupShape | wire.InProperties,
	}, GroupKind.overrule(wire.ErrNoCircle, disableGroup(true))},
	{wire.Route{
		ID: "groups.enable", Method: post, Path: "/chatgroups/{group_id}/enable",
		Shape: groupShape | wire.InProperties,
	}, GroupKind.overrule(wire.ErrNoCircle, disableGroup(false))},
	{wire.Route{
		ID: "groups.get", Method: get, Path: "/chatgroups/{group_ids}",
		Shape: groupShape | wire.InProperties | wire.InCount,
	}, (*World).groupsGet},
	{wire.Route{
		ID: "groups.transfer", Method: put, Path: "/chatgroups/{group_id}", Shape: groupShape,
		Body: wire.JSONBody, When: transfersOwner,
	}, GroupKind.write(wire.ErrNoCircle, transfer)},
	{wire.Route{
		ID: "groups.update", Method: put, Path: "/chatgroups/{group_id}", Shape: groupShape | wire.InProperties,
		Body: wire.JSONBody,
	}, GroupKind.write(wire.ErrNoCircle, updateSettings(groupSettings))},
	{wire.Route{
		ID: "groups.delete", Method: del, Path: "/chatgroups/{group_id}", Shape: groupShape,
	}, GroupKind.overrule(wire.ErrNoCircle, deleteGroup)},
	{wire.Route{
		ID: "groups.list", Method: get, Path: "/chatgroups", Shape: wire.InAction | wire.InParams | wire.InURI | wire.InEntities | wire.InCount,
	}, (*World).groupsList},
	{wire.Route{
		ID: "groups.list_joined", Method: get, Path: "/users/{username}/joined_chatgroups",
		Shape: groupShape | wire.InParams | wire.InProperties | wire.InCount,
	}, (*World).groupsListJoined},
	{wire.Route{
		ID: "groups.list_joined_detailed", Method: get, Path: "/chatgroups/user/{username}",
		Shape: wire.InAction | wire.InOrg | wire.InURI,
	}, (*World).groupsListJoinedDetailed},
	{wire.Route{
		ID: "groups.get_announcement", Method: get, Path: "/chatgroups/{group_id}/announcement",
		Shape: groupShape,
	}, GroupKind.read(wire.ErrNoCircle, getAnnouncement)},
	{wire.Route{
		ID: "groups.set_announcement", Method: post, Path: "/chatgroups/{group_id}/announcement",
		Shape: groupShape, Body: wire.JSONBody,
	}, GroupKind.write(wire.ErrNoCircle, setAnnouncement(wire.ErrGroupAnnouncement))},
}

// groupsState is what the server knows of groups.
type groupsState struct{ Circles }

// groupSettings are the fields of create and update, with the older names that
// clients still send.
var groupSettings = []setting{
	{names: []string{"groupname", "name"}, text: func(v *Settings) *string { return &v.Name }, most: 128},
	{names: []string{"description", "desc"}, text: func(v *Settings) *string { return &v.Description }, most: 512},
	{names: []string{"avatar"}, text: func(v *Settings) *string { return &v.Avatar }, most: 1024, excess: wire.ErrAvatarTooLong},
	{names: []string{"custom"}, text: func(v *Settings) *string { return &v.Custom }, most: 8 << 10, bytes: true},
	{names: []string{"public"}, flag: func(v *Settings) *bool { return &v.Public }},
	{names: []string{"membersonly", "members_only"}, flag: func(v *Settings) *bool { return &v.MembersOnly }},
	{names: []string{"allowinvites"}, flag: func(v *Settings) *bool { return &v.AllowInvites }},
	{names: []string{"invite_need_confirm"}, flag: func(v *Settings) *bool { return &v.Asked }},
	{names: []string{"maxusers"}, number: func(v *Settings) *int { return &v.MaxUsers }, most: maxGroupUsers},
	{names: []string{"need_verify"}},
}

func NewGroup(owner string) *Circle {
	return &Circle{Kind: GroupKind, Owner: owner, Settings: Settings{Asked: true, MaxUsers: 200}}
}

func (w *World) groupsCreate(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	g := NewGroup(Fold(o.Text("owner")))
	g.ID = o.Text("groupid")
	members := o.Texts("members")
	if o.Text("scale") == "large" {
		g.MaxUsers = 1000
	}
	switch {
	case o.Bad != "":
		return nil, wire.ErrInvalidFields(o.Bad)
	case !o.Has("public"):
		return nil, wire.ErrPublicMissing()
	case g.Owner == "":
		return nil, wire.ErrNotProvided("owner")
	}
	if err := g.create(groupSettings, o); err != nil {
		return nil, err
	}
	g.AllowInvites = g.AllowInvites && !g.Public // a public group begins with false
	w.Mu.Lock()
	defer w.Mu.Unlock()
	if err := w.foundCircle(g, members); err != nil {
		return nil, err
	}
	return wire.Data(map[string]string{"groupid": g.ID}), nil
}

func disableGroup(disabled bool) circleHandler {
	return func(w *World, _ *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
		g.Disabled, g.Modified = disabled, w.Now()
		return wire.Data(map[string]bool{"disabled": disabled}), nil
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

func (g *Circle) groupDetails() groupDetails {
	return groupDetails{
		ID: g.ID, Name: g.Name, Avatar: g.Avatar, Description: g.Description,
		MembersOnly: g.MembersOnly, AllowInvites: g.AllowInvites, MaxUsers: g.MaxUsers, Owner: g.Owner,
		Created: g.Created.UnixMilli(), Custom: g.Custom, Mute: g.MutedAll, Count: g.Members.Len(),
		Disabled: g.Disabled, Affiliations: g.affiliations(), Public: g.Public,
		NeedConfirm: g.Asked,
	}
}

func (w *World) groupsGet(c *wire.Call) (*wire.Response, *wire.Error) {
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	list, err := w.Chatgroups.named(c.Value("group_ids"), wire.ErrNoCircle)
	if err != nil {
		return nil, err
	}
	return wire.Counted(Convert(list, (*Circle).groupDetails)), nil
}

// named returns the circles of a list of ids. Unknown ids are left out as long
// as one is known: so the catalogue has it, since no example shows the text
// that is said to stand in their place.
func (cs *Circles) named(ids string, missing func(string) *wire.Error) ([]*Circle, *wire.Error) {
	all := strings.FieldsFunc(ids, func(r rune) bool { return r == ',' })
	if len(all) > maxGroupsAtOnce {
		return nil, wire.ErrInvalidRequest()
	}
	var list []*Circle
	for _, id := range all {
		if g := cs.ByID.Get(id); g != nil {
			list = append(list, g)
		}
	}
	if list == nil {
		return nil, missing(ids)
	}
	return list, nil
}

// deleteGroup also takes its threads and files; messages stay.
func deleteGroup(w *World, _ *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	w.dissolve(g)
	return wire.Data(map[string]any{"success": true, "groupid": g.ID}), nil
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

func (w *World) groupsList(c *wire.Call) (*wire.Response, *wire.Error) {
	limit, err := c.Number("limit", 10, 1000)
	if err != nil {
		return nil, err
	}
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	page, ok := w.Chatgroups.ByID.Leaf(c.Query.Get("cursor"), limit, true, nil)
	if !ok {
		return nil, wire.ErrInvalidRequest()
	}
	ans := wire.Counted(Convert(page.Values, func(g *Circle) groupRow {
		return groupRow{
			Owner: w.AppKey() + "_" + g.Owner, ID: g.ID, Affiliations: g.Members.Len(), Type: "group",
			LastModified: strconv.FormatInt(g.Modified.UnixMilli(), 10), Name: g.Name,
		}
	}))
	ans.Cursor = page.CursorIfMore()
	return ans, nil
}

// joinedCircles returns a page of the circles that a user is in, the one that
// was joined last first; without paging the newest 500.
func (w *World) joinedCircles(cs *Circles, user string, page wire.Sheet) ([]*Circle, *wire.Error) {
	if !w.users.Has(user) {
		return nil, wire.ErrNoSuchUser()
	}
	if !page.Asked {
		page = wire.Sheet{Number: 1, Size: mostUnpaged}
	}
	return wire.OnSheet(cs.Of(user).Newest(), page), nil
}

func (w *World) groupsListJoined(c *wire.Call) (*wire.Response, *wire.Error) {
	page, err := c.Sheet(10, 100)
	if err != nil {
		return nil, err
	}
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	list, err := w.joinedCircles(&w.Chatgroups.Circles, named(c, "username"), page)
	if err != nil {
		return nil, err
	}
	return wire.Counted(Convert(list, func(g *Circle) map[string]string {
		return map[string]string{"groupid": g.ID, "groupname": g.Name}
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
func (w *World) groupsListJoinedDetailed(c *wire.Call) (*wire.Response, *wire.Error) {
	number, err := c.Number("pagenum", 0, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	size, err := c.Number("pagesize", 5, 20)
	if err != nil {
		return nil, err
	}
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	all := w.Chatgroups.Of(named(c, "username")).Newest()
	list := wire.OnSheet(all, wire.Sheet{Number: number + 1, Size: size})
	ans := wire.Entities(Convert(list, func(g *Circle) joinedGroup {
		return joinedGroup{
			Name: g.Name, Avatar: g.Avatar, Owner: g.Owner, ID: g.ID, GroupID: g.ID, Description: g.Description,
			Disabled: g.Disabled, Public: g.Public, AllowInvites: g.AllowInvites, MembersOnly: g.MembersOnly,
			MaxUsers: g.MaxUsers, Created: g.Created.UnixMilli(),
		}
	})...)
	ans.Total = new(len(all))
	return ans, nil
}
