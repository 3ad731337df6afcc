package world

import "slices"

// What the domains around messages ask of groups and rooms. The caller holds mu.

// groupOf returns a group or thread, nil if there is none.
func (w *World) groupOf(id string) *circle {
	if g := w.circles.groups.byID.Get(id); g != nil {
		return g
	}
	return w.circles.threads.byID.Get(id)
}

// groupMembers returns the members of a group or thread, and whether there is
// such a one.
func (w *World) groupMembers(id string) ([]string, bool) {
	g := w.groupOf(id)
	if g == nil {
		return nil, false
	}
	return g.names(), true
}

// inGroup holds for a member of a group or thread that exists.
func (w *World) inGroup(id, user string) bool {
	g := w.groupOf(id)
	return g != nil && g.members.Has(user)
}

// activeRooms returns the rooms that have a member now and have had a message.
func (w *World) activeRooms() []string {
	var list []string
	for g := range w.circles.rooms.byID.All {
		if g.members.Len() > 0 && len(w.Rooms[g.ID]) > 0 {
			list = append(list, g.ID)
		}
	}
	return list
}

// inCircle holds for a member of the group or room that a message is to, if they
// can get it: rooms keep nothing for those who are offline, and a disabled group
// is silent.
func (w *World) inCircle(m *Message, user string) bool {
	if m.Chat == ToGroups {
		return w.inGroup(m.To, user) && !w.frozen(w.groupOf(m.To))
	}
	g, u := w.circles.rooms.byID.Get(m.To), w.users.Get(user)
	return g != nil && g.members.Has(user) && u != nil && u.Online
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

// deliverToMembers gives a message to the members of a group or thread, if the
// target is one, except to its sender: members who are muted get it as others
// do, blocked users are no members, and a disabled group is silent.
func (w *World) deliverToMembers(m *Message) {
	g := w.groupOf(m.To)
	if g == nil || w.frozen(g) {
		return
	}
	for member := range g.members.All {
		if member.User != m.From {
			w.deliverTo(member.User, m)
		}
	}
}

// deliverToPresent gives a message to the members of a room who are online:
// rooms keep nothing for others.
func (w *World) deliverToPresent(m *Message) {
	g := w.circles.rooms.byID.Get(m.To)
	if g == nil {
		return
	}
	for member := range g.members.All {
		if u := w.users.Get(member.User); u != nil && u.Online && u.Name != m.From {
			w.deliverTo(u.Name, m)
		}
	}
}
