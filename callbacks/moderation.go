package callbacks

import (
	"encoding/json"

	"github.com/imrest/im-go/messages"
)

// KeywordAlert reports that the keyword filter passed, rejected or changed the message
// MessageID. Decide by Status: the documented Reason of a replacement is wrong.
type KeywordAlert struct {
	Info
	Status  string   `json:"status"`            // pass, refuse or replace
	Reason  string   `json:"reason,omitempty"`  // through, intercepted or replaced
	Words   []string `json:"words,omitempty"`   // none for pass
	Content string   `json:"content,omitempty"` // message
}

// Moderated reports that the moderation of the message MessageID ended.
type Moderated struct {
	Info
	Result      string            `json:"result"`                 // PASS, REJECT, EXCHANGE (replaced) or RECALL (recalled later)
	Provider    string            `json:"provider,omitempty"`     // what the provider said: PASS, REVIEWED or REJECT
	MessageType messages.Type     `json:"message_type,omitempty"` // type of the message
	ChatType    messages.ChatType `json:"chat_type,omitempty"`    // where it was sent
	Risk        string            `json:"risk,omitempty"`         // a label in Chinese
	Text        string            `json:"text,omitempty"`         // of a text message
	URL         string            `json:"url,omitempty"`          // of a file
	Source      json.RawMessage   `json:"source,omitempty"`       // what the provider said, as it came
}

// Pushed reports what became of an offline push for the message MessageID to the user Target.
type Pushed struct {
	Info
	Status      string            `json:"status"`                 // success, fail or error
	Target      string            `json:"target,omitempty"`       // the receiver
	Channel     string            `json:"channel,omitempty"`      // the vendor, such as APNS
	ChatType    messages.ChatType `json:"chat_type,omitempty"`    // chat or groupchat
	GroupID     string            `json:"group_id,omitempty"`     // of a message to a group
	Detail      string            `json:"detail,omitempty"`       // reason of a failure; one documented value ends in a blank
	Error       string            `json:"error,omitempty"`        // only with status error
	DeviceID    string            `json:"device_id,omitempty"`    // device of the receiver
	DeviceToken string            `json:"device_token,omitempty"` // its token at the vendor
	Notifier    string            `json:"notifier,omitempty"`     // certificate
	Vendor      json.RawMessage   `json:"vendor,omitempty"`       // response of the vendor
	Record      messages.Record   `json:"record,omitzero"`        // the message, where the callback has it
}
