package imtest

import "maps"

// Contact is a friend of a user.
type Contact struct {
	Username string
	Remark   string // the owner's, "" if there is none
}

// Contacts returns the friends of a user, the oldest friendship first.
func (srv *Server) Contacts(user string) []Contact {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []Contact
	for f := range s.contacts.get(fold(user)).friends.all {
		list = append(list, Contact{f.name, f.remark})
	}
	return list
}

// AddContacts makes users friends of a user, and him theirs, whether or not
// they are registered.
func (srv *Server) AddContacts(user string, friends ...string) {
	s := srv.state
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range friends {
		s.contacts.befriend(fold(user), fold(name))
	}
}

// Blocked returns the blocklist of a user, the oldest entry first.
func (srv *Server) Blocked(user string) []string {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []string
	for name := range s.contacts.get(fold(user)).blocked.all {
		list = append(list, name)
	}
	return list
}

// AddBlocked puts users on the blocklist of a user, whether or not they are
// registered.
func (srv *Server) AddBlocked(user string, names ...string) {
	s := srv.state
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		s.contacts.edit(fold(user)).blocked.put(fold(name), fold(name))
	}
}

// UserAttributes returns the attributes of a user, nil if there are none.
func (srv *Server) UserAttributes(user string) map[string]string {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	return maps.Clone(s.metadata.of[fold(user)])
}

// SetUserAttributes replaces the attributes of a user, whatever their size.
func (srv *Server) SetUserAttributes(user string, attributes map[string]string) {
	s := srv.state
	s.mu.Lock()
	defer s.mu.Unlock()
	s.metadata.replace(fold(user), maps.Clone(attributes))
}
