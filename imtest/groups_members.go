package imtest

var groupMembersRoutes = []legacy{
	{
		id: "groups.list_members_cursor", method: get, path: "/chatgroups/{group_id}/users",
		shape: groupShape, when: wantsCursor, do: groupKind.read(errNoCircle, listMembersCursor),
	},
	{
		id: "groups.list_members", method: get, path: "/chatgroups/{group_id}/users",
		shape: groupShape | inParams | inCount, do: groupKind.read(errCircleNotFound, listMembers(10)),
	},
	{
		id: "groups.is_member", method: get, also: post, path: "/chatgroups/{group_id}/user/{username}/is_joined",
		do: (*state).groupsIsMember,
	},
	{
		id: "groups.add_member", method: post, path: "/chatgroups/{group_id}/users/{username}",
		shape: groupShape, do: groupKind.write(errNoCircle, addGroupMember),
	},
	{
		id: "groups.add_members", method: post, path: "/chatgroups/{group_id}/users",
		shape: groupShape, body: jsonBody, do: groupKind.write(errNoCircle, addGroupMembers),
	},
	{
		id: "groups.remove_members", method: del, path: "/chatgroups/{group_id}/users/{usernames}",
		shape: groupShape, when: hasSeveral, do: groupKind.write(errNoCircle, removeMembers),
	},
	{
		id: "groups.remove_member", method: del, path: "/chatgroups/{group_id}/users/{username}",
		shape: groupShape, do: groupKind.write(errNoCircle, removeMembers),
	},
	{
		id: "groups.list_admins", method: get, path: "/chatgroups/{group_id}/admin",
		shape: groupShape | inCount, do: groupKind.read(errNoCircle, listAdmins),
	},
	{
		id: "groups.add_admin", method: post, path: "/chatgroups/{group_id}/admin",
		shape: groupShape | inProperties, body: jsonBody, do: groupKind.write(errNoCircle, addAdmin),
	},
	{
		id: "groups.remove_admin", method: del, path: "/chatgroups/{group_id}/admin/{oldadmin}",
		shape: groupShape, do: groupKind.write(errNoCircle, removeAdmin),
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
func (s *state) groupsIsMember(c *call) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	now := s.now()
	g := s.chatgroups.byID.get(c.value("group_id"))
	env := membership{
		Action:   "get",
		Data:     g != nil && g.members.has(named(c, "username")),
		Duration: now.Sub(c.started).Milliseconds(), Timestamp: now.UnixMilli(),
	}
	if !c.byAppID {
		env.Application, env.Organization = s.uuid, s.conf.org
	}
	return plain(env), nil
}

func addGroupMember(s *state, c *call, g *circle) (*response, *apiError) {
	user := named(c, "username")
	fresh, err := s.admit(g, []string{user})
	switch {
	case err != nil:
		return nil, err
	case len(fresh) == 0:
		return nil, errAlreadyInGroup(user, g.id)
	}
	s.chatgroups.join(g, user, s.now())
	return data(map[string]any{"result": true, "groupid": g.id, "action": "add_member", "user": user}), nil
}

// addGroupMembers adds those who are no members; that all are is an error.
func addGroupMembers(s *state, c *call, g *circle) (*response, *apiError) {
	users, err := bodyUsers(c)
	if err != nil {
		return nil, err
	}
	if len(users) > maxCircleBatch {
		return nil, errTooManyMembers()
	}
	fresh, err := s.admit(g, users)
	switch {
	case err != nil:
		return nil, err
	case len(fresh) == 0:
		return nil, errAlreadyInGroup(users[0], g.id)
	}
	for _, user := range fresh {
		s.chatgroups.join(g, user, s.now())
	}
	return data(map[string]any{"newmembers": fresh, "groupid": g.id, "action": "add_member"}), nil
}
