package push

import (
	"encoding/json"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// Honor is a notification for Honor's phones. What the fields do is in Honor's
// documents.
type Honor struct {
	Data    map[string]any `json:"data,omitempty"` // free data for the app
	Android *HonorAndroid  `json:"androidConfig,omitempty"`
}

// HonorAndroid says how the notification is delivered.
type HonorAndroid struct {
	TTL          time.Duration      `json:"ttl,omitzero"` // in whole seconds, rounded up
	BITag        string             `json:"biTag,omitzero"`
	Data         string             `json:"data,omitzero"` // replaces Honor.Data
	Notification *HonorNotification `json:"androidNotification,omitempty"`
}

// HonorNotification is what is shown.
type HonorNotification struct {
	Title      string       `json:"title,omitzero"`
	Body       string       `json:"body,omitzero"`
	Click      *ClickTarget `json:"clickAction,omitempty"` // nil: a tap opens the app
	Image      string       `json:"image,omitzero"`
	Style      HonorStyle   `json:"style,omitzero"`
	BigTitle   string       `json:"bigTitle,omitzero"` // needed with HonorStyleBigText
	BigBody    string       `json:"bigBody,omitzero"`  // needed with HonorStyleBigText
	Importance Importance   `json:"importance,omitzero"`
	When       time.Time    `json:"when,omitzero"`     // the time shown, by which the phone sorts
	Buttons    []Button     `json:"buttons,omitempty"` // up to 3
	Badge      *VendorBadge `json:"badgeNotification,omitempty"`
	NotifyID   int          `json:"notifyId,omitzero"` // the same id replaces the older notification
}

// HonorStyle is the style of a notification of Honor.
type HonorStyle int

// The styles of Honor.
const (
	HonorStylePlain   HonorStyle = 0
	HonorStyleBigText HonorStyle = 1
)

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
		n.Click.check(field+"Notification.Click"), checkButtons(field+"Notification.Buttons", n.Buttons),
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
