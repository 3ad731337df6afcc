package world

import "slices"

// What the domains around messages ask of groups and rooms. The caller holds mu.

// groupOf returns a group or thread, nil if there is none.
func (s *World) groupOf(id string) *Circle {
	if g := s.Chatgroups.ByID.Get(id); g != nil {
		return g
	}
	return s.Threads.ByID.Get(id)
}

// groupMembers returns the members of a group or thread, and whether there is
// such a one.
func (s *World) groupMembers(id string) ([]string, bool) {
	g := s.groupOf(id)
	if g == nil {
		return nil, false
	}
	return Convert(g.Members.List(), func(m *Member) string { return m.User }), true
}

// inGroup holds for a member of a group or thread that exists.
func (s *World) inGroup(id, user string) bool {
	g := s.groupOf(id)
	return g != nil && g.Members.Has(user)
}

// activeRooms returns the rooms that have a member now and have had a message.
func (s *World) activeRooms() []string {
	var list []string
	for g := range s.Chatrooms.ByID.All {
		if g.Members.Len() > 0 && len(s.Rooms[g.ID]) > 0 {
			list = append(list, g.ID)
		}
	}
	return list
}

// inCircle holds for a member of the group or room that a message is to, if he
// can get it: rooms keep nothing for those who are offline, and a disabled group
// is silent.
func (s *World) inCircle(m *Message, user string) bool {
	if m.Chat == ToGroups {
		return s.inGroup(m.To, user) && !s.groupOf(m.To).frozen()
	}
	g, u := s.Chatrooms.ByID.Get(m.To), s.users.Get(user)
	return g != nil && g.Members.Has(user) && u != nil && u.Online
}

// takesPart holds for those who sent or were sent a message; in a room all do.
func (s *World) takesPart(user string, m *Message) bool {
	switch {
	case m.Rare != nil && m.Rare.Users != nil:
		return user == m.From || slices.Contains(m.Rare.Users, user)
	case m.Chat == ToUsers:
		return user == m.From || user == m.To
	case m.Chat == ToGroups:
		return s.inGroup(m.To, user)
	}
	return true
}
