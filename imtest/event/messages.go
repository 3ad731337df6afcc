package event

import (
	"encoding/json"
	"time"
)

// Message is a message that somebody was sent. What it holds is shared with the server,
// which does not change it, and must not be changed.
type Message struct {
	ID         string          `json:"id"`                        // 19 digits
	From       string          `json:"from"`                      // the sender, "admin" if the call named none
	To         string          `json:"to"`                        // user, group or room
	ChatType   string          `json:"chat_type"`                 // "chat", "groupchat" or "chatroom"
	Type       string          `json:"type"`                      // "txt", "img", ...
	Body       json.RawMessage `json:"body,omitzero"`             // as it was sent, without its type
	Ext        json.RawMessage `json:"ext,omitzero"`              // nil if there is none
	Time       time.Time       `json:"time"`                      // when it was sent, by the server's clock
	Level      string          `json:"level,omitzero"`            // priority in a room, "" if none was given
	OnlineOnly bool            `json:"online_only,omitzero"`      // sent with ROUTE_ONLINE, or a broadcast to those online
	NeedAck    bool            `json:"need_ack,omitzero"`         // sent with need_group_ack
	RoamIgnore []string        `json:"roam_ignore,omitzero"`      // users who do not see it in their roaming history
	Users      []string        `json:"users,omitzero"`            // those in a group or room whom it was for, nil: all
	Imported   bool            `json:"imported,omitzero"`         // written by an import
	Broadcast  int64           `json:"broadcast,omitzero,string"` // id of the broadcast that it is part of, 0: none
	Recalled   bool            `json:"recalled,omitzero"`         // nobody has it any more
	Edits      int             `json:"edits,omitzero"`            // how often it was edited
}

// Text returns the text of a text message, "" for other types.
func (m Message) Text() string {
	var body struct {
		Msg string `json:"msg"`
	}
	if m.Type != "txt" || json.Unmarshal(m.Body, &body) != nil {
		return ""
	}
	return body.Msg
}

// What happens to messages.
type (
	// MessageSent says that a message was sent to one target.
	MessageSent struct {
		Message Message  `json:"message"`
		Waiting []string `json:"waiting,omitzero"` // receivers who are offline, for whom it is kept
		By      string   `json:"by"`               // whose device sent it
	}
	// BroadcastSent says that a message was sent to many targets at once. There is no
	// MessageSent for these.
	BroadcastSent struct {
		ID      int64    `json:"id,string"`
		Message Message  `json:"message"` // without a To; its ID is that of the first target's message, and those of the others follow
		Targets []string `json:"targets"`
		Waiting []string `json:"waiting,omitzero"` // receivers who are offline, for whom it is kept
	}
	// MessageImported says that a message of the past was written.
	MessageImported struct {
		Message Message `json:"message"`
	}
	// MessageGrown says that a streaming message has a further chunk.
	MessageGrown struct {
		ID       string `json:"id"`
		ChatType string `json:"chat_type"`
		From     string `json:"from"`
		To       string `json:"to"`
		Text     string `json:"text"` // of the chunk
		Seq      int64  `json:"seq"`
		Finished bool   `json:"finished"`
	}
	// MessageEdited says that a message has another content.
	MessageEdited struct {
		Message Message `json:"message"`
		By      string  `json:"by"`
	}
	// MessageRecalled says that a message was taken from everybody, with its attachment and
	// reactions.
	MessageRecalled struct {
		Message Message `json:"message"`
		By      string  `json:"by"`
	}
	// MessageDelivered says that a user's device has confirmed a message from another user.
	MessageDelivered struct {
		Message Message `json:"message"`
		By      string  `json:"by"`
	}
	// MessageRead says that a user has confirmed to have read a message.
	MessageRead struct {
		Message Message `json:"message"`
		By      string  `json:"by"`
		Text    string  `json:"text,omitzero"` // of the user's own, with a receipt to a group
	}
	// ConversationRead says that a user has confirmed to have read all of a conversation.
	ConversationRead struct {
		User    string `json:"user"`
		With    Peer   `json:"with"`
		Message string `json:"message,omitzero"` // id of the newest of it, "": there is none
	}
	// RoamingDeleted says that a user cannot pull messages of a conversation any more.
	RoamingDeleted struct {
		User     string   `json:"user"`
		With     Peer     `json:"with"`
		Messages []string `json:"messages"` // ids
	}
	// RoamingCleared says that a user cannot pull any message from before, and has an
	// empty conversation list.
	RoamingCleared struct {
		User string `json:"user"`
	}
	// ConversationClosed says that a conversation is off a user's list until it goes on.
	ConversationClosed struct {
		User string `json:"user"`
		With Peer   `json:"with"`
	}
)

// Peer is with whom a user has a conversation.
type Peer struct {
	ID     string `json:"id"`
	Circle bool   `json:"circle"` // a group or room; otherwise a user
}

// Reaction is a reaction to a message.
type Reaction struct {
	ID    string   `json:"id"`    // digits
	Text  string   `json:"text"`  // the reaction itself: "👍"
	Users []string `json:"users"` // in the order of reacting
}

// What belongs to messages.
type (
	// ReactionAdded says that a user has reacted to a message.
	ReactionAdded struct {
		User      string     `json:"user"`
		Text      string     `json:"text"`
		Message   Message    `json:"message"`
		Reactions []Reaction `json:"reactions"` // all of the message now
	}
	// ReactionRemoved says that a user has taken a reaction back.
	ReactionRemoved struct {
		User      string     `json:"user"`
		Text      string     `json:"text"`
		Message   Message    `json:"message"`
		Reactions []Reaction `json:"reactions"` // all of the message now
	}
	// FileUploaded says that there is an attachment.
	FileUploaded struct {
		UUID        string `json:"uuid"`
		Name        string `json:"name"`
		ContentType string `json:"content_type"`
		Size        int    `json:"size"`
	}
	// FileLifetimeSet says how long a user wants an attachment to be kept. A zero Expires
	// means for good.
	FileLifetimeSet struct {
		User    string    `json:"user"`
		UUID    string    `json:"uuid"`
		Expires time.Time `json:"expires,omitzero"`
	}
)

var messageKinds = []Data{
	MessageSent{},
	BroadcastSent{},
	MessageImported{},
	MessageGrown{},
	MessageEdited{},
	MessageRecalled{},
	MessageDelivered{},
	MessageRead{},
	ConversationRead{},
	RoamingDeleted{},
	RoamingCleared{},
	ConversationClosed{},
	ReactionAdded{},
	ReactionRemoved{},
	FileUploaded{},
	FileLifetimeSet{},
}

// Kind returns "message_sent".
func (MessageSent) Kind() string { return "message_sent" }

// Kind returns "broadcast_sent".
func (BroadcastSent) Kind() string { return "broadcast_sent" }

// Kind returns "message_imported".
func (MessageImported) Kind() string { return "message_imported" }

// Kind returns "message_grown".
func (MessageGrown) Kind() string { return "message_grown" }

// Kind returns "message_edited".
func (MessageEdited) Kind() string { return "message_edited" }

// Kind returns "message_recalled".
func (MessageRecalled) Kind() string { return "message_recalled" }

// Kind returns "message_delivered".
func (MessageDelivered) Kind() string { return "message_delivered" }

// Kind returns "message_read".
func (MessageRead) Kind() string { return "message_read" }

// Kind returns "conversation_read".
func (ConversationRead) Kind() string { return "conversation_read" }

// Kind returns "roaming_deleted".
func (RoamingDeleted) Kind() string { return "roaming_deleted" }

// Kind returns "roaming_cleared".
func (RoamingCleared) Kind() string { return "roaming_cleared" }

// Kind returns "conversation_closed".
func (ConversationClosed) Kind() string { return "conversation_closed" }

// Kind returns "reaction_added".
func (ReactionAdded) Kind() string { return "reaction_added" }

// Kind returns "reaction_removed".
func (ReactionRemoved) Kind() string { return "reaction_removed" }

// Kind returns "file_uploaded".
func (FileUploaded) Kind() string { return "file_uploaded" }

// Kind returns "file_lifetime_set".
func (FileLifetimeSet) Kind() string { return "file_lifetime_set" }
