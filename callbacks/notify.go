package callbacks

import (
	"time"

	"github.com/imrest/im-go/messages"
)

// Reacted reports that reactions were added to messages or removed from them. The documents
// show it without a signature.
type Reacted struct {
	Info
	ChatType   messages.ChatType `json:"chat_type,omitempty"`
	Operations int               `json:"operations,omitempty"`
	Messages   []ReactedMessage  `json:"messages,omitempty"`
}

// ReactedMessage is a message with all its reactions after the operation.
type ReactedMessage struct {
	MessageID string            `json:"message_id"`
	From      string            `json:"from,omitempty"`
	To        string            `json:"to,omitempty"`
	ChatType  messages.ChatType `json:"chat_type,omitempty"`
	Time      time.Time         `json:"time,omitzero"`
	Reactions []Reaction        `json:"reactions,omitempty"`
}

// Reaction is one reaction to a message.
type Reaction struct {
	Reaction string           `json:"reaction"`
	Users    []string         `json:"users,omitempty"`
	Count    int              `json:"count,omitempty"`
	Changes  []ReactionChange `json:"changes,omitempty"` // only for what this operation touched
}

// ReactionChange is what was done to a reaction.
type ReactionChange struct {
	Type     string `json:"type"` // create; the value for a removal is not documented
	Operator string `json:"operator,omitempty"`
}

// ThreadUpdated reports that a message in a thread was sent, recalled or edited. The
// documents show it without a signature.
type ThreadUpdated struct {
	Info
	ThreadID     string          `json:"thread_id"`
	Name         string          `json:"name,omitempty"`
	Operation    string          `json:"operation,omitempty"` // update_msg
	Operator     string          `json:"operator,omitempty"`
	ParentID     string          `json:"parent_id,omitempty"` // the message that the thread hangs on
	GroupID      string          `json:"group_id,omitempty"`
	MessageCount int             `json:"message_count,omitempty"`
	Updated      time.Time       `json:"updated,omitzero"`
	LastMessage  messages.Record `json:"last_message"`
	LastSender   string          `json:"last_sender,omitempty"` // as the server notes it beside the message
}
