package messages

import (
	"context"
	"net/http"
	"net/url"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// Target says what the ids given to [Service.SendLegacy] name.
type Target string

// The targets.
const (
	TargetUsers  Target = "users"
	TargetGroups Target = "chatgroups"
	TargetRooms  Target = "chatrooms"
)

func (t Target) check(ids []string) error {
	switch t {
	case "":
		return api.Invalid("target", "must say what the ids name")
	case TargetUsers:
		return api.Usernames("to", ids)
	}
	return api.First(api.OneOf("target", t, TargetUsers, TargetGroups, TargetRooms), api.Identifiers("to", ids))
}

// MaxLegacyBatch is the most receivers of one call of [Service.SendLegacy].
const MaxLegacyBatch = 600

// maxLegacy is what the documents of that time allowed.
const maxLegacy = 40 << 10

type legacyBody struct {
	Target     Target         `json:"target_type"`
	To         []string       `json:"target"`
	Msg        any            `json:"msg"`
	From       string         `json:"from,omitzero"`
	Ext        map[string]any `json:"ext,omitempty"`
	SyncDevice bool           `json:"sync_device,omitzero"`
	RouteType  string         `json:"routetype,omitzero"`
	Priority   Priority       `json:"chatroom_msg_level,omitzero"`
}

// CheckEncoded rejects a message that is too large.
func (b *legacyBody) CheckEncoded(length int) error {
	return checkSize(length, maxLegacy, b.Msg, b.Ext)
}

func (m *Message) legacyWire(target Target, to []string) *legacyBody {
	w := m.wire(to)
	return &legacyBody{
		Target: target, To: to, Msg: flat(m.Body), From: w.From, Ext: w.Ext,
		SyncDevice: w.SyncDevice, RouteType: w.RouteType, Priority: w.Priority,
	}
}

func (m *Message) notForLegacy(target Target) error {
	switch {
	case len(m.RoamIgnore) > 0:
		return api.Invalid("RoamIgnore", "is not supported by this call")
	case m.NeedAck:
		return api.Invalid("NeedAck", "is not supported by this call")
	case m.Env != "":
		return api.Invalid("Env", "is not supported by this call")
	case target == TargetGroups:
		return m.notForGroups()
	case target == TargetRooms:
		return m.notForRooms()
	}
	return m.notForUsers()
}

var sendLegacy = api.Endpoint{
	ID: "messages.send_legacy", Method: http.MethodPost, Path: "/messages", Pool: "messages_legacy",
	MaxItems: MaxLegacyBatch, ItemsIn: "to",
}

// SendLegacy sends one message to each of up to [MaxLegacyBatch] users, groups or rooms
// through the old generic call, which the documents list but no longer describe, and returns
// the id of the message to each, or "" if the server does not report ids. Body and Ext may
// have 40 KB by the documents of its time, 5 KB wherever the newer limits hold. RoamIgnore,
// NeedAck and Env are rejected: the call does not have them. The receivers may count as one
// message each, as in the newer calls. Errors: im.ErrTooLarge.
//
// Deprecated: use [Service.SendToUsers], [Service.SendToGroups] or [Service.SendToRooms].
//
//im:endpoint messages.send_legacy
func (s *Service) SendLegacy(ctx context.Context, target Target, to []string, m Message) (batch.Results[string], error) {
	return s.sendBody(ctx, &api.Call{
		Endpoint: &sendLegacy, Query: url.Values{"useMsgId": {"true"}},
		Invalid: api.First(target.check(to), m.notForLegacy(target), m.check()),
		Body:    m.legacyWire(target, to), Items: len(to), Secrets: secretsOf(m.Body),
	}, to)
}
