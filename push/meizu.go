package push

import (
	"encoding/json"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// Meizu is a notification for Meizu's phones. What the fields do is in Meizu's
// documents.
type Meizu struct {
	Title         string `json:"title,omitzero"`               // up to 32 characters
	Content       string `json:"content,omitzero"`             // up to 100 characters
	Expand        Flag   `json:"noticeExpandType,omitzero"`    // the notification unfolds to a longer text
	ExpandContent string `json:"noticeExpandContent,omitzero"` // that text

	Click      MeizuClick     `json:"clickType,omitzero"`       // what a tap does
	URL        string         `json:"url,omitzero"`             // for MeizuClickWeb
	Activity   string         `json:"activity,omitzero"`        // for MeizuClickPage
	Parameters map[string]any `json:"parameters,omitempty"`     // for the page
	Custom     string         `json:"customAttribute,omitzero"` // for MeizuClickCustom

	OffLine        *bool         `json:"isOffLine,omitempty"`          // kept for phones that are offline
	ValidTime      time.Duration `json:"validTime,omitzero"`           // how long; in whole hours, rounded up
	Suspend        *bool         `json:"isSuspend,omitempty"`          // shown over other apps (heads-up)
	ClearNoticeBar *bool         `json:"isClearNoticeBar,omitempty"`   // the user can clear the notification away
	FixDisplay     *bool         `json:"isFixDisplay,omitempty"`       // shown between the two dates that follow
	FixStart       string        `json:"fixStartDisplayDate,omitzero"` // in Meizu's form, which the API does not document
	FixEnd         string        `json:"fixEndDisplayDate,omitzero"`   // likewise
	Vibrate        *bool         `json:"vibrate,omitempty"`            // the phone vibrates
	Lights         *bool         `json:"lights,omitempty"`             // the phone's light blinks
	Sound          *bool         `json:"sound,omitempty"`              // the phone plays its sound
	NotifyKey      string        `json:"notifyKey,omitzero"`           // the same key replaces the older notification

	MessageType *MeizuMessageType `json:"noticeMsgType,omitempty"` // what it is for; Easemob only

	Callback      string `json:"callback,omitzero"`      // URL, up to 128 characters
	CallbackParam string `json:"callbackParam,omitzero"` // up to 64 characters
	CallbackType  string `json:"callbackType,omitzero"`  // "1", "2" or "3", as Meizu defines them; empty: "3"
}

// MeizuClick says what a tap does.
type MeizuClick int

// The click types of Meizu.
const (
	MeizuClickApp    MeizuClick = 0
	MeizuClickPage   MeizuClick = 1
	MeizuClickWeb    MeizuClick = 2
	MeizuClickCustom MeizuClick = 3
)

// MeizuMessageType says what a notification is for.
type MeizuMessageType int

// The message types of Meizu.
const (
	MeizuMessageTypePublic  MeizuMessageType = 0 // marketing
	MeizuMessageTypePrivate MeizuMessageType = 1 // chats, orders, codes
)

func checkMeizu(m *Meizu) error {
	if m == nil {
		return nil
	}
	if t := m.MessageType; t != nil {
		if err := api.OneOf("Meizu.MessageType", *t, MeizuMessageTypePublic, MeizuMessageTypePrivate); err != nil {
			return err
		}
	}
	return api.First(
		checkTexts(
			textLimit{"Meizu.Title", m.Title, 32}, textLimit{"Meizu.Content", m.Content, 100},
			textLimit{"Meizu.Callback", m.Callback, 128}, textLimit{"Meizu.CallbackParam", m.CallbackParam, 64},
		),
		checkLength("Meizu.ValidTime", m.ValidTime),
		api.Range("Meizu.Click", int(m.Click), int(MeizuClickApp), int(MeizuClickCustom)),
		api.OneOf("Meizu.CallbackType", m.CallbackType, "1", "2", "3"),
	)
}

type plainMeizu Meizu

func viewMeizu(m *Meizu) any {
	return &struct {
		*plainMeizu
		ValidTime *length[inHours] `json:"validTime,omitzero"`
	}{(*plainMeizu)(m), (*length[inHours])(&m.ValidTime)}
}

// MarshalJSON writes the form of the API.
func (m Meizu) MarshalJSON() ([]byte, error) { return json.Marshal(viewMeizu(&m)) }

// UnmarshalJSON reads the form of the API.
func (m *Meizu) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, viewMeizu(m)) }
