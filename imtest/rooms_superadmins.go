package imtest

import "slices"

var superAdminsRoutes = []legacy{
	{
		id: "chatrooms.add_super_admin", method: post, path: "/chatrooms/super_admin", shape: roomShape,
		body: jsonBody, do: (*state).roomsAddSuperAdmin,
	},
	{
		id: "chatrooms.list_super_admins", method: get, path: "/chatrooms/super_admin", shape: roomShape | inParams | inCount,
		do: (*state).roomsListSuperAdmins,
	},
	{
		id: "chatrooms.revoke_super_admin", method: del, path: "/chatrooms/super_admin/{superAdmin}", shape: roomShape,
		do: (*state).roomsRevokeSuperAdmin,
	},
}

func (s *state) roomsAddSuperAdmin(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	user := fold(o.text("superadmin"))
	if user == "" {
		return nil, errNotProvided("superadmin")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.users.has(user) {
		return nil, errNoUsername(user)
	}
	s.chatrooms.superAdmins.put(user, user)
	return data(map[string]string{"result": "success", "resource": ""}), nil
}

func (s *state) roomsListSuperAdmins(c *call) (*response, *apiError) {
	page, err := c.sheet(10, 1000)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return counted(slices.Clone(onSheet(s.chatrooms.superAdmins.list(), page))), nil
}

// roomsRevokeSuperAdmin names who lost the role "new", as the API does. A user
// without it is as good as revoked.
func (s *state) roomsRevokeSuperAdmin(c *call) (*response, *apiError) {
	user := named(c, "superAdmin")
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.users.has(user) {
		return nil, errNoUsername(user)
	}
	s.chatrooms.superAdmins.remove(user)
	return data(map[string]string{"newSuperAdmin": user, "resource": ""}), nil
}
