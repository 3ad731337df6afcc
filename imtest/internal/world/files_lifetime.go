package world

import (
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const maxLifetimeBatch = 100

var lifetimeRoutes = []legacy{
	{
		ID: "messages.set_attachment_lifetime", Method: put, Also: post, Path: "/users/{username}/chatfiles/lifetime",
		Shape: wire.Full, Body: wire.JSONBody, Who: wire.OwnUser, Do: (*World).setLifetime,
	},
}

// expired holds for a file whose lifetime is over.
func (f *File) expired(now time.Time) bool { return !f.Expires.IsZero() && now.After(f.Expires) }

// lasting returns the file with another lifetime.
func (f *File) lasting(lifetime string, now time.Time) *File {
	again := *f
	switch lifetime {
	case "forever":
		again.Expires = time.Time{}
	case "refresh":
		again.Expires = now.Add(fileLifetime)
	default:
		again.Expires = f.Created.Add(fileLifetime)
	}
	return &again
}

func (s *World) setLifetime(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	lifetime, ids := o.Text("lifetime"), o.Texts("chatfile_ids")
	switch {
	case o.Bad != "" || len(ids) == 0:
		return nil, wire.ErrInvalidRequest()
	case len(ids) > maxLifetimeBatch:
		return nil, wire.ErrIllegalArgument("chatfile_ids size is too large")
	case lifetime != "default" && lifetime != "refresh" && lifetime != "forever":
		return nil, wire.ErrIllegalArgument("lifetime must be either 'forever' or 'default' or 'refresh'")
	}
	s.Mu.Lock()
	defer s.Mu.Unlock()
	now := s.Now()
	done := map[string]string{}
	for _, id := range ids {
		f := s.Files.Get(id)
		if f == nil || f.expired(now) {
			done[id] = "failed"
			continue
		}
		s.Files.Put(id, f.lasting(lifetime, now))
		done[id] = "success"
	}
	return wire.Data(done), nil
}
