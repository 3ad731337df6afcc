package push

import (
	"github.com/imrest/im-go/internal/api"
)

// HarmonyOS is a notification for Huawei's devices with HarmonyOS, its own system; for those
// with Android see [Huawei]. Easemob only. What the fields do is in Huawei's documents.
type HarmonyOS struct {
	PushType  HarmonyOSPushType `json:"pushType,omitzero"`      // 0: an alert
	Test      bool              `json:"isTestMessage,omitzero"` // a test message
	ReceiptID string            `json:"receiptId,omitzero"`     // name of the receipt settings at Huawei
	Category  string            `json:"category,omitzero"`      // kind of message, as Huawei names it; empty: "IM"

	Title        string         `json:"title,omitzero"`         // comes before Message.Title
	Body         string         `json:"body,omitzero"`          // the text; comes before Message.Content
	Image        string         `json:"image,omitzero"`         // https URL of a picture; above 49,152 pixels (width times height) it is not shown
	Style        HarmonyOSStyle `json:"style,omitzero"`         // 0: plain
	BigTitle     string         `json:"bigTitle,omitzero"`      // needed with HarmonyOSStyleBigText
	BigBody      string         `json:"bigBody,omitzero"`       // needed with HarmonyOSStyleBigText
	InboxContent []string       `json:"inboxContent,omitempty"` // up to 3 lines; needed with HarmonyOSStyleInbox
	NotifyID     int            `json:"notifyId,omitzero"`      // the same id replaces the older notification

	Add int  `json:"addNum,omitzero"`  // added to the number on the app's icon
	Set *int `json:"setNum,omitempty"` // the new number, which comes before Add; 0 clears it

	Click  HarmonyOSClick `json:"actionType,omitzero"` // what a tap does
	Action string         `json:"action,omitzero"`     // for HarmonyOSClickPage: the page, by its action
	URI    string         `json:"uri,omitzero"`        // for HarmonyOSClickPage: the page, by its URI

	Data    map[string]any `json:"data,omitempty"`    // free data for the app
	Payload map[string]any `json:"payload,omitempty"` // for a PushType other than an alert, as Huawei defines it
}

// HarmonyOSPushType says what kind of notification it is.
type HarmonyOSPushType int

// The push types of HarmonyOS.
const (
	HarmonyOSPushTypeAlert       HarmonyOSPushType = 0  // a notification that is shown
	HarmonyOSPushTypeCardRefresh HarmonyOSPushType = 1  // new content of the app's card
	HarmonyOSPushTypeExtension   HarmonyOSPushType = 2  // a notification extension
	HarmonyOSPushTypeBackground  HarmonyOSPushType = 6  // a message for the app in the background
	HarmonyOSPushTypeLiveView    HarmonyOSPushType = 7  // an update of a live view
	HarmonyOSPushTypeVoIP        HarmonyOSPushType = 10 // an incoming call
)

// HarmonyOSStyle is the style of a notification on HarmonyOS.
type HarmonyOSStyle int

// The styles of HarmonyOS.
const (
	HarmonyOSStylePlain   HarmonyOSStyle = 0 // Title and Body
	HarmonyOSStyleBigText HarmonyOSStyle = 1 // BigTitle and BigBody
	HarmonyOSStyleInbox   HarmonyOSStyle = 3 // the lines of InboxContent
)

// HarmonyOSClick says what a tap does.
type HarmonyOSClick int

// The click types of HarmonyOS.
const (
	HarmonyOSClickApp  HarmonyOSClick = 0 // the app
	HarmonyOSClickPage HarmonyOSClick = 1 // a page of the app
)

const maxHarmonyOSInbox = 3

func checkHarmonyOS(h *HarmonyOS) error {
	if h == nil {
		return nil
	}
	if h.PushType == HarmonyOSPushTypeAlert && len(h.Payload) > 0 {
		return api.Invalid("HarmonyOS.Payload", "is for a PushType other than 0, an alert")
	}
	return api.First(
		checkHTTPS("HarmonyOS.Image", h.Image),
		api.OneOf("HarmonyOS.PushType", h.PushType, HarmonyOSPushTypeAlert, HarmonyOSPushTypeCardRefresh, HarmonyOSPushTypeExtension,
			HarmonyOSPushTypeBackground, HarmonyOSPushTypeLiveView, HarmonyOSPushTypeVoIP),
		api.OneOf("HarmonyOS.Click", h.Click, HarmonyOSClickApp, HarmonyOSClickPage),
		api.MaxItems("HarmonyOS.InboxContent", len(h.InboxContent), maxHarmonyOSInbox),
		h.checkStyle(),
	)
}

// checkStyle rejects a style without the texts that it shows.
func (h *HarmonyOS) checkStyle() error {
	switch {
	case h.Style == HarmonyOSStyleBigText:
		return api.First(api.Required("HarmonyOS.BigTitle", h.BigTitle), api.Required("HarmonyOS.BigBody", h.BigBody))
	case h.Style == HarmonyOSStyleInbox && len(h.InboxContent) == 0:
		return api.Invalid("HarmonyOS.InboxContent", "must have at least one entry")
	}
	return api.OneOf("HarmonyOS.Style", h.Style, HarmonyOSStylePlain, HarmonyOSStyleBigText, HarmonyOSStyleInbox)
}
