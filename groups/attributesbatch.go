package groups

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// The most members that the calls on the attributes of several take.
const (
	MaxGetAttributesBatch = 10 // of [Service.GetMemberAttributesBatch]
	MaxSetAttributesBatch = 20 // of [Service.SetMemberAttributesBatch]
)

var getAttributesBatch = api.Endpoint{
	ID: "groups.get_members_attributes", Method: http.MethodPost, Path: "/metadata/chatgroup/{groupID}/get",
	Idempotent: true, MaxItems: MaxGetAttributesBatch, ItemsIn: "usernames",
}

// GetMemberAttributesBatch returns the attributes with these keys, or all if keys is
// empty, of up to [MaxGetAttributesBatch] members of a group. Whether the response names
// a member without such attributes is not documented: one that it does not name fails
// with [batch.ErrNotReported]. What the server returns for a group that does not exist is
// not documented either.
//
//im:endpoint groups.get_members_attributes
func (s *Service) GetMemberAttributesBatch(ctx context.Context, groupID string, usernames, keys []string) (batch.Results[Attributes], error) {
	var out api.Payload[map[string]wireAttributes]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &getAttributesBatch, Params: []string{groupID}, Items: len(usernames), Out: &out,
		Invalid: api.Usernames("usernames", usernames),
		Body: struct {
			Targets []string `json:"targets"`
			Keys    []string `json:"properties"`
		}{usernames, append([]string{}, keys...)}, // all keys are asked for by an empty list, not by null
	})
	if err != nil {
		return nil, err
	}
	said := api.Reported[Attributes]{Read: true}
	for name, a := range out.Value {
		said.Done(name, a.attributes())
	}
	return said.Results(usernames)
}

// MemberAttributes are attributes of one member to set.
type MemberAttributes struct {
	Username   string     `json:"username"` // a member of the group
	Attributes Attributes `json:"metadata"` // at least one; an empty value removes its key
}

var setAttributesBatch = api.Endpoint{
	ID: "groups.set_members_attributes", Method: http.MethodPut, Path: "/metadata/chatgroup/{groupID}/users/batch",
	Idempotent: true, MaxItems: MaxSetAttributesBatch, ItemsIn: "members",
}

// SetMemberAttributesBatch sets attributes of up to [MaxSetAttributesBatch] members of a
// group. The value of each is all attributes that the member has now. The same member may
// be named twice: its keys are merged, the last value of a key counts. Easemob only.
// Errors: im.ErrNotFound also if one of the users is not a member, im.ErrNotEnabled if the
// app has no attributes. Also retried if another call writes attributes of the same member
// (im.ErrConflict).
//
//im:endpoint groups.set_members_attributes
func (s *Service) SetMemberAttributesBatch(ctx context.Context, groupID string, members []MemberAttributes) (batch.Results[Attributes], error) {
	var out api.Payload[wireAttributesResults]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &setAttributesBatch, Params: []string{groupID}, Items: len(members), Body: members,
		Invalid: checkMembers(members), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return out.Value.results(members)
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

func (w *wireAttributesResults) results(members []MemberAttributes) (batch.Results[Attributes], error) {
	var said api.Reported[Attributes]
	for _, one := range append(w.Set, w.SetColon...) {
		said.Done(string(one.Username), one.Attributes.attributes())
	}
	for _, one := range append(w.Failed, w.FailedColon...) {
		said.Refused(one.username, one.reason)
	}
	return said.Results(api.Convert(members, func(m *MemberAttributes) string { return m.Username }))
}

// wireRefusal is a member whose attributes were not set, and why. The documents say that
// it holds "user id and error text" without showing how: taken are an object with the
// username in username or user and the text in any other field, an object with the
// username as key, and the bare username.
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
