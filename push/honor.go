package push

import (
	"encoding/json"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// Honor is a notification for Honor's phones. What the fields do is in Honor's
// documents.
type Honor struct {
	Data    map[string]any `json:"data,omitempty"`          // free data for the app
	Android *HonorAndroid  `json:"androidConfig,omitempty"` // how it is delivered and looks
}

// HonorAndroid says how the notification is delivered.
type HonorAndroid struct {
	TTL          time.Duration      `json:"ttl,omitzero"`                  // in whole seconds, rounded up
	BITag        string             `json:"biTag,omitzero"`                // groups messages in Honor's reports and receipts
	Data         string             `json:"data,omitzero"`                 // replaces Honor.Data
	Notification *HonorNotification `json:"androidNotification,omitempty"` // what is shown; overrides the common fields of Message
}

// HonorNotification is what is shown.
type HonorNotification struct {
	Title      string       `json:"title,omitzero"`              // overrides Message.Title
	Body       string       `json:"body,omitzero"`               // the text; overrides Message.Content
	Click      *ClickTarget `json:"clickAction,omitempty"`       // nil: a tap opens the app
	Image      string       `json:"image,omitzero"`              // URL of a picture
	Style      HonorStyle   `json:"style,omitzero"`              // 0: plain
	BigTitle   string       `json:"bigTitle,omitzero"`           // needed with HonorStyleBigText
	BigBody    string       `json:"bigBody,omitzero"`            // needed with HonorStyleBigText
	Importance Importance   `json:"importance,omitzero"`         // empty: as Honor decides
	When       time.Time    `json:"when,omitzero"`               // the time shown, by which the phone sorts
	Buttons    []Button     `json:"buttons,omitempty"`           // up to 3
	Badge      *VendorBadge `json:"badgeNotification,omitempty"` // nil: the number on the icon stays
	NotifyID   int          `json:"notifyId,omitzero"`           // the same id replaces the older notification
}

// HonorStyle is the style of a notification on Honor phones.
type HonorStyle int

// The styles of Honor.
const (
	HonorStylePlain   HonorStyle = 0
	HonorStyleBigText HonorStyle = 1
)

const maxHonorButton = 2 // the highest ButtonType

func checkHonor(h *Honor) error {
	if h == nil || h.Android == nil {
		return nil
	}
	const field = "Honor.Android."
	n := h.Android.Notification
	if err := checkLength(field+"TTL", h.Android.TTL); err != nil || n == nil {
		return err
	}
	if n.Badge != nil {
		if err := api.Required(field+"Notification.Badge.Class", n.Badge.Class); err != nil {
			return err
		}
	}
	if n.Style == HonorStyleBigText {
		err := api.First(api.Required(field+"Notification.BigTitle", n.BigTitle), api.Required(field+"Notification.BigBody", n.BigBody))
		if err != nil {
			return err
		}
	}
	return api.First(
		api.OneOf(field+"Notification.Style", n.Style, HonorStylePlain, HonorStyleBigText), n.Importance.check(field+"Notification.Importance"),
		n.Click.check(field+"Notification.Click"), checkButtons(field+"Notification.Buttons", n.Buttons, maxHonorButton),
		n.Badge.check(field+"Notification.Badge"),
	)
}

type (
	plainHonorAndroid      HonorAndroid
	plainHonorNotification HonorNotification
)

func viewHonorAndroid(a *HonorAndroid) any {
	return &struct {
		*plainHonorAndroid
		TTL *length[inText] `json:"ttl,omitzero"`
	}{(*plainHonorAndroid)(a), (*length[inText])(&a.TTL)}
}

// MarshalJSON writes the form of the API.
func (a HonorAndroid) MarshalJSON() ([]byte, error) { return json.Marshal(viewHonorAndroid(&a)) }

// UnmarshalJSON reads the form of the API.
func (a *HonorAndroid) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, viewHonorAndroid(a)) }

func viewHonorNotification(n *HonorNotification) any {
	return &struct {
		*plainHonorNotification
		When *utcText `json:"when,omitzero"`
	}{(*plainHonorNotification)(n), (*utcText)(&n.When)}
}

// MarshalJSON writes the form of the API.
func (n HonorNotification) MarshalJSON() ([]byte, error) {
	return json.Marshal(viewHonorNotification(&n))
}

// UnmarshalJSON reads the form of the API.
func (n *HonorNotification) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, viewHonorNotification(n))
}
