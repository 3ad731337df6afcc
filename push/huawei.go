package push

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// Huawei is a notification for Huawei's phones with Android. Most of it sits in
// Message.Android.Notification. What the fields do is in Huawei's documents.
type Huawei struct {
	ValidateOnly bool           `json:"validateOnly,omitzero"` // a test: nothing is sent
	Review       map[string]any `json:"review,omitempty"`      // as Huawei defines it
	Message      *HuaweiMessage `json:"message,omitempty"`     // overrides the common fields of Message
}

// HuaweiMessage is the message in a notification for Huawei.
type HuaweiMessage struct {
	Data         map[string]any `json:"data,omitempty"`         // free data for the app
	Notification *HuaweiBasics  `json:"notification,omitempty"` // for all systems; Android.Notification overrides it
	Android      *HuaweiAndroid `json:"android,omitempty"`      // how it is delivered and looks on Android
}

// HuaweiBasics is what is shown where HuaweiNotification does not say otherwise.
type HuaweiBasics struct {
	Title string `json:"title,omitzero"` // overrides Message.Title
	Body  string `json:"body,omitzero"`  // the text; overrides Message.Content
	Image string `json:"image,omitzero"` // URL of a picture
}

// HuaweiAndroid says how the notification is delivered.
type HuaweiAndroid struct {
	CollapseKey       *int                `json:"collapseKey,omitempty"`      // how many messages are kept for a phone that is offline, as Huawei defines it
	Urgency           string              `json:"urgency,omitzero"`           // delivery priority, as Huawei defines it
	Category          string              `json:"category,omitzero"`          // kind of message for which the app has approval, as Huawei defines it
	TTL               time.Duration       `json:"ttl,omitzero"`               // in whole seconds, rounded up
	BITag             string              `json:"biTag,omitzero"`             // groups messages in Huawei's receipts
	FastAppTargetType int                 `json:"fastAppTargetType,omitzero"` // 1 or 2; 0: 2
	Data              string              `json:"data,omitzero"`              // replaces HuaweiMessage.Data
	ReceiptID         string              `json:"receiptId,omitzero"`         // which of the app's receipt settings to use
	Test              Flag                `json:"targetUserType,omitzero"`    // a test message
	Notification      *HuaweiNotification `json:"notification,omitempty"`     // what is shown; overrides HuaweiMessage.Notification
}

// HuaweiNotification is what is shown.
type HuaweiNotification struct {
	Title        string   `json:"title,omitzero"`         // overrides that of HuaweiBasics
	Body         string   `json:"body,omitzero"`          // the text; overrides that of HuaweiBasics
	TitleLocKey  string   `json:"titleLocKey,omitzero"`   // text resource of the app for the title
	TitleLocArgs []string `json:"titleLocArgs,omitempty"` // fill in TitleLocKey
	BodyLocKey   string   `json:"bodyLocKey,omitzero"`    // text resource of the app for the text
	BodyLocArgs  []string `json:"bodyLocArgs,omitempty"`  // fill in BodyLocKey
	// MultiLangKey holds texts by key and language, as Huawei defines it: a JSON
	// array, of which no document of the API says more.
	MultiLangKey json.RawMessage `json:"multiLangKey,omitempty"`

	Icon         string      `json:"icon,omitzero"`          // a small icon in the app, by its path
	Color        string      `json:"color,omitzero"`         // of the icon, as "#RRGGBB"
	Image        string      `json:"image,omitzero"`         // URL of a picture; overrides HuaweiBasics.Image
	Style        HuaweiStyle `json:"style,omitzero"`         // 0: plain
	BigTitle     string      `json:"bigTitle,omitzero"`      // with HuaweiStyleBigText
	BigBody      string      `json:"bigBody,omitzero"`       // with HuaweiStyleBigText
	InboxContent []string    `json:"inboxContent,omitempty"` // up to 5 lines of 1,024 characters; needed with HuaweiStyleInbox
	Buttons      []Button    `json:"buttons,omitempty"`      // up to 3

	Click         *ClickTarget  `json:"clickAction,omitempty"`  // what a tap does
	Badge         *VendorBadge  `json:"badge,omitempty"`        // nil: the number on the icon stays
	ChannelID     string        `json:"channelId,omitzero"`     // notification channel of Android 8 and later
	NotifySummary string        `json:"notifySummary,omitzero"` // summary line of the notification
	Tag           string        `json:"tag,omitzero"`           // the same tag replaces the older notification
	Group         string        `json:"group,omitzero"`         // notifications of one group are shown together
	NotifyID      int           `json:"notifyId,omitzero"`      // the same id replaces the older notification
	AutoClear     time.Duration `json:"autoClear,omitzero"`     // until the notification goes away
	AutoCancel    *bool         `json:"autoCancel,omitempty"`   // a tap removes the notification
	When          time.Time     `json:"when,omitzero"`          // the time shown, by which the phone sorts
	Importance    Importance    `json:"importance,omitzero"`    // empty: as Huawei decides
	Visibility    Visibility    `json:"visibility,omitzero"`    // what a locked phone shows

	Sound             string         `json:"sound,omitzero"`              // a file in the app; for DefaultSound false
	DefaultSound      *bool          `json:"defaultSound,omitempty"`      // the phone's own sound
	UseDefaultVibrate *bool          `json:"useDefaultVibrate,omitempty"` // the phone's own pattern, not VibrateConfig
	UseDefaultLight   *bool          `json:"useDefaultLight,omitempty"`   // the phone's own light, not Light
	VibrateConfig     string         `json:"vibrateConfig,omitzero"`      // a list of up to 10 durations, as one text
	Light             *LightSettings `json:"lightSettings,omitempty"`     // for UseDefaultLight false
	ForegroundShow    *bool          `json:"foregroundShow,omitempty"`    // shown while the app is in the foreground
}

// HuaweiStyle is the style of a notification on Huawei phones.
type HuaweiStyle int

// The styles of Huawei.
const (
	HuaweiStylePlain   HuaweiStyle = 0
	HuaweiStyleBigText HuaweiStyle = 1
	HuaweiStyleInbox   HuaweiStyle = 3
)

// Visibility says what a locked Huawei phone shows.
type Visibility string

// The visibilities.
const (
	VisibilityUnspecified Visibility = "VISIBILITY_UNSPECIFIED"
	VisibilityPrivate     Visibility = "PRIVATE"
	VisibilityPublic      Visibility = "PUBLIC"
	VisibilitySecret      Visibility = "SECRET"
)

// LightSettings makes the light of a Huawei phone blink.
type LightSettings struct {
	Color       LightColor `json:"color"`                     // required by Huawei
	OnDuration  string     `json:"lightOnDuration,omitzero"`  // in Huawei's form, such as "3.5s"
	OffDuration string     `json:"lightOffDuration,omitzero"` // likewise
}

// LightColor has parts from 0 to 1.
type LightColor struct {
	Alpha float64 `json:"alpha"` // 0: transparent, 1: opaque
	Red   float64 `json:"red"`   // 0 to 1
	Green float64 `json:"green"` // 0 to 1
	Blue  float64 `json:"blue"`  // 0 to 1
}

const (
	maxInbox        = 5
	maxHuaweiButton = 4 // the highest ButtonType
)

func checkHuawei(h *Huawei) error {
	if h == nil || h.Message == nil || h.Message.Android == nil {
		return nil
	}
	const field = "Huawei.Message.Android."
	a := h.Message.Android
	err := api.First(checkLength(field+"TTL", a.TTL), api.OneOf(field+"FastAppTargetType", a.FastAppTargetType, 1, 2))
	if err != nil || a.Notification == nil {
		return err
	}
	return checkHuaweiNotification(field+"Notification.", a.Notification)
}

func checkHuaweiNotification(field string, n *HuaweiNotification) error {
	if err := api.MaxItems(field+"InboxContent", len(n.InboxContent), maxInbox); err != nil {
		return err
	}
	for i, line := range n.InboxContent {
		if err := api.MaxLength(fmt.Sprintf("%sInboxContent[%d]", field, i), line, 1024); err != nil {
			return err
		}
	}
	if n.Style == HuaweiStyleInbox && len(n.InboxContent) == 0 {
		return api.Invalid(field+"InboxContent", "must have at least one entry")
	}
	return api.First(
		api.OneOf(field+"Style", n.Style, HuaweiStylePlain, HuaweiStyleBigText, HuaweiStyleInbox), n.Importance.check(field+"Importance"),
		api.OneOf(field+"Visibility", n.Visibility, VisibilityUnspecified, VisibilityPrivate, VisibilityPublic, VisibilitySecret),
		n.Click.check(field+"Click"), checkButtons(field+"Buttons", n.Buttons, maxHuaweiButton), n.Badge.check(field+"Badge"),
		checkLength(field+"AutoClear", n.AutoClear), n.Light.check(field+"Light.Color."),
	)
}

// check rejects a part of the color that is not from 0 to 1.
func (l *LightSettings) check(field string) error {
	if l == nil {
		return nil
	}
	c := l.Color
	for _, part := range []struct {
		name  string
		value float64
	}{{"Alpha", c.Alpha}, {"Red", c.Red}, {"Green", c.Green}, {"Blue", c.Blue}} {
		if !(part.value >= 0 && part.value <= 1) {
			return api.Invalid(field+part.name, "is %v, must be from 0 to 1", part.value)
		}
	}
	return nil
}

type (
	plainHuaweiAndroid      HuaweiAndroid
	plainHuaweiNotification HuaweiNotification
)

func viewHuaweiAndroid(a *HuaweiAndroid) any {
	return &struct {
		*plainHuaweiAndroid
		TTL *length[inText] `json:"ttl,omitzero"`
	}{(*plainHuaweiAndroid)(a), (*length[inText])(&a.TTL)}
}

// MarshalJSON writes the form of the API.
func (a HuaweiAndroid) MarshalJSON() ([]byte, error) { return json.Marshal(viewHuaweiAndroid(&a)) }

// UnmarshalJSON reads the form of the API.
func (a *HuaweiAndroid) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, viewHuaweiAndroid(a)) }

func viewHuaweiNotification(n *HuaweiNotification) any {
	return &struct {
		*plainHuaweiNotification
		AutoClear *length[inMillis] `json:"autoClear,omitzero"`
		When      *utcText          `json:"when,omitzero"`
	}{(*plainHuaweiNotification)(n), (*length[inMillis])(&n.AutoClear), (*utcText)(&n.When)}
}

// MarshalJSON writes the form of the API.
func (n HuaweiNotification) MarshalJSON() ([]byte, error) {
	return json.Marshal(viewHuaweiNotification(&n))
}

// UnmarshalJSON reads the form of the API.
func (n *HuaweiNotification) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, viewHuaweiNotification(n))
}
