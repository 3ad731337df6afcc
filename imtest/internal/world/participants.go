package world

import "slices"

// What the domains around messages ask of groups and rooms. The caller holds mu.

// groupOf returns a group or thread, nil if there is none.
func (w *World) groupOf(id string) *Circle {
	if g := w.Chatgroups.ByID.Get(id); g != nil {
		return g
	}
	return w.Threads.ByID.Get(id)
}

// groupMembers returns the members of a group or thread, and whether there is
// such a one.
func (w *World) groupMembers(id string) ([]string, bool) {
	g := w.groupOf(id)
	if g == nil {
		return nil, false
	}
	return Convert(g.Members.List(), func(m *Member) string { return m.User }), true
}

// inGroup holds for a member of a group or thread that exists.
func (w *World) inGroup(id, user string) bool {
	g := w.groupOf(id)
	return g != nil && g.Members.Has(user)
}

// activeRooms returns the rooms that have a member now and have had a message.
func (w *World) activeRooms() []string {
	var list []string
	for g := range w.Chatrooms.ByID.All {
		if g.Members.Len() > 0 && len(w.rooms[g.ID]) > 0 {
			list = append(list, g.ID)
		}
	}
	return list
}

// inCircle holds for a member of the group or room that a message is to, if he
// can get it: rooms keep nothing for those who are offline, and a disabled group
// is silent.
func (w *World) inCircle(m *Message, user string) bool {
	if m.Chat == ToGroups {
		return w.inGroup(m.To, user) && !w.groupOf(m.To).frozen()
	}
	g, u := w.Chatrooms.ByID.Get(m.To), w.users.Get(user)
	return g != nil && g.Members.Has(user) && u != nil && u.Online
}

// takesPart holds for those who sent or were sent a message; in a room all do.
func (w *World) takesPart(user string, m *Message) bool {
	switch {
	case m.Rare != nil && m.Rare.Users != nil:
		return user == m.From || slices.Contains(m.Rare.Users, user)
	case m.Chat == ToUsers:
		return user == m.From || user == m.To
	case m.Chat == ToGroups:
		return w.inGroup(m.To, user)
	}
	return true
}
