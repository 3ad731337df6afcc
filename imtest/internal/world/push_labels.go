package world

import (
	"time"

	"github.com/imrest/im-go/imtest/event"
)

const (
	maxLabels     = 100   // of the app
	maxLabelUsers = 20000 // of one label
)

// label is a set of users; case matters in its name.
type label struct {
	name, description string
	created           time.Time
	users             Book[*Labelled]
}

// Label is a label as rules hand it out.
type Label struct {
	Name, Description string
	Created           time.Time
	Users             int // how many carry it
}

// Labelled is a user who carries a label.
type Labelled struct {
	Name  string
	Since time.Time
}

func (l *label) copy() Label { return Label{l.name, l.description, l.created, l.users.Len()} }

func (l *label) list() []Labelled { return labelled(l.users.List()) }

func labelled(list []*Labelled) []Labelled {
	return Convert(list, func(u *Labelled) Labelled { return *u })
}

// label returns a label. The caller holds mu.
func (w *World) label(name string) (*label, *Error) {
	if l := w.push.labels.Get(name); l != nil {
		return l, nil
	}
	return nil, refuse(NoLabel, name)
}

// CreateLabel makes a label.
func (w *World) CreateLabel(name, description string) (Label, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.push.labels.Has(name):
		return Label{}, refuse(LabelTaken, name)
	case w.push.labels.Len() >= maxLabels:
		return Label{}, refuse(LabelsFull)
	}
	l := &label{name: name, description: description, created: w.Now()}
	w.push.labels.Put(name, l)
	w.emit(event.LabelCreated{Label: name, Description: description})
	return l.copy(), nil
}

// Label returns a label.
func (w *World) Label(name string) (Label, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	l, err := w.label(name)
	if err != nil {
		return Label{}, err
	}
	return l.copy(), nil
}

// ListLabels returns a page of the labels, the newest first, and the cursor of the next
// one, "" if this is the last.
func (w *World) ListLabels(cursor string, limit int) (list []Label, next string, err *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	page, ok := w.push.labels.Page(cursor, limit, true, nil)
	if !ok {
		return nil, "", refuse(BadCursor)
	}
	return Convert(page.Values, (*label).copy), page.CursorIfMore(), nil
}

// DeleteLabel deletes a label, also one that has users.
func (w *World) DeleteLabel(name string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	l, err := w.label(name)
	if err != nil {
		return err
	}
	w.push.labels.Remove(l.name)
	w.emit(event.LabelDeleted{Label: l.name})
	return nil
}

// LabelOutcome sorts the users of a call, each once.
type LabelOutcome struct {
	Done   []string
	Failed map[string]Kind
}

// forLabel does something with each of some users, and notes for whom it could not be
// done.
func (w *World) forLabel(name string, users []string, do func(l *label, user string) *Error) (LabelOutcome, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := LabelOutcome{Done: []string{}, Failed: map[string]Kind{}}
	l, err := w.label(name)
	if err != nil {
		return out, err
	}
	for _, user := range foldAll(users) {
		_, err := w.user(user)
		if err == nil {
			err = do(l, user)
		}
		if err != nil {
			out.Failed[user] = err.Kind
			continue
		}
		out.Done = append(out.Done, user)
	}
	return out, nil
}

// AddLabelUsers puts users under a label.
func (w *World) AddLabelUsers(name string, users []string) (LabelOutcome, *Error) {
	return w.forLabel(name, users, func(l *label, user string) *Error {
		switch {
		case l.users.Has(user):
			return nil
		case l.users.Len() >= maxLabelUsers:
			return refuse(LabelFull, l.name)
		}
		l.users.Put(user, &Labelled{user, w.Now()})
		w.emit(event.LabelUserAdded{Label: l.name, User: user})
		return nil
	})
}

// RemoveLabelUsers takes users off a label; it also succeeds for a user who is not
// under it.
func (w *World) RemoveLabelUsers(name string, users []string) (LabelOutcome, *Error) {
	return w.forLabel(name, users, func(l *label, user string) *Error {
		if l.users.Has(user) {
			l.users.Remove(user)
			w.emit(event.LabelUserRemoved{Label: l.name, User: user})
		}
		return nil
	})
}

// LabelUser returns a user under a label, and whether they are there.
func (w *World) LabelUser(name, user string) (Labelled, bool, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	l, err := w.label(name)
	if err != nil {
		return Labelled{}, false, err
	}
	u := l.users.Get(Fold(user))
	if u == nil {
		return Labelled{}, false, nil
	}
	return *u, true, nil
}

// ListLabelUsers returns a page of the users under a label, and the cursor of the next
// one, "" if this is the last.
func (w *World) ListLabelUsers(name, cursor string, limit int) (list []Labelled, next string, err *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	l, err := w.label(name)
	if err != nil {
		return nil, "", err
	}
	page, ok := l.users.Page(cursor, limit, false, nil)
	if !ok {
		return nil, "", refuse(BadCursor)
	}
	return labelled(page.Values), page.CursorIfMore(), nil
}

// LabelsOf returns the names of the labels that a user carries.
func (w *World) LabelsOf(user string) []string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	var list []string
	for l := range w.push.labels.All {
		if l.users.Has(Fold(user)) {
			list = append(list, l.name)
		}
	}
	return list
}
