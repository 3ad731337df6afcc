package imtest

import (
	"maps"

	"github.com/imrest/im-go/imtest/internal/world"
)

// Contact is a friend of a user.
type Contact struct {
	Username string
	Remark   string // the owner's, "" if there is none
}

// Contacts returns the friends of a user, the oldest friendship first.
func (srv *Server) Contacts(user string) []Contact {
	s := srv.state
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	var list []Contact
	for f := range s.Contacts.Get(world.Fold(user)).Friends.All {
		list = append(list, Contact{f.Name, f.Remark})
	}
	return list
}

// AddContacts makes users friends of a user, and him theirs, whether or not
// they are registered.
func (srv *Server) AddContacts(user string, friends ...string) {
	s := srv.state
	s.Mu.Lock()
	defer s.Mu.Unlock()
	for _, name := range friends {
		s.Contacts.Befriend(world.Fold(user), world.Fold(name))
	}
}

// Blocked returns the blocklist of a user, the oldest entry first.
func (srv *Server) Blocked(user string) []string {
	s := srv.state
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	var list []string
	for name := range s.Contacts.Get(world.Fold(user)).Blocked.All {
		list = append(list, name)
	}
	return list
}

// AddBlocked puts users on the blocklist of a user, whether or not they are
// registered.
func (srv *Server) AddBlocked(user string, names ...string) {
	s := srv.state
	s.Mu.Lock()
	defer s.Mu.Unlock()
	for _, name := range names {
		s.Contacts.Edit(world.Fold(user)).Blocked.Put(world.Fold(name), world.Fold(name))
	}
}

// UserAttributes returns the attributes of a user, nil if there are none.
func (srv *Server) UserAttributes(user string) map[string]string {
	s := srv.state
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	return maps.Clone(s.Metadata.Of[world.Fold(user)])
}

// SetUserAttributes replaces the attributes of a user, whatever their size.
func (srv *Server) SetUserAttributes(user string, attributes map[string]string) {
	s := srv.state
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.Metadata.Replace(world.Fold(user), maps.Clone(attributes))
}
