package world

import (
	"slices"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

const maxAdmins = 99

// An Outcome is what became of one user of a call for several.
type Outcome struct {
	User string
	Err  *Error // nil: it was done
}

// forEach does something for each user who fits, and skips the others, who miss
// what the call is for. None that fits is an error: so the catalogue reads the error
// tables, which list it beside the results for each user.
func forEach(users []string, fits func(string) bool, do func(string), missing func(user string) *Error) (list []Outcome, done []string, err *Error) {
	users = Convert(users, Fold)
	if !slices.ContainsFunc(users, fits) {
		return nil, nil, refuse(NotMembers, users...)
	}
	list = Convert(users, func(user string) Outcome {
		if !fits(user) {
			return Outcome{user, missing(user)}
		}
		do(user)
		if !slices.Contains(done, user) {
			done = append(done, user) // once, however often the call names them
		}
		return Outcome{User: user}
	})
	return list, done, nil
}

// notMember is why nothing is done for a user who is not there.
func (g *circle) notMember(user string) *Error { return refuse(NotMember, user, g.ID) }

// newcomers returns the users who are not members yet, each once. All must exist,
// and none be blocked by a room; a group takes them, off its block list. The caller
// holds mu.
func (w *World) newcomers(g *circle, users []string) ([]string, *Error) {
	fresh := []string{}
	seen := map[string]bool{}
	for _, user := range users {
		switch {
		case !w.users.Has(user):
			return nil, refuse(NoUser, user)
		case g.Kind == RoomKind && g.blocked.Has(user):
			return nil, refuse(BlockedThere, user, g.ID)
		case !g.members.Has(user) && !seen[user]:
			seen[user] = true
			fresh = append(fresh, user)
		}
	}
	return fresh, nil
}

// AddMembers makes users members of a group or room, all or none, and returns those
// who were not. A group refuses if that is nobody; a room takes its members for
// added, as the newest editions do; older ones respond with an error.
func (w *World) AddMembers(id CircleID, users []string) ([]string, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := w.managed(id)
	if err != nil {
		return nil, err
	}
	users = Convert(users, Fold)
	fresh, err := w.newcomers(g, users)
	switch {
	case err != nil:
		return nil, err
	case len(fresh) == 0 && g.Kind == GroupKind && len(users) > 0:
		return nil, refuse(AlreadyMember, users[0], g.ID)
	case len(fresh) == 0:
		return fresh, nil
	case g.members.Len()+len(fresh) > g.MaxUsers:
		return nil, refuse(CircleFull, g.ID)
	}
	for _, user := range fresh {
		w.join(g, user)
	}
	w.emit(event.MembersJoined{In: g.CircleID, Users: slices.Clone(fresh), Count: g.members.Len()})
	return fresh, nil
}

// RemoveMembers takes members out of a group or room. A user who is not there is an
// error if nobody else is removed, and an outcome otherwise.
func (w *World) RemoveMembers(id CircleID, users []string) ([]Outcome, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := w.managed(id)
	if err == nil {
		err = w.checkTargets(g, Convert(users, Fold))
	}
	if err != nil {
		return nil, err
	}
	list, gone, err := forEach(users, g.members.Has, func(user string) { w.leave(g, user) }, func(user string) *Error {
		if !w.users.Has(user) {
			return refuse(NoUser, user)
		}
		return g.notMember(user)
	})
	if err != nil {
		return nil, err
	}
	w.emit(event.MembersLeft{In: g.CircleID, Users: gone, Count: g.members.Len(), Why: event.LeftRemoved})
	return list, nil
}

// checkTargets refuses the owner among users; of rooms also a single user whom the
// app does not know. The caller holds mu.
func (w *World) checkTargets(g *circle, users []string) *Error {
	switch {
	case slices.Contains(users, g.Owner):
		return refuse(OnOwner, g.Owner)
	case g.Kind == RoomKind && len(users) == 1 && !w.users.Has(users[0]):
		return refuse(NoUser, users[0])
	}
	return nil
}

// managedFor returns a group or room as managed does. A room also refuses a user whom the
// app does not know: of groups that is not asked. The caller holds mu.
func (w *World) managedFor(id CircleID, user string) (*circle, *Error) {
	g, err := w.managed(id)
	if err == nil && g.Kind == RoomKind && !w.users.Has(user) {
		return nil, refuse(NoUser, user)
	}
	return g, err
}

// AddAdmin makes a member an admin, if they are not. The error for the hundredth
// admin and for the owner is not documented.
func (w *World) AddAdmin(id CircleID, user string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	user = Fold(user)
	g, err := w.managedFor(id, user)
	switch {
	case err != nil:
		return err
	case !g.members.Has(user):
		return g.notMember(user)
	case user == g.Owner:
		return refuse(OnOwner, user)
	case g.admins.Has(user):
		w.allow(g, user)
		return nil
	case g.admins.Len() >= maxAdmins:
		return &Error{Kind: AdminsFull, Limit: maxAdmins}
	}
	w.promote(g, user)
	return nil
}

// promote makes a member an admin. The caller holds mu.
func (w *World) promote(g *circle, user string) {
	g.admins.Put(user, user)
	g.allowed.Put(user, user)
	w.emit(event.AdminAdded{In: g.CircleID, User: user})
}

// RemoveAdmin makes an admin a plain member. A group refuses a user who is not an
// admin; for a room they are as good as removed.
func (w *World) RemoveAdmin(id CircleID, user string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	user = Fold(user)
	g, err := w.managedFor(id, user)
	switch {
	case err != nil:
		return err
	case g.Kind == GroupKind && !g.admins.Has(user):
		return refuse(NotAdmin, user, g.ID)
	case !g.admins.Has(user):
		return nil
	}
	g.admins.Remove(user)
	g.allowed.Remove(user)
	w.emit(event.AdminRemoved{In: g.CircleID, User: user})
	return nil
}

// TransferOwner makes a member the owner; the old owner stays as a plain member.
func (w *World) TransferOwner(id CircleID, user string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	user = Fold(user)
	g, err := w.managedFor(id, user)
	switch {
	case err != nil:
		return err
	case user == g.Owner:
		return refuse(SameOwner, user)
	case !g.members.Has(user):
		return g.notMember(user)
	}
	old := g.Owner
	g.admins.Remove(user)
	g.allowed.Remove(old)
	g.allowed.Put(user, user)
	g.Owner, g.Updated = user, w.Now()
	w.emit(event.OwnerChanged{In: g.CircleID, Old: old, New: user})
	return nil
}

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
	w.mu.RLock()
	defer w.mu.RUnlock()
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
	w.mu.RLock()
	defer w.mu.RUnlock()
	var list []CircleDetails
	for _, id := range ids {
		if g, err := w.circle(CircleID{Kind: kind, ID: id}); err == nil {
			list = append(list, CircleDetails{g.row(), g.memberships(part(g.members.Newest(), 0, members))})
		}
	}
	if list == nil {
		return nil, refuse(NoCircle, ids...)
	}
	return list, nil
}

// ListCircles returns a page of all circles of a kind, the newest first, and the
// cursor of the next one, "" if this is the last.
func (w *World) ListCircles(kind CircleKind, cursor string, limit int) (list []CircleRow, next string, err *Error) {
	w.DropAbsent()
	w.mu.RLock()
	defer w.mu.RUnlock()
	page, ok := w.circles.kind(kind).byID.Page(cursor, limit, true, nil)
	if !ok {
		return nil, "", refuse(BadCursor)
	}
	return Convert(page.Values, (*circle).row), page.CursorIfMore(), nil
}

// ListJoined returns a part of the circles of a kind that a user is in, the one
// that they joined last first, and how many there are.
func (w *World) ListJoined(kind CircleKind, user string, skip, limit int) (list []Circle, total int, err *Error) {
	w.DropAbsent()
	w.mu.RLock()
	defer w.mu.RUnlock()
	u, err := w.user(user)
	if err != nil {
		return nil, 0, err
	}
	joined := w.circles.kind(kind).of(u.Name).Newest()
	return Convert(part(joined, skip, limit), func(g *circle) Circle { return g.Circle }), len(joined), nil
}

// ListMembers returns a part of the members in order of joining, or the newest
// first.
func (w *World) ListMembers(id CircleID, newestFirst bool, skip, limit int) (list []Membership, err *Error) {
	err = w.look(id, func(g *circle) *Error {
		members := g.members.List()
		if newestFirst {
			members = g.members.Newest()
		}
		list = g.memberships(part(members, skip, limit))
		return nil
	})
	return list, err
}

// PageMembers returns a page of the members without the owner, and the cursor of the
// next one, "" if this is the last.
func (w *World) PageMembers(id CircleID, newestFirst bool, cursor string, limit int) (list []string, next string, err *Error) {
	err = w.look(id, func(g *circle) *Error {
		page, ok := g.members.Page(cursor, limit, newestFirst, func(m *Member) bool { return m.User != g.Owner })
		if !ok {
			return refuse(BadCursor)
		}
		list, next = Convert(page.Values, func(m *Member) string { return m.User }), page.CursorIfMore()
		return nil
	})
	return list, next, err
}

// IsMember reports whether a user is in a circle; nobody is in an unknown one.
func (w *World) IsMember(id CircleID, user string) bool {
	w.DropAbsent()
	w.mu.RLock()
	defer w.mu.RUnlock()
	g, err := w.circle(id)
	return err == nil && g.members.Has(Fold(user))
}
