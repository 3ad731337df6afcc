package world

import "github.com/imrest/im-go/imtest/internal/wire"

var pushBindingsRoutes = []Legacy{
	{wire.Route{
		ID: "push.bind_device", Method: put, Path: "/users/{username}/push/binding",
		Shape: wire.InAction | wire.InEntities, Body: wire.JSONBody, Who: wire.OwnUser,
	}, (*World).pushBind},
	{wire.Route{
		ID: "push.get_bindings", Method: get, Path: "/users/{username}/push/binding",
		Shape: wire.InAction | wire.InEntities, Who: wire.OwnUser,
	}, (*World).pushBindings},
}

// Binding is a device that push notifications go to, by one certificate.
type Binding struct {
	Device   string `json:"device_id"`
	Token    string `json:"device_token"`
	Notifier string `json:"notifier_name"`
}

func (b *Binding) key() string { return b.Device + " " + b.Notifier }

// Bind adds a binding. An empty token unbinds the device from the certificate,
// an empty certificate from all.
func (u *pushUser) Bind(b *Binding) {
	switch {
	case b.Notifier == "":
		for _, old := range u.Bindings.List() {
			if old.Device == b.Device {
				u.Bindings.Remove(old.key())
			}
		}
	case b.Token == "":
		u.Bindings.Remove(b.key())
	default:
		u.Bindings.Put(b.key(), b)
	}
}

func (w *World) pushBind(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"device_id", "notifier_name", "device_token"} {
		if !o.Has(name) {
			return nil, wire.ErrPushParameter(name)
		}
	}
	b := &Binding{o.Text("device_id"), o.Text("device_token"), o.Text("notifier_name")}
	switch {
	case o.Bad != "":
		return nil, wire.ErrPushParameter(o.Bad)
	case b.Device == "":
		return nil, wire.ErrPushParameter("device_id")
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	u := w.users.Get(named(c, "username"))
	if u == nil {
		return nil, wire.ErrPushNoUser()
	}
	own := w.Push.Edit(u.Name)
	own.Bind(b)
	u.set("notifier_name", nil)
	u.set("device_token", nil)
	list := []Binding{}
	for other := range own.Bindings.All { // the entity shows the newest
		u.set("notifier_name", other.Notifier)
		u.set("device_token", other.Token)
		if other.Device == b.Device {
			list = append(list, *other)
		}
	}
	return wire.Entities(list...), nil
}

func (w *World) pushBindings(c *wire.Call) (*wire.Response, *wire.Error) {
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	name := named(c, "username")
	if !w.users.Has(name) {
		return nil, wire.ErrPushNoUser()
	}
	list := Convert(w.Push.User(name).Bindings.List(), func(b *Binding) Binding { return *b })
	return wire.Entities(list...), nil
}
