package world

import (
	"slices"

	"github.com/imrest/im-go/imtest/internal/wire"
)

var SuperAdminsRoutes = []legacy{
	{
		ID: "chatrooms.add_super_admin", Method: post, Path: "/chatrooms/super_admin", Shape: roomShape,
		Body: wire.JSONBody, Do: (*World).roomsAddSuperAdmin,
	},
	{
		ID: "chatrooms.list_super_admins", Method: get, Path: "/chatrooms/super_admin", Shape: roomShape | wire.InParams | wire.InCount,
		Do: (*World).roomsListSuperAdmins,
	},
	{
		ID: "chatrooms.revoke_super_admin", Method: del, Path: "/chatrooms/super_admin/{superAdmin}", Shape: roomShape,
		Do: (*World).roomsRevokeSuperAdmin,
	},
}

func (s *World) roomsAddSuperAdmin(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	user := Fold(o.Text("superadmin"))
	if user == "" {
		return nil, wire.ErrNotProvided("superadmin")
	}
	s.Mu.Lock()
	defer s.Mu.Unlock()
	if !s.users.Has(user) {
		return nil, wire.ErrNoUsername(user)
	}
	s.Chatrooms.SuperAdmins.Put(user, user)
	return wire.Data(map[string]string{"result": "success", "resource": ""}), nil
}

func (s *World) roomsListSuperAdmins(c *wire.Call) (*wire.Response, *wire.Error) {
	page, err := c.Sheet(10, 1000)
	if err != nil {
		return nil, err
	}
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	return wire.Counted(slices.Clone(wire.OnSheet(s.Chatrooms.SuperAdmins.List(), page))), nil
}

// roomsRevokeSuperAdmin names who lost the role "new", as the API does. A user
// without it is as good as revoked.
func (s *World) roomsRevokeSuperAdmin(c *wire.Call) (*wire.Response, *wire.Error) {
	user := named(c, "superAdmin")
	s.Mu.Lock()
	defer s.Mu.Unlock()
	if !s.users.Has(user) {
		return nil, wire.ErrNoUsername(user)
	}
	s.Chatrooms.SuperAdmins.Remove(user)
	return wire.Data(map[string]string{"newSuperAdmin": user, "resource": ""}), nil
}
