package imtest

import (
	"strconv"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// Presence is what a user tells of himself.
type Presence struct {
	Status map[string]string // by device: "0" offline, "1" online, others are the app's own
	Ext    string            // free text for those who watch
}

// Presence returns the presence of a user; a device that is logged in is "1"
// unless it says otherwise.
func (srv *Server) Presence(user string) Presence {
	s := srv.world
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	p := s.PresenceOf(world.Fold(user))
	return Presence{p.Status, p.Ext}
}

// SetPresence sets the status of one device of a user.
func (srv *Server) SetPresence(user, device string, status int, ext string) {
	s := srv.world
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.Presence.Set(world.Fold(user), device, strconv.Itoa(status), ext, s.Now())
}

// Subscription is one user's to the presence of another.
type Subscription struct {
	To   string    // the user who is watched
	Ends time.Time // when it expires, by the server's clock
}

// Subscriptions returns the subscriptions of a user that have not ended.
func (srv *Server) Subscriptions(user string) []Subscription {
	s := srv.world
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	return world.Convert(s.Presence.Live(world.Fold(user), s.Now()), func(sub *world.Subscription) Subscription {
		return Subscription{sub.To, sub.Ends}
	})
}
