package callbacks

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/imrest/im-go/messages"
)

// Event is what the IM server reports in one callback: *[Message], *[Recalled], *[Edited],
// *[Receipt], *[ContactEvent], *[UserStatus], *[GroupEvent], *[Reacted], *[ThreadUpdated],
// *[KeywordAlert], *[Moderated], *[Pushed], *[Outgoing] or *[Unknown].
type Event interface {
	// Kind says what happened.
	Kind() Kind
	// Head returns what all events have.
	Head() *Info
}

// Info is what all events have. An event prints as its Info, without users' data: the rest,
// Raw above all, may hold the texts of users and the secrets of files.
type Info struct { //nolint:recvcheck // only what prints must work on values
	Type        Kind      `json:"kind"`                   // KindUnknown where the package does not know it
	CallID      string    `json:"call_id,omitempty"`      // not unique: an offline group message gives one callback per member
	Time        time.Time `json:"time,omitzero"`          // when the IM server received the message or event
	AppKey      string    `json:"app_key,omitempty"`      // org#app; empty where the callback does not have it
	Host        string    `json:"host,omitempty"`         // node of the IM server
	ContentType string    `json:"content_type,omitempty"` // such as chat:group:image
	MessageID   string    `json:"message_id,omitempty"`   // the message, or the event itself where it travels as a message
	From        string    `json:"from,omitempty"`         // plain user id of the sender or operator
	Device      string    `json:"device,omitempty"`       // device of From, such as android_0b8e4c1a
	To          string    `json:"to,omitempty"`           // user, group or room; the offline user in an offline copy
	Offline     bool      `json:"offline,omitempty"`      // a copy for a receiver that was offline

	Signed     bool `json:"signed,omitempty"`     // the signature was checked; false for the kinds that come unsigned
	Recovered  bool `json:"recovered,omitempty"`  // found in the history by [Recover], which has no callback's CallID and AppKey
	Suspicious bool `json:"suspicious,omitempty"` // its Key was seen with another body

	// Key recognizes duplicates of the event: call id, event type, chat type,
	// receiver and operation; of a push, its status and device.
	Key string          `json:"key,omitempty"`
	Raw json.RawMessage `json:"raw,omitempty"` // the body as it came
}

// Kind returns the kind of the event.
func (i *Info) Kind() Kind { return i.Type }

// Head returns the Info of an event of any type.
func (i *Info) Head() *Info { return i }

// Format prints what names the event, and nothing of its content.
func (i Info) Format(s fmt.State, _ rune) {
	_, _ = fmt.Fprintf(s, "{%s %s %s}", i.Type, i.CallID, i.Time.UTC().Format(time.RFC3339))
}

// LogValue is what slog shows of the event.
func (i Info) LogValue() slog.Value {
	return slog.GroupValue(slog.String("kind", string(i.Type)), slog.String("call_id", i.CallID),
		slog.Time("time", i.Time), slog.Bool("signed", i.Signed))
}

// Unknown is a callback that this package does not know, or one in which a field that its kind has is
// not of the documented type: see Raw. What stands in other fields does not matter.
type Unknown struct {
	Info
}

// Message is a message that was sent by a client or through REST. In an offline copy
// (Offline), To of the Info is the user who was offline; To of the record is the
// user, group or room of the message, as in the history.
type Message struct {
	Info
	// Record equals the record of the message in the history files, except for
	// Direction and Raw. Where the callback does not say that the chat is a room, a
	// message to a room counts as one to a group.
	Record  messages.Record `json:"record"`
	GroupID string          `json:"group_id,omitempty"` // group or room
}

// Outgoing is a message, or the edit of one, that waits for a decision: see
// [Handler.Decide]. The body of one that cannot be read is a [messages.RawBody]: decide about
// those, too, since a client that is not one of yours may send anything.
type Outgoing struct {
	Info
	Record   messages.Record `json:"record"`              // as it is to be delivered
	GroupID  string          `json:"group_id,omitempty"`  // group or room
	EditedID string          `json:"edited_id,omitempty"` // the message that is edited; its name on the wire is an assumption

	payload json.RawMessage
}

// Recalled reports that a message was recalled.
type Recalled struct {
	Info
	RecalledID string         `json:"recalled_id"`        // the message that is gone; MessageID is the recall's own
	GroupID    string         `json:"group_id,omitempty"` // may be missing for groups, too
	Ext        map[string]any `json:"ext,omitempty"`      // free data of the recall
}

// Edited reports that a message was edited.
type Edited struct {
	Info
	// Record is the message after the edit: its id, sender, receiver, body and ext, and
	// the time when it was first sent.
	Record   messages.Record `json:"record"`
	Count    int             `json:"count,omitempty"`     // edits so far
	EditedAt time.Time       `json:"edited_at,omitzero"`  // may be missing
	Operator string          `json:"operator,omitempty"`  // who edited; easemob_rest_app_admin for REST
	Scope    string          `json:"scope,omitempty"`     // such as chat:user
	EditType string          `json:"edit_type,omitempty"` // always edit so far
}

// Receipt reports that From read a message or a whole conversation, or that a message was
// delivered. Its kind says which.
type Receipt struct {
	Info
	AckedID   string         `json:"acked_id"`             // the message that was read; for a conversation, one of its messages
	Ext       map[string]any `json:"ext,omitempty"`        // free data of the receipt
	Channel   string         `json:"channel,omitempty"`    // the conversation: To, or a group
	Reader    string         `json:"reader,omitempty"`     // only for groups
	GroupAcks bool           `json:"group_acks,omitempty"` // the group message asked for receipts
	Written   bool           `json:"written,omitempty"`    // writed_channel: its meaning is not documented
}

// ContactEvent reports what From did about the contact To, or the copies of it that go to
// the other side: see the kinds that begin with roster.
type ContactEvent struct {
	Info
	Reason        string `json:"reason,omitempty"`         // text of a request
	RosterVersion string `json:"roster_version,omitempty"` // version of the contact list
	ErrorCode     string `json:"error_code,omitempty"`     // "ok"
	Description   string `json:"description,omitempty"`    // of a failure
}

// UserStatus reports that a device of From came online or went offline.
type UserStatus struct {
	Info
	Online  bool   `json:"online,omitempty"`  // false: offline
	Reason  string `json:"reason,omitempty"`  // login, logout or replaced
	OS      string `json:"os,omitempty"`      // such as ios, android, webim
	Address string `json:"address,omitempty"` // IP address, with or without a port
	Version string `json:"version,omitempty"` // of the client SDK
}
