package world

import (
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const maxLifetimeBatch = 100

var lifetimeRoutes = []Legacy{
	{wire.Route{
		ID: "messages.set_attachment_lifetime", Method: put, Also: post, Path: "/users/{username}/chatfiles/lifetime",
		Shape: wire.Full, Body: wire.JSONBody, Who: wire.OwnUser,
	}, (*World).setLifetime},
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

func (w *World) setLifetime(c *wire.Call) (*wire.Response, *wire.Error) {
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
	w.Mu.Lock()
	defer w.Mu.Unlock()
	now := w.Now()
	done := map[string]string{}
	for _, id := range ids {
		f := w.Files.Get(id)
		if f == nil || f.expired(now) {
			done[id] = "failed"
			continue
		}
		w.Files.Put(id, f.lasting(lifetime, now))
		done[id] = "success"
	}
	return wire.Data(done), nil
}
