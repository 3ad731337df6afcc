package groups

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// Attributes are free data about a member of a group, such as the name used there.
// A key has up to 16 letters, digits and underscores, a value up to 512 bytes, and
// those of one member together up to 4 KB. Setting a key to an empty value takes
// it away.
type Attributes map[string]string

var attributeKey = regexp.MustCompile(`^[A-Za-z0-9_]{1,16}$`)

const (
	maxAttribute  = 512     // bytes of a value
	maxAttributes = 4 << 10 // bytes of all values
)

func (a Attributes) check(field string) error {
	if len(a) == 0 {
		return api.Invalid(field, "must have at least one entry")
	}
	size := 0
	for _, key := range slices.Sorted(maps.Keys(a)) { // the same error each time
		value := a[key]
		if !attributeKey.MatchString(key) {
			return api.Invalid(field, "has the key %.40q of %d bytes, must be 1 to 16 letters, digits and underscores", key, len(key))
		}
		if err := api.MaxBytes(fmt.Sprintf("%s[%q]", field, key), value, maxAttribute); err != nil {
			return err
		}
		size += len(value)
	}
	if size > maxAttributes {
		return api.TooLarge(field, "has %d bytes of values, at most %d are allowed", size, maxAttributes)
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

// MemberAttributes are the attributes of one member.
type MemberAttributes struct {
	Username   string     `json:"username"`
	Attributes Attributes `json:"metadata"`
}

const memberAttributesPath = "/metadata/chatgroup/{groupID}/user/{username}"

var setAttributes = api.Endpoint{
	ID: "groups.set_member_attributes", Method: http.MethodPut, Path: memberAttributesPath, Idempotent: true,
}

// SetMemberAttributes sets attributes of one member of a group, and returns what the
// server says that it has set. Keys that are not named stay as they are. Quota: 100
// calls a second. Repeated after a lost response, and when two writes collide. Errors:
// [im.ErrNotFound] when there is no such group or the user is not a member, though
// the documents say so of the other calls on attributes only, [im.ErrNotEnabled]
// when the app has no attributes.
//
//im:endpoint groups.set_member_attributes
func (s *Service) SetMemberAttributes(ctx context.Context, groupID, username string, attributes Attributes) (Attributes, error) {
	var out api.Payload[wireAttributes]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &setAttributes, Params: []string{groupID, username}, Invalid: attributes.check("attributes"), Out: &out,
		Body: struct {
			Attributes Attributes `json:"metaData"` // with a capital D, here only
		}{attributes},
	})
	return out.Value.attributes(), err
}

var attributes = api.Endpoint{
	ID: "groups.get_member_attributes", Method: http.MethodGet, Path: memberAttributesPath, Idempotent: true,
}

// MemberAttributes returns all attributes of one member of a group. Quota: 100 calls
// a second. Repeated after a lost response. [im.ErrNotFound] when the user is not a
// member.
//
//im:endpoint groups.get_member_attributes
func (s *Service) MemberAttributes(ctx context.Context, groupID, username string) (Attributes, error) {
	var out api.Data[wireAttributes]
	err := s.api.Call(ctx, &api.Call{Endpoint: &attributes, Params: []string{groupID, username}, Out: &out})
	return out.Data.attributes(), err
}

var attributesBatch = api.Endpoint{
	ID: "groups.get_members_attributes", Method: http.MethodPost, Path: "/metadata/chatgroup/{groupID}/get",
	Idempotent: true, MaxItems: 10, ItemsIn: "usernames",
}

// MemberAttributesBatch returns the attributes with these keys, or all where keys is
// empty, of up to 10 members of a group, in the order asked. The attributes are nil
// where the response does not name the user. Quota: 100 calls a second, whatever the
// number of members. Repeated after a lost response.
//
//im:endpoint groups.get_members_attributes
func (s *Service) MemberAttributesBatch(ctx context.Context, groupID string, usernames, keys []string) ([]MemberAttributes, error) {
	var out api.Payload[map[string]wireAttributes]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &attributesBatch, Params: []string{groupID}, Items: len(usernames), Out: &out,
		Invalid: api.Usernames("usernames", usernames),
		Body: struct {
			Targets []string `json:"targets"`
			Keys    []string `json:"properties"`
		}{usernames, append([]string{}, keys...)}, // all keys are asked for by an empty list, not by null
	})
	if err != nil {
		return nil, err
	}
	responded := make(map[string]wireAttributes, len(out.Value))
	for name, a := range out.Value {
		responded[strings.ToLower(name)] = a
	}
	return api.Convert(usernames, func(name *string) MemberAttributes {
		return MemberAttributes{Username: *name, Attributes: responded[strings.ToLower(*name)].attributes()}
	}), nil
}

// AttributesResult is what became of the attributes of one member of a batch.
type AttributesResult struct {
	Username   string
	Attributes Attributes // all that the member has now; nil: not set
	Err        error
}

// MarshalJSON keeps the text and the kinds of Err.
func (r AttributesResult) MarshalJSON() ([]byte, error) {
	type plain AttributesResult
	r.Err = api.Stored(r.Err)
	return json.Marshal(plain(r)) //nolint:musttag // keys are the names of the fields
}

// UnmarshalJSON makes Err a [*batch.Reason].
func (r *AttributesResult) UnmarshalJSON(b []byte) error {
	type plain AttributesResult
	return api.Restore(b, (*plain)(r), &r.Err)
}

// AttributesResults has one entry per member, in the order of the call.
type AttributesResults []AttributesResult

// Err is nil when all attributes are set, else a [*batch.Error].
func (r AttributesResults) Err() error {
	return failures(r, func(one *AttributesResult) batch.Outcome {
		return batch.Outcome{ID: one.Username, Err: one.Err}
	})
}

var setAttributesBatch = api.Endpoint{
	ID: "groups.set_members_attributes", Method: http.MethodPut, Path: "/metadata/chatgroup/{groupID}/users/batch",
	Idempotent: true, MaxItems: 20, ItemsIn: "members",
}

// SetMemberAttributesBatch sets attributes of up to 20 members of a group. The same
// member may come twice: its keys are merged, the last value of a key counts. Each
// member is reported, but one user who is not a member fails the call with
// [im.ErrNotFound]. Easemob only. Quota: 100 calls a second, whatever the number of
// members. Repeated after a lost response, and when another call writes attributes of
// the same member ([im.ErrConflict]). Other errors: [im.ErrNotFound] when there is
// no such group, [im.ErrNotEnabled] when the app has no attributes.
//
//im:endpoint groups.set_members_attributes
func (s *Service) SetMemberAttributesBatch(ctx context.Context, groupID string, members []MemberAttributes) (AttributesResults, error) {
	var out api.Payload[wireAttributesResults]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &setAttributesBatch, Params: []string{groupID}, Items: len(members), Body: members,
		Invalid: checkMembers(members), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return out.Value.results(members), nil
}

func checkMembers(members []MemberAttributes) error {
	if len(members) == 0 {
		return api.Invalid("members", "must have at least one entry")
	}
	for i, m := range members {
		field := fmt.Sprintf("members[%d].", i)
		if err := api.First(api.Username(field+"Username", m.Username), m.Attributes.check(field+"Attributes")); err != nil {
			return err
		}
	}
	return nil
}

// wireAttributesResults is a response whose keys end in a colon in the documents'
// example and not in their tables.
type wireAttributesResults struct {
	Set         api.Many[wireMemberAttributes] `json:"updateMetadataSucceeded"`
	SetColon    api.Many[wireMemberAttributes] `json:"updateMetadataSucceeded:"`
	Failed      api.Many[wireRefusal]          `json:"updateMetadataFailed"`
	FailedColon api.Many[wireRefusal]          `json:"updateMetadataFailed:"`
}

type wireMemberAttributes struct {
	Username   api.Text       `json:"username"`
	Attributes wireAttributes `json:"metadata"`
}

func (w *wireAttributesResults) results(members []MemberAttributes) AttributesResults {
	set := make(map[string]Attributes, len(members))
	for _, one := range append(w.Set, w.SetColon...) {
		set[strings.ToLower(string(one.Username))] = one.Attributes.attributes()
	}
	refused := make(map[string]string)
	for _, one := range append(w.Failed, w.FailedColon...) {
		refused[strings.ToLower(one.username)] = one.reason
	}
	list := make(AttributesResults, len(members))
	for i, m := range members {
		name := strings.ToLower(m.Username)
		a, done := set[name]
		reason, no := refused[name]
		list[i].Username = m.Username
		switch {
		case no:
			list[i].Err = api.Refused(reason)
		case done:
			list[i].Attributes = a
		default:
			list[i].Err = api.NotReported
		}
	}
	return list
}

// wireRefusal is a member whose attributes were not set, and why. The documents say
// that it holds "user id and error text" without showing how: taken are an object
// with the user id in username or user and the text in any other field, an object
// with the user id as key, and the bare user id.
type wireRefusal struct{ username, reason string }

// UnmarshalJSON implements json.Unmarshaler.
func (w *wireRefusal) UnmarshalJSON(b []byte) error {
	var bare api.Text
	if json.Unmarshal(b, &bare) == nil {
		w.username = string(bare)
		return nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		var text api.Text
		switch {
		case json.Unmarshal(fields[key], &text) != nil: // the attributes, perhaps
		case key == "username" || key == "user":
			w.username = string(text)
		case len(fields) == 1:
			w.username, w.reason = key, string(text)
		default:
			w.reason = string(text)
		}
	}
	return nil
}
