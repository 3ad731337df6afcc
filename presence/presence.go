// Package presence publishes the presence of users, and watches it for others.
//
// A user has a status per device: [Offline], [Online], or a number that the app
// gives a meaning of its own, such as "100" for busy. Who wants to be told of
// changes subscribes, for 30 days at most; the client SDKs then get them. A user
// may watch 3,000 others, and be watched by 3,000. Logins and logouts within a
// second count as one change. The feature must be switched on:
// [im.ErrNotEnabled].
//
//	watched, err := client.Presence.Subscribe(ctx, "alice", []string{"bob", "carol"}, 24*time.Hour)
package presence

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// Service calls the endpoints of presence. It is the field Presence of the client.
type Service struct{ api api.Caller }

// New is called by package im; a service cannot be made outside this module.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{
	&set, &get, &subscribe, &unsubscribe, &listSubscriptions, &countOnline,
}

// Status is the presence on one device: [Offline], [Online] or any other number,
// whose meaning is the app's.
type Status string

// The statuses that the server sets by itself.
const (
	Offline Status = "0"
	Online  Status = "1"
)

// Setting is the presence that a device is given.
type Setting struct {
	Status Status // a number; above "1" the app's own
	Ext    string // free text for those who watch, up to 1,024 bytes; 64 by a document of 2023
}

var number = regexp.MustCompile(`^[0-9]+$`)

func (p Setting) check() error {
	return api.First(api.Required("Status", string(p.Status)), api.Pattern("Status", string(p.Status), number),
		api.MaxBytes("Ext", p.Ext, 1024))
}

var set = api.Endpoint{
	ID: "presence.set", Method: http.MethodPost, Path: "/users/{username}/presence/{resource}/{Status}",
	Quotas: api.PerSecond(50), Idempotent: true,
}

// Set sets the presence of a user on one device, and tells those who watch. The
// device is its resource, as the client SDK and package users name it:
// "android_600100200300". Quota: 50 calls a second (100 by one page of Easemob).
// Repeated after a lost response, when the change may be told twice.
// [im.ErrNotFound] when user or device does not exist.
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
	Username   string
	Devices    map[string]Status // by resource: "android_600100200300"; empty: none is known
	Ext        string            // set by [Service.Set] or a client SDK
	LastChange time.Time         `json:",omitzero"` // last login or logout
	Expires    time.Time         `json:",omitzero"` // end of the subscription; responded by [Service.Subscribe] only
	Err        error             // why there is nothing else: the response does not name the user
}

// MarshalJSON keeps the text and the kinds of Err.
func (p Presence) MarshalJSON() ([]byte, error) {
	type plain Presence
	p.Err = api.Stored(p.Err)
	return json.Marshal(plain(p)) //nolint:musttag // keys are the names of the fields
}

// UnmarshalJSON makes Err a [*batch.Reason].
func (p *Presence) UnmarshalJSON(b []byte) error {
	type plain Presence
	return api.Restore(b, (*plain)(p), &p.Err)
}

// Online tells whether a device has another status than [Offline].
func (p Presence) Online() bool {
	for _, status := range p.Devices {
		if status != Offline {
			return true
		}
	}
	return false
}

// Presences has one entry per user asked for, in that order.
type Presences []Presence

// Err is nil when all users were responded, else a [*batch.Error].
func (p Presences) Err() error {
	var failed []batch.Outcome
	for _, one := range p {
		if one.Err != nil {
			failed = append(failed, batch.Outcome{ID: one.Username, Err: one.Err})
		}
	}
	return batch.Failed(failed, len(p))
}

type wirePresence struct {
	UID      api.Text    `json:"uid"`
	LastTime api.Seconds `json:"last_time"`
	Expiry   api.Seconds `json:"expiry"`
	Ext      api.Text    `json:"ext"`
	Status   statuses    `json:"status"`
}

// statuses are an object, or an empty array where there are none.
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

// presences carries out a call that responds the presence of the users named.
func (s *Service) presences(ctx context.Context, c *api.Call, usernames []string) (Presences, error) {
	var out api.Payload[api.Many[wirePresence]]
	c.Items, c.Body, c.Out = len(usernames), usernamesBody{usernames}, &out
	if err := s.api.Call(ctx, c); err != nil {
		return nil, err
	}
	responded := make(map[string]*wirePresence, len(out.Value))
	for i := range out.Value {
		responded[strings.ToLower(string(out.Value[i].UID))] = &out.Value[i]
	}
	list := make(Presences, len(usernames))
	for i, name := range usernames {
		w, named := responded[strings.ToLower(name)]
		if !named {
			list[i] = Presence{Username: name, Err: api.NotReported}
			continue
		}
		list[i] = Presence{
			Username: name, Devices: w.Status, Ext: string(w.Ext),
			LastChange: w.LastTime.Time(), Expires: w.Expiry.Time(),
		}
	}
	return list, nil
}

type usernamesBody struct {
	Usernames []string `json:"usernames"`
}

const maxUsers = 100

var get = api.Endpoint{
	ID: "presence.get", Method: http.MethodPost, Path: "/users/{username}/presence", Quotas: api.PerSecond(50),
	Idempotent: true, MaxItems: maxUsers, ItemsIn: "usernames",
}

// Get returns the presence of up to 100 users, asked on behalf of one user, who
// need not have subscribed to them. All lack a response where that user does not
// exist. Quota: 50 calls a second (100 by one page of Easemob), whatever the
// number of users. Repeated after a lost response.
//
//im:endpoint presence.get
func (s *Service) Get(ctx context.Context, username string, usernames []string) (Presences, error) {
	return s.presences(ctx, &api.Call{
		Endpoint: &get, Params: []string{username}, Invalid: api.Usernames("usernames", usernames),
	}, usernames)
}

var countOnline = api.Endpoint{
	ID: "presence.group_online_count", Method: http.MethodGet, Path: "/presence/online/{groupID}/type/{query_type}", Idempotent: true,
}

// CountOnlineMembers tells how many members of a group are connected, whatever
// their statuses. Quota: 100 calls a second. Repeated after a lost response. The
// vendor switches it on apart from presence ([im.ErrNotEnabled]); Agora's
// international documents do not have it.
//
//im:endpoint presence.group_online_count
func (s *Service) CountOnlineMembers(ctx context.Context, groupID string) (int, error) {
	const group = "1"
	var out api.Payload[api.Int]
	err := s.api.Call(ctx, &api.Call{Endpoint: &countOnline, Params: []string{groupID, group}, Out: &out})
	return out.Value.Int(), err
}
