package rest

import "github.com/imrest/im-go/imtest/internal/wire"

var groupListsRoutes = []route{
	{wire.Route{
		ID: "groups.list_blocked", Method: get, Path: "/chatgroups/{group_id}/blocks/users",
		Shape: groupShape | wire.InCount,
	}, (*API).groupsListBlocked},
	{wire.Route{
		ID: "groups.block_member", Method: post, Path: "/chatgroups/{group_id}/blocks/users/{username}",
		Shape: groupShape,
	}, groupCalls.blockOne()},
	{wire.Route{
		ID: "groups.block_members", Method: post, Path: "/chatgroups/{group_id}/blocks/users",
		Shape: groupShape, Body: wire.JSONBody,
	}, groupCalls.blockMany()},
	{wire.Route{
		ID: "groups.unblock_members", Method: del, Path: "/chatgroups/{group_id}/blocks/users/{usernames}",
		Shape: groupShape, When: hasSeveral,
	}, groupCalls.unblock()},
	{wire.Route{
		ID: "groups.unblock_member", Method: del, Path: "/chatgroups/{group_id}/blocks/users/{username}",
		Shape: groupShape,
	}, groupCalls.unblock()},
	{wire.Route{
		ID: "groups.list_allowed", Method: get, Path: "/chatgroups/{group_id}/white/users",
		Shape: groupShape | wire.InCount,
	}, groupCalls.listAllowed},
	{wire.Route{
		ID: "groups.allow_member", Method: post, Path: "/chatgroups/{group_id}/white/users/{username}",
		Shape: groupShape,
	}, groupCalls.allowOne()},
	{wire.Route{
		ID: "groups.allow_members", Method: post, Path: "/chatgroups/{group_id}/white/users",
		Shape: groupShape, Body: wire.JSONBody,
	}, groupCalls.allowMany()},
	{wire.Route{
		ID: "groups.disallow_members", Method: del, Path: "/chatgroups/{group_id}/white/users/{username}",
		Shape: groupShape,
	}, groupCalls.disallow()},
	{wire.Route{
		ID: "groups.list_muted", Method: get, Path: "/chatgroups/{group_id}/mute",
		Shape: groupShape,
	}, groupCalls.listMuted},
	{wire.Route{
		ID: "groups.mute_members", Method: post, Path: "/chatgroups/{group_id}/mute",
		Shape: groupShape, Body: wire.JSONBody,
	}, groupCalls.muteMembers},
	{wire.Route{
		ID: "groups.unmute_members", Method: del, Also: post, Path: "/chatgroups/{group_id}/mute/{member_id}",
		Shape: groupShape,
	}, groupCalls.unmuteMembers},
	{wire.Route{
		ID: "groups.mute_all", Method: post, Path: "/chatgroups/{group_id}/ban",
		Shape: groupShape,
	}, groupCalls.muteAll},
	{wire.Route{
		ID: "groups.unmute_all", Method: del, Also: put, Path: "/chatgroups/{group_id}/ban",
		Shape: groupShape,
	}, groupCalls.unmuteAll},
}

// groupsListBlocked pages if the call has a page size or a cursor; otherwise
// the 500 users who were blocked last come back. Rooms do not page.
func (a *API) groupsListBlocked(c *wire.Call) (*wire.Response, *wire.Error) {
	size, paged := mostUnpaged, c.Query.Has("pageSize") || c.Query.Has("cursor")
	if paged {
		var err *wire.Error
		if size, err = c.Number("pageSize", 50, 50); err != nil {
			return nil, err
		}
	}
	list, next, err := a.world.PageBlockedUsers(groupCalls.id(c), c.Query.Get("cursor"), size)
	if err != nil {
		return nil, groupCalls.told(err)
	}
	ans := wire.Counted(append([]string{}, list...))
	if paged {
		ans.Cursor = next
	}
	return ans, nil
}
