package chatrooms

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

const (
	maxAttributes     = 10   // in one call
	maxAttributeKey   = 128  // characters
	maxAttributeValue = 4096 // characters
)

// NewAttributes are attributes of a room to set: data of the app's own that all
// members see. A room has up to 100 of them, all rooms of an app 10 GB.
type NewAttributes struct {
	// Values has 1 to 10 entries: up to 128 characters of a-z, A-Z, 0-9, "_", "-"
	// and "." for the key, up to 4096 characters for the value.
	Values          map[string]string
	Keep            bool   // they stay when the user who sets them leaves the room, else they go with it
	NotificationExt string // handed on with the event; only the vendor's Java SDK knows it
}

var attributeKey = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

func checkKey(field, key string) error {
	return api.First(api.Required(field, key), api.MaxLength(field, key, maxAttributeKey), api.Pattern(field, key, attributeKey))
}

func checkKeys(keys []string) error {
	for i, key := range keys {
		if err := checkKey(fmt.Sprintf("keys[%d]", i), key); err != nil {
			return err
		}
	}
	return api.Identifiers("keys", keys)
}

func (a NewAttributes) check(keys []string) error {
	for _, key := range keys {
		field := fmt.Sprintf("Values[%q]", key)
		if err := api.First(checkKey(field, key), api.MaxLength(field, a.Values[key], maxAttributeValue)); err != nil {
			return err
		}
	}
	return api.Identifiers("Values", keys)
}

// attributeResult is what the server says of each key, under the status of a
// success even where all of them failed.
type attributeResult struct {
	Done   api.Many[string]    `json:"successKeys"`
	Failed map[string]api.Text `json:"errorKeys"`
}

func (r *attributeResult) outcome(key string) (api.Done, bool) {
	if reason, failed := r.Failed[key]; failed {
		return api.Done{Reason: string(reason)}, true
	}
	return api.Done{OK: true}, slices.Contains(r.Done, key)
}

// byKey carries out a call that responds an outcome for each key.
func (s *Service) byKey(ctx context.Context, keys []string, c *api.Call) (batch.Result, error) {
	var out api.Data[attributeResult]
	c.Items, c.Out = len(keys), &out
	if err := s.api.Call(ctx, c); err != nil {
		return nil, err
	}
	return api.Outcomes(keys, out.Data.outcome), nil
}

func (s *Service) set(ctx context.Context, e *api.Endpoint, roomID, username string, a NewAttributes) (batch.Result, error) {
	keys := slices.Sorted(maps.Keys(a.Values))
	body := struct {
		Values          map[string]string `json:"metaData"`
		AutoDelete      string            `json:"autoDelete,omitzero"`
		NotificationExt string            `json:"notificationExt,omitzero" arg:"NotificationExt"`
	}{Values: a.Values, NotificationExt: a.NotificationExt}
	if a.Keep {
		body.AutoDelete = "NO_DELETE"
	}
	return s.byKey(ctx, keys, &api.Call{
		Endpoint: e, Params: []string{roomID, username}, Invalid: a.check(keys), Body: body,
	})
}

// keyList is the body of the calls on attributes by name.
type keyList struct {
	Keys []string `json:"keys" arg:"keys"`
}

func (s *Service) remove(ctx context.Context, e *api.Endpoint, roomID, username string, keys []string) (batch.Result, error) {
	return s.byKey(ctx, keys, &api.Call{
		Endpoint: e, Params: []string{roomID, username}, Invalid: checkKeys(keys), Body: keyList{keys},
	})
}

var setAttributes = api.Endpoint{
	ID: "chatrooms.set_attributes", Method: http.MethodPut, Path: "/metadata/chatroom/{roomID}/user/{username}", Idempotent: true,
	MaxItems: maxAttributes, ItemsIn: "Values",
}

// SetAttributes sets up to 10 attributes of a room in the name of a member, to whom
// they belong then. The outcomes are in the order of the keys; attributes of other
// members are refused ([im.ErrForbidden]), for [Service.ForceSetAttributes] to
// overwrite. Older servers fail the whole call for one of them. Quota: 100 calls a
// second, whatever the number of attributes. Repeated after a lost response.
// [im.ErrNotFound] when there is no such room or the user is not in it.
//
//im:endpoint chatrooms.set_attributes
func (s *Service) SetAttributes(ctx context.Context, roomID, username string, a NewAttributes) (batch.Result, error) {
	return s.set(ctx, &setAttributes, roomID, username, a)
}

var forceSetAttributes = api.Endpoint{
	ID: "chatrooms.force_set_attributes", Method: http.MethodPut, Path: "/metadata/chatroom/{roomID}/user/{username}/forced",
	Idempotent: true, MaxItems: maxAttributes, ItemsIn: "Values",
}

// ForceSetAttributes is [Service.SetAttributes] that overwrites the attributes of
// other members, too.
//
//im:endpoint chatrooms.force_set_attributes
func (s *Service) ForceSetAttributes(ctx context.Context, roomID, username string, a NewAttributes) (batch.Result, error) {
	return s.set(ctx, &forceSetAttributes, roomID, username, a)
}

var attributes = api.Endpoint{
	ID: "chatrooms.get_attributes", Method: http.MethodPost, Path: "/metadata/chatroom/{roomID}", Idempotent: true,
}

// Attributes returns the attributes of a room with these keys, or all of them when
// no key is given. Keys that the room does not have are left out. Quota: 100 calls
// a second. Repeated after a lost response. [im.ErrNotFound] when there is no such
// room.
//
//im:endpoint chatrooms.get_attributes
func (s *Service) Attributes(ctx context.Context, roomID string, keys []string) (map[string]string, error) {
	if keys == nil {
		keys = []string{} // null is not documented
	}
	var out api.Data[map[string]api.Text]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &attributes, Params: []string{roomID}, Body: keyList{keys}, Out: &out,
	})
	if err != nil {
		return nil, err
	}
	values := make(map[string]string, len(out.Data))
	for key, v := range out.Data {
		values[key] = string(v)
	}
	return values, nil
}

var deleteAttributes = api.Endpoint{
	ID: "chatrooms.delete_attributes", Method: http.MethodDelete, Path: "/metadata/chatroom/{roomID}/user/{username}",
	Idempotent: true, MaxItems: maxAttributes, ItemsIn: "keys",
}

// DeleteAttributes deletes up to 10 attributes of a room in the name of a member,
// whose own they must be; [Service.ForceDeleteAttributes] deletes those of others,
// too. The outcomes are in the order of the keys. Quota: 100 calls a second,
// whatever the number of attributes. Repeated after a lost response. [im.ErrNotFound]
// when there is no such room or the user is not in it.
//
//im:endpoint chatrooms.delete_attributes
func (s *Service) DeleteAttributes(ctx context.Context, roomID, username string, keys []string) (batch.Result, error) {
	return s.remove(ctx, &deleteAttributes, roomID, username, keys)
}

var forceDeleteAttributes = api.Endpoint{
	ID: "chatrooms.force_delete_attributes", Method: http.MethodDelete, Path: "/metadata/chatroom/{roomID}/user/{username}/forced",
	Idempotent: true, MaxItems: maxAttributes, ItemsIn: "keys",
}

// ForceDeleteAttributes is [Service.DeleteAttributes] that deletes the attributes
// of other members, too. The user need not be in the room: the vendor's Java SDK
// gives "admin".
//
//im:endpoint chatrooms.force_delete_attributes
func (s *Service) ForceDeleteAttributes(ctx context.Context, roomID, username string, keys []string) (batch.Result, error) {
	return s.remove(ctx, &forceDeleteAttributes, roomID, username, keys)
}
