package imtest

import "slices"

// What the domains around messages ask of groups and rooms. The caller holds mu.

// groupOf returns a group or thread, nil if there is none.
func (s *state) groupOf(id string) *circle {
	if g := s.chatgroups.byID.get(id); g != nil {
		return g
	}
	return s.threads.byID.get(id)
}

// groupMembers returns the members of a group or thread, and whether there is
// such a one.
func (s *state) groupMembers(id string) ([]string, bool) {
	g := s.groupOf(id)
	if g == nil {
		return nil, false
	}
	return convert(g.members.list(), func(m *member) string { return m.user }), true
}

// inGroup holds for a member of a group or thread that exists.
func (s *state) inGroup(id, user string) bool {
	g := s.groupOf(id)
	return g != nil && g.members.has(user)
}

// activeRooms returns the rooms that have a member now and have had a message.
func (s *state) activeRooms() []string {
	var list []string
	for g := range s.chatrooms.byID.all {
		if g.members.len() > 0 && len(s.rooms[g.id]) > 0 {
			list = append(list, g.id)
		}
	}
	return list
}

// inCircle holds for a member of the group or room that a message is to, if he
// can get it: rooms keep nothing for those who are offline, and a disabled group
// is silent.
func (s *state) inCircle(m *message, user string) bool {
	if m.chat == toGroups {
		return s.inGroup(m.to, user) && !s.groupOf(m.to).frozen()
	}
	g, u := s.chatrooms.byID.get(m.to), s.users.get(user)
	return g != nil && g.members.has(user) && u != nil && u.online
}

// takesPart holds for those who sent or were sent a message; in a room all do.
func (s *state) takesPart(user string, m *message) bool {
	switch {
	case m.rare != nil && m.rare.users != nil:
		return user == m.from || slices.Contains(m.rare.users, user)
	case m.chat == toUsers:
		return user == m.from || user == m.to
	case m.chat == toGroups:
		return s.inGroup(m.to, user)
	}
	return true
}
