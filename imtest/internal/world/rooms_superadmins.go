package world

import (
	"slices"

	"github.com/imrest/im-go/imtest/internal/wire"
)

var superAdminsRoutes = []Legacy{
	{wire.Route{
		ID: "chatrooms.add_super_admin", Method: post, Path: "/chatrooms/super_admin", Shape: roomShape,
		Body: wire.JSONBody,
	}, (*World).roomsAddSuperAdmin},
	{wire.Route{
		ID: "chatrooms.list_super_admins", Method: get, Path: "/chatrooms/super_admin", Shape: roomShape | wire.InParams | wire.InCount,
	}, (*World).roomsListSuperAdmins},
	{wire.Route{
		ID: "chatrooms.revoke_super_admin", Method: del, Path: "/chatrooms/super_admin/{superAdmin}", Shape: roomShape,
	}, (*World).roomsRevokeSuperAdmin},
}

func (w *World) roomsAddSuperAdmin(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	user := Fold(o.Text("superadmin"))
	if user == "" {
		return nil, wire.ErrNotProvided("superadmin")
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	if !w.users.Has(user) {
		return nil, wire.ErrNoUsername(user)
	}
	w.Chatrooms.SuperAdmins.Put(user, user)
	return wire.Data(map[string]string{"result": "success", "resource": ""}), nil
}

func (w *World) roomsListSuperAdmins(c *wire.Call) (*wire.Response, *wire.Error) {
	page, err := c.Sheet(10, 1000)
	if err != nil {
		return nil, err
	}
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	return wire.Counted(slices.Clone(wire.OnSheet(w.Chatrooms.SuperAdmins.List(), page))), nil
}

// roomsRevokeSuperAdmin names who lost the role "new", as the API does. A user
// without it is as good as revoked.
func (w *World) roomsRevokeSuperAdmin(c *wire.Call) (*wire.Response, *wire.Error) {
	user := named(c, "superAdmin")
	w.Mu.Lock()
	defer w.Mu.Unlock()
	if !w.users.Has(user) {
		return nil, wire.ErrNoUsername(user)
	}
	w.Chatrooms.SuperAdmins.Remove(user)
	return wire.Data(map[string]string{"newSuperAdmin": user, "resource": ""}), nil
}
