package imtest

// Contact is a friend of a user.
type Contact struct {
	Username string `json:"username"`        // lower case
	Remark   string `json:"remark,omitzero"` // the owner's, "" if there is none
}

// Contacts returns the friends of a user, the oldest friendship first.
func (srv *Server) Contacts(user string) []Contact {
	var list []Contact
	for _, f := range srv.world.Contacts(user) {
		list = append(list, Contact{f.Name, f.Remark})
	}
	return list
}

// AddContacts makes users friends of a user, in both directions, whether or not
// they are registered.
func (srv *Server) AddContacts(user string, friends ...string) {
	srv.world.AddContacts(user, friends...)
}

// Blocked returns the block list of a user, the oldest entry first.
func (srv *Server) Blocked(user string) []string {
	return append([]string(nil), srv.world.Blocked(user)...)
}

// AddBlocked puts users on the block list of a user, whether or not they are
// registered.
func (srv *Server) AddBlocked(user string, names ...string) {
	srv.world.AddBlocked(user, names...)
}

// UserAttributes returns the attributes of a user, nil if there are none.
func (srv *Server) UserAttributes(user string) map[string]string {
	return srv.world.Attributes(user)
}

// SetUserAttributes replaces the attributes of a user, whatever their size.
func (srv *Server) SetUserAttributes(user string, attributes map[string]string) {
	srv.world.ReplaceAttributes(user, attributes)
}
