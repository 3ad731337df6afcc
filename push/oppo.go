package push

import (
	"encoding/json"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// Oppo is a notification for OPPO's phones. What the fields do is in OPPO's
// documents.
type Oppo struct {
	Title      string         `json:"title,omitzero"`               // up to 32 characters
	Subtitle   string         `json:"subTitle,omitzero"`            // second line, below the title
	Content    string         `json:"content,omitzero"`             // up to 200 characters
	ChannelID  string         `json:"channelId,omitzero"`           // notification channel, as registered with OPPO
	MessageID  string         `json:"appMessageId,omitzero"`        // the app's own id of the message, for OPPO's deduplication
	Style      OppoStyle      `json:"style,omitzero"`               // 0: as OPPO decides
	Click      OppoClick      `json:"clickActionType,omitzero"`     // what a tap does
	Activity   string         `json:"clickActionActivity,omitzero"` // up to 500 characters; needed with OppoClickPage and OppoClickActivity
	URL        string         `json:"clickActionUrl,omitzero"`      // up to 500 characters; needed with OppoClickWeb and OppoClickScheme
	Parameters map[string]any `json:"actionParameters,omitempty"`   // for the page that a tap opens

	OffLine           *bool         `json:"offLine,omitempty"`          // kept for phones that are offline
	OffLineTTL        time.Duration `json:"offLineTtl,omitzero"`        // for how long; in whole seconds, rounded up
	ShowTTL           time.Duration `json:"showTtl,omitzero"`           // until the notification goes away; likewise
	TimeZone          string        `json:"timeZone,omitzero"`          // time zone of the times in the message, as OPPO defines it
	CallBackURL       string        `json:"callBackUrl,omitzero"`       // where OPPO sends its receipts
	CallBackParameter string        `json:"callBackParameter,omitzero"` // comes back in OPPO's receipts
	NotifyID          int           `json:"notifyId,omitzero"`          // the same id replaces the older notification

	Category    string          `json:"category,omitzero"`    // kind of channel, as OPPO names it; Easemob only
	NotifyLevel OppoNotifyLevel `json:"notifyLevel,omitzero"` // how it draws attention; needs Category; Easemob only
}

// OppoStyle is the style of a notification on OPPO phones.
type OppoStyle int

// The styles of OPPO.
const (
	OppoStylePlain    OppoStyle = 1
	OppoStyleLongText OppoStyle = 2
	OppoStylePicture  OppoStyle = 3
)

// OppoNotifyLevel says how OPPO phones draw attention.
type OppoNotifyLevel string

// The levels.
const (
	OppoNotifyLevelBar    OppoNotifyLevel = "1"  // the notification bar
	OppoNotifyLevelLock   OppoNotifyLevel = "2"  // the bar and the lock screen
	OppoNotifyLevelBanner OppoNotifyLevel = "16" // both, with banner, vibration and sound
)

// OppoClick says what a tap does.
type OppoClick int

// The click types of OPPO.
const (
	OppoClickApp      OppoClick = 0
	OppoClickPage     OppoClick = 1 // a page of the app, by its intent action
	OppoClickWeb      OppoClick = 2
	OppoClickActivity OppoClick = 4 // a page of the app, by its activity
	OppoClickScheme   OppoClick = 5 // a page of the app, by its intent scheme
)

func checkOppo(o *Oppo) error {
	if o == nil {
		return nil
	}
	switch o.Click {
	case OppoClickPage, OppoClickActivity:
		if err := api.Required("Oppo.Activity", o.Activity); err != nil {
			return err
		}
	case OppoClickWeb, OppoClickScheme:
		if err := api.Required("Oppo.URL", o.URL); err != nil {
			return err
		}
	}
	return api.First(
		checkTexts(
			textLimit{"Oppo.Title", o.Title, 32}, textLimit{"Oppo.Content", o.Content, 200},
			textLimit{"Oppo.Activity", o.Activity, 500}, textLimit{"Oppo.URL", o.URL, 500},
		),
		checkLength("Oppo.OffLineTTL", o.OffLineTTL), checkLength("Oppo.ShowTTL", o.ShowTTL),
		api.OneOf("Oppo.Style", o.Style, OppoStylePlain, OppoStyleLongText, OppoStylePicture),
		api.OneOf("Oppo.Click", o.Click, OppoClickApp, OppoClickPage, OppoClickWeb, OppoClickActivity, OppoClickScheme),
		checkOppoLevel(o),
	)
}

func checkOppoLevel(o *Oppo) error {
	switch {
	case o.NotifyLevel == "":
		return nil
	case o.Category == "":
		return api.Invalid("Oppo.Category", "must not be empty with a NotifyLevel")
	}
	return api.OneOf("Oppo.NotifyLevel", o.NotifyLevel, OppoNotifyLevelBar, OppoNotifyLevelLock, OppoNotifyLevelBanner)
}

type plainOppo Oppo

func viewOppo(o *Oppo) any {
	return &struct {
		*plainOppo
		OffLineTTL *length[inSeconds] `json:"offLineTtl,omitzero"`
		ShowTTL    *length[inSeconds] `json:"showTtl,omitzero"`
	}{(*plainOppo)(o), (*length[inSeconds])(&o.OffLineTTL), (*length[inSeconds])(&o.ShowTTL)}
}

// MarshalJSON writes the form of the API.
func (o Oppo) MarshalJSON() ([]byte, error) { return json.Marshal(viewOppo(&o)) }

// UnmarshalJSON reads the form of the API.
func (o *Oppo) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, viewOppo(o)) }
