package world

import "github.com/imrest/im-go/imtest/internal/wire"

var GroupMembersRoutes = []legacy{
	{
		ID: "groups.list_members_cursor", Method: get, Path: "/chatgroups/{group_id}/users",
		Shape: groupShape, When: wantsCursor, Do: GroupKind.read(wire.ErrNoCircle, listMembersCursor),
	},
	{
		ID: "groups.list_members", Method: get, Path: "/chatgroups/{group_id}/users",
		Shape: groupShape | wire.InParams | wire.InCount, Do: GroupKind.read(wire.ErrCircleNotFound, listMembers(10)),
	},
	{
		ID: "groups.is_member", Method: get, Also: post, Path: "/chatgroups/{group_id}/user/{username}/is_joined",
		Do: (*World).groupsIsMember,
	},
	{
		ID: "groups.add_member", Method: post, Path: "/chatgroups/{group_id}/users/{username}",
		Shape: groupShape, Do: GroupKind.write(wire.ErrNoCircle, addGroupMember),
	},
	{
		ID: "groups.add_members", Method: post, Path: "/chatgroups/{group_id}/users",
		Shape: groupShape, Body: wire.JSONBody, Do: GroupKind.write(wire.ErrNoCircle, addGroupMembers),
	},
	{
		ID: "groups.remove_members", Method: del, Path: "/chatgroups/{group_id}/users/{usernames}",
		Shape: groupShape, When: hasSeveral, Do: GroupKind.write(wire.ErrNoCircle, removeMembers),
	},
	{
		ID: "groups.remove_member", Method: del, Path: "/chatgroups/{group_id}/users/{username}",
		Shape: groupShape, Do: GroupKind.write(wire.ErrNoCircle, removeMembers),
	},
	{
		ID: "groups.list_admins", Method: get, Path: "/chatgroups/{group_id}/admin",
		Shape: groupShape | wire.InCount, Do: GroupKind.read(wire.ErrNoCircle, listAdmins),
	},
	{
		ID: "groups.add_admin", Method: post, Path: "/chatgroups/{group_id}/admin",
		Shape: groupShape | wire.InProperties, Body: wire.JSONBody, Do: GroupKind.write(wire.ErrNoCircle, addAdmin),
	},
	{
		ID: "groups.remove_admin", Method: del, Path: "/chatgroups/{group_id}/admin/{oldadmin}",
		Shape: groupShape, Do: GroupKind.write(wire.ErrNoCircle, removeAdmin),
	},
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
func (s *World) groupsIsMember(c *wire.Call) (*wire.Response, *wire.Error) {
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	now := s.Now()
	g := s.Chatgroups.ByID.Get(c.Value("group_id"))
	env := membership{
		Action:   "get",
		Data:     g != nil && g.Members.Has(named(c, "username")),
		Duration: now.Sub(c.Started).Milliseconds(), Timestamp: now.UnixMilli(),
	}
	if !c.ByAppID {
		env.Application, env.Organization = s.UUID, s.Conf.Org
	}
	return wire.Plain(env), nil
}

func addGroupMember(s *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	user := named(c, "username")
	fresh, err := s.admit(g, []string{user})
	switch {
	case err != nil:
		return nil, err
	case len(fresh) == 0:
		return nil, wire.ErrAlreadyInGroup(user, g.ID)
	}
	s.Chatgroups.join(g, user, s.Now())
	return wire.Data(map[string]any{"result": true, "groupid": g.ID, "action": "add_member", "user": user}), nil
}

// addGroupMembers adds those who are no members; that all are is an error.
func addGroupMembers(s *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	users, err := bodyUsers(c)
	if err != nil {
		return nil, err
	}
	if len(users) > maxCircleBatch {
		return nil, wire.ErrTooManyMembers()
	}
	fresh, err := s.admit(g, users)
	switch {
	case err != nil:
		return nil, err
	case len(fresh) == 0:
		return nil, wire.ErrAlreadyInGroup(users[0], g.ID)
	}
	for _, user := range fresh {
		s.Chatgroups.join(g, user, s.Now())
	}
	return wire.Data(map[string]any{"newmembers": fresh, "groupid": g.ID, "action": "add_member"}), nil
}
