package imtest

import (
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

const (
	maxTags   = 10 // of a member
	maxTagLen = 32 // characters
)

var roomMembersRoutes = []legacy{
	{
		id: "chatrooms.list_members_cursor", method: get, path: "/chatrooms/{chatroom_id}/users",
		shape: roomShape | inParams | inCount, when: wantsCursor, do: roomKind.read(errCircleNotFound, listMembersCursor),
	},
	{
		id: "chatrooms.list_members", method: get, path: "/chatrooms/{chatroom_id}/users",
		shape: roomShape | inParams | inCount, do: roomKind.read(errCircleNotFound, listMembers(1000)),
	},
	{
		id: "chatrooms.add_member", method: post, path: "/chatrooms/{chatroom_id}/users/{username}",
		shape: roomShape, do: roomKind.write(errNoCircle, addRoomMember),
	},
	{
		id: "chatrooms.add_members", method: post, path: "/chatrooms/{chatroom_id}/users",
		shape: roomShape, body: jsonBody, do: roomKind.write(errNoCircle, addRoomMembers),
	},
	{
		id: "chatrooms.remove_members", method: del, path: "/chatrooms/{chatroom_id}/users/{usernames}",
		shape: roomShape, when: hasSeveral, do: roomKind.write(errNoCircle, removeMembers),
	},
	{
		id: "chatrooms.remove_member", method: del, path: "/chatrooms/{chatroom_id}/users/{username}",
		shape: roomShape, do: roomKind.write(errNoCircle, removeMembers),
	},
	{
		id: "chatrooms.list_admins", method: get, path: "/chatrooms/{chatroom_id}/admin",
		shape: roomShape | inCount, do: roomKind.read(errNoCircle, listAdmins),
	},
	{
		id: "chatrooms.add_admin", method: post, path: "/chatrooms/{chatroom_id}/admin",
		shape: roomShape, body: jsonBody, do: roomKind.write(errNoCircle, addAdmin),
	},
	{
		id: "chatrooms.remove_admin", method: del, path: "/chatrooms/{chatroom_id}/admin/{oldadmin}",
		shape: roomShape, do: roomKind.write(errNoCircle, removeAdmin),
	},
	{
		id: "chatrooms.set_user_tags", method: put, path: "/chatrooms/{chatroom_id}/users/{username}/tag",
		shape: roomShape, body: jsonBody, do: roomKind.write(errNoCircle, setTags),
	},
	{
		id: "chatrooms.get_user_tags", method: get, path: "/chatrooms/{chatroom_id}/users/{username}/tag",
		shape: roomShape, do: roomKind.read(errNoCircle, getTags),
	},
	{
		id: "chatrooms.mute_tag", method: put, path: "/chatrooms/{chatroom_id}/tag/mute",
		shape: roomShape, body: jsonBody, do: roomKind.write(errNoCircle, muteTag),
	},
}

// addRoomMember takes a member for added, as the newest editions do; older
// ones response an error.
func addRoomMember(s *state, c *call, g *circle) (*response, *apiError) {
	user := named(c, "username")
	fresh, err := s.admit(g, []string{user})
	if err != nil {
		return nil, err
	}
	for _, user := range fresh {
		s.chatrooms.join(g, user, s.now())
	}
	return data(map[string]any{"result": true, "action": "add_member", "id": g.id, "user": user}), nil
}

// addRoomMembers names all, those who were members before too.
func addRoomMembers(s *state, c *call, g *circle) (*response, *apiError) {
	users, err := bodyUsers(c)
	if err != nil {
		return nil, err
	}
	if len(users) > maxCircleBatch {
		return nil, errInvalidParameter("addMembers: addMembers number more than maxSize : 60")
	}
	fresh, err := s.admit(g, users)
	if err != nil {
		return nil, err
	}
	for _, user := range fresh {
		s.chatrooms.join(g, user, s.now())
	}
	return data(map[string]any{"newmembers": users, "action": "add_member", "id": g.id}), nil
}

// setTags replaces the tags of a member. They go when he leaves.
func setTags(_ *state, c *call, g *circle) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	tags := o.texts("tags")
	m := g.members.get(named(c, "username"))
	switch {
	case o.bad != "" || tags == nil:
		return nil, errInvalidParameter("tags should be type of List")
	case len(tags) > maxTags:
		return nil, errExceedLimit("user group tag count exceed limit")
	case m == nil:
		return nil, errNotMembers([]string{named(c, "username")})
	}
	for _, tag := range tags {
		if utf8.RuneCountInString(tag) > maxTagLen {
			return nil, errTagTooLong()
		}
	}
	m.tags = tags
	return data(result{true}), nil
}

// getTags shows when the mute of each tag ends, as text: "-1" never. For a tag
// that is not muted no source has an example; it is "0" here.
func getTags(s *state, c *call, g *circle) (*response, *apiError) {
	m := g.members.get(named(c, "username"))
	if m == nil {
		return nil, errNotMembers([]string{named(c, "username")})
	}
	ends := map[string]string{}
	for _, tag := range m.tags {
		until := g.tags[tag]
		switch {
		case until.Equal(forever):
			ends[tag] = "-1"
		case until.After(s.now()):
			ends[tag] = strconv.FormatInt(until.UnixMilli(), 10)
		default:
			ends[tag] = "0"
		}
	}
	return data(ends), nil
}

// muteTag mutes by seconds, unlike the mute of members.
func muteTag(s *state, c *call, g *circle) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	tag := o.text("tag")
	if tag == "" {
		return nil, errNotProvided("tag")
	}
	n, err := readMute(o)
	switch {
	case err != nil:
		return nil, err
	case utf8.RuneCountInString(tag) > maxTagLen:
		return nil, errTagTooLong()
	case !g.knowsTag(tag):
		return nil, errNoTag()
	}
	if g.tags == nil {
		g.tags = map[string]time.Time{}
	}
	g.tags[tag] = muteEnd(s.now(), n, time.Second)
	return data(result{true}), nil
}

// knowsTag holds if a member has the tag.
func (g *circle) knowsTag(tag string) bool {
	for m := range g.members.all {
		if slices.Contains(m.tags, tag) {
			return true
		}
	}
	return false
}
