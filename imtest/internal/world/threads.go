package world

import (
	"slices"
	"strconv"

	"github.com/imrest/im-go/imtest/event"
)

const (
	maxThreads       = 100_000
	maxThreadsJoined = 100_000 // of a user
)

// Why a rule about threads refuses.
const (
	NoMessageForThread Kind = "there is no such message for a thread"
	NotGroupMessage    Kind = "a thread hangs on a message of a group"
	ThreadNested       Kind = "a thread cannot hang on a message of a thread"
	MessageOfAnother   Kind = "the message is one of another group"
	ThreadThere        Kind = "a thread hangs on the message already"
	ThreadsFull        Kind = "there are as many threads as can be"
	ThreadsJoinedFull  Kind = "the user is in as many threads as they can be"
	OutsideGroup       Kind = "the user is not in the group of the thread"
)

// NewThread is a thread to make.
type NewThread struct {
	Group, Message string
	Owner, Name    string
	OnDevice       bool // the owner does it, not a call
}

// CreateThread hangs a thread on a message of a group.
func (w *World) CreateThread(n NewThread) (Circle, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	owner, by := Fold(n.Owner), ""
	if n.OnDevice {
		if _, err := w.client(owner); err != nil {
			return Circle{}, err
		}
		by = owner
	}
	g, err := w.managed(CircleID{Kind: GroupKind, ID: n.Group})
	if err == nil && !g.members.Has(owner) {
		err = refuse(OutsideGroup, owner)
	}
	if err != nil {
		return Circle{}, err
	}
	m := w.Find(n.Message)
	if err := w.carriesThread(m, n.Group); err != nil {
		return Circle{}, err
	}
	if w.circles.threads.byID.Len() >= maxThreads {
		return Circle{}, refuse(ThreadsFull)
	}
	if err := w.canJoinThreads(owner); err != nil {
		return Circle{}, err
	}
	t := &circle{Circle: Circle{
		CircleID: CircleID{Kind: ThreadKind, ID: w.freeCircleID()}, Settings: Settings{Name: n.Name},
		Owner: owner, Group: n.Group, Message: strconv.FormatInt(m.ID, 10),
	}}
	w.found(t, nil)
	w.hang(t)
	w.emit(event.CircleCreated{Circle: t.Circle, Members: []string{owner}, By: by})
	return t.Circle, nil
}

// Thread returns the thread of an id with the number of its messages, and whether there is one.
func (w *World) Thread(id string) (thread Circle, messages int, ok bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	t := w.circles.threads.byID.Get(id)
	if t == nil {
		return Circle{}, 0, false
	}
	return t.Circle, len(w.groups[id]), true
}

// hang ties a thread to its group and its message. The caller holds mu.
func (w *World) hang(t *circle) {
	w.circles.groups.byID.Get(t.Group).threads.Put(t.ID, t)
	if w.circles.byMessage == nil {
		w.circles.byMessage = map[string]*circle{}
	}
	w.circles.byMessage[t.Message] = t
}

// carriesThread checks that a thread can hang on a message. The caller holds mu.
func (w *World) carriesThread(m *Message, group string) *Error {
	switch {
	case m == nil || m.Recalled:
		return refuse(NoMessageForThread)
	case m.Chat != ToGroups:
		return refuse(NotGroupMessage)
	case w.circles.threads.byID.Has(m.To):
		return refuse(ThreadNested)
	case m.To != group:
		return refuse(MessageOfAnother)
	case w.circles.byMessage[strconv.FormatInt(m.ID, 10)] != nil:
		return refuse(ThreadThere)
	}
	return nil
}

func (w *World) canJoinThreads(user string) *Error {
	if w.circles.threads.of(user).Len() >= maxThreadsJoined {
		return refuse(ThreadsJoinedFull, user)
	}
	return nil
}

// RenameThread gives a thread another name.
func (w *World) RenameThread(id, name string) *Error {
	return w.UpdateCircle(CircleID{Kind: ThreadKind, ID: id}, SettingsChange{Name: &name})
}

// A ThreadQuery asks for a page of threads, or of members of one.
type ThreadQuery struct {
	Cursor      string
	Limit       int
	OldestFirst bool
}

// pageOf reads the page that a query is for. Its cursor is there on the last page,
// too; that of an empty page is empty.
func pageOf[V, R any](q ThreadQuery, b *Book[V], keep func(V) bool, to func(V) R) (list []R, next string, err *Error) {
	page, ok := b.Page(q.Cursor, q.Limit, !q.OldestFirst, keep)
	if !ok {
		return nil, "", refuse(BadCursor)
	}
	return Convert(page.Values, to), page.next, nil
}

func (g *circle) bare() Circle { return g.Circle }

// ListThreads returns a page of all threads, and where the next one begins.
func (w *World) ListThreads(q ThreadQuery) (list []Circle, next string, err *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return pageOf(q, &w.circles.threads.byID, nil, (*circle).bare)
}

// ListThreadsOf returns a page of the threads of a user by the time of joining, and
// where the next one begins.
func (w *World) ListThreadsOf(user string, q ThreadQuery) (list []Circle, next string, err *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return pageOf(q, w.circles.threads.of(Fold(user)), nil, (*circle).bare)
}

// ListThreadsIn is ListThreadsOf for the threads of one group.
func (w *World) ListThreadsIn(group, user string, q ThreadQuery) (list []Circle, next string, err *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if _, err := w.circle(CircleID{Kind: GroupKind, ID: group}); err != nil {
		return nil, "", err
	}
	return pageOf(q, w.circles.threads.of(Fold(user)), func(t *circle) bool { return t.Group == group }, (*circle).bare)
}

// ListThreadMembers returns a page of the members of a thread in order of joining,
// and where the next one begins.
func (w *World) ListThreadMembers(id string, q ThreadQuery) (list []string, next string, err *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	t, err := w.circle(CircleID{Kind: ThreadKind, ID: id})
	if err != nil {
		return nil, "", err
	}
	q.OldestFirst = true
	return pageOf(q, &t.members, nil, func(m *Member) string { return m.User })
}

// AddThreadMembers adds members of the group to a thread, all or none; members of
// the thread count as added.
func (w *World) AddThreadMembers(id string, users []string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	t, err := w.managed(CircleID{Kind: ThreadKind, ID: id})
	if err != nil {
		return err
	}
	group := w.circles.groups.byID.Get(t.Group)
	var fresh []string
	for _, user := range Convert(users, Fold) {
		switch {
		case !group.members.Has(user):
			return refuse(OutsideGroup, user)
		case t.members.Has(user) || slices.Contains(fresh, user):
			continue
		}
		if err := w.canJoinThreads(user); err != nil {
			return err
		}
		fresh = append(fresh, user)
	}
	if fresh == nil {
		return nil
	}
	for _, user := range fresh {
		w.join(t, user)
	}
	w.emit(event.MembersJoined{In: t.CircleID, Users: fresh, Count: t.members.Len()})
	return nil
}

// RemoveThreadMembers takes members out of a thread. Nobody who is one is not an
// error.
func (w *World) RemoveThreadMembers(id string, users []string) ([]Outcome, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	t, err := w.managed(CircleID{Kind: ThreadKind, ID: id})
	if err != nil {
		return nil, err
	}
	var gone []string
	list := Convert(Convert(users, Fold), func(user string) Outcome {
		if !t.members.Has(user) {
			return Outcome{user, t.notMember(user)}
		}
		w.leave(t, user)
		gone = append(gone, user)
		return Outcome{User: user}
	})
	if gone != nil {
		w.emit(event.MembersLeft{In: t.CircleID, Users: gone, Count: t.members.Len(), Why: event.LeftRemoved})
	}
	return list, nil
}
