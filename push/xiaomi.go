package push

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// Xiaomi is a notification for Xiaomi's phones. What the fields do is in Xiaomi's
// documents.
type Xiaomi struct {
	Title                  string         `json:"title,omitzero"`                  // up to 50 characters
	Description            string         `json:"description,omitzero"`            // the text, up to 128 characters
	RestrictedPackageNames string         `json:"restrictedPackageNames,omitzero"` // only this package of the app gets it
	PassThrough            Flag           `json:"passThrough,omitzero"`            // data only, nothing is shown
	Payload                map[string]any `json:"payload,omitempty"`               // free data for the app
	ChannelID              string         `json:"channelId,omitzero"`              // notification channel, as registered with Xiaomi

	TemplateID string `json:"templateId,omitzero"` // a template of Xiaomi's for private messages; needs ChannelID. Easemob only
	// TemplateParam fills the template, by the names in it: 1 to 128 characters each, not
	// only blanks, and no emoji, which this package does not check.
	TemplateParam map[string]string `json:"templateParam,omitempty"`

	NotifyType       XiaomiNotify  `json:"notifyType,omitzero"`        // 0: as Xiaomi decides
	Sound            string        `json:"sound,omitzero"`             // a file in the app, by its URI
	Ticker           string        `json:"ticker,omitzero"`            // text in the status bar when the notification arrives
	NotifyID         int           `json:"notifyId,omitzero"`          // the same id replaces the older notification
	NotifyForeground *TextFlag     `json:"notifyForeground,omitempty"` // shown while the app is in the foreground
	TTL              time.Duration `json:"timeToLive,omitzero"`        // how long it is kept for a phone that is offline; or NowOrNever
	SendAt           time.Time     `json:"timeToSend,omitzero"`        // when Xiaomi delivers it; zero: now
	FlowControl      int           `json:"flowControl,omitzero"`       // most messages a second, for a smooth delivery; 0: no limit

	NotifyEffect XiaomiEffect `json:"notifyEffect,omitzero"` // what a tap does
	IntentURI    string       `json:"intentUri,omitzero"`    // for XiaomiEffectIntent
	WebURI       string       `json:"webUri,omitzero"`       // for XiaomiEffectWeb

	JobKey        string `json:"jobkey,omitzero"`        // of messages with one key, a phone shows only one
	CallbackURL   string `json:"callbackUrl,omitzero"`   // where Xiaomi sends its receipts
	CallbackParam string `json:"callbackParam,omitzero"` // comes back in Xiaomi's receipts
	CallbackType  int    `json:"callbackType,omitzero"`  // sum of 1, 2, 3, 16, 32, 64, 128 and 1024, as Xiaomi defines them

	// Which phones get it, as Xiaomi defines it.
	Locale          string   `json:"locale,omitzero"`          // only phones with this locale
	LocaleNotIn     string   `json:"localeNotIn,omitzero"`     // only phones with another locale
	Model           string   `json:"model,omitzero"`           // only phones of this model
	ModelNotIn      string   `json:"modelNotIn,omitzero"`      // only phones of another model
	AppVersion      string   `json:"appVersion,omitzero"`      // only phones with this version of the app
	AppVersionNotIn string   `json:"appVersionNotIn,omitzero"` // only phones with another version of the app
	Network         string   `json:"connpt,omitzero"`          // "wifi": only over that
	OnlySendOnce    TextFlag `json:"onlySendOnce,omitzero"`    // dropped if the phone is offline, as Xiaomi defines it
}

// XiaomiNotify says how Xiaomi phones draw attention. The values are added up
// for more than one.
type XiaomiNotify int

// The ways to draw attention.
const (
	XiaomiNotifyAll     XiaomiNotify = -1
	XiaomiNotifySound   XiaomiNotify = 1
	XiaomiNotifyVibrate XiaomiNotify = 2
	XiaomiNotifyLight   XiaomiNotify = 4
)

// XiaomiEffect says what a tap does.
type XiaomiEffect string

// The effects.
const (
	XiaomiEffectApp    XiaomiEffect = "1"
	XiaomiEffectIntent XiaomiEffect = "2"
	XiaomiEffectWeb    XiaomiEffect = "3"
)

// UnmarshalJSON reads "3" and 3.
func (e *XiaomiEffect) UnmarshalJSON(b []byte) error { return (*api.Text)(e).UnmarshalJSON(b) }

func checkXiaomi(x *Xiaomi) error {
	if x == nil {
		return nil
	}
	return api.First(
		api.MaxLength("Xiaomi.Title", x.Title, 50), api.MaxLength("Xiaomi.Description", x.Description, 128),
		checkLength("Xiaomi.TTL", x.TTL), checkXiaomiTemplate(x),
		api.Range("Xiaomi.NotifyType", int(x.NotifyType), int(XiaomiNotifyAll), int(XiaomiNotifySound+XiaomiNotifyVibrate+XiaomiNotifyLight)),
		api.OneOf("Xiaomi.NotifyEffect", x.NotifyEffect, XiaomiEffectApp, XiaomiEffectIntent, XiaomiEffectWeb),
	)
}

// checkXiaomiTemplate rejects what Xiaomi's templates do not take. How many parameters there are,
// and their names, is in the template.
func checkXiaomiTemplate(x *Xiaomi) error {
	if x.TemplateID != "" && x.ChannelID == "" {
		return api.Invalid("Xiaomi.ChannelID", "must not be empty with a TemplateID")
	}
	for _, name := range slices.Sorted(maps.Keys(x.TemplateParam)) {
		field, text := fmt.Sprintf("Xiaomi.TemplateParam[%s]", api.Quoted(name)), x.TemplateParam[name]
		if x.TemplateID == "" {
			return api.Invalid(field, "needs a TemplateID")
		}
		if strings.TrimSpace(text) == "" {
			return api.Invalid(field, "is %s, must not be blank", api.Quoted(text))
		}
		if err := api.MaxLength(field, text, 128); err != nil {
			return err
		}
	}
	return nil
}

type plainXiaomi Xiaomi

func viewXiaomi(x *Xiaomi) any {
	return &struct {
		*plainXiaomi
		TTL    *length[inMillis] `json:"timeToLive,omitzero"`
		SendAt *unixMillis       `json:"timeToSend,omitzero"`
	}{(*plainXiaomi)(x), (*length[inMillis])(&x.TTL), (*unixMillis)(&x.SendAt)}
}

// MarshalJSON writes the form of the API.
func (x Xiaomi) MarshalJSON() ([]byte, error) { return json.Marshal(viewXiaomi(&x)) }

// UnmarshalJSON reads the form of the API.
func (x *Xiaomi) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, viewXiaomi(x)) }
