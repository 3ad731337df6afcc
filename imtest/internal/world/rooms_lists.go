package world

import "github.com/imrest/im-go/imtest/internal/wire"

var roomListsRoutes = []Legacy{
	{wire.Route{
		ID: "chatrooms.list_blocks", Method: get, Path: "/chatrooms/{chatroom_id}/blocks/users",
		Shape: roomShape | wire.InCount,
	}, RoomKind.read(wire.ErrNoCircle, listRoomBlocked)},
	{wire.Route{
		ID: "chatrooms.block_user", Method: post, Path: "/chatrooms/{chatroom_id}/blocks/users/{username}",
		Shape: roomShape,
	}, RoomKind.write(wire.ErrNoCircle, blockOne)},
	{wire.Route{
		ID: "chatrooms.block_users", Method: post, Path: "/chatrooms/{chatroom_id}/blocks/users",
		Shape: roomShape, Body: wire.JSONBody,
	}, RoomKind.write(wire.ErrNoCircle, blockMany)},
	{wire.Route{
		ID: "chatrooms.unblock_users", Method: del, Path: "/chatrooms/{chatroom_id}/blocks/users/{usernames}",
		Shape: roomShape, When: hasSeveral,
	}, RoomKind.write(wire.ErrNoCircle, unblock)},
	{wire.Route{
		ID: "chatrooms.unblock_user", Method: del, Path: "/chatrooms/{chatroom_id}/blocks/users/{username}",
		Shape: roomShape,
	}, RoomKind.write(wire.ErrNoCircle, unblock)},
	{wire.Route{
		ID: "chatrooms.list_allowed", Method: get, Path: "/chatrooms/{chatroom_id}/white/users",
		Shape: roomShape | wire.InCount,
	}, RoomKind.read(wire.ErrNoCircle, listAllowed)},
	{wire.Route{
		ID: "chatrooms.allow_user", Method: post, Path: "/chatrooms/{chatroom_id}/white/users/{username}",
		Shape: roomShape,
	}, RoomKind.write(wire.ErrNoCircle, allowOne)},
	{wire.Route{
		ID: "chatrooms.allow_users", Method: post, Path: "/chatrooms/{chatroom_id}/white/users",
		Shape: roomShape, Body: wire.JSONBody,
	}, RoomKind.write(wire.ErrNoCircle, allowMany)},
	{wire.Route{
		ID: "chatrooms.disallow_users", Method: del, Path: "/chatrooms/{chatroom_id}/white/users/{usernames}",
		Shape: roomShape,
	}, RoomKind.write(wire.ErrNoCircle, disallow)},
	{wire.Route{
		ID: "chatrooms.list_muted", Method: get, Path: "/chatrooms/{chatroom_id}/mute",
		Shape: roomShape,
	}, RoomKind.read(wire.ErrNoCircle, listMuted)},
	{wire.Route{
		ID: "chatrooms.mute_members", Method: post, Path: "/chatrooms/{chatroom_id}/mute",
		Shape: roomShape, Body: wire.JSONBody,
	}, RoomKind.write(wire.ErrNoCircle, muteMembers)},
	{wire.Route{
		ID: "chatrooms.unmute_members", Method: del, Path: "/chatrooms/{chatroom_id}/mute/{members}",
		Shape: roomShape,
	}, RoomKind.write(wire.ErrNoCircle, unmuteMembers)},
	{wire.Route{
		ID: "chatrooms.mute_all", Method: post, Path: "/chatrooms/{chatroom_id}/ban",
		Shape: roomShape,
	}, RoomKind.write(wire.ErrNoCircle, muteAll(true))},
	{wire.Route{
		ID: "chatrooms.unmute_all", Method: del, Also: put, Path: "/chatrooms/{chatroom_id}/ban",
		Shape: roomShape,
	}, RoomKind.write(wire.ErrNoCircle, muteAll(false))},
}

func listRoomBlocked(_ *World, _ *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	return wire.Counted(g.Blocked.List()), nil
}
