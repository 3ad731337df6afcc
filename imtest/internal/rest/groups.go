package rest

import (
	"math"
	"strconv"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
	"github.com/imrest/im-go/internal/pattern"
)

const maxGroupUsers = 8000 // of the largest plan

// groupShape is the envelope that most calls on groups respond in.
const groupShape = wire.Full&^wire.InPath | wire.InEntities

var groupsRoutes = []route{
	{wire.Route{
		ID: "groups.create", Method: post, Path: "/chatgroups", Shape: groupShape,
		Body: wire.JSONBody,
	}, (*API).groupsCreate},
	{wire.Route{
		ID: "groups.disable", Method: post, Path: "/chatgroups/{group_id}/disable",
		Shape: groupShape | wire.InProperties,
	}, (*API).groupsDisable},
	{wire.Route{
		ID: "groups.enable", Method: post, Path: "/chatgroups/{group_id}/enable",
		Shape: groupShape | wire.InProperties,
	}, (*API).groupsEnable},
	{wire.Route{
		ID: "groups.get", Method: get, Path: "/chatgroups/{group_ids}",
		Shape: groupShape | wire.InProperties | wire.InCount,
	}, (*API).groupsGet},
	{wire.Route{
		ID: "groups.transfer", Method: put, Path: "/chatgroups/{group_id}", Shape: groupShape,
		Body: wire.JSONBody, When: transfersOwner,
	}, groupCalls.transfer},
	{wire.Route{
		ID: "groups.update", Method: put, Path: "/chatgroups/{group_id}", Shape: groupShape | wire.InProperties,
		Body: wire.JSONBody,
	}, groupCalls.update(groupSettings)},
	{wire.Route{
		ID: "groups.delete", Method: del, Path: "/chatgroups/{group_id}", Shape: groupShape,
	}, groupCalls.delete},
	{wire.Route{
		ID: "groups.list", Method: get, Path: "/chatgroups", Shape: wire.InAction | wire.InParams | wire.InURI | wire.InEntities | wire.InCount,
	}, (*API).groupsList},
	{wire.Route{
		ID: "groups.list_joined", Method: get, Path: "/users/{username}/joined_chatgroups",
		Shape: groupShape | wire.InParams | wire.InProperties | wire.InCount,
	}, (*API).groupsListJoined},
	{wire.Route{
		ID: "groups.list_joined_detailed", Method: get, Path: "/chatgroups/user/{username}",
		Shape: wire.InAction | wire.InOrg | wire.InURI,
	}, (*API).groupsListJoinedDetailed},
	{wire.Route{
		ID: "groups.get_announcement", Method: get, Path: "/chatgroups/{group_id}/announcement",
		Shape: groupShape,
	}, groupCalls.getAnnouncement},
	{wire.Route{
		ID: "groups.set_announcement", Method: post, Path: "/chatgroups/{group_id}/announcement",
		Shape: groupShape, Body: wire.JSONBody,
	}, groupCalls.setAnnouncement(wire.ErrGroupAnnouncement)},
}

// groupSettings are the fields of create and update, with the older names that
// clients still send.
var groupSettings = []setting{
	{names: []string{"groupname", "name"}, text: func(v *world.SettingsChange) **string { return &v.Name }, most: 128},
	{names: []string{"description", "desc"}, text: func(v *world.SettingsChange) **string { return &v.Description }, most: 512},
	{
		names: []string{"avatar"}, text: func(v *world.SettingsChange) **string { return &v.Avatar }, most: 1024,
		excess: wire.ErrAvatarTooLong,
	},
	{names: []string{"custom"}, text: func(v *world.SettingsChange) **string { return &v.Custom }, most: 8 << 10, bytes: true},
	{names: []string{"public"}, flag: func(v *world.SettingsChange) **bool { return &v.Public }},
	{names: []string{"membersonly", "members_only", "approval"}, flag: func(v *world.SettingsChange) **bool { return &v.MembersOnly }},
	{names: []string{"allowinvites"}, flag: func(v *world.SettingsChange) **bool { return &v.AllowInvites }},
	{names: []string{"invite_need_confirm"}, flag: func(v *world.SettingsChange) **bool { return &v.Asked }},
	{names: []string{"maxusers"}, number: func(v *world.SettingsChange) **int { return &v.MaxUsers }, most: maxGroupUsers},
	{names: []string{"need_verify"}},
}

// ownID is the form of an id that a client chooses.
var ownID = pattern.Lazy(`^[a-z0-9]{1,64}$`)

// readOwnID reads an id that the client chooses, "" if it leaves that to the server.
func readOwnID(o *wire.Object, field string) string {
	id := o.Text(field)
	if o.Bad == "" && id != "" && !ownID().MatchString(id) {
		o.Note(field)
	}
	return id
}

func (a *API) groupsCreate(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	n := world.NewCircle{
		CircleID: world.CircleID{Kind: world.GroupKind, ID: readOwnID(o, "groupid")},
		Owner:    o.Text("owner"), Members: o.Texts("members"), Large: o.Text("scale") == "large",
	}
	switch {
	case o.Bad != "":
		return nil, wire.ErrInvalidFields(o.Bad)
	case !o.Has("public"):
		return nil, wire.ErrPublicMissing()
	case n.Owner == "":
		return nil, wire.ErrNotProvided("owner")
	}
	if n.Settings, _, err = readSettings(groupSettings, o); err != nil {
		return nil, err
	}
	g, refused := a.world.CreateCircle(n)
	if refused != nil {
		return nil, groupCalls.told(refused, createWords)
	}
	return wire.Data(map[string]string{"groupid": g.ID}), nil
}

func (a *API) groupsDisable(c *wire.Call) (*wire.Response, *wire.Error) {
	if err := a.world.DisableGroup(c.Value("group_id")); err != nil {
		return nil, groupCalls.told(err)
	}
	return wire.Data(map[string]bool{"disabled": true}), nil
}

func (a *API) groupsEnable(c *wire.Call) (*wire.Response, *wire.Error) {
	if err := a.world.EnableGroup(c.Value("group_id")); err != nil {
		return nil, groupCalls.told(err)
	}
	return wire.Data(map[string]bool{"disabled": false}), nil
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

func (a *API) groupsGet(c *wire.Call) (*wire.Response, *wire.Error) {
	list, err := groupCalls.details(a, c)
	if err != nil {
		return nil, err
	}
	return wire.Counted(world.Convert(list, func(g world.CircleDetails) groupDetails {
		return groupDetails{
			ID: g.ID, Name: g.Name, Avatar: g.Avatar, Description: g.Description,
			MembersOnly: g.MembersOnly, AllowInvites: g.AllowInvites, MaxUsers: g.MaxUsers, Owner: g.Owner,
			Created: g.Created.UnixMilli(), Custom: g.Custom, Mute: g.MutedAll, Count: g.Members,
			Disabled: g.Disabled, Affiliations: world.Convert(g.Newest, affiliation), Public: g.Public,
			NeedConfirm: g.Asked,
		}
	})), nil
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

func (a *API) groupsList(c *wire.Call) (*wire.Response, *wire.Error) {
	list, next, err := groupCalls.page(a, c)
	if err != nil {
		return nil, err
	}
	ans := wire.Counted(world.Convert(list, func(g world.CircleRow) groupRow {
		return groupRow{
			Owner: a.world.AppKey() + "_" + g.Owner, ID: g.ID, Affiliations: g.Members, Type: "group",
			LastModified: strconv.FormatInt(g.Updated.UnixMilli(), 10), Name: g.Name,
		}
	}))
	ans.Cursor = next
	return ans, nil
}

func (a *API) groupsListJoined(c *wire.Call) (*wire.Response, *wire.Error) {
	list, err := groupCalls.joined(a, c, 10, 100)
	if err != nil {
		return nil, err
	}
	return wire.Counted(world.Convert(list, func(g world.Circle) map[string]string {
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
func (a *API) groupsListJoinedDetailed(c *wire.Call) (*wire.Response, *wire.Error) {
	number, err := c.Number("pagenum", 0, math.MaxInt32-1)
	if err != nil {
		return nil, err
	}
	size, err := c.Number("pagesize", 5, 20)
	if err != nil {
		return nil, err
	}
	list, total, refused := a.world.ListJoined(world.GroupKind, c.Value("username"), wire.Sheet{Number: number + 1, Size: size}.Skip(), size)
	if refused != nil && !refused.Of(world.NoUser) {
		return nil, groupCalls.told(refused)
	}
	ans := wire.Entities(world.Convert(list, func(g world.Circle) joinedGroup {
		return joinedGroup{
			Name: g.Name, Avatar: g.Avatar, Owner: g.Owner, ID: g.ID, GroupID: g.ID, Description: g.Description,
			Disabled: g.Disabled, Public: g.Public, AllowInvites: g.AllowInvites, MembersOnly: g.MembersOnly,
			MaxUsers: g.MaxUsers, Created: g.Created.UnixMilli(),
		}
	})...)
	ans.Total = &total
	return ans, nil
}
