package imtest

import (
	"strconv"
	"time"
)

// Presence is what a user tells of himself.
type Presence struct {
	Status map[string]string // by device: "0" offline, "1" online, others are the app's own
	Ext    string
}

// Presence returns the presence of a user; a device that is logged in is "1"
// unless it says otherwise.
func (srv *Server) Presence(user string) Presence {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	p := s.presenceOf(fold(user))
	return Presence{p.status, p.ext}
}

// SetPresence sets the status of one device of a user.
func (srv *Server) SetPresence(user, device string, status int, ext string) {
	s := srv.state
	s.mu.Lock()
	defer s.mu.Unlock()
	s.presence.set(fold(user), device, strconv.Itoa(status), ext, s.now())
}

// Subscription is one user's to the presence of another.
type Subscription struct {
	To   string
	Ends time.Time
}

// Subscriptions returns the subscriptions of a user that have not ended.
func (srv *Server) Subscriptions(user string) []Subscription {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	return convert(s.presence.live(fold(user), s.now()), func(sub *subscription) Subscription {
		return Subscription{sub.to, sub.ends}
	})
}
