package push

import (
	"encoding/json"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// FCM is a notification over Firebase Cloud Messaging by its older (legacy) API.
// What the fields do is in Google's documents.
type FCM struct {
	Condition             string            `json:"condition,omitzero"`             // topics to send to, as a logical expression
	CollapseKey           string            `json:"collapseKey,omitzero"`           // of several notifications with one key, only the last is kept for a device
	Priority              FCMPriority       `json:"priority,omitzero"`              // empty: as Google decides
	TTL                   time.Duration     `json:"timeToLive,omitzero"`            // up to 4 weeks, which is the default; or NowOrNever
	DryRun                bool              `json:"dryRun,omitzero"`                // a test: nothing is sent
	RestrictedPackageName string            `json:"restrictedPackageName,omitzero"` // only this package of the app gets it
	Data                  map[string]string `json:"data,omitempty"`                 // free data for the app
	Notification          *FCMNotification  `json:"notification,omitempty"`         // nil: a data message, which shows nothing by itself
}

// FCMPriority is the priority of a notification in the older API.
type FCMPriority string

// The priorities of the older API.
const (
	FCMPriorityNormal FCMPriority = "normal"
	FCMPriorityHigh   FCMPriority = "high"
)

// FCMNotification is what is shown.
type FCMNotification struct {
	Title        string   `json:"title,omitzero"`            // overrides Message.Title
	Body         string   `json:"body,omitzero"`             // the text; overrides Message.Content
	ChannelID    string   `json:"androidChannelId,omitzero"` // notification channel of Android 8 and later
	Icon         string   `json:"icon,omitzero"`             // Easemob only
	Sound        string   `json:"sound,omitzero"`            // a file in the app, or "default"
	Tag          string   `json:"tag,omitzero"`              // the same tag replaces the older notification
	Color        string   `json:"color,omitzero"`            // of the icon, as "#rrggbb"
	ClickAction  string   `json:"clickAction,omitzero"`      // intent filter of the activity that a tap opens
	TitleLocKey  string   `json:"titleLocKey,omitzero"`      // text resource of the app for the title
	TitleLocArgs []string `json:"titleLocArgs,omitempty"`    // fill in TitleLocKey
	BodyLocKey   string   `json:"bodyLocKey,omitzero"`       // text resource of the app for the text
	BodyLocArgs  []string `json:"bodyLocArgs,omitempty"`     // fill in BodyLocKey
}

const maxFCM = 4 * 7 * day

func checkFCM(f *FCM) error {
	if f == nil {
		return nil
	}
	if f.TTL > maxFCM {
		return api.Invalid("FCM.TTL", "is %s, must be at most %s", f.TTL, maxFCM)
	}
	return api.First(checkLength("FCM.TTL", f.TTL), api.OneOf("FCM.Priority", f.Priority, FCMPriorityNormal, FCMPriorityHigh))
}

type plainFCM FCM

func viewFCM(f *FCM) any {
	return &struct {
		*plainFCM
		TTL *length[inText] `json:"timeToLive,omitzero"`
	}{(*plainFCM)(f), (*length[inText])(&f.TTL)}
}

// MarshalJSON writes the form of the API.
func (f FCM) MarshalJSON() ([]byte, error) { return json.Marshal(viewFCM(&f)) }

// UnmarshalJSON reads the form of the API.
func (f *FCM) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, viewFCM(f)) }

// FCMV1 is a notification over Firebase Cloud Messaging by its newer (HTTP v1)
// API. Easemob only. What the fields do is in Google's documents.
type FCMV1 struct {
	Type         FCMType            `json:"type,omitzero"`           // what is sent: data, a notification or both
	Data         map[string]string  `json:"data,omitempty"`          // free data for the app
	Notification *FCMV1Notification `json:"notification,omitempty"`  // for all systems; Android, WebPush and APNs override it
	Android      *FCMV1Android      `json:"androidConfig,omitempty"` // for Android only
	WebPush      *FCMV1WebPush      `json:"webPushConfig,omitempty"` // for browsers only
	APNs         *FCMV1APNs         `json:"apnsConfig,omitempty"`    // for Apple's devices only
	Options      map[string]any     `json:"options,omitempty"`       // fcm_options, by Google's keys
	Condition    string             `json:"condition,omitzero"`      // topics to send to, as a logical expression
}

// FCMType says whether data, a notification or both are sent.
type FCMType string

// The types of the newer API.
const (
	FCMTypeBoth         FCMType = "BOTH"
	FCMTypeData         FCMType = "DATA"
	FCMTypeNotification FCMType = "NOTIFICATION"
)

// FCMV1Notification is what is shown on every system.
type FCMV1Notification struct {
	Title string `json:"title,omitzero"` // overrides Message.Title
	Body  string `json:"body,omitzero"`  // the text; overrides Message.Content
	Image string `json:"image,omitzero"` // URL of a picture of up to 1 MB
}

// FCMV1Android holds for Android only.
type FCMV1Android struct {
	CollapseKey  string                    `json:"collapseKey,omitzero"`          // of several notifications with one key, only the last is kept for a device
	Priority     FCMV1Priority             `json:"priority,omitzero"`             // empty: as Google decides
	TTL          time.Duration             `json:"ttl,omitzero"`                  // or NowOrNever
	DirectBootOK bool                      `json:"directBootOk,omitzero"`         // delivered also before the phone is first unlocked after a restart
	Notification *FCMV1AndroidNotification `json:"androidNotification,omitempty"` // what is shown; overrides FCMV1.Notification
}

// FCMV1Priority is the priority of a notification in the newer API.
type FCMV1Priority string

// The priorities of the newer API.
const (
	FCMV1PriorityNormal FCMV1Priority = "NORMAL"
	FCMV1PriorityHigh   FCMV1Priority = "HIGH"
)

// FCMV1AndroidNotification is what is shown on Android.
type FCMV1AndroidNotification struct {
	Title        string   `json:"title,omitzero"`         // overrides that of FCMV1Notification
	Body         string   `json:"body,omitzero"`          // the text; overrides that of FCMV1Notification
	Icon         string   `json:"icon,omitzero"`          // a drawable resource of the app
	Color        string   `json:"color,omitzero"`         // of the icon, as "#rrggbb"
	Sound        string   `json:"sound,omitzero"`         // a file in the app, or "default"
	Tag          string   `json:"tag,omitzero"`           // the same tag replaces the older notification
	Image        string   `json:"image,omitzero"`         // URL of a picture; overrides FCMV1Notification.Image
	ClickAction  string   `json:"clickAction,omitzero"`   // intent filter of the activity that a tap opens
	ChannelID    string   `json:"channelId,omitzero"`     // notification channel of Android 8 and later
	TitleLocKey  string   `json:"titleLocKey,omitzero"`   // text resource of the app for the title
	TitleLocArgs []string `json:"titleLocArgs,omitempty"` // fill in TitleLocKey
	BodyLocKey   string   `json:"bodyLocKey,omitzero"`    // text resource of the app for the text
	BodyLocArgs  []string `json:"bodyLocArgs,omitempty"`  // fill in BodyLocKey
}

// FCMV1WebPush holds for browsers only.
type FCMV1WebPush struct {
	Headers      map[string]string `json:"headers,omitempty"`      // headers of the Web Push protocol, such as TTL
	Notification map[string]any    `json:"notification,omitempty"` // options of a browser's Notification, by their names there
}

// FCMV1APNs holds for Apple's devices only.
type FCMV1APNs struct {
	Headers map[string]string `json:"headers,omitempty"` // headers of an APNs request, such as apns-priority
	Payload map[string]any    `json:"payload,omitempty"` // with "aps" in it
}

func checkFCMV1(f *FCMV1) error {
	if f == nil {
		return nil
	}
	err := api.OneOf("FCMV1.Type", f.Type, FCMTypeBoth, FCMTypeData, FCMTypeNotification)
	if a := f.Android; err == nil && a != nil {
		err = api.First(checkLength("FCMV1.Android.TTL", a.TTL),
			api.OneOf("FCMV1.Android.Priority", a.Priority, FCMV1PriorityNormal, FCMV1PriorityHigh))
	}
	return err
}

type plainFCMV1Android FCMV1Android

func viewFCMV1Android(a *FCMV1Android) any {
	return &struct {
		*plainFCMV1Android
		TTL *length[inProto] `json:"ttl,omitzero"`
	}{(*plainFCMV1Android)(a), (*length[inProto])(&a.TTL)}
}

// MarshalJSON writes the form of the API.
func (a FCMV1Android) MarshalJSON() ([]byte, error) { return json.Marshal(viewFCMV1Android(&a)) }

// UnmarshalJSON reads the form of the API.
func (a *FCMV1Android) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, viewFCMV1Android(a)) }
