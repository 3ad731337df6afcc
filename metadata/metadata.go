// Package metadata is about the attributes of users: nickname, avatar, and anything else that
// an app wants to keep beside an account.
//
//   - To write attributes, call [Service.Set]; to delete all of a user, [Service.Delete].
//   - To read those of one user, call [Service.Get]; of several users, [Service.GetBatch].
//   - To learn how much room they take up, call [Service.GetCapacity].
//
// Attributes are texts under keys. The client SDKs read the keys that have constants here;
// [KeyNickname] is not the name shown in push notifications, which is stored separately. A
// user's attributes may have 2 KB together (4 KB by a document of 2023), those of an app
// 10 GB. A single key cannot be deleted. The feature must be switched on: otherwise
// im.ErrNotEnabled.
//
//	err := client.Metadata.Set(ctx, "alice", metadata.Attributes{metadata.KeyNickname: "Alice"})
//
// Unless a method says otherwise, its quota is 100 calls a second and it is retried if the
// response is lost.
package metadata

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// Service calls the endpoints of user attributes. It is the field Metadata of im.Client.
type Service struct{ api api.Caller }

// New is for package im alone.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{&set, &get, &getBatch, &deleteAll, &getCapacity}

// The keys that the client SDKs know, with the longest values that are documented for them.
// Others are free, "avatar" among them, which the client SDKs ignore.
const (
	KeyNickname  = "nickname"  // at most 64 characters
	KeyAvatarURL = "avatarurl" // at most 256 characters
	KeyPhone     = "phone"     // at most 32 characters
	KeyMail      = "mail"      // at most 64 characters
	KeyGender    = "gender"    // "1": male, "2": female, "0": unknown
	KeySign      = "sign"      // at most 256 characters
	KeyBirth     = "birth"     // at most 64 characters
	KeyExt       = "ext"       // anything
)

var maxLength = map[string]int{
	KeyNickname: 64, KeyAvatarURL: 256, KeyPhone: 32, KeyMail: 64, KeySign: 256, KeyBirth: 64,
}

// The most that a user may have, and that one call may name.
const (
	MaxBytes      = 2 << 10 // of keys and values together
	MaxUsersBatch = 100     // users of one [Service.GetBatch]
)

// Attributes are the attributes of a user: values by key.
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
	if size > MaxBytes {
		return api.TooLarge("attributes", "have %d bytes together, at most %d are allowed", size, MaxBytes)
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

// wireAttributes are attributes as the API has them. A value that other clients have stored as
// JSON may come as such.
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

// value takes a text, a number, true and false, and keeps the JSON of anything else.
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

// Set writes attributes of a user. Keys that are not named stay as they are, as far as the
// documents say. More than [MaxBytes] of keys and values, and values longer than documented
// for their keys, are rejected before anything is sent. Also retried if two writes collide.
// Errors: im.ErrTooLarge if the user would have more than 2 KB together, im.ErrPlanLimit if
// the app has used up its 10 GB.
//
//im:endpoint metadata.set
func (s *Service) Set(ctx context.Context, username string, attributes Attributes) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &set, Params: []string{username}, Invalid: attributes.check(), Body: attributes.form(),
		Out: new(api.Payload[wireAttributes]), // what was written, without which it was not confirmed
	})
}

var get = api.Endpoint{
	ID: "metadata.get", Method: http.MethodGet, Path: "/metadata/user/{username}", Idempotent: true,
}

// Get returns all attributes of a user; none for a user that does not exist. A user named
// "capacity" cannot be read this way, since the path is that of [Service.GetCapacity]; use
// [Service.GetBatch].
//
//im:endpoint metadata.get
func (s *Service) Get(ctx context.Context, username string) (Attributes, error) {
	var invalid error
	if username == "capacity" {
		invalid = api.Invalid("username", "%q would address another call; use GetBatch", username)
	}
	var out api.Payload[wireAttributes]
	err := s.api.Call(ctx, &api.Call{Endpoint: &get, Params: []string{username}, Invalid: invalid, Out: &out})
	return out.Value.attributes(), err
}

var getBatch = api.Endpoint{
	ID: "metadata.batch_get", Method: http.MethodPost, Path: "/metadata/user/get",
	Idempotent: true, MaxItems: MaxUsersBatch, ItemsIn: "usernames",
}

// GetBatch returns the attributes under some keys of up to [MaxUsersBatch] users. A user that
// does not exist, or that the response leaves out, has none, which is not an error.
//
//im:endpoint metadata.batch_get
func (s *Service) GetBatch(ctx context.Context, usernames, keys []string) (batch.Results[Attributes], error) {
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
	var said api.Reported[Attributes]
	for _, name := range usernames {
		said.Done(name, nil)
	}
	for name, wire := range out.Value {
		said.Done(name, wire.attributes())
	}
	return said.Results(usernames)
}

var deleteAll = api.Endpoint{
	ID: "metadata.delete", Method: http.MethodDelete, Path: "/metadata/user/{username}", Idempotent: true,
}

// Delete deletes all attributes of a user, and succeeds if there are none.
//
//im:endpoint metadata.delete
func (s *Service) Delete(ctx context.Context, username string) error {
	return s.api.Call(ctx, &api.Call{Endpoint: &deleteAll, Params: []string{username}, Out: new(deleted)})
}

// deleted is a response of success. Its data is true, or empty, or the reason why not.
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

var getCapacity = api.Endpoint{
	ID: "metadata.capacity", Method: http.MethodGet, Path: "/metadata/user/capacity", Idempotent: true,
}

// GetCapacity returns how many bytes the attributes of all users of the app take up, of the
// 10 GB that they may.
//
//im:endpoint metadata.capacity
func (s *Service) GetCapacity(ctx context.Context) (int64, error) {
	var out api.Data[api.Int] // missing or null if nothing is stored
	err := s.api.Call(ctx, &api.Call{Endpoint: &getCapacity, Out: &out})
	return int64(out.Data), err
}
