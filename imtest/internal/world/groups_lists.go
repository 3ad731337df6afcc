package world

import "github.com/imrest/im-go/imtest/internal/wire"

var groupListsRoutes = []Legacy{
	{wire.Route{
		ID: "groups.list_blocked", Method: get, Path: "/chatgroups/{group_id}/blocks/users",
		Shape: groupShape | wire.InCount,
	}, GroupKind.read(wire.ErrNoCircle, listGroupBlocked)},
	{wire.Route{
		ID: "groups.block_member", Method: post, Path: "/chatgroups/{group_id}/blocks/users/{username}",
		Shape: groupShape,
	}, GroupKind.write(wire.ErrNoCircle, blockOne)},
	{wire.Route{
		ID: "groups.block_members", Method: post, Path: "/chatgroups/{group_id}/blocks/users",
		Shape: groupShape, Body: wire.JSONBody,
	}, GroupKind.write(wire.ErrNoCircle, blockMany)},
	{wire.Route{
		ID: "groups.unblock_members", Method: del, Path: "/chatgroups/{group_id}/blocks/users/{usernames}",
		Shape: groupShape, When: hasSeveral,
	}, GroupKind.write(wire.ErrNoCircle, unblock)},
	{wire.Route{
		ID: "groups.unblock_member", Method: del, Path: "/chatgroups/{group_id}/blocks/users/{username}",
		Shape: groupShape,
	}, GroupKind.write(wire.ErrNoCircle, unblock)},
	{wire.Route{
		ID: "groups.list_allowed", Method: get, Path: "/chatgroups/{group_id}/white/users",
		Shape: groupShape | wire.InCount,
	}, GroupKind.read(wire.ErrNoCircle, listAllowed)},
	{wire.Route{
		ID: "groups.allow_member", Method: post, Path: "/chatgroups/{group_id}/white/users/{username}",
		Shape: groupShape,
	}, GroupKind.write(wire.ErrNoCircle, allowOne)},
	{wire.Route{
		ID: "groups.allow_members", Method: post, Path: "/chatgroups/{group_id}/white/users",
		Shape: groupShape, Body: wire.JSONBody,
	}, GroupKind.write(wire.ErrNoCircle, allowMany)},
	{wire.Route{
		ID: "groups.disallow_members", Method: del, Path: "/chatgroups/{group_id}/white/users/{username}",
		Shape: groupShape,
	}, GroupKind.write(wire.ErrNoCircle, disallow)},
	{wire.Route{
		ID: "groups.list_muted", Method: get, Path: "/chatgroups/{group_id}/mute",
		Shape: groupShape,
	}, GroupKind.read(wire.ErrNoCircle, listMuted)},
	{wire.Route{
		ID: "groups.mute_members", Method: post, Path: "/chatgroups/{group_id}/mute",
		Shape: groupShape, Body: wire.JSONBody,
	}, GroupKind.write(wire.ErrNoCircle, muteMembers)},
	{wire.Route{
		ID: "groups.unmute_members", Method: del, Also: post, Path: "/chatgroups/{group_id}/mute/{member_id}",
		Shape: groupShape,
	}, GroupKind.write(wire.ErrNoCircle, unmuteMembers)},
	{wire.Route{
		ID: "groups.mute_all", Method: post, Path: "/chatgroups/{group_id}/ban",
		Shape: groupShape,
	}, GroupKind.write(wire.ErrNoCircle, muteAll(true))},
	{wire.Route{
		ID: "groups.unmute_all", Method: del, Also: put, Path: "/chatgroups/{group_id}/ban",
		Shape: groupShape,
	}, GroupKind.write(wire.ErrNoCircle, muteAll(false))},
}

// listGroupBlocked pages if the call has a page size or a cursor; otherwise
// the 500 users who were blocked last come back. Rooms do not page.
func listGroupBlocked(_ *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	size := mostUnpaged
	if c.Query.Has("pageSize") || c.Query.Has("cursor") {
		var err *wire.Error
		if size, err = c.Number("pageSize", 50, 50); err != nil {
			return nil, err
		}
	}
	page, ok := g.Blocked.Leaf(c.Query.Get("cursor"), size, true, nil)
	if !ok {
		return nil, wire.ErrInvalidRequest()
	}
	ans := wire.Counted(Convert(page.Values, func(user string) string { return user }))
	if c.Query.Has("pageSize") || c.Query.Has("cursor") {
		ans.Cursor = page.CursorIfMore()
	}
	return ans, nil
}
