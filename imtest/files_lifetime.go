package imtest

import "time"

const maxLifetimeBatch = 100

var lifetimeRoutes = []legacy{
	{
		id: "messages.set_attachment_lifetime", method: put, also: post, path: "/users/{username}/chatfiles/lifetime",
		shape: full, body: jsonBody, who: ownUser, do: (*state).setLifetime,
	},
}

// expired holds for a file whose lifetime is over.
func (f *file) expired(now time.Time) bool { return !f.expires.IsZero() && now.After(f.expires) }

// lasting returns the file with another lifetime.
func (f *file) lasting(lifetime string, now time.Time) *file {
	again := *f
	switch lifetime {
	case "forever":
		again.expires = time.Time{}
	case "refresh":
		again.expires = now.Add(fileLifetime)
	default:
		again.expires = f.created.Add(fileLifetime)
	}
	return &again
}

func (s *state) setLifetime(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	lifetime, ids := o.text("lifetime"), o.texts("chatfile_ids")
	switch {
	case o.bad != "" || len(ids) == 0:
		return nil, errInvalidRequest()
	case len(ids) > maxLifetimeBatch:
		return nil, errIllegalArgument("chatfile_ids size is too large")
	case lifetime != "default" && lifetime != "refresh" && lifetime != "forever":
		return nil, errIllegalArgument("lifetime must be either 'forever' or 'default' or 'refresh'")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	done := map[string]string{}
	for _, id := range ids {
		f := s.files.get(id)
		if f == nil || f.expired(now) {
			done[id] = "failed"
			continue
		}
		s.files.put(id, f.lasting(lifetime, now))
		done[id] = "success"
	}
	return data(done), nil
}
