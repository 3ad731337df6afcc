// Package presence publishes the presence of users, and watches it on behalf of others.
//
//   - To publish the presence of a user, call [Service.Set].
//   - To read the presence of users, call [Service.Get].
//   - To watch users, call [Service.Subscribe] and [Service.Unsubscribe]; to read whom a user
//     watches, [Service.ListSubscriptions], [Service.PageSubscriptions] or
//     [Service.AllSubscriptions].
//   - To count the connected members of a group, call [Service.CountOnlineMembers].
//
// A user has a status per device: [StatusOffline], [StatusOnline], or another number whose
// meaning is up to the app, such as "100" for busy. To hear of changes a user subscribes, for
// at most [MaxExpiry]; its client SDKs are then notified. A user may watch 3,000 others, and
// be watched by 3,000. Logins and logouts within a second count as one change.
// The feature must be switched on: otherwise im.ErrNotEnabled.
//
//	watched, err := client.Presence.Subscribe(ctx, "alice", []string{"bob", "carol"}, 24*time.Hour)
//
// Unless a method says otherwise, its quota is 50 calls a second (100 by one page of
// Easemob), whatever the number of users, and it is retried if the response is lost.
package presence

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/pattern"
)

// Service calls the endpoints of presence. It is the field Presence of
// im.Client.
type Service struct{ api api.Caller }

// New is for package im alone.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{
	&set, &get, &subscribe, &unsubscribe, &listSubscriptions, &countOnline,
}

// Status is the presence on one device: [StatusOffline], [StatusOnline] or any other number,
// whose meaning is the app's.
type Status string

// The statuses that the server sets by itself.
const (
	StatusOffline Status = "0"
	StatusOnline  Status = "1"
)

// The most that the methods take.
const (
	MaxExt        = 1024                // bytes of Setting.Ext; 64 by a document of 2023
	MaxExpiry     = 30 * 24 * time.Hour // how long a subscription lasts
	MaxUsersBatch = 100                 // users of one Get, Subscribe or Unsubscribe
)

// Setting is the presence that a device is given.
type Setting struct {
	Status Status `json:"status"`       // a number; above "1" the app's own
	Ext    string `json:"ext,omitzero"` // free text for those who watch, at most MaxExt bytes
}

var number = pattern.Lazy(`^[0-9]+$`)

func (p Setting) check() error {
	return api.First(api.Required("Status", string(p.Status)), api.Pattern("Status", string(p.Status), number()),
		api.MaxBytes("Ext", p.Ext, MaxExt))
}

var set = api.Endpoint{
	ID: "presence.set", Method: http.MethodPost, Path: "/users/{username}/presence/{resource}/{Status}",
	Quotas: api.PerSecond(50), Idempotent: true,
}

// Set sets the presence of a user on one device, and notifies those who watch. The device is
// its resource, as the client SDK and package users name it: "android_600100200300". A retry
// may notify twice. Errors: im.ErrNotFound if the user or the device does not exist.
//
//im:endpoint presence.set
func (s *Service) Set(ctx context.Context, username, resource string, p Setting) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &set, Params: []string{username, resource, string(p.Status)}, Invalid: p.check(),
		Body: struct {
			Ext string `json:"ext"` // must be there
		}{p.Ext},
		Out: new(api.Payload[api.OK]),
	})
}

// Presence is the presence of one user on all devices.
type Presence struct {
	Devices    map[string]Status `json:"devices,omitzero"`     // by resource: "android_600100200300"; empty: none is known
	Ext        string            `json:"ext,omitzero"`         // set by [Service.Set] or a client SDK
	LastChange time.Time         `json:"last_change,omitzero"` // last login or logout
	Expires    time.Time         `json:"expires,omitzero"`     // end of the subscription; returned by [Service.Subscribe] only
}

// Online reports whether a device has another status than [StatusOffline].
func (p Presence) Online() bool {
	for _, status := range p.Devices {
		if status != StatusOffline {
			return true
		}
	}
	return false
}

type wirePresence struct {
	UID      api.Text    `json:"uid"`
	LastTime api.Seconds `json:"last_time"`
	Expiry   api.Seconds `json:"expiry"`
	Ext      api.Text    `json:"ext"`
	Status   statuses    `json:"status"`
}

func (w *wirePresence) presence() Presence {
	return Presence{Devices: w.Status, Ext: string(w.Ext), LastChange: w.LastTime.Time(), Expires: w.Expiry.Time()}
}

// statuses are an object, or an empty array if there are none.
type statuses map[string]Status

// UnmarshalJSON implements json.Unmarshaler.
func (s *statuses) UnmarshalJSON(b []byte) error {
	var none []struct{}
	if bytes.HasPrefix(b, []byte("[")) && json.Unmarshal(b, &none) == nil && len(none) == 0 {
		*s = nil
		return nil
	}
	var wire map[string]api.Text
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	*s = make(statuses, len(wire))
	for resource, status := range wire {
		(*s)[resource] = Status(status)
	}
	return nil
}

// presences carries out a call whose response holds the presence of the users named.
func (s *Service) presences(ctx context.Context, c *api.Call, usernames []string) (batch.Results[Presence], error) {
	var out api.Payload[api.Many[wirePresence]]
	c.Items, c.Out = len(usernames), &out
	c.Body = struct {
		Usernames []string `json:"usernames"`
	}{usernames}
	if err := s.api.Call(ctx, c); err != nil {
		return nil, err
	}
	said := api.Reported[Presence]{Read: true}
	for i := range out.Value {
		said.Done(string(out.Value[i].UID), out.Value[i].presence())
	}
	return said.Results(usernames)
}

var get = api.Endpoint{
	ID: "presence.get", Method: http.MethodPost, Path: "/users/{viewer}/presence", Quotas: api.PerSecond(50),
	Idempotent: true, MaxItems: MaxUsersBatch, ItemsIn: "usernames",
}

// Get returns the presence of up to [MaxUsersBatch] users on behalf of a viewer, who need not
// watch them. If the viewer does not exist, all items are batch.ErrNotReported.
//
//im:endpoint presence.get
func (s *Service) Get(ctx context.Context, viewer string, usernames []string) (batch.Results[Presence], error) {
	return s.presences(ctx, &api.Call{
		Endpoint: &get, Params: []string{viewer}, Invalid: api.Usernames("usernames", usernames),
	}, usernames)
}

var countOnline = api.Endpoint{
	ID: "presence.group_online_count", Method: http.MethodGet, Path: "/presence/online/{groupID}/type/{query_type}", Idempotent: true,
}

// CountOnlineMembers returns how many members of a group are connected, whatever their
// statuses. Quota: 100 calls a second. The vendor must have enabled it, separately from
// presence: otherwise im.ErrNotEnabled. Not in the English documents of Agora.
//
//im:endpoint presence.group_online_count
func (s *Service) CountOnlineMembers(ctx context.Context, groupID string) (int, error) {
	const group = "1"
	var out api.Payload[api.Int]
	err := s.api.Call(ctx, &api.Call{Endpoint: &countOnline, Params: []string{groupID, group}, Out: &out})
	return out.Value.Int(), err
}
