package rest

import "github.com/imrest/im-go/imtest/internal/wire"

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
