package imtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// setting is what prepares the server.
func (srv *Server) setting() controlPaths {
	return controlPaths{
		"PUT /_im/history":           srv.putHistory,
		"PUT /_im/push_counts":       srv.putPushCounts,
		"POST /_im/stored_callbacks": srv.postStoredCallbacks,
		"POST /_im/refuse":           srv.refuseFor,
	}
}

// putHistory sets the zone and the delay of history files, or one of them.
func (srv *Server) putHistory(r *http.Request) (any, error) {
	var in struct {
		Zone  *string `json:"zone"`
		Delay *string `json:"delay"`
	}
	if err := readControl(r.Body, &in); err != nil {
		return nil, err
	}
	if in.Zone == nil && in.Delay == nil {
		return nil, errors.New(`one of "zone" and "delay" is needed`)
	}
	var zone time.Time
	var delay time.Duration
	var err error
	if in.Zone != nil {
		if zone, err = time.Parse("Z07:00", *in.Zone); err != nil {
			return nil, errors.New(`"zone" must be an offset from UTC, such as "+08:00", or "Z"`)
		}
	}
	if in.Delay != nil {
		if delay, err = time.ParseDuration(*in.Delay); err != nil || delay < 0 {
			return nil, errors.New(`"delay" must be a length of time from 0 on, such as "24h"`)
		}
	}
	if in.Zone != nil {
		_, offset := zone.Zone()
		srv.SetHistoryZone(time.FixedZone(*in.Zone, offset)) // the Location may be that of the machine
	}
	if in.Delay != nil {
		srv.SetHistoryDelay(delay)
	}
	return nil, nil
}

// putPushCounts sets the statistics of one day and platform.
func (srv *Server) putPushCounts(r *http.Request) (any, error) {
	var in struct {
		Day      string `json:"day"`
		Platform string `json:"platform"`
		Success  int    `json:"success"`
		Fail     int    `json:"fail"`
		Arrive   int    `json:"arrive"`
	}
	if err := readControl(r.Body, &in); err != nil {
		return nil, err
	}
	day, err := time.Parse(time.DateOnly, in.Day)
	switch {
	case err != nil:
		return nil, errors.New(`"day" must be a date, such as "2026-03-01"`)
	case in.Platform == "":
		return nil, errors.New(`"platform" is missing, such as "APNS"`)
	case !slices.Contains(world.PushPlatforms, in.Platform):
		return nil, fmt.Errorf("there is no push platform %q", in.Platform)
	case min(in.Success, in.Fail, in.Arrive) < 0:
		return nil, errors.New(`"success", "fail" and "arrive" must not be negative`)
	}
	srv.SetPushCounts(day, in.Platform, PushCounts{in.Success, in.Fail, in.Arrive})
	return nil, nil
}

// storedKey is the response of what stores callbacks.
type storedKey struct {
	Date string `json:"date"` // that calls of the API name the set by
}

func (srv *Server) postStoredCallbacks(r *http.Request) (any, error) {
	var set StoredCallbacks
	if err := readControl(r.Body, &set); err != nil {
		return nil, err
	}
	switch {
	case set.Start.IsZero():
		return nil, errors.New(`"start" is missing, such as "2026-03-01T09:00:00Z"`)
	case min(set.Size, set.Resent) < 0:
		return nil, errors.New(`"size" and "resent" must not be negative`)
	}
	return storedKey{srv.AddStoredCallbacks(set)}, nil
}

const (
	maxRefusal     = 10 * time.Minute // nobody can end it, other than in Go
	responseLeaves = 100 * time.Millisecond
)

// refuseFor refuses connections for a time, after which the server can be reached again. The listener
// is closed before the response; the connections that are in use, that of the response among them,
// a moment later.
func (srv *Server) refuseFor(r *http.Request) (any, error) {
	var in struct {
		Time string `json:"time"`
	}
	if err := readControl(r.Body, &in); err != nil {
		return nil, err
	}
	d, err := time.ParseDuration(in.Time)
	if err != nil || d <= 0 || d > maxRefusal {
		return nil, errors.New(`"time" must be a length of time above 0 and at most 10m, such as "2s"`)
	}
	srv.stopListening()
	time.AfterFunc(responseLeaves, func() {
		srv.RefuseConnections()
		time.AfterFunc(d, func() { _ = srv.AcceptConnections() }) // closed for good, or the port is taken: nobody is there to hear of it
	})
	return nil, nil
}

// stopListening closes the listener and the connections that nothing uses.
func (srv *Server) stopListening() {
	srv.listenMu.Lock()
	defer srv.listenMu.Unlock()
	now, cancel := context.WithCancel(context.Background())
	cancel()
	_ = srv.http.Shutdown(now) // says that it does not wait for the others
	<-srv.done
}

// bindPush is the action of a user who gets a device for pushes.
var bindPush = acting(func(srv *Server, user string, in struct {
	Device   string `json:"device"`
	Notifier string `json:"notifier"`
	Token    string `json:"token"`
}) (any, error) {
	if in.Device == "" {
		return nil, errors.New(`"device" is missing`)
	}
	srv.AddPushBinding(user, PushBinding(in))
	return nil, nil
})
