package imtest

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/imrest/im-go/imtest/internal/outbound"
	"github.com/imrest/im-go/imtest/internal/page"
	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

// WithPage puts a page at / that shows users, groups, rooms, messages, files, events, callbacks,
// quotas and requests in full, and that can send a message and move the clock.
// Everyone who reaches the server can see it, and needs no token: on a loopback address such
// a server serves localhost and loopback hosts only. imserver has it. Passwords, tokens and secrets
// are masked.
func WithPage() Option {
	return func(c *config) { c.page = true }
}

// eventsPath is a control path that the page needs as well.
const eventsPath = controlPrefix + "events"

// browsed serves the page and the control paths, and refuses what another site lets a
// browser send: to these, which would take it, and to the API, whose tokens would pile up.
func (srv *Server) browsed(w http.ResponseWriter, r *http.Request) bool {
	err := http.NewCrossOriginProtection().Check(r)
	onPage := srv.conf.page && page.Serves(r.URL.Path)
	control := srv.conf.control && strings.HasPrefix(r.URL.Path, controlPrefix) ||
		srv.conf.page && r.Method == http.MethodGet && r.URL.Path == eventsPath
	if err == nil && !onPage && !control {
		return false
	}
	srv.date(w)
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusForbidden)
	case onPage:
		srv.page.ServeHTTP(w, r)
	default:
		srv.control.ServeHTTP(w, r)
	}
	return true
}

// pageServer is what the page sees of the server.
type pageServer struct{ *Server }

// ClockRuns reports whether the clock runs.
func (s pageServer) ClockRuns() bool { return s.Clock().Runs() }

// MoveClock does what a button says.
func (s pageServer) MoveClock(move page.ClockMove) {
	clock := s.Clock()
	switch {
	case move.Stop:
		clock.Stop()
	case move.Run:
		clock.Run()
	}
	clock.Advance(move.Ahead)
}

// Requests returns the newest requests, and the number of the oldest of them.
func (s pageServer) Requests() (list []page.Request, first int64) {
	all, first := s.log.numbered()
	return world.Convert(all, func(r Request) page.Request {
		return page.Request{
			Endpoint: r.ID, Method: r.Method, Path: r.Path, Query: r.Query, Params: r.Params, Header: r.Header, Body: r.Body,
			Status: r.Status, Time: r.Time,
		}
	}), first
}

// Deliveries returns the newest callbacks.
func (s pageServer) Deliveries() []page.Delivery {
	return world.Convert(s.Server.Deliveries(), func(d Delivery) page.Delivery {
		v := page.Delivery{
			ID: d.ID, Rule: d.Rule, Kind: d.Kind, CallID: d.CallID, URL: d.URL, Body: d.Body, Time: d.Time, State: string(d.State),
			Reason: d.Reason, Resend: d.Resend, CanResend: outbound.Family(d.Kind) != "pre_send",
		}
		switch d.State {
		case DeliveryAccepted, DeliveryRewritten, DeliveryRejected:
			v.Good = true
		case DeliveryLost, DeliveryFailed:
			v.Bad = true
		case DeliveryWaiting, DeliveryStored:
		}
		v.Attempts = world.Convert(d.Attempts, func(a DeliveryAttempt) page.Attempt { return page.Attempt(a) })
		return v
	})
}

// Quotas returns the quotas of which something is used, and whether they are kept.
func (s pageServer) Quotas() ([]page.Quota, bool) {
	return world.Convert(s.QuotaUse(), func(u QuotaUse) page.Quota {
		q := page.Quota{Name: u.Pool, Unit: "calls", Per: u.Per, N: u.N, Used: u.Used}
		if u.User != "" {
			q.Name += " of " + u.User
		}
		if u.Items {
			q.Unit = "targets"
		}
		return q
	}), s.quotas != nil
}

// Send sends a message as a call of the API, which keeps quotas and is among the requests. Only
// faults do not touch it: they are for clients.
func (s pageServer) Send(ctx context.Context, kind, from, to, text string) (status int, problem string) {
	body := map[string]any{"to": []string{}, "type": "txt", "body": map[string]string{"msg": text}}
	if to != "" {
		body["to"] = []string{to}
	}
	if from != "" {
		body["from"] = from
	}
	c := s.ownCall(ctx, "/messages/"+kind, body)
	rep := s.work(c, c.ReadIn())
	s.remember(c, rep.Status)
	if rep.Status == http.StatusOK {
		return rep.Status, ""
	}
	var refusal wire.ErrorBody
	_ = json.Unmarshal(rep.Body, &refusal) // it is always one
	return rep.Status, refusal.Description
}
