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
func (s *World) depart(u *User) {
	u.Left = s.Now()
	if s.Chatrooms.Joined[u.Name] != nil {
		s.TakeOutAbsent()
		s.Chatrooms.Departures = append(s.Chatrooms.Departures, Departure{u.Name, u.Left})
	}
}

// DropAbsent takes the members out of their rooms who have been offline for
// too long. Calls that look at rooms begin with it.
func (s *World) DropAbsent() {
	s.Mu.RLock()
	due := s.absenceIsDue()
	s.Mu.RUnlock()
	if due {
		s.Mu.Lock()
		defer s.Mu.Unlock()
		s.TakeOutAbsent()
	}
}

func (s *World) absenceIsDue() bool {
	list := s.Chatrooms.Departures
	return len(list) > 0 && s.Now().Sub(list[0].At) > absence
}

// TakeOutAbsent spares those who came back, owners, and those on the allow
// list, on which owners and admins are unless they were taken off. The caller
// holds mu.
func (s *World) TakeOutAbsent() {
	for s.absenceIsDue() {
		d := s.Chatrooms.Departures[0]
		s.Chatrooms.Departures = s.Chatrooms.Departures[1:]
		u := s.users.Get(d.User)
		if u == nil || u.Online || !u.Left.Equal(d.At) {
			continue
		}
		for _, g := range s.Chatrooms.Of(d.User).List() {
			if g.Owner != d.User && !g.Allowed.Has(d.User) {
				s.leave(g, d.User)
			}
		}
	}
}
