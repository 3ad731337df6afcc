package callbacks

import (
	"time"

	"github.com/imrest/im-go/messages"
)

// Reacted reports that reactions were added to messages or removed from them. The documents
// show it without a signature.
type Reacted struct {
	Info
	ChatType   messages.ChatType `json:"chat_type,omitempty"`  // where the messages are
	Operations int               `json:"operations,omitempty"` // number of operations in this callback
	Messages   []ReactedMessage  `json:"messages,omitempty"`   // those concerned
}

// ReactedMessage is a message with all its reactions after the operation.
type ReactedMessage struct {
	MessageID string            `json:"message_id"`          // the message
	From      string            `json:"from,omitempty"`      // its sender
	To        string            `json:"to,omitempty"`        // user or group
	ChatType  messages.ChatType `json:"chat_type,omitempty"` // where it was sent
	Time      time.Time         `json:"time,omitzero"`       // when it was sent
	Reactions []Reaction        `json:"reactions,omitempty"` // all that it has now
}

// Reaction is one reaction to a message.
type Reaction struct {
	Reaction string           `json:"reaction"`          // id of the emoji, as the app has it
	Users    []string         `json:"users,omitempty"`   // who reacted with it
	Count    int              `json:"count,omitempty"`   // how many users did
	Changes  []ReactionChange `json:"changes,omitempty"` // only for what this operation touched
}

// ReactionChange is what was done to a reaction.
type ReactionChange struct {
	Type     string `json:"type"`               // create; the value for a removal is not documented
	Operator string `json:"operator,omitempty"` // who did it
}

// ThreadUpdated reports that a message in a thread was sent, recalled or edited. The
// documents show it without a signature.
type ThreadUpdated struct {
	Info
	ThreadID     string          `json:"thread_id"`               // the thread
	Name         string          `json:"name,omitempty"`          // its name
	Operation    string          `json:"operation,omitempty"`     // update_msg
	Operator     string          `json:"operator,omitempty"`      // who did it
	ParentID     string          `json:"parent_id,omitempty"`     // the message that the thread hangs on
	GroupID      string          `json:"group_id,omitempty"`      // the group of the thread
	MessageCount int             `json:"message_count,omitempty"` // messages in the thread now
	Updated      time.Time       `json:"updated,omitzero"`        // when it was updated
	LastMessage  messages.Record `json:"last_message"`            // the latest message; no body if there is none
	LastSender   string          `json:"last_sender,omitempty"`   // as the server notes it beside the message
}
