package push

import (
	"encoding/json"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// APNs is a notification for Apple's devices. Apple takes up to 4 KB of it. Apple's
// documents explain the fields; the comments give Apple's names.
type APNs struct {
	TTL        time.Duration `json:"invalidationTime,omitzero"` // until it expires (apns-expiration); or NowOrNever
	Priority   int           `json:"priority,omitzero"`         // 5 or 10 (apns-priority)
	PushType   APNsPushType  `json:"pushType,omitzero"`         // empty: alert (apns-push-type)
	CollapseID string        `json:"collapseId,omitzero"`       // apns-collapse-id
	ID         string        `json:"apnsId,omitzero"`           // apns-id

	Badge            *int   `json:"badge,omitempty"`            // number on the icon; 0 clears it
	Sound            string `json:"sound,omitzero"`             // a file in the app
	MutableContent   bool   `json:"mutableContent,omitzero"`    // mutable-content
	ContentAvailable bool   `json:"contentAvailable,omitzero"`  // content-available
	Category         string `json:"categoryName,omitzero"`      // category
	ThreadID         string `json:"threadId,omitzero"`          // thread-id
	LaunchImage      string `json:"launchImage,omitzero"`       // launch-image
	Interruption     string `json:"interruptionLevel,omitzero"` // interruption-level: "ACTIVE", "CRITICAL", "PASSIVE" or "TIME_SENSITIVE"

	Title           string   `json:"title,omitzero"`            // overrides Message.Title
	Subtitle        string   `json:"subTitle,omitzero"`         // second line of the alert
	Content         string   `json:"content,omitzero"`          // the text (body); overrides Message.Content
	TitleLocKey     string   `json:"titleLocKey,omitzero"`      // title-loc-key
	TitleLocArgs    []string `json:"titleLocArgs,omitempty"`    // title-loc-args
	SubtitleLocKey  string   `json:"subTitleLocKey,omitzero"`   // subtitle-loc-key
	SubtitleLocArgs []string `json:"subTitleLocArgs,omitempty"` // subtitle-loc-args
	BodyLocKey      string   `json:"bodyLocKey,omitzero"`       // loc-key
	BodyLocArgs     []string `json:"bodyLocArgs,omitempty"`     // loc-args

	Ext map[string]any `json:"ext,omitempty"` // free data for the app

	// Live activities; not in older documents. No document of the API gives the unit of the
	// times: they go in seconds, as Apple wants them.
	LiveActivityEvent string         `json:"liveActivityEvent,omitzero"` // event: "START", "UPDATE" or "END"
	Timestamp         time.Time      `json:"timestamp,omitzero"`         // timestamp
	DismissalDate     time.Time      `json:"dismissalDate,omitzero"`     // dismissal-date
	StaleDate         time.Time      `json:"staleDate,omitzero"`         // stale-date
	AttributesType    string         `json:"attributesType,omitzero"`    // attributes-type
	Attributes        map[string]any `json:"attributes,omitempty"`       // attributes
	ContentState      map[string]any `json:"contentState,omitempty"`     // content-state
}

// APNsPushType says what kind of notification it is.
type APNsPushType string

// The documented push types.
const (
	APNsPushTypeAlert      APNsPushType = "alert"
	APNsPushTypeBackground APNsPushType = "background"
)

func checkAPNs(a *APNs) error {
	if a == nil {
		return nil
	}
	return api.First(
		checkLength("APNs.TTL", a.TTL), api.OneOf("APNs.Priority", a.Priority, 5, 10),
		api.OneOf("APNs.PushType", a.PushType, APNsPushTypeAlert, APNsPushTypeBackground),
		api.OneOf("APNs.Interruption", a.Interruption, "ACTIVE", "CRITICAL", "PASSIVE", "TIME_SENSITIVE"),
		api.OneOf("APNs.LiveActivityEvent", a.LiveActivityEvent, "START", "UPDATE", "END"),
	)
}

type plainAPNs APNs

func viewAPNs(a *APNs) any {
	return &struct {
		*plainAPNs
		TTL           *length[inMillis] `json:"invalidationTime,omitzero"`
		Timestamp     *unixSeconds      `json:"timestamp,omitzero"`
		DismissalDate *unixSeconds      `json:"dismissalDate,omitzero"`
		StaleDate     *unixSeconds      `json:"staleDate,omitzero"`
	}{
		(*plainAPNs)(a), (*length[inMillis])(&a.TTL),
		(*unixSeconds)(&a.Timestamp), (*unixSeconds)(&a.DismissalDate), (*unixSeconds)(&a.StaleDate),
	}
}

// MarshalJSON writes the form of the API.
func (a APNs) MarshalJSON() ([]byte, error) { return json.Marshal(viewAPNs(&a)) }

// UnmarshalJSON reads the form of the API.
func (a *APNs) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, viewAPNs(a)) }
