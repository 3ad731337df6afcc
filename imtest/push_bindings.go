package imtest

var pushBindingsRoutes = []legacy{
	{
		id: "push.bind_device", method: put, path: "/users/{username}/push/binding",
		shape: inAction | inEntities, body: jsonBody, who: ownUser, do: (*state).pushBind,
	},
	{
		id: "push.get_bindings", method: get, path: "/users/{username}/push/binding",
		shape: inAction | inEntities, who: ownUser, do: (*state).pushBindings,
	},
}

// binding is a device that push notifications go to, by one certificate.
type binding struct {
	Device   string `json:"device_id"`
	Token    string `json:"device_token"`
	Notifier string `json:"notifier_name"`
}

func (b *binding) key() string { return b.Device + " " + b.Notifier }

// bind adds a binding. An empty token unbinds the device from the certificate,
// an empty certificate from all.
func (u *pushUser) bind(b *binding) {
	switch {
	case b.Notifier == "":
		for _, old := range u.bindings.list() {
			if old.Device == b.Device {
				u.bindings.remove(old.key())
			}
		}
	case b.Token == "":
		u.bindings.remove(b.key())
	default:
		u.bindings.put(b.key(), b)
	}
}

func (s *state) pushBind(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"device_id", "notifier_name", "device_token"} {
		if !o.has(name) {
			return nil, errPushParameter(name)
		}
	}
	b := &binding{o.text("device_id"), o.text("device_token"), o.text("notifier_name")}
	switch {
	case o.bad != "":
		return nil, errPushParameter(o.bad)
	case b.Device == "":
		return nil, errPushParameter("device_id")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users.get(named(c, "username"))
	if u == nil {
		return nil, errPushNoUser()
	}
	own := s.push.edit(u.name)
	own.bind(b)
	u.set("notifier_name", nil)
	u.set("device_token", nil)
	list := []binding{}
	for other := range own.bindings.all { // the entity shows the newest
		u.set("notifier_name", other.Notifier)
		u.set("device_token", other.Token)
		if other.Device == b.Device {
			list = append(list, *other)
		}
	}
	return entities(list...), nil
}

func (s *state) pushBindings(c *call) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	name := named(c, "username")
	if !s.users.has(name) {
		return nil, errPushNoUser()
	}
	list := convert(s.push.user(name).bindings.list(), func(b *binding) binding { return *b })
	return entities(list...), nil
}
