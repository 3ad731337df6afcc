package messages

import (
	"bytes"
	"encoding/json"
	"log/slog"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/pattern"
)

// ChatType is the kind of chat that a message belongs to.
type ChatType string

// The kinds of chat.
const (
	ChatTypeUser  ChatType = "chat" // one to one
	ChatTypeGroup ChatType = "groupchat"
	ChatTypeRoom  ChatType = "chatroom"
)

// checkPeer rejects what cannot name the other side of a chat: a user, a group or a room.
func (t ChatType) checkPeer(field, id string) error {
	if t == ChatTypeUser {
		return api.Username(field, id)
	}
	return api.Required(field, id)
}

// Priority decides which messages a chat room drops first under load.
type Priority string

// The priorities; without one a message is of normal priority.
const (
	PriorityHigh   Priority = "high"
	PriorityNormal Priority = "normal"
	PriorityLow    Priority = "low"
)

func (p Priority) check() error {
	return api.OneOf("Priority", p, PriorityHigh, PriorityNormal, PriorityLow)
}

// Message is what is sent. Body and Ext together, with what NoPush and Push add to Ext, may
// have 5 KB when encoded; up to 3 KB is what all documents of the API agree on.
type Message struct { //nolint:recvcheck // only LogValue must work on values
	From string `json:"from,omitempty"` // the sender shown; empty: "admin". It need not exist
	Body Body   `json:"body"`           // made by Text, Image, Voice, Video, Attach, Location, Command or Custom

	Ext        map[string]any `json:"ext,omitempty"`         // free data for the receivers' apps
	NoPush     bool           `json:"no_push,omitempty"`     // no push notification while the receiver is offline
	Push       *Push          `json:"push,omitempty"`        // how the push notification looks; nil: as the app has it
	OnlineOnly bool           `json:"online_only,omitempty"` // only for receivers that are online; the others never get it
	RoamIgnore []string       `json:"roam_ignore,omitempty"` // up to 20 users who do not see it in their roaming history
	SyncDevice bool           `json:"sync_device,omitempty"` // also deliver it to the sender's devices
	Env        string         `json:"env,omitempty"`         // callback rules of this environment, up to 8 letters and digits (Easemob in China)

	NeedAck  bool     `json:"need_ack,omitempty"` // ask for read receipts; groups only
	Priority Priority `json:"priority,omitempty"` // chat rooms only
}

// LogValue hides the secrets of the files that it refers to.
func (m Message) LogValue() slog.Value { return api.LogMasked(m) }

// The most of a [Message].
const (
	MaxMessage    = 5 << 10 // bytes of Body and Ext together, encoded
	MaxRoamIgnore = 20      // users in RoamIgnore
)

var environment = pattern.Lazy(`^[A-Za-z0-9]{1,8}$`)

func (m *Message) check() error {
	if m.Body == nil {
		return checkBody(nil)
	}
	if m.Env != "" {
		if err := api.Pattern("Env", m.Env, environment()); err != nil {
			return err
		}
	}
	return api.First(
		m.Body.check(), api.OptionalUsername("From", m.From), m.Priority.check(),
		api.MaxItems("RoamIgnore", len(m.RoamIgnore), MaxRoamIgnore), api.OptionalUsernames("RoamIgnore", m.RoamIgnore), m.checkPush(),
	)
}

func (m *Message) notForUsers() error { return api.First(m.onlyForGroups(), m.notForGroups()) }

func (m *Message) notForRooms() error { return m.onlyForGroups() }

func (m *Message) notForGroups() error {
	if m.Priority != "" {
		return api.Invalid("Priority", "is for chat rooms only")
	}
	return nil
}

func (m *Message) onlyForGroups() error {
	if m.NeedAck {
		return api.Invalid("NeedAck", "is for groups only")
	}
	if m.Push != nil && m.Push.Template != nil && m.Push.Template.Directed != nil {
		return api.Invalid("Push.Template.Directed", "is for groups only")
	}
	return nil
}

// sendBody is a message on the wire.
type sendBody struct {
	From       string         `json:"from,omitzero"`
	To         []string       `json:"to"`
	Users      []string       `json:"users,omitempty"` // of a targeted message
	Type       Type           `json:"type"`
	Body       any            `json:"body"`
	Ext        map[string]any `json:"ext,omitempty"`
	RoamIgnore []string       `json:"roam_ignore_users,omitempty"`
	SyncDevice bool           `json:"sync_device,omitzero"`
	RouteType  string         `json:"routetype,omitzero"`
	NeedAck    bool           `json:"need_group_ack,omitzero"`
	Priority   Priority       `json:"chatroom_msg_level,omitzero"`
	Env        string         `json:"env,omitzero"`
}

func (m *Message) wire(to []string) *sendBody {
	b := &sendBody{
		From: m.From, To: to, Ext: m.ext(), RoamIgnore: m.RoamIgnore, SyncDevice: m.SyncDevice,
		NeedAck: m.NeedAck, Priority: m.Priority, Env: m.Env,
	}
	b.Type, b.Body = apart(m.Body)
	if m.OnlineOnly {
		b.RouteType = "ROUTE_ONLINE"
	}
	return b
}

// CheckEncoded rejects a message that is too large.
func (b *sendBody) CheckEncoded(length int) error {
	return checkSize(length, MaxMessage, b.Body, b.Ext)
}

// checkSize rejects a body and ext above the limit. They are measured by themselves only
// where the whole request is above it.
func checkSize(length, limit int, body any, ext map[string]any) error {
	if length <= limit {
		return nil
	}
	var size counter
	enc := json.NewEncoder(&size)
	enc.SetEscapeHTML(false) // as the request is encoded
	if err := enc.Encode(body); err != nil {
		return err
	}
	if len(ext) > 0 {
		if err := enc.Encode(ext); err != nil {
			return err
		}
	}
	if int(size) > limit {
		return api.TooLarge("Body", "and Ext have %d bytes together, at most %d are allowed", size, limit)
	}
	return nil
}

// counter counts what is written to it, without the encoder's line breaks.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(bytes.TrimSuffix(p, []byte{'\n'})))
	return len(p), nil
}
