package world

import "time"

// CircleRow is a circle in a list of circles.
type CircleRow struct {
	Circle
	Members, Threads int // how many there are
}

func (g *circle) row() CircleRow { return CircleRow{g.Circle, g.members.Len(), g.threads.Len()} }

// CircleDetails is a circle with the newest of its members.
type CircleDetails struct {
	CircleRow
	Newest []Membership // the newest first
}

// Membership is a member in a list of members.
type Membership struct {
	User   string
	Joined time.Time
	Owner  bool
}

func (g *circle) memberships(list []*Member) []Membership {
	return Convert(list, func(m *Member) Membership { return Membership{m.User, m.Joined, m.User == g.Owner} })
}

// part returns up to limit values of a list behind those that are skipped.
func part[V any](list []V, skip, limit int) []V {
	list = list[min(skip, len(list)):]
	return list[:min(limit, len(list))]
}

// Circle returns a group, room or thread.
func (w *World) Circle(id CircleID) (CircleRow, *Error) {
	w.DropAbsent()
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	g, err := w.circle(id)
	if err != nil {
		return CircleRow{}, err
	}
	return g.row(), nil
}

// Circles returns those of a kind that have some ids, with up to so many members
// each. Unknown ids are left out as long as one is known: so the catalogue has it,
// since no example shows the text that is said to stand in their place.
func (w *World) Circles(kind CircleKind, ids []string, members int) ([]CircleDetails, *Error) {
	w.DropAbsent()
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	var list []CircleDetails
	for _, id := range ids {
		if g, err := w.circle(CircleID{kind, id}); err == nil {
			list = append(list, CircleDetails{g.row(), g.memberships(part(g.members.Newest(), 0, members))})
		}
	}
	if list == nil {
		return nil, refuse(NoCircle, ids...)
	}
	return list, nil
}

// CountCircles returns how many circles of a kind there are.
func (w *World) CountCircles(kind CircleKind) int {
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	return w.circles.kind(kind).byID.Len()
}

// ListCircles returns a page of all circles of a kind, the newest first, and the
// cursor of the next one, "" if this is the last.
func (w *World) ListCircles(kind CircleKind, cursor string, limit int) (list []CircleRow, next string, err *Error) {
	w.DropAbsent()
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	page, ok := w.circles.kind(kind).byID.Leaf(cursor, limit, true, nil)
	if !ok {
		return nil, "", refuse(BadCursor)
	}
	return Convert(page.Values, (*circle).row), page.CursorIfMore(), nil
}

// ListJoined returns a part of the circles of a kind that a user is in, the one
// that they joined last first, and how many there are.
func (w *World) ListJoined(kind CircleKind, user string, skip, limit int) (list []Circle, total int, err *Error) {
	w.DropAbsent()
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	u, err := w.user(user)
	if err != nil {
		return nil, 0, err
	}
	joined := w.circles.kind(kind).of(u.Name).Newest()
	return Convert(part(joined, skip, limit), func(g *circle) Circle { return g.Circle }), len(joined), nil
}

// ListMembers returns a part of the members in order of joining, or the newest
// first.
func (w *World) ListMembers(id CircleID, newestFirst bool, skip, limit int) ([]Membership, *Error) {
	w.DropAbsent()
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	g, err := w.circle(id)
	if err != nil {
		return nil, err
	}
	list := g.members.List()
	if newestFirst {
		list = g.members.Newest()
	}
	return g.memberships(part(list, skip, limit)), nil
}

// PageMembers returns a page of the members without the owner, and the cursor of the
// next one, "" if this is the last.
func (w *World) PageMembers(id CircleID, newestFirst bool, cursor string, limit int) (list []string, next string, err *Error) {
	w.DropAbsent()
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	g, err := w.circle(id)
	if err != nil {
		return nil, "", err
	}
	page, ok := g.members.Leaf(cursor, limit, newestFirst, func(m *Member) bool { return m.User != g.Owner })
	if !ok {
		return nil, "", refuse(BadCursor)
	}
	return Convert(page.Values, func(m *Member) string { return m.User }), page.CursorIfMore(), nil
}

// IsMember reports whether a user is in a circle; nobody is in an unknown one.
func (w *World) IsMember(id CircleID, user string) bool {
	w.DropAbsent()
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	g, err := w.circle(id)
	return err == nil && g.members.Has(Fold(user))
}
