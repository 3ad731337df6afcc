package world

import "time"

// absence is how long a member of a room may be offline; after that he is taken
// out of it.
const absence = 2 * time.Minute

// A Departure is the time at which a user went offline.
type Departure struct {
	User string
	At   time.Time
}

// depart notes that a user went offline. The caller holds mu.
func (w *World) depart(u *User) {
	u.Left = w.Now()
	if w.Chatrooms.Joined[u.Name] != nil {
		w.TakeOutAbsent()
		w.Chatrooms.Departures = append(w.Chatrooms.Departures, Departure{u.Name, u.Left})
	}
}

// DropAbsent takes the members out of their rooms who have been offline for
// too long. Calls that look at rooms begin with it.
func (w *World) DropAbsent() {
	w.Mu.RLock()
	due := w.absenceIsDue()
	w.Mu.RUnlock()
	if due {
		w.Mu.Lock()
		defer w.Mu.Unlock()
		w.TakeOutAbsent()
	}
}

func (w *World) absenceIsDue() bool {
	list := w.Chatrooms.Departures
	return len(list) > 0 && w.Now().Sub(list[0].At) > absence
}

// TakeOutAbsent spares those who came back, owners, and those on the allow
// list, on which owners and admins are unless they were taken off. The caller
// holds mu.
func (w *World) TakeOutAbsent() {
	for w.absenceIsDue() {
		d := w.Chatrooms.Departures[0]
		w.Chatrooms.Departures = w.Chatrooms.Departures[1:]
		u := w.users.Get(d.User)
		if u == nil || u.Online || !u.Left.Equal(d.At) {
			continue
		}
		for _, g := range w.Chatrooms.Of(d.User).List() {
			if g.Owner != d.User && !g.Allowed.Has(d.User) {
				w.leave(g, d.User)
			}
		}
	}
}
