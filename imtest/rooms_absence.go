package imtest

import "time"

// absence is how long a member of a room may be offline; after that he is taken
// out of it.
const absence = 2 * time.Minute

// A departure is the time at which a user went offline.
type departure struct {
	user string
	at   time.Time
}

// depart notes that a user went offline. The caller holds mu.
func (s *state) depart(u *user) {
	u.left = s.now()
	if s.chatrooms.joined[u.name] != nil {
		s.takeOutAbsent()
		s.chatrooms.departures = append(s.chatrooms.departures, departure{u.name, u.left})
	}
}

// dropAbsent takes the members out of their rooms who have been offline for
// too long. Calls that look at rooms begin with it.
func (s *state) dropAbsent() {
	s.mu.RLock()
	due := s.absenceIsDue()
	s.mu.RUnlock()
	if due {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.takeOutAbsent()
	}
}

func (s *state) absenceIsDue() bool {
	list := s.chatrooms.departures
	return len(list) > 0 && s.now().Sub(list[0].at) > absence
}

// takeOutAbsent spares those who came back, owners, and those on the allow
// list, on which owners and admins are unless they were taken off. The caller
// holds mu.
func (s *state) takeOutAbsent() {
	for s.absenceIsDue() {
		d := s.chatrooms.departures[0]
		s.chatrooms.departures = s.chatrooms.departures[1:]
		u := s.users.get(d.user)
		if u == nil || u.online || !u.left.Equal(d.at) {
			continue
		}
		for _, g := range s.chatrooms.of(d.user).list() {
			if g.owner != d.user && !g.allowed.has(d.user) {
				s.leave(g, d.user)
			}
		}
	}
}
