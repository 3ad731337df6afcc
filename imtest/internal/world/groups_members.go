package world

import "github.com/imrest/im-go/imtest/internal/wire"

var groupMembersRoutes = []Legacy{
	{wire.Route{
		ID: "groups.list_members_cursor", Method: get, Path: "/chatgroups/{group_id}/users",
		Shape: groupShape, When: wantsCursor,
	}, GroupKind.read(wire.ErrNoCircle, listMembersCursor)},
	{wire.Route{
		ID: "groups.list_members", Method: get, Path: "/chatgroups/{group_id}/users",
		Shape: groupShape | wire.InParams | wire.InCount,
	}, GroupKind.read(wire.ErrCircleNotFound, listMembers(10))},
	{wire.Route{
		ID: "groups.is_member", Method: get, Also: post, Path: "/chatgroups/{group_id}/user/{username}/is_joined",
	}, (*World).groupsIsMember},
	{wire.Route{
		ID: "groups.add_member", Method: post, Path: "/chatgroups/{group_id}/users/{username}",
		Shape: groupShape,
	}, GroupKind.write(wire.ErrNoCircle, addGroupMember)},
	{wire.Route{
		ID: "groups.add_members", Method: post, Path: "/chatgroups/{group_id}/users",
		Shape: groupShape, Body: wire.JSONBody,
	}, GroupKind.write(wire.ErrNoCircle, addGroupMembers)},
	{wire.Route{
		ID: "groups.remove_members", Method: del, Path: "/chatgroups/{group_id}/users/{usernames}",
		Shape: groupShape, When: hasSeveral,
	}, GroupKind.write(wire.ErrNoCircle, removeMembers)},
	{wire.Route{
		ID: "groups.remove_member", Method: del, Path: "/chatgroups/{group_id}/users/{username}",
		Shape: groupShape,
	}, GroupKind.write(wire.ErrNoCircle, removeMembers)},
	{wire.Route{
		ID: "groups.list_admins", Method: get, Path: "/chatgroups/{group_id}/admin",
		Shape: groupShape | wire.InCount,
	}, GroupKind.read(wire.ErrNoCircle, listAdmins)},
	{wire.Route{
		ID: "groups.add_admin", Method: post, Path: "/chatgroups/{group_id}/admin",
		Shape: groupShape | wire.InProperties, Body: wire.JSONBody,
	}, GroupKind.write(wire.ErrNoCircle, addAdmin)},
	{wire.Route{
		ID: "groups.remove_admin", Method: del, Path: "/chatgroups/{group_id}/admin/{oldadmin}",
		Shape: groupShape,
	}, GroupKind.write(wire.ErrNoCircle, removeAdmin)},
}

// membership is the response of is_member, whose envelope is one of its own.
type membership struct {
	Action       string `json:"action"`
	Application  string `json:"application,omitempty"`
	Data         bool   `json:"data"`
	Duration     int64  `json:"duration"`
	Organization string `json:"organization,omitempty"`
	Timestamp    int64  `json:"timestamp"`
}

// groupsIsMember knows no error: nobody is in an unknown group.
func (w *World) groupsIsMember(c *wire.Call) (*wire.Response, *wire.Error) {
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	now := w.Now()
	g := w.Chatgroups.ByID.Get(c.Value("group_id"))
	env := membership{
		Action:   "get",
		Data:     g != nil && g.Members.Has(named(c, "username")),
		Duration: now.Sub(c.Started).Milliseconds(), Timestamp: now.UnixMilli(),
	}
	if !c.ByAppID {
		env.Application, env.Organization = w.UUID, w.Conf.Org
	}
	return wire.Plain(env), nil
}

func addGroupMember(w *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	user := named(c, "username")
	fresh, err := w.admit(g, []string{user})
	switch {
	case err != nil:
		return nil, err
	case len(fresh) == 0:
		return nil, wire.ErrAlreadyInGroup(user, g.ID)
	}
	w.Chatgroups.join(g, user, w.Now())
	return wire.Data(map[string]any{"result": true, "groupid": g.ID, "action": "add_member", "user": user}), nil
}

// addGroupMembers adds those who are no members; that all are is an error.
func addGroupMembers(w *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	users, err := bodyUsers(c)
	if err != nil {
		return nil, err
	}
	if len(users) > maxCircleBatch {
		return nil, wire.ErrTooManyMembers()
	}
	fresh, err := w.admit(g, users)
	switch {
	case err != nil:
		return nil, err
	case len(fresh) == 0:
		return nil, wire.ErrAlreadyInGroup(users[0], g.ID)
	}
	for _, user := range fresh {
		w.Chatgroups.join(g, user, w.Now())
	}
	return wire.Data(map[string]any{"newmembers": fresh, "groupid": g.ID, "action": "add_member"}), nil
}
