package push

import (
	"encoding/json"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// FCM is a notification over Firebase Cloud Messaging by its older (legacy) API.
// What the fields do is in Google's documents.
type FCM struct {
	Condition             string            `json:"condition,omitzero"`
	CollapseKey           string            `json:"collapseKey,omitzero"`
	Priority              FCMPriority       `json:"priority,omitzero"`
	TTL                   time.Duration     `json:"timeToLive,omitzero"` // up to 4 weeks, which is the default; or NowOrNever
	DryRun                bool              `json:"dryRun,omitzero"`     // a test: nothing is sent
	RestrictedPackageName string            `json:"restrictedPackageName,omitzero"`
	Data                  map[string]string `json:"data,omitempty"`
	Notification          *FCMNotification  `json:"notification,omitempty"`
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
	Title        string   `json:"title,omitzero"`
	Body         string   `json:"body,omitzero"`
	ChannelID    string   `json:"androidChannelId,omitzero"`
	Icon         string   `json:"icon,omitzero"` // Easemob only
	Sound        string   `json:"sound,omitzero"`
	Tag          string   `json:"tag,omitzero"`
	Color        string   `json:"color,omitzero"`
	ClickAction  string   `json:"clickAction,omitzero"`
	TitleLocKey  string   `json:"titleLocKey,omitzero"`
	TitleLocArgs []string `json:"titleLocArgs,omitempty"`
	BodyLocKey   string   `json:"bodyLocKey,omitzero"`
	BodyLocArgs  []string `json:"bodyLocArgs,omitempty"`
}

const maxFCM = 4 * 7 * day

func checkFCM(f *FCM) error {
	if f == nil {
		return nil
	}
	if f.TTL > maxFCM {
		return api.Invalid("FCM.TTL", "is %s, must be at most %s", f.TTL, maxFCM)
	}
	return checkLength("FCM.TTL", f.TTL)
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
	Type         FCMType            `json:"type,omitzero"`
	Data         map[string]string  `json:"data,omitempty"`
	Notification *FCMV1Notification `json:"notification,omitempty"`
	Android      *FCMV1Android      `json:"androidConfig,omitempty"`
	WebPush      *FCMV1WebPush      `json:"webPushConfig,omitempty"`
	APNs         *FCMV1APNs         `json:"apnsConfig,omitempty"`
	Options      map[string]any     `json:"options,omitempty"`
	Condition    string             `json:"condition,omitzero"`
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
	Title string `json:"title,omitzero"`
	Body  string `json:"body,omitzero"`
	Image string `json:"image,omitzero"` // URL of a picture of up to 1 MB
}

// FCMV1Android holds for Android only.
type FCMV1Android struct {
	CollapseKey  string                    `json:"collapseKey,omitzero"`
	Priority     FCMV1Priority             `json:"priority,omitzero"`
	TTL          time.Duration             `json:"ttl,omitzero"` // or NowOrNever
	DirectBootOK bool                      `json:"directBootOk,omitzero"`
	Notification *FCMV1AndroidNotification `json:"androidNotification,omitempty"`
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
	Title        string   `json:"title,omitzero"`
	Body         string   `json:"body,omitzero"`
	Icon         string   `json:"icon,omitzero"`
	Color        string   `json:"color,omitzero"`
	Sound        string   `json:"sound,omitzero"`
	Tag          string   `json:"tag,omitzero"`
	Image        string   `json:"image,omitzero"`
	ClickAction  string   `json:"clickAction,omitzero"`
	ChannelID    string   `json:"channelId,omitzero"`
	TitleLocKey  string   `json:"titleLocKey,omitzero"`
	TitleLocArgs []string `json:"titleLocArgs,omitempty"`
	BodyLocKey   string   `json:"bodyLocKey,omitzero"`
	BodyLocArgs  []string `json:"bodyLocArgs,omitempty"`
}

// FCMV1WebPush holds for browsers only.
type FCMV1WebPush struct {
	Headers      map[string]string `json:"headers,omitempty"`
	Notification map[string]any    `json:"notification,omitempty"`
}

// FCMV1APNs holds for Apple's devices only.
type FCMV1APNs struct {
	Headers map[string]string `json:"headers,omitempty"`
	Payload map[string]any    `json:"payload,omitempty"` // with "aps" in it
}

func checkFCMV1(f *FCMV1) error {
	if f == nil || f.Android == nil {
		return nil
	}
	return checkLength("FCMV1.Android.TTL", f.Android.TTL)
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
