package groups

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// Attributes are free data about a member of a group, such as the name used there. A key
// has up to 16 bytes, a value up to 512, and those of one member together up to 4 KB.
// Setting a key to an empty value removes it. One page of the documents allows a key only
// letters, digits and underscores, which are safe everywhere; the pages of the calls do not.
type Attributes map[string]string

// The longest attributes of a member.
const (
	MaxAttributeKey   = 16      // bytes
	MaxAttributeValue = 512     // bytes
	MaxAttributesSize = 4 << 10 // bytes of all values
)

func (a Attributes) check(field string) error {
	if len(a) == 0 {
		return api.Invalid(field, "must have at least one entry")
	}
	size := 0
	for _, key := range slices.Sorted(maps.Keys(a)) { // the same error each time
		value := a[key]
		switch {
		case key == "":
			return api.Invalid(field, "must not have an empty key")
		case len(key) > MaxAttributeKey:
			return api.TooLarge(field, "has the key %s of %d bytes, at most %d are allowed", api.Quoted(key), len(key), MaxAttributeKey)
		}
		if err := api.MaxBytes(fmt.Sprintf("%s[%q]", field, key), value, MaxAttributeValue); err != nil {
			return err
		}
		size += len(value)
	}
	if size > MaxAttributesSize {
		return api.TooLarge(field, "has %d bytes of values, at most %d are allowed", size, MaxAttributesSize)
	}
	return nil
}

// wireAttributes takes values that are not text, too.
type wireAttributes map[string]api.Text

func (w wireAttributes) attributes() Attributes {
	if w == nil {
		return nil
	}
	a := make(Attributes, len(w))
	for key, value := range w {
		a[key] = string(value)
	}
	return a
}

// confirmed checks that the response names the attributes as set.
func (a Attributes) confirmed(response wireAttributes) error {
	said := api.Reported[batch.None]{Exact: true}
	for key, value := range a {
		switch now, named := response[key]; {
		case string(now) == value: // a removed key is not named
			said.Done(key, batch.None{})
		case named:
			said.Refused(key, "not set")
		}
	}
	_, err := said.Results(slices.Sorted(maps.Keys(a)))
	return err
}

const memberAttributesPath = "/metadata/chatgroup/{groupID}/user/{username}"

var setAttributes = api.Endpoint{
	ID: "groups.set_member_attributes", Method: http.MethodPut, Path: memberAttributesPath, Idempotent: true,
}

// SetMemberAttributes sets attributes of one member of a group; others stay as they are.
// If the response does not confirm some, the error is a [*batch.Error] that names their
// keys. Errors: im.ErrNotFound also if the user is not a member (documented for the other
// calls on attributes only), im.ErrNotEnabled if the app has no attributes. Also retried if
// another call writes attributes of the same member (im.ErrConflict).
//
//im:endpoint groups.set_member_attributes
func (s *Service) SetMemberAttributes(ctx context.Context, groupID, username string, attributes Attributes) error {
	var out api.Payload[wireAttributes]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &setAttributes, Params: []string{groupID, username}, Invalid: attributes.check("attributes"), Out: &out,
		Body: struct {
			Attributes Attributes `json:"metaData"` // with a capital D, here only
		}{attributes},
	})
	if err != nil {
		return err
	}
	return attributes.confirmed(out.Value)
}

var getAttributes = api.Endpoint{
	ID: "groups.get_member_attributes", Method: http.MethodGet, Path: memberAttributesPath, Idempotent: true,
}

// GetMemberAttributes returns all attributes of one member of a group. Errors:
// im.ErrNotFound also if the user is not a member.
//
//im:endpoint groups.get_member_attributes
func (s *Service) GetMemberAttributes(ctx context.Context, groupID, username string) (Attributes, error) {
	var out api.Data[wireAttributes]
	err := s.api.Call(ctx, &api.Call{Endpoint: &getAttributes, Params: []string{groupID, username}, Out: &out})
	return out.Data.attributes(), err
}
