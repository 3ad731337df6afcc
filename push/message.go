package push

import (
	"encoding/json"
	"time"
	"unicode/utf8"

	"github.com/imrest/im-go/internal/api"
)

// Message is a notification to push. Title and Content are required; the object of a vendor
// overrides them, and the other common fields, on that vendor's devices. By the Chinese
// documents a Chinese character in Title and Content counts as two; this package counts it
// as one.
type Message struct {
	Title    string         `json:"title"`             // up to 32 characters
	Subtitle string         `json:"subtitle,omitzero"` // up to 10 characters; iOS only
	Content  string         `json:"content"`           // up to 100 characters
	Ext      map[string]any `json:"ext,omitempty"`     // free data for the app, up to 10 entries, 1,024 characters in all
	Config   *Config        `json:"config,omitempty"`  // what a tap does, and the badge

	Agora     *OwnChannel `json:"agora,omitempty"`      // the platform's own channel, on Agora
	Easemob   *OwnChannel `json:"easemob,omitempty"`    // the platform's own channel, on Easemob
	APNs      *APNs       `json:"apns,omitempty"`       // Apple
	FCM       *FCM        `json:"fcm,omitempty"`        // Google, by its older API
	FCMV1     *FCMV1      `json:"fcm_v1,omitempty"`     // Google, by its newer API; Easemob only
	Huawei    *Huawei     `json:"huawei,omitempty"`     // phones with Android
	HarmonyOS *HarmonyOS  `json:"harmony_os,omitempty"` // Huawei's own system; Easemob only
	Honor     *Honor      `json:"honor,omitempty"`      // Honor's phones
	Xiaomi    *Xiaomi     `json:"xiaomi,omitempty"`     // Xiaomi's phones
	Vivo      *Vivo       `json:"vivo,omitempty"`       // vivo's phones
	Oppo      *Oppo       `json:"oppo,omitempty"`       // OPPO's phones
	Meizu     *Meizu      `json:"meizu,omitempty"`      // Meizu's phones

	// More holds fields that this package does not have yet, and values that it rejects, by
	// their names on the wire, since vendors add some without notice. It is merged into what the typed fields
	// encode to, at any depth, and wins: {"vivo": {"newKey": "value"}}.
	More map[string]any `json:"more,omitempty"`

	// Strategy chooses between the platform's own channel and the vendors' channels; nil:
	// StrategyVendorOnly.
	Strategy *Strategy `json:"strategy,omitempty"`
	// Platform is the only system whose devices get the push, on the vendors' channels and
	// on the own one; empty: all. Easemob documents it for SendToUser, SendToUserAsync,
	// SendToUsers, SendToLabels and SendToAll; the other methods reject it.
	Platform Platform `json:"platform,omitzero"`
	// Start is when to push, for tasks only: from 1 hour to 30 days ahead; zero: now.
	// The server reads it as a time in its own time zone, and no zone is sent, so pass
	// it in that zone: start.In(shanghai).
	Start time.Time `json:"start,omitzero"`
}

// Strategy chooses between the platform's own channel, which reaches users that
// are online, and the vendors' channels.
type Strategy int

// The strategies.
const (
	StrategyVendorFirst Strategy = 0 // the vendor's channel, on failure the own one
	StrategyOwnOnly     Strategy = 1 // the own channel; kept for users that are offline as long as the plan allows
	StrategyVendorOnly  Strategy = 2 // the vendor's channel; dropped on failure. The default
	StrategyOwnFirst    Strategy = 3 // the own channel for users that are online, else the vendor's; on failure the own one at the next login
	StrategyOnlineOnly  Strategy = 4 // the own channel; dropped for users that are offline. Not in older documents
)

func (s *Strategy) check() error {
	if s == nil {
		return nil
	}
	return api.Range("Strategy", int(*s), int(StrategyVendorFirst), int(StrategyOnlineOnly))
}

// Platform is the system of the devices that get a push.
type Platform string

// The platforms.
const (
	PlatformAndroid   Platform = "android"   // of all vendors
	PlatformIOS       Platform = "ios"       // Apple's
	PlatformHarmonyOS Platform = "harmonyos" // Huawei's own; its phones with Android are PlatformAndroid
)

// Config says what a tap on a notification does and what the badge shows.
type Config struct {
	Click *Click `json:"clickAction,omitempty"` // nil: a tap opens the app
	Badge *Badge `json:"badge,omitempty"`       // nil: the number on the icon stays
}

// Click is what a tap does. Set one of its fields. The own channel on iOS takes
// the URL only.
type Click struct {
	URL      string `json:"url,omitzero"`      // opened
	Action   string `json:"action,omitzero"`   // a page of the app
	Activity string `json:"activity,omitzero"` // package name or path of an Activity of Android
}

// Badge is the number on the app's icon.
type Badge struct {
	Add      int    `json:"addNum,omitzero"`   // added to the number
	Set      *int   `json:"setNum,omitempty"`  // the new number; 0 clears it
	Activity string `json:"activity,omitzero"` // entry class; Huawei needs it
}

// The longest texts of a message, in characters, and the most of its Ext.
const (
	MaxTitle      = 32
	MaxSubtitle   = 10
	MaxContent    = 100
	MaxExtEntries = 10
	MaxExt        = 1024 // characters of all keys and values
)

const (
	minAhead = time.Hour
	maxAhead = 30 * 24 * time.Hour
)

func (m *Message) check() error {
	return api.First(
		api.Required("Title", m.Title), api.MaxLength("Title", m.Title, MaxTitle),
		api.MaxLength("Subtitle", m.Subtitle, MaxSubtitle),
		api.Required("Content", m.Content), api.MaxLength("Content", m.Content, MaxContent),
		checkExt(m.Ext), m.Strategy.check(), m.checkPlatform(),
		checkOwnChannel("Agora", m.Agora), checkOwnChannel("Easemob", m.Easemob),
		checkAPNs(m.APNs), checkFCM(m.FCM), checkFCMV1(m.FCMV1),
		checkHuawei(m.Huawei), checkHarmonyOS(m.HarmonyOS), checkHonor(m.Honor), checkXiaomi(m.Xiaomi), checkVivo(m.Vivo),
		checkOppo(m.Oppo), checkMeizu(m.Meizu),
	)
}

// checkExt measures keys and values without the signs between them, which the
// documents do not say to count.
func checkExt(ext map[string]any) error {
	if err := api.MaxItems("Ext", len(ext), MaxExtEntries); err != nil {
		return err
	}
	length := 0
	for key, value := range ext {
		text, plain := value.(string)
		if !plain {
			encoded, err := json.Marshal(value)
			if err != nil {
				return api.Invalid("Ext", "cannot be encoded: %v", err)
			}
			text = string(encoded)
		}
		length += utf8.RuneCountInString(key) + utf8.RuneCountInString(text)
	}
	if length > MaxExt {
		return api.TooLarge("Ext", "has %d characters, at most %d are allowed", length, MaxExt)
	}
	return nil
}

// notLater rejects a start time where there is no task to start.
func (m *Message) notLater() error {
	if !m.Start.IsZero() {
		return api.Invalid("Start", "is for tasks only: SendToLabels, SendToAll and SendTaskToUsers")
	}
	return nil
}

func (m *Message) checkPlatform() error {
	return api.OneOf("Platform", m.Platform, PlatformAndroid, PlatformIOS, PlatformHarmonyOS)
}

// allPlatforms rejects a platform where the call has no such filter: the push would go to
// all devices.
func (m *Message) allPlatforms() error {
	if m.Platform != "" {
		return api.Invalid("Platform", "is for SendToUser, SendToUserAsync, SendToUsers, SendToLabels and SendToAll only")
	}
	return nil
}

func (m *Message) checkStart() error {
	if m.Start.IsZero() {
		return nil
	}
	if ahead := time.Until(m.Start); ahead < minAhead || ahead > maxAhead {
		return api.Invalid("Start", "is %s ahead, must be from %s to %s", ahead.Round(time.Second), minAhead, maxAhead)
	}
	return nil
}

type textLimit struct {
	field, text string
	limit       int
}

// checkTexts rejects the first text that is too long.
func checkTexts(limits ...textLimit) error {
	for _, l := range limits {
		if err := api.MaxLength(l.field, l.text, l.limit); err != nil {
			return err
		}
	}
	return nil
}

// lenientInt reads an enum of numbers, which some examples hold as text.
func lenientInt[T ~int](to *T, b []byte) error {
	var n api.Int
	err := n.UnmarshalJSON(b)
	*to = T(n.Int())
	return err
}
