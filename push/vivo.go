package push

import (
	"encoding/json"
	"math"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// Vivo is a notification for vivo's phones. A Chinese character in Title and
// Content counts as two for vivo; this package counts it as one. What the fields
// do is in vivo's documents.
type Vivo struct {
	Title          string         `json:"title,omitzero"`            // up to 40 characters
	Content        string         `json:"content,omitzero"`          // up to 100 characters
	NotifyType     VivoNotify     `json:"notifyType,omitzero"`       // 0: as vivo decides
	TTL            time.Duration  `json:"timeToLive,omitzero"`       // in whole seconds, rounded up
	SkipType       VivoSkip       `json:"skipType,omitzero"`         // what a tap does
	SkipContent    string         `json:"skipContent,omitzero"`      // link, custom content or page for SkipType, up to 1,000 characters
	NetworkType    VivoNetwork    `json:"networkType,omitzero"`      // 0: any
	Classification *VivoClass     `json:"classification,omitempty"`  // nil: as vivo decides
	Category       string         `json:"category,omitzero"`         // upper case; must fit Classification
	Custom         map[string]any `json:"clientCustomMap,omitempty"` // free data for the app
	RequestID      string         `json:"requestId,omitzero"`        // up to 64 characters
	Test           Flag           `json:"pushMode,omitzero"`         // a test message
	Extra          *VivoExtra     `json:"extra,omitempty"`           // nil: receipts as set up with vivo
	NotifyID       int            `json:"notifyId,omitzero"`         // from 1 on; the same id replaces the older notification
	ProfileID      string         `json:"profileId,omitzero"`        // up to 64 characters
	SendOnline     *bool          `json:"sendOnline,omitempty"`      // only to phones that are online, as vivo defines it
}

// VivoExtra asks vivo for receipts.
type VivoExtra struct {
	Callback      string `json:"callback,omitzero"`      // URL, up to 128 characters
	CallbackParam string `json:"callbackParam,omitzero"` // up to 64 characters
}

// VivoNotify says how vivo phones draw attention.
type VivoNotify int

// The ways to draw attention, as vivo defines them.
const (
	VivoNotifySilent          VivoNotify = 1
	VivoNotifySound           VivoNotify = 2
	VivoNotifyVibrate         VivoNotify = 3
	VivoNotifySoundAndVibrate VivoNotify = 4
)

// VivoSkip says what a tap does.
type VivoSkip int

// The skip types.
const (
	VivoSkipApp    VivoSkip = 1
	VivoSkipLink   VivoSkip = 2
	VivoSkipCustom VivoSkip = 3
	VivoSkipPage   VivoSkip = 4
)

// VivoNetwork says over which network the notification goes.
type VivoNetwork int

// The networks.
const (
	VivoNetworkAny  VivoNetwork = -1
	VivoNetworkWiFi VivoNetwork = 1
)

// VivoClass says what a notification is for. vivo limits marketing.
type VivoClass int

// The classes.
const (
	VivoClassMarketing VivoClass = 0
	VivoClassSystem    VivoClass = 1
)

func checkVivo(v *Vivo) error {
	if v == nil {
		return nil
	}
	if x := v.Extra; x != nil {
		err := checkTexts(textLimit{"Vivo.Extra.Callback", x.Callback, 128}, textLimit{"Vivo.Extra.CallbackParam", x.CallbackParam, 64})
		if err != nil {
			return err
		}
	}
	return api.First(
		checkTexts(
			textLimit{"Vivo.Title", v.Title, 40}, textLimit{"Vivo.Content", v.Content, 100},
			textLimit{"Vivo.SkipContent", v.SkipContent, 1000},
			textLimit{"Vivo.RequestID", v.RequestID, 64}, textLimit{"Vivo.ProfileID", v.ProfileID, 64},
		),
		api.Range("Vivo.NotifyID", v.NotifyID, 0, math.MaxInt32),
		checkLength("Vivo.TTL", v.TTL), checkVivoChoices(v),
	)
}

func checkVivoChoices(v *Vivo) error {
	class := VivoClassMarketing
	if v.Classification != nil {
		class = *v.Classification
	}
	return api.First(
		api.Range("Vivo.NotifyType", int(v.NotifyType), 0, int(VivoNotifySoundAndVibrate)),
		api.Range("Vivo.SkipType", int(v.SkipType), 0, int(VivoSkipPage)),
		api.OneOf("Vivo.NetworkType", v.NetworkType, VivoNetworkAny, VivoNetworkWiFi),
		api.OneOf("Vivo.Classification", class, VivoClassMarketing, VivoClassSystem),
	)
}

type plainVivo Vivo

func viewVivo(v *Vivo) any {
	return &struct {
		*plainVivo
		TTL *length[inSeconds] `json:"timeToLive,omitzero"`
	}{(*plainVivo)(v), (*length[inSeconds])(&v.TTL)}
}

// MarshalJSON writes the form of the API.
func (v Vivo) MarshalJSON() ([]byte, error) { return json.Marshal(viewVivo(&v)) }

// UnmarshalJSON reads the form of the API.
func (v *Vivo) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, viewVivo(v)) }
