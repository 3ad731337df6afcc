package world

import (
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const (
	maxTags   = 10 // of a member
	maxTagLen = 32 // characters
)

var roomMembersRoutes = []Legacy{
	{wire.Route{
		ID: "chatrooms.list_members_cursor", Method: get, Path: "/chatrooms/{chatroom_id}/users",
		Shape: roomShape | wire.InParams | wire.InCount, When: wantsCursor,
	}, RoomKind.read(wire.ErrCircleNotFound, listMembersCursor)},
	{wire.Route{
		ID: "chatrooms.list_members", Method: get, Path: "/chatrooms/{chatroom_id}/users",
		Shape: roomShape | wire.InParams | wire.InCount,
	}, RoomKind.read(wire.ErrCircleNotFound, listMembers(1000))},
	{wire.Route{
		ID: "chatrooms.add_member", Method: post, Path: "/chatrooms/{chatroom_id}/users/{username}",
		Shape: roomShape,
	}, RoomKind.write(wire.ErrNoCircle, addRoomMember)},
	{wire.Route{
		ID: "chatrooms.add_members", Method: post, Path: "/chatrooms/{chatroom_id}/users",
		Shape: roomShape, Body: wire.JSONBody,
	}, RoomKind.write(wire.ErrNoCircle, addRoomMembers)},
	{wire.Route{
		ID: "chatrooms.remove_members", Method: del, Path: "/chatrooms/{chatroom_id}/users/{usernames}",
		Shape: roomShape, When: hasSeveral,
	}, RoomKind.write(wire.ErrNoCircle, removeMembers)},
	{wire.Route{
		ID: "chatrooms.remove_member", Method: del, Path: "/chatrooms/{chatroom_id}/users/{username}",
		Shape: roomShape,
	}, RoomKind.write(wire.ErrNoCircle, removeMembers)},
	{wire.Route{
		ID: "chatrooms.list_admins", Method: get, Path: "/chatrooms/{chatroom_id}/admin",
		Shape: roomShape | wire.InCount,
	}, RoomKind.read(wire.ErrNoCircle, listAdmins)},
	{wire.Route{
		ID: "chatrooms.add_admin", Method: post, Path: "/chatrooms/{chatroom_id}/admin",
		Shape: roomShape, Body: wire.JSONBody,
	}, RoomKind.write(wire.ErrNoCircle, addAdmin)},
	{wire.Route{
		ID: "chatrooms.remove_admin", Method: del, Path: "/chatrooms/{chatroom_id}/admin/{oldadmin}",
		Shape: roomShape,
	}, RoomKind.write(wire.ErrNoCircle, removeAdmin)},
	{wire.Route{
		ID: "chatrooms.set_user_tags", Method: put, Path: "/chatrooms/{chatroom_id}/users/{username}/tag",
		Shape: roomShape, Body: wire.JSONBody,
	}, RoomKind.write(wire.ErrNoCircle, setTags)},
	{wire.Route{
		ID: "chatrooms.get_user_tags", Method: get, Path: "/chatrooms/{chatroom_id}/users/{username}/tag",
		Shape: roomShape,
	}, RoomKind.read(wire.ErrNoCircle, getTags)},
	{wire.Route{
		ID: "chatrooms.mute_tag", Method: put, Path: "/chatrooms/{chatroom_id}/tag/mute",
		Shape: roomShape, Body: wire.JSONBody,
	}, RoomKind.write(wire.ErrNoCircle, muteTag)},
}

// addRoomMember takes a member for added, as the newest editions do; older
// ones response an error.
func addRoomMember(w *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	user := named(c, "username")
	fresh, err := w.admit(g, []string{user})
	if err != nil {
		return nil, err
	}
	for _, user := range fresh {
		w.Chatrooms.join(g, user, w.Now())
	}
	return wire.Data(map[string]any{"result": true, "action": "add_member", "id": g.ID, "user": user}), nil
}

// addRoomMembers names all, those who were members before too.
func addRoomMembers(w *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	users, err := bodyUsers(c)
	if err != nil {
		return nil, err
	}
	if len(users) > maxCircleBatch {
		return nil, wire.ErrInvalidParameter("addMembers: addMembers number more than maxSize : 60")
	}
	fresh, err := w.admit(g, users)
	if err != nil {
		return nil, err
	}
	for _, user := range fresh {
		w.Chatrooms.join(g, user, w.Now())
	}
	return wire.Data(map[string]any{"newmembers": users, "action": "add_member", "id": g.ID}), nil
}

// setTags replaces the tags of a member. They go when he leaves.
func setTags(_ *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	tags := o.Texts("tags")
	m := g.Members.Get(named(c, "username"))
	switch {
	case o.Bad != "" || tags == nil:
		return nil, wire.ErrInvalidParameter("tags should be type of List")
	case len(tags) > maxTags:
		return nil, wire.ErrExceedLimit("user group tag count exceed limit")
	case m == nil:
		return nil, wire.ErrNotMembers([]string{named(c, "username")})
	}
	for _, tag := range tags {
		if utf8.RuneCountInString(tag) > maxTagLen {
			return nil, wire.ErrTagTooLong()
		}
	}
	m.Tags = tags
	return wire.Data(result{true}), nil
}

// getTags shows when the mute of each tag ends, as text: "-1" never. For a tag
// that is not muted no source has an example; it is "0" here.
func getTags(w *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	m := g.Members.Get(named(c, "username"))
	if m == nil {
		return nil, wire.ErrNotMembers([]string{named(c, "username")})
	}
	ends := map[string]string{}
	for _, tag := range m.Tags {
		until := g.Tags[tag]
		switch {
		case until.Equal(forever):
			ends[tag] = "-1"
		case until.After(w.Now()):
			ends[tag] = strconv.FormatInt(until.UnixMilli(), 10)
		default:
			ends[tag] = "0"
		}
	}
	return wire.Data(ends), nil
}

// muteTag mutes by seconds, unlike the mute of members.
func muteTag(w *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	tag := o.Text("tag")
	if tag == "" {
		return nil, wire.ErrNotProvided("tag")
	}
	n, err := readMute(o)
	switch {
	case err != nil:
		return nil, err
	case utf8.RuneCountInString(tag) > maxTagLen:
		return nil, wire.ErrTagTooLong()
	case !g.knowsTag(tag):
		return nil, wire.ErrNoTag()
	}
	if g.Tags == nil {
		g.Tags = map[string]time.Time{}
	}
	g.Tags[tag] = muteEnd(w.Now(), n, time.Second)
	return wire.Data(result{true}), nil
}

// knowsTag holds if a member has the tag.
func (g *Circle) knowsTag(tag string) bool {
	for m := range g.Members.All {
		if slices.Contains(m.Tags, tag) {
			return true
		}
	}
	return false
}
