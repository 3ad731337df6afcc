// Package metadata reads and writes the attributes of users: nickname, avatar,
// anything that an app wants to keep beside an account.
//
// Attributes are text by text keys. The keys that have constants here are read by
// the client SDKs; [Nickname] is not the name shown in push notifications, which
// is kept by itself. A user's attributes may have 2 KB in all (4 KB by a document
// of 2023), those of an app 10 GB. There is no deleting a single key. The feature
// must be switched on: [im.ErrNotEnabled].
//
//	_, err := client.Metadata.Set(ctx, "alice", metadata.Attributes{metadata.Nickname: "Alice"})
package metadata

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/imrest/im-go/internal/api"
)

// Service calls the endpoints of user attributes. It is the field Metadata of the
// client.
type Service struct{ api api.Caller }

// New is called by package im; a service cannot be made outside this module.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{&set, &get, &getBatch, &deleteAll, &capacity}

// The keys that the client SDKs know, with the longest values that are documented
// for them. Others are free, "avatar" among them, which the client SDKs ignore.
const (
	Nickname  = "nickname"  // up to 64 characters
	AvatarURL = "avatarurl" // up to 256 characters
	Phone     = "phone"     // up to 32 characters
	Mail      = "mail"      // up to 64 characters
	Gender    = "gender"    // "1": male, "2": female, "0": unknown
	Sign      = "sign"      // up to 256 characters
	Birth     = "birth"     // up to 64 characters
	Ext       = "ext"       // anything
)

var maxLength = map[string]int{Nickname: 64, AvatarURL: 256, Phone: 32, Mail: 64, Sign: 256, Birth: 64}

// maxBytes is what one user may have in all, keys and values.
const maxBytes = 2 << 10

// Attributes are the values of a user by their keys.
type Attributes map[string]string

func (a Attributes) check() error {
	if len(a) == 0 {
		return api.Invalid("attributes", "must have at least one entry")
	}
	size := 0
	for _, key := range slices.Sorted(maps.Keys(a)) {
		if key == "" {
			return api.Invalid("attributes", "must not have an empty key")
		}
		if limit := maxLength[key]; limit > 0 {
			if err := api.MaxLength(fmt.Sprintf("attributes[%q]", key), a[key], limit); err != nil {
				return err
			}
		}
		size += len(key) + len(a[key])
	}
	if size > maxBytes {
		return api.TooLarge("attributes", "have %d bytes together, at most %d are allowed", size, maxBytes)
	}
	return nil
}

func (a Attributes) form() api.Form {
	form := make(api.Form, len(a))
	for key, value := range a {
		form[key] = []string{value}
	}
	return form
}

// wireAttributes are attributes as they are responded. A value that other clients
// have stored as JSON may come as such.
type wireAttributes map[string]value

func (w wireAttributes) attributes() Attributes {
	if w == nil {
		return nil
	}
	a := make(Attributes, len(w))
	for key, v := range w {
		a[key] = string(v)
	}
	return a
}

// value takes a text, a number, true and false, and keeps the JSON of anything
// else.
type value string

// UnmarshalJSON implements json.Unmarshaler.
func (v *value) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	if len(b) > 0 && (b[0] == '{' || b[0] == '[') {
		*v = value(b)
		return nil
	}
	return (*api.Text)(v).UnmarshalJSON(b)
}

var set = api.Endpoint{
	ID: "metadata.set", Method: http.MethodPut, Path: "/metadata/user/{username}", Idempotent: true, ItemsIn: "attributes",
}

// Set writes attributes of a user and returns those written. Keys that are not
// named stay as they are, as far as the documents tell. More than 2 KB of keys and
// values, and values longer than documented for their keys, are refused before
// sending. Quota: 100 calls a second. Repeated after a lost response, and when two
// writes collide. Errors: [im.ErrTooLarge] when the user would have more than 2 KB
// in all, [im.ErrPlanLimit] when the app has used up its 10 GB.
//
//im:endpoint metadata.set
func (s *Service) Set(ctx context.Context, username string, attributes Attributes) (Attributes, error) {
	return s.attributes(ctx, &api.Call{
		Endpoint: &set, Params: []string{username}, Invalid: attributes.check(), Body: attributes.form(),
	})
}

func (s *Service) attributes(ctx context.Context, c *api.Call) (Attributes, error) {
	var out api.Payload[wireAttributes]
	c.Out = &out
	if err := s.api.Call(ctx, c); err != nil {
		return nil, err
	}
	return out.Value.attributes(), nil
}

var get = api.Endpoint{
	ID: "metadata.get", Method: http.MethodGet, Path: "/metadata/user/{username}", Idempotent: true,
}

// Get returns all attributes of a user; none for a user that does not exist.
// Quota: 100 calls a second. Repeated after a lost response. A user named "capacity"
// cannot be read this way, for the path is that of [Service.Capacity]; use
// [Service.GetBatch].
//
//im:endpoint metadata.get
func (s *Service) Get(ctx context.Context, username string) (Attributes, error) {
	var invalid error
	if username == "capacity" {
		invalid = api.Invalid("username", "%q would address another call; use GetBatch", username)
	}
	return s.attributes(ctx, &api.Call{Endpoint: &get, Params: []string{username}, Invalid: invalid})
}

// UserAttributes are the attributes of one user of a batch.
type UserAttributes struct {
	Username   string
	Attributes Attributes // of the keys asked for, those that exist; nil: the response does not name the user
}

var getBatch = api.Endpoint{
	ID: "metadata.batch_get", Method: http.MethodPost, Path: "/metadata/user/get",
	Idempotent: true, MaxItems: 100, ItemsIn: "usernames",
}

// GetBatch returns the attributes under some keys of up to 100 users, in the order
// asked. A user that does not exist has none. Quota: 100 calls a second, whatever
// the number of users. Repeated after a lost response.
//
//im:endpoint metadata.batch_get
func (s *Service) GetBatch(ctx context.Context, usernames, keys []string) ([]UserAttributes, error) {
	var out api.Payload[map[string]wireAttributes]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &getBatch, Items: len(usernames), Out: &out,
		Invalid: api.First(api.Usernames("usernames", usernames), api.Identifiers("keys", keys)),
		Body: struct {
			Targets    []string `json:"targets"`
			Properties []string `json:"properties"`
		}{usernames, keys},
	})
	if err != nil {
		return nil, err
	}
	responded := make(map[string]Attributes, len(out.Value))
	for name, wire := range out.Value {
		responded[strings.ToLower(name)] = wire.attributes()
	}
	list := make([]UserAttributes, len(usernames))
	for i, name := range usernames {
		list[i] = UserAttributes{Username: name, Attributes: responded[strings.ToLower(name)]}
	}
	return list, nil
}

var deleteAll = api.Endpoint{
	ID: "metadata.delete", Method: http.MethodDelete, Path: "/metadata/user/{username}", Idempotent: true,
}

// Delete deletes all attributes of a user, and succeeds where there are none.
// Quota: 100 calls a second. Repeated after a lost response.
//
//im:endpoint metadata.delete
func (s *Service) Delete(ctx context.Context, username string) error {
	return s.api.Call(ctx, &api.Call{Endpoint: &deleteAll, Params: []string{username}, Out: new(deleted)})
}

// deleted is a response of success. Its data is true, or nothing to speak of, or the
// reason why not.
type deleted struct{}

// UnmarshalJSON implements json.Unmarshaler.
func (*deleted) UnmarshalJSON(b []byte) error {
	var wire api.Data[json.RawMessage]
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	switch string(bytes.TrimSpace(wire.Data)) {
	case "", "null", "{}", "[]", `""`:
		return nil
	}
	return new(api.OK).UnmarshalJSON(wire.Data)
}

var capacity = api.Endpoint{
	ID: "metadata.capacity", Method: http.MethodGet, Path: "/metadata/user/capacity", Idempotent: true,
}

// Capacity tells how many bytes the attributes of all users of the app take up, of
// the 10 GB that they may. Quota: 100 calls a second. Repeated after a lost response.
//
//im:endpoint metadata.capacity
func (s *Service) Capacity(ctx context.Context) (int64, error) {
	var out api.Data[api.Int] // missing or null where nothing is stored
	err := s.api.Call(ctx, &api.Call{Endpoint: &capacity, Out: &out})
	return int64(out.Data), err
}
