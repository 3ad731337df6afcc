package imtest

var groupListsRoutes = []legacy{
	{
		id: "groups.list_blocked", method: get, path: "/chatgroups/{group_id}/blocks/users",
		shape: groupShape | inCount, do: groupKind.read(errNoCircle, listGroupBlocked),
	},
	{
		id: "groups.block_member", method: post, path: "/chatgroups/{group_id}/blocks/users/{username}",
		shape: groupShape, do: groupKind.write(errNoCircle, blockOne),
	},
	{
		id: "groups.block_members", method: post, path: "/chatgroups/{group_id}/blocks/users",
		shape: groupShape, body: jsonBody, do: groupKind.write(errNoCircle, blockMany),
	},
	{
		id: "groups.unblock_members", method: del, path: "/chatgroups/{group_id}/blocks/users/{usernames}",
		shape: groupShape, when: hasSeveral, do: groupKind.write(errNoCircle, unblock),
	},
	{
		id: "groups.unblock_member", method: del, path: "/chatgroups/{group_id}/blocks/users/{username}",
		shape: groupShape, do: groupKind.write(errNoCircle, unblock),
	},
	{
		id: "groups.list_allowed", method: get, path: "/chatgroups/{group_id}/white/users",
		shape: groupShape | inCount, do: groupKind.read(errNoCircle, listAllowed),
	},
	{
		id: "groups.allow_member", method: post, path: "/chatgroups/{group_id}/white/users/{username}",
		shape: groupShape, do: groupKind.write(errNoCircle, allowOne),
	},
	{
		id: "groups.allow_members", method: post, path: "/chatgroups/{group_id}/white/users",
		shape: groupShape, body: jsonBody, do: groupKind.write(errNoCircle, allowMany),
	},
	{
		id: "groups.disallow_members", method: del, path: "/chatgroups/{group_id}/white/users/{username}",
		shape: groupShape, do: groupKind.write(errNoCircle, disallow),
	},
	{
		id: "groups.list_muted", method: get, path: "/chatgroups/{group_id}/mute",
		shape: groupShape, do: groupKind.read(errNoCircle, listMuted),
	},
	{
		id: "groups.mute_members", method: post, path: "/chatgroups/{group_id}/mute",
		shape: groupShape, body: jsonBody, do: groupKind.write(errNoCircle, muteMembers),
	},
	{
		id: "groups.unmute_members", method: del, also: post, path: "/chatgroups/{group_id}/mute/{member_id}",
		shape: groupShape, do: groupKind.write(errNoCircle, unmuteMembers),
	},
	{
		id: "groups.mute_all", method: post, path: "/chatgroups/{group_id}/ban",
		shape: groupShape, do: groupKind.write(errNoCircle, muteAll(true)),
	},
	{
		id: "groups.unmute_all", method: del, also: put, path: "/chatgroups/{group_id}/ban",
		shape: groupShape, do: groupKind.write(errNoCircle, muteAll(false)),
	},
}

// listGroupBlocked pages if the call has a page size or a cursor; otherwise
// the 500 users who were blocked last come back. Rooms do not page.
func listGroupBlocked(_ *state, c *call, g *circle) (*response, *apiError) {
	size := mostUnpaged
	if c.query.Has("pageSize") || c.query.Has("cursor") {
		var err *apiError
		if size, err = c.number("pageSize", 50, 50); err != nil {
			return nil, err
		}
	}
	page, ok := g.blocked.leaf(c.query.Get("cursor"), size, true, nil)
	if !ok {
		return nil, errInvalidRequest()
	}
	ans := counted(convert(page.values, func(user string) string { return user }))
	if c.query.Has("pageSize") || c.query.Has("cursor") {
		ans.cursor = page.cursorIfMore()
	}
	return ans, nil
}
