package chatrooms

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/pattern"
)

// MaxAttributesBatch is the most attributes that a call sets or deletes.
const MaxAttributesBatch = 10

// The longest attributes of a room.
const (
	MaxAttributeKey   = 128  // characters
	MaxAttributeValue = 4096 // characters
)

// Attributes are free data about a room that all its members can read. A key has up to 128
// characters of a-z, A-Z, 0-9, "_", "-" and ".", a value up to 4,096 characters. A room has
// up to 100 attributes, all rooms of an app 10 GB.
type Attributes map[string]string

// AttributeOptions are the options for setting attributes.
type AttributeOptions struct {
	Keep            bool   `json:"keep,omitzero"`             // they stay when the user who sets them leaves the room; otherwise they go with the user
	NotificationExt string `json:"notification_ext,omitzero"` // passed on with the event; only the vendor's Java SDK sends it
}

var attributeKey = pattern.Lazy(`^[A-Za-z0-9_.-]+$`)

func checkKey(field, key string) error {
	return api.First(api.Required(field, key), api.MaxLength(field, key, MaxAttributeKey), api.Pattern(field, key, attributeKey()))
}

func checkKeys(keys []string) error {
	for i, key := range keys {
		if err := checkKey(fmt.Sprintf("keys[%d]", i), key); err != nil {
			return err
		}
	}
	return api.Identifiers("keys", keys)
}

func (a Attributes) check(keys []string) error {
	for _, key := range keys {
		field := fmt.Sprintf("attributes[%q]", key)
		if err := api.First(checkKey(field, key), api.MaxLength(field, a[key], MaxAttributeValue)); err != nil {
			return err
		}
	}
	return api.Identifiers("attributes", keys)
}

// wireAttributesResult is what the server says of each key, under the status of a success
// even if all of them failed.
type wireAttributesResult struct {
	Done   api.Many[string]    `json:"successKeys"`
	Failed map[string]api.Text `json:"errorKeys"`
}

// byKey carries out a call that reports each key.
func (s *Service) byKey(ctx context.Context, keys []string, c *api.Call) (batch.Result, error) {
	var out api.Data[wireAttributesResult]
	c.Items, c.Out = len(keys), &out
	if err := s.api.Call(ctx, c); err != nil {
		return nil, err
	}
	said := api.Reported[batch.None]{Exact: true}
	for _, key := range out.Data.Done {
		said.Done(key, batch.None{})
	}
	for key, reason := range out.Data.Failed {
		said.Refused(key, string(reason))
	}
	return said.Results(keys)
}

func (s *Service) set(ctx context.Context, e *api.Endpoint, roomID, username string, a Attributes, o AttributeOptions) (batch.Result, error) {
	keys := slices.Sorted(maps.Keys(a))
	body := struct {
		Attributes      Attributes `json:"metaData"`
		AutoDelete      string     `json:"autoDelete,omitzero"`
		NotificationExt string     `json:"notificationExt,omitzero" arg:"NotificationExt"`
	}{Attributes: a, NotificationExt: o.NotificationExt}
	if o.Keep {
		body.AutoDelete = "NO_DELETE"
	}
	return s.byKey(ctx, keys, &api.Call{
		Endpoint: e, Params: []string{roomID, username}, Invalid: a.check(keys), Body: body,
	})
}

// keyList is the body of the calls on attributes by key.
type keyList struct {
	Keys []string `json:"keys" arg:"keys"`
}

func (s *Service) remove(ctx context.Context, e *api.Endpoint, roomID, username string, keys []string) (batch.Result, error) {
	return s.byKey(ctx, keys, &api.Call{
		Endpoint: e, Params: []string{roomID, username}, Invalid: checkKeys(keys), Body: keyList{keys},
	})
}

const (
	attributesPath       = "/metadata/chatroom/{roomID}"
	memberAttributesPath = attributesPath + "/user/{username}"
)

var setAttributes = api.Endpoint{
	ID: "chatrooms.set_attributes", Method: http.MethodPut, Path: memberAttributesPath,
	Idempotent: true, MaxItems: MaxAttributesBatch, ItemsIn: "attributes",
}

// SetAttributes sets up to [MaxAttributesBatch] attributes of a room for a member, to whom
// they then belong. The results are in the order of the keys. An attribute of another
// member fails with im.ErrForbidden; older servers fail the whole call.
// [Service.ForceSetAttributes] overwrites it. Errors: im.ErrNotFound also if the user is
// not a member.
//
//im:endpoint chatrooms.set_attributes
func (s *Service) SetAttributes(ctx context.Context, roomID, username string, attributes Attributes, o AttributeOptions) (batch.Result, error) {
	return s.set(ctx, &setAttributes, roomID, username, attributes, o)
}

var forceSetAttributes = api.Endpoint{
	ID: "chatrooms.force_set_attributes", Method: http.MethodPut, Path: memberAttributesPath + "/forced",
	Idempotent: true, MaxItems: MaxAttributesBatch, ItemsIn: "attributes",
}

// ForceSetAttributes does what [Service.SetAttributes] does, and also overwrites the
// attributes of other members.
//
//im:endpoint chatrooms.force_set_attributes
func (s *Service) ForceSetAttributes(ctx context.Context, roomID, username string, attributes Attributes, o AttributeOptions) (batch.Result, error) {
	return s.set(ctx, &forceSetAttributes, roomID, username, attributes, o)
}

var getAttributes = api.Endpoint{
	ID: "chatrooms.get_attributes", Method: http.MethodPost, Path: attributesPath, Idempotent: true,
}

// GetAttributes returns the attributes of a room with these keys, or all if keys is empty.
// It leaves out keys that the room does not have.
//
//im:endpoint chatrooms.get_attributes
func (s *Service) GetAttributes(ctx context.Context, roomID string, keys []string) (Attributes, error) {
	if keys == nil {
		keys = []string{} // null is not documented
	}
	var out api.Data[map[string]api.Text]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &getAttributes, Params: []string{roomID}, Body: keyList{keys}, Out: &out,
	})
	if err != nil {
		return nil, err
	}
	values := make(Attributes, len(out.Data))
	for key, v := range out.Data {
		values[key] = string(v)
	}
	return values, nil
}

var deleteAttributes = api.Endpoint{
	ID: "chatrooms.delete_attributes", Method: http.MethodDelete, Path: memberAttributesPath,
	Idempotent: true, MaxItems: MaxAttributesBatch, ItemsIn: "keys",
}

// DeleteAttributes deletes up to [MaxAttributesBatch] attributes of a room that belong to a
// member; [Service.ForceDeleteAttributes] also deletes those of others. Errors:
// im.ErrNotFound also if the user is not a member.
//
//im:endpoint chatrooms.delete_attributes
func (s *Service) DeleteAttributes(ctx context.Context, roomID, username string, keys []string) (batch.Result, error) {
	return s.remove(ctx, &deleteAttributes, roomID, username, keys)
}

var forceDeleteAttributes = api.Endpoint{
	ID: "chatrooms.force_delete_attributes", Method: http.MethodDelete, Path: memberAttributesPath + "/forced",
	Idempotent: true, MaxItems: MaxAttributesBatch, ItemsIn: "keys",
}

// ForceDeleteAttributes does what [Service.DeleteAttributes] does, and also deletes the
// attributes of other members. The user need not be a member: the vendor's Java SDK sends "admin".
//
//im:endpoint chatrooms.force_delete_attributes
func (s *Service) ForceDeleteAttributes(ctx context.Context, roomID, username string, keys []string) (batch.Result, error) {
	return s.remove(ctx, &forceDeleteAttributes, roomID, username, keys)
}
