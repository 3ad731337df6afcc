package world

import "github.com/imrest/im-go/imtest/internal/wire"

var RoomListsRoutes = []legacy{
	{
		ID: "chatrooms.list_blocks", Method: get, Path: "/chatrooms/{chatroom_id}/blocks/users",
		Shape: roomShape | wire.InCount, Do: RoomKind.read(wire.ErrNoCircle, listRoomBlocked),
	},
	{
		ID: "chatrooms.block_user", Method: post, Path: "/chatrooms/{chatroom_id}/blocks/users/{username}",
		Shape: roomShape, Do: RoomKind.write(wire.ErrNoCircle, blockOne),
	},
	{
		ID: "chatrooms.block_users", Method: post, Path: "/chatrooms/{chatroom_id}/blocks/users",
		Shape: roomShape, Body: wire.JSONBody, Do: RoomKind.write(wire.ErrNoCircle, blockMany),
	},
	{
		ID: "chatrooms.unblock_users", Method: del, Path: "/chatrooms/{chatroom_id}/blocks/users/{usernames}",
		Shape: roomShape, When: hasSeveral, Do: RoomKind.write(wire.ErrNoCircle, unblock),
	},
	{
		ID: "chatrooms.unblock_user", Method: del, Path: "/chatrooms/{chatroom_id}/blocks/users/{username}",
		Shape: roomShape, Do: RoomKind.write(wire.ErrNoCircle, unblock),
	},
	{
		ID: "chatrooms.list_allowed", Method: get, Path: "/chatrooms/{chatroom_id}/white/users",
		Shape: roomShape | wire.InCount, Do: RoomKind.read(wire.ErrNoCircle, listAllowed),
	},
	{
		ID: "chatrooms.allow_user", Method: post, Path: "/chatrooms/{chatroom_id}/white/users/{username}",
		Shape: roomShape, Do: RoomKind.write(wire.ErrNoCircle, allowOne),
	},
	{
		ID: "chatrooms.allow_users", Method: post, Path: "/chatrooms/{chatroom_id}/white/users",
		Shape: roomShape, Body: wire.JSONBody, Do: RoomKind.write(wire.ErrNoCircle, allowMany),
	},
	{
		ID: "chatrooms.disallow_users", Method: del, Path: "/chatrooms/{chatroom_id}/white/users/{usernames}",
		Shape: roomShape, Do: RoomKind.write(wire.ErrNoCircle, disallow),
	},
	{
		ID: "chatrooms.list_muted", Method: get, Path: "/chatrooms/{chatroom_id}/mute",
		Shape: roomShape, Do: RoomKind.read(wire.ErrNoCircle, listMuted),
	},
	{
		ID: "chatrooms.mute_members", Method: post, Path: "/chatrooms/{chatroom_id}/mute",
		Shape: roomShape, Body: wire.JSONBody, Do: RoomKind.write(wire.ErrNoCircle, muteMembers),
	},
	{
		ID: "chatrooms.unmute_members", Method: del, Path: "/chatrooms/{chatroom_id}/mute/{members}",
		Shape: roomShape, Do: RoomKind.write(wire.ErrNoCircle, unmuteMembers),
	},
	{
		ID: "chatrooms.mute_all", Method: post, Path: "/chatrooms/{chatroom_id}/ban",
		Shape: roomShape, Do: RoomKind.write(wire.ErrNoCircle, muteAll(true)),
	},
	{
		ID: "chatrooms.unmute_all", Method: del, Also: put, Path: "/chatrooms/{chatroom_id}/ban",
		Shape: roomShape, Do: RoomKind.write(wire.ErrNoCircle, muteAll(false)),
	},
}

func listRoomBlocked(_ *World, _ *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	return wire.Counted(g.Blocked.List()), nil
}
