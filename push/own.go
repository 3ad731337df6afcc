package push

import (
	"encoding/json"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// OwnChannel is a notification on the platform's own channel, which needs no
// vendor: Message.Agora on Agora, Message.Easemob on Easemob.
type OwnChannel struct {
	Title            string     `json:"title,omitzero"`             // overrides Message.Title
	Subtitle         string     `json:"subTitle,omitzero"`          // iOS
	Content          string     `json:"content,omitzero"`           // overrides Message.Content
	IconURL          string     `json:"iconUrl,omitzero"`           // a picture in place of the app's icon
	NeedNotification *bool      `json:"needNotification,omitempty"` // false: data only, nothing is shown; nil: true
	Badge            *Badge     `json:"badge,omitempty"`            // nil: the number on the icon stays
	Operation        *Operation `json:"operation,omitempty"`        // what a tap does; nil: it opens the app
	ChannelID        string     `json:"channelId,omitzero"`         // Android; empty: "chat"
	ChannelName      string     `json:"channelName,omitzero"`       // Android, used when the channel is created
	ChannelLevel     *int       `json:"channelLevel,omitempty"`     // Android: 0, 3 or 4; nil: 3
	AutoCancel       *Flag      `json:"autoCancel,omitempty"`       // Android: a tap removes the notification; nil: true
	ExpiresAt        time.Time  `json:"expiresTime,omitzero"`       // when the notification goes away
	Sound            Flag       `json:"sound,omitzero"`             // the device plays its sound
	Vibrate          Flag       `json:"vibrate,omitzero"`           // the device vibrates
	Style            OwnStyle   `json:"style,omitzero"`             // 0: plain
	BigText          string     `json:"bigTxt,omitzero"`            // needed with OwnStyleBigText
	BigPicture       string     `json:"bigPicture,omitzero"`        // URL; needed with OwnStyleBigPicture
	ID               int64      `json:"id,omitzero"`                // the same id replaces the older notification; 0: random
}

// OwnStyle is the style of a notification on the own channel.
type OwnStyle int

// The styles of the own channel.
const (
	OwnStylePlain      OwnStyle = 0
	OwnStyleBigText    OwnStyle = 1
	OwnStyleBigPicture OwnStyle = 2 // Android
)

// Operation is what a tap on a notification of the own channel does.
type Operation struct {
	Type     OperationType `json:"type"`                  // 0: opens the app
	URL      string        `json:"openUrl,omitzero"`      // needed with OperationTypeURL
	Action   string        `json:"openAction,omitzero"`   // OperationTypeAction requires it or Activity
	Activity string        `json:"openActivity,omitzero"` // Agora only
}

// OperationType says what a tap does.
type OperationType int

// The operations.
const (
	OperationTypeApp    OperationType = 0
	OperationTypeURL    OperationType = 1
	OperationTypeAction OperationType = 2 // Android
)

// UnmarshalJSON reads 2 and "2".
func (t *OperationType) UnmarshalJSON(b []byte) error { return lenientInt(t, b) }

func checkOwnChannel(field string, c *OwnChannel) error {
	if c == nil {
		return nil
	}
	switch {
	case c.Style == OwnStyleBigText && c.BigText == "":
		return api.Required(field+".BigText", "")
	case c.Style == OwnStyleBigPicture && c.BigPicture == "":
		return api.Required(field+".BigPicture", "")
	}
	level := 0
	if c.ChannelLevel != nil {
		level = *c.ChannelLevel
	}
	return api.First(
		api.OneOf(field+".Style", c.Style, OwnStylePlain, OwnStyleBigText, OwnStyleBigPicture),
		api.OneOf(field+".ChannelLevel", level, 0, 3, 4), c.Operation.check(field+".Operation."),
	)
}

func (o *Operation) check(field string) error {
	switch {
	case o == nil:
		return nil
	case o.Type == OperationTypeURL:
		return api.Required(field+"URL", o.URL)
	case o.Type == OperationTypeAction && o.Activity == "":
		return api.Required(field+"Action", o.Action)
	}
	return api.OneOf(field+"Type", o.Type, OperationTypeApp, OperationTypeURL, OperationTypeAction)
}

type plainOwnChannel OwnChannel

func viewOwnChannel(c *OwnChannel) any {
	return &struct {
		*plainOwnChannel
		ExpiresAt *unixMillis `json:"expiresTime,omitzero"`
	}{(*plainOwnChannel)(c), (*unixMillis)(&c.ExpiresAt)}
}

// MarshalJSON writes the form of the API.
func (c OwnChannel) MarshalJSON() ([]byte, error) { return json.Marshal(viewOwnChannel(&c)) }

// UnmarshalJSON reads the form of the API.
func (c *OwnChannel) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, viewOwnChannel(c)) }
