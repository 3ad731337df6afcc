package rest

import (
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const (
	maxTags   = 10 // of a member
	maxTagLen = 32 // characters
)

var roomMembersRoutes = []route{
	{wire.Route{
		ID: "chatrooms.list_members_cursor", Method: get, Path: "/chatrooms/{chatroom_id}/users",
		Shape: roomShape | wire.InParams | wire.InCount, When: wantsCursor,
	}, roomCalls.listMembersCursor(listWords)},
	{wire.Route{
		ID: "chatrooms.list_members", Method: get, Path: "/chatrooms/{chatroom_id}/users",
		Shape: roomShape | wire.InParams | wire.InCount,
	}, roomCalls.listMembers},
	{wire.Route{
		ID: "chatrooms.count_members", Method: get, Path: "/chatrooms/{chatroom_id}/count", Shape: wire.Full&^wire.InPath | wire.InEntities,
	}, roomCalls.countMembers},
	{wire.Route{
		ID: "chatrooms.add_member", Method: post, Path: "/chatrooms/{chatroom_id}/users/{username}",
		Shape: roomShape,
	}, (*API).roomsAddMember},
	{wire.Route{
		ID: "chatrooms.add_members", Method: post, Path: "/chatrooms/{chatroom_id}/users",
		Shape: roomShape, Body: wire.JSONBody,
	}, (*API).roomsAddMembers},
	{wire.Route{
		ID: "chatrooms.remove_members", Method: del, Path: "/chatrooms/{chatroom_id}/users/{usernames}",
		Shape: roomShape, When: hasSeveral,
	}, roomCalls.removeMembers},
	{wire.Route{
		ID: "chatrooms.remove_member", Method: del, Path: "/chatrooms/{chatroom_id}/users/{username}",
		Shape: roomShape,
	}, roomCalls.removeMembers},
	{wire.Route{
		ID: "chatrooms.list_admins", Method: get, Path: "/chatrooms/{chatroom_id}/admin",
		Shape: roomShape | wire.InCount,
	}, roomCalls.listAdmins},
	{wire.Route{
		ID: "chatrooms.add_admin", Method: post, Path: "/chatrooms/{chatroom_id}/admin",
		Shape: roomShape, Body: wire.JSONBody,
	}, roomCalls.addAdmin(words{world.NotMember: notMembers})},
	{wire.Route{
		ID: "chatrooms.remove_admin", Method: del, Path: "/chatrooms/{chatroom_id}/admin/{oldadmin}",
		Shape: roomShape,
	}, roomCalls.removeAdmin},
	{wire.Route{
		ID: "chatrooms.set_user_tags", Method: put, Path: "/chatrooms/{chatroom_id}/users/{username}/tag",
		Shape: roomShape, Body: wire.JSONBody,
	}, (*API).roomsSetTags},
	{wire.Route{
		ID: "chatrooms.get_user_tags", Method: get, Path: "/chatrooms/{chatroom_id}/users/{username}/tag",
		Shape: roomShape,
	}, (*API).roomsGetTags},
	{wire.Route{
		ID: "chatrooms.mute_tag", Method: put, Path: "/chatrooms/{chatroom_id}/tag/mute",
		Shape: roomShape, Body: wire.JSONBody,
	}, (*API).roomsMuteTag},
}

// notMembers are words for one user who is not a member.
func notMembers(e *world.Error) *wire.Error { return wire.ErrNotMembers(e.Names[:1]) }

func (a *API) roomsAddMember(c *wire.Call) (*wire.Response, *wire.Error) {
	user := c.Value("username")
	if _, err := a.world.AddMembers(roomCalls.id(c), []string{user}); err != nil {
		return nil, roomCalls.told(err)
	}
	return wire.Data(map[string]any{
		"result": true, "action": "add_member", "id": c.Value("chatroom_id"), "user": world.Fold(user),
	}), nil
}

// roomsAddMembers names all, those who were members before too.
func (a *API) roomsAddMembers(c *wire.Call) (*wire.Response, *wire.Error) {
	_, users, err := bodyUsers(c)
	switch {
	case err != nil:
		return nil, err
	case len(users) > maxCircleBatch:
		return nil, wire.ErrInvalidParameter("addMembers: addMembers number more than maxSize : 60")
	}
	if _, err := a.world.AddMembers(roomCalls.id(c), users); err != nil {
		return nil, roomCalls.told(err)
	}
	return wire.Data(map[string]any{
		"newmembers": world.Convert(users, world.Fold), "action": "add_member", "id": c.Value("chatroom_id"),
	}), nil
}

func (a *API) roomsSetTags(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	tags := o.Texts("tags")
	switch {
	case o.Bad != "" || tags == nil:
		return nil, wire.ErrInvalidParameter("tags should be type of List")
	case len(tags) > maxTags:
		return nil, wire.ErrExceedLimit("user group tag count exceed limit")
	}
	for _, tag := range tags {
		if utf8.RuneCountInString(tag) > maxTagLen {
			return nil, wire.ErrTagTooLong()
		}
	}
	if err := a.world.SetMemberTags(c.Value("chatroom_id"), c.Value("username"), tags); err != nil {
		return nil, roomCalls.told(err)
	}
	return wire.Data(result{true}), nil
}

// roomsGetTags shows when the mute of each tag ends, as text: "-1" never. For a tag
// that is not muted no source has an example; it is "0" here.
func (a *API) roomsGetTags(c *wire.Call) (*wire.Response, *wire.Error) {
	tags, err := a.world.MemberTags(c.Value("chatroom_id"), c.Value("username"))
	if err != nil {
		return nil, roomCalls.told(err)
	}
	ends := map[string]string{}
	for _, t := range tags {
		switch {
		case t.Forever():
			ends[t.Tag] = "-1"
		case t.Until.After(c.App.Now()):
			ends[t.Tag] = strconv.FormatInt(t.Until.UnixMilli(), 10)
		default:
			ends[t.Tag] = "0"
		}
	}
	return wire.Data(ends), nil
}

// roomsMuteTag mutes by seconds, unlike the mute of members.
func (a *API) roomsMuteTag(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	tag := o.Text("tag")
	if tag == "" {
		return nil, wire.ErrNotProvided("tag")
	}
	length, err := readMute(o, time.Second)
	switch {
	case err != nil:
		return nil, err
	case utf8.RuneCountInString(tag) > maxTagLen:
		return nil, wire.ErrTagTooLong()
	}
	if err := a.world.MuteTag(c.Value("chatroom_id"), tag, length); err != nil {
		return nil, roomCalls.told(err)
	}
	return wire.Data(result{true}), nil
}
