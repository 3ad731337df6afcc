package imtest

var roomListsRoutes = []legacy{
	{
		id: "chatrooms.list_blocks", method: get, path: "/chatrooms/{chatroom_id}/blocks/users",
		shape: roomShape | inCount, do: roomKind.read(errNoCircle, listRoomBlocked),
	},
	{
		id: "chatrooms.block_user", method: post, path: "/chatrooms/{chatroom_id}/blocks/users/{username}",
		shape: roomShape, do: roomKind.write(errNoCircle, blockOne),
	},
	{
		id: "chatrooms.block_users", method: post, path: "/chatrooms/{chatroom_id}/blocks/users",
		shape: roomShape, body: jsonBody, do: roomKind.write(errNoCircle, blockMany),
	},
	{
		id: "chatrooms.unblock_users", method: del, path: "/chatrooms/{chatroom_id}/blocks/users/{usernames}",
		shape: roomShape, when: hasSeveral, do: roomKind.write(errNoCircle, unblock),
	},
	{
		id: "chatrooms.unblock_user", method: del, path: "/chatrooms/{chatroom_id}/blocks/users/{username}",
		shape: roomShape, do: roomKind.write(errNoCircle, unblock),
	},
	{
		id: "chatrooms.list_allowed", method: get, path: "/chatrooms/{chatroom_id}/white/users",
		shape: roomShape | inCount, do: roomKind.read(errNoCircle, listAllowed),
	},
	{
		id: "chatrooms.allow_user", method: post, path: "/chatrooms/{chatroom_id}/white/users/{username}",
		shape: roomShape, do: roomKind.write(errNoCircle, allowOne),
	},
	{
		id: "chatrooms.allow_users", method: post, path: "/chatrooms/{chatroom_id}/white/users",
		shape: roomShape, body: jsonBody, do: roomKind.write(errNoCircle, allowMany),
	},
	{
		id: "chatrooms.disallow_users", method: del, path: "/chatrooms/{chatroom_id}/white/users/{usernames}",
		shape: roomShape, do: roomKind.write(errNoCircle, disallow),
	},
	{
		id: "chatrooms.list_muted", method: get, path: "/chatrooms/{chatroom_id}/mute",
		shape: roomShape, do: roomKind.read(errNoCircle, listMuted),
	},
	{
		id: "chatrooms.mute_members", method: post, path: "/chatrooms/{chatroom_id}/mute",
		shape: roomShape, body: jsonBody, do: roomKind.write(errNoCircle, muteMembers),
	},
	{
		id: "chatrooms.unmute_members", method: del, path: "/chatrooms/{chatroom_id}/mute/{members}",
		shape: roomShape, do: roomKind.write(errNoCircle, unmuteMembers),
	},
	{
		id: "chatrooms.mute_all", method: post, path: "/chatrooms/{chatroom_id}/ban",
		shape: roomShape, do: roomKind.write(errNoCircle, muteAll(true)),
	},
	{
		id: "chatrooms.unmute_all", method: del, also: put, path: "/chatrooms/{chatroom_id}/ban",
		shape: roomShape, do: roomKind.write(errNoCircle, muteAll(false)),
	},
}

func listRoomBlocked(_ *state, _ *call, g *circle) (*response, *apiError) {
	return counted(g.blocked.list()), nil
}
