package messages

import (
	"fmt"
	"maps"
	"strings"

	"github.com/imrest/im-go/internal/api"
)

// Push says how the push notification for a message looks and whom it reaches. It is sent
// under the reserved keys of Ext that its JSON has; the other keys of Ext stay the user's.
// A key that is in Ext as well is an error.
type Push struct {
	Template *PushTemplate `json:"em_push_template,omitempty"`      // overrides the template that the receiver chose
	Display  *PushDisplay  `json:"em_push_ext,omitempty"`           // title and text, whatever the vendor
	APNs     *PushAPNs     `json:"em_apns_ext,omitempty"`           // for Apple's devices
	Android  *PushAndroid  `json:"em_android_push_ext,omitempty"`   // for the push services of Android's vendors
	Harmony  *PushHarmony  `json:"em_harmony_push_ext,omitempty"`   // for Huawei's devices with HarmonyOS
	Filter   *PushFilter   `json:"em_push_filter,omitempty"`        // which devices get it; nil: all
	Force    bool          `json:"em_force_notification,omitempty"` // also to receivers who do not want to be disturbed
	Mentions []string      `json:"em_at_list,omitempty"`            // users who are mentioned; groups of Shengwang and Agora China
}

// PushTemplate fills a template of the app.
type PushTemplate struct {
	Name        string             `json:"name,omitempty"`              // empty: "default"
	TitleArgs   []string           `json:"title_args,omitempty"`        // for {0}, {1}, ... of the title
	ContentArgs []string           `json:"content_args,omitempty"`      // for those of the content
	Directed    *PushTemplateUsers `json:"directed_template,omitempty"` // another template for some members; groups only
	// DisableAtContent leaves out what the server puts in front of the text for a user who
	// is mentioned; Easemob only.
	DisableAtContent bool `json:"disable_at_content,omitempty"`
}

// PushTemplateUsers fills another template for some members; groups only.
type PushTemplateUsers struct {
	Users       []string `json:"target,omitempty"`       // in lower case
	Name        string   `json:"name,omitempty"`         // of the template
	TitleArgs   []string `json:"title_args,omitempty"`   // for {0}, {1}, ... of the title
	ContentArgs []string `json:"content_args,omitempty"` // for {0}, {1}, ... of the content
}

// PushDisplay is the text of the notification.
type PushDisplay struct {
	Title         string         `json:"title,omitempty"`               // first line of the notification
	Content       string         `json:"content,omitempty"`             // its text
	Custom        map[string]any `json:"custom,omitempty"`              // free data, which arrives under the key "e"
	GroupNickname string         `json:"group_user_nickname,omitempty"` // the sender's, in a group
	Type          string         `json:"type,omitempty"`                // "VoIP"; Agora only
}

// PushAPNs is for Apple's devices.
type PushAPNs struct {
	Title            string `json:"em_push_title,omitempty"`             // overrides the template "default" alone
	Content          string `json:"em_push_content,omitempty"`           // overrides the template "default" alone
	Category         string `json:"em_push_category,omitempty"`          // of notifications, which the app has registered with iOS
	Sound            string `json:"em_push_sound,omitempty"`             // a file of the app
	Badge            *int   `json:"em_push_badge,omitempty"`             // number on the app's icon; 0 clears it, nil leaves it
	MutableContent   bool   `json:"em_push_mutable_content,omitempty"`   // lets an extension of the app change the notification
	ContentAvailable int    `json:"em_push_content_available,omitempty"` // 1: wake the app; Agora only
}

// PushAndroid is for the push services of Android's vendors. The documents of Agora name
// fewer of them.
type PushAndroid struct {
	FCMOptions   map[string]any `json:"fcm_options,omitempty"`    // fcm_options, by Google's keys
	FCMChannelID string         `json:"fcm_channel_id,omitempty"` // notification channel of Android 8 and later

	HonorImportance     string `json:"honor_importance,omitempty"`       // "LOW" or "NORMAL"
	HonorClickAction    string `json:"honor_click_action,omitempty"`     // action of the page that a tap opens
	HonorTargetUserType int    `json:"honor_target_user_type,omitempty"` // 1: a test message

	HuaweiCategory       string `json:"huawei_category,omitempty"`         // kind of message for which the app has approval
	HuaweiChannelID      string `json:"huawei_channel_id,omitempty"`       // notification channel of Android 8 and later
	HuaweiReceiptID      string `json:"huawei_receipt_id,omitempty"`       // which of the app's receipt settings to use
	HuaweiClickAction    string `json:"huawei_click_action,omitempty"`     // action of the page that a tap opens
	HuaweiTargetUserType int    `json:"huawei_target_user_type,omitempty"` // 1: a test message

	MeizuClickActivity string `json:"meizu_click_activity,omitempty"` // activity that a tap opens

	OppoChannelID     string `json:"oppo_channel_id,omitempty"`     // notification channel, as registered with OPPO
	OppoClickActivity string `json:"oppo_click_activity,omitempty"` // activity that a tap opens

	VivoCategory      string `json:"vivo_category,omitempty"`       // kind of message, as vivo defines it
	VivoClickActivity string `json:"vivo_click_activity,omitempty"` // activity that a tap opens

	XiaomiChannelID   string `json:"xiaomi_channel_id,omitempty"`   // notification channel, as registered with Xiaomi
	XiaomiClickAction string `json:"xiaomi_click_action,omitempty"` // page that a tap opens
}

// PushHarmony is for Huawei's devices with HarmonyOS.
type PushHarmony struct {
	Category    string `json:"category,omitempty"`        // kind of message, as Huawei defines it
	ClickAction string `json:"click_action,omitempty"`    // action of the page that a tap opens
	TestMessage bool   `json:"is_test_message,omitempty"` // a test message
	NotifyID    int    `json:"notify_id,omitempty"`       // the same id replaces the older notification
	ReceiptID   string `json:"receipt_id,omitempty"`      // which of the app's receipt settings to use
}

// PushFilter says which devices get the notification, and through which push certificates
// it goes.
type PushFilter struct {
	AcceptDevices   []string `json:"accept_device_id,omitempty"`     // only these devices get it, by id
	IgnoreDevices   []string `json:"ignore_device_id,omitempty"`     // these devices do not get it, by id
	AcceptNotifiers []string `json:"accept_notifier_name,omitempty"` // only through these push certificates, by name
	IgnoreNotifiers []string `json:"ignore_notifier_name,omitempty"` // not through these push certificates, by name
}

const keyNoPush = "em_ignore_notification"

// reserved are the keys of Ext that NoPush and Push stand for; nil for none.
func (m *Message) reserved() map[string]any {
	if !m.NoPush && m.Push == nil {
		return nil
	}
	keys := map[string]any{}
	add := func(set bool, key string, value any) {
		if set {
			keys[key] = value
		}
	}
	add(m.NoPush, keyNoPush, true)
	if p := m.Push; p != nil {
		add(p.Template != nil, "em_push_template", p.Template)
		add(p.Display != nil, "em_push_ext", p.Display)
		add(p.APNs != nil, "em_apns_ext", p.APNs)
		add(p.Android != nil, "em_android_push_ext", p.Android)
		add(p.Harmony != nil, "em_harmony_push_ext", p.Harmony)
		add(p.Filter != nil, "em_push_filter", p.Filter)
		add(p.Force, "em_force_notification", true)
		add(len(p.Mentions) > 0, "em_at_list", p.Mentions)
	}
	return keys
}

// ext adds the reserved keys to the user's, in a map of its own.
func (m *Message) ext() map[string]any {
	ext := m.reserved()
	if ext == nil {
		return m.Ext
	}
	maps.Copy(ext, m.Ext)
	return ext
}

func (m *Message) checkPush() error {
	for key := range m.reserved() {
		if _, twice := m.Ext[key]; twice {
			return api.Invalid(fmt.Sprintf("Ext[%q]", key), "is set by NoPush or Push as well; leave out one of them")
		}
	}
	switch p := m.Push; {
	case p == nil:
		return nil
	case p.Force && m.NoPush:
		return api.Invalid("Push.Force", "contradicts NoPush")
	case p.Template == nil || p.Template.Directed == nil:
		return api.OptionalUsernames("Push.Mentions", p.Mentions)
	default:
		return api.First(api.OptionalUsernames("Push.Mentions", p.Mentions), p.Template.Directed.check())
	}
}

func (d *PushTemplateUsers) check() error {
	const field = "Push.Template.Directed.Users"
	for i, name := range d.Users {
		if strings.ToLower(name) != name {
			return api.Invalid(fmt.Sprintf("%s[%d]", field, i), "is %s, must be in lower case: the server ignores others", api.Quoted(name))
		}
	}
	return api.OptionalUsernames(field, d.Users)
}
