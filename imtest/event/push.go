package event

import (
	"encoding/json"
	"time"
)

// What users set for push.
type (
	// PushNicknameSet says how a user is called in push notifications.
	PushNicknameSet struct {
		User     string `json:"user"`
		Nickname string `json:"nickname"`
	}
	// PushFieldsSet says which push settings that are shown with a user have new
	// values.
	PushFieldsSet struct {
		User   string         `json:"user"`
		Fields map[string]any `json:"fields"`
	}
	// PushSettingsSet says which messages a user wants to be notified of.
	PushSettingsSet struct {
		User     string    `json:"user"`
		ChatType string    `json:"chat_type"`         // "user" or "chatgroup"
		ID       string    `json:"id"`                // of the other user, or the group; the user's own: all messages
		Mode     string    `json:"mode"`              // DEFAULT, ALL, AT or NONE
		Interval string    `json:"interval,omitzero"` // quiet hours of each day
		Until    time.Time `json:"until,omitzero"`    // end of a pause
	}
	// PushLanguageSet says into which language notifications are translated.
	PushLanguageSet struct {
		User     string `json:"user"`
		Language string `json:"language"`
	}
	// PushTemplateChosen says which template a user wants.
	PushTemplateChosen struct {
		User     string `json:"user"`
		Template string `json:"template"`
	}
	// DeviceBound says that push notifications go to a device of a user.
	DeviceBound struct {
		User     string `json:"user"`
		Device   string `json:"device"`   // id
		Notifier string `json:"notifier"` // name of the certificate
		Token    string `json:"token"`    // of the device, made by its vendor
	}
	// DeviceUnbound says that push notifications no longer go to a device, by this certificate.
	DeviceUnbound struct {
		User     string `json:"user"`
		Device   string `json:"device"`
		Notifier string `json:"notifier"`
		Token    string `json:"token"`
	}
)

// What the app sets for push.
type (
	// TemplateCreated says that there is a new template.
	TemplateCreated struct {
		Template string `json:"template"` // name
		Title    string `json:"title"`
		Text     string `json:"text"`
	}
	// TemplateUpdated says what a template is now.
	TemplateUpdated struct {
		Template string `json:"template"`
		Title    string `json:"title"`
		Text     string `json:"text"`
	}
	// TemplateDeleted says that a template is gone.
	TemplateDeleted struct {
		Template string `json:"template"`
	}
	// LabelCreated says that there is a new label.
	LabelCreated struct {
		Label       string `json:"label"`
		Description string `json:"description"`
	}
	// LabelDeleted says that a label is gone.
	LabelDeleted struct {
		Label string `json:"label"`
	}
	// LabelUserAdded says that a user carries a label.
	LabelUserAdded struct {
		Label string `json:"label"`
		User  string `json:"user"`
	}
	// LabelUserRemoved says that a user does not carry a label any more.
	LabelUserRemoved struct {
		Label string `json:"label"`
		User  string `json:"user"`
	}
)

// What is pushed.
type (
	// PushStored says that there is a message for tasks.
	PushStored struct {
		ID      int64           `json:"id,string"`
		Message json.RawMessage `json:"message,omitzero"`
	}
	// PushSent says that a notification was sent, and to which devices by vendors.
	PushSent struct {
		Endpoint string          `json:"endpoint"`                // id in the catalogue of the call that sent it
		TaskID   int64           `json:"task_id,string,omitzero"` // 0: no task
		Users    []string        `json:"users,omitzero"`          // whom it is for, nil if it is for all
		Labels   []string        `json:"labels,omitzero"`         // by which the users were found
		All      bool            `json:"all,omitzero"`
		Strategy int             `json:"strategy"`
		Platform string          `json:"platform,omitzero"` // android, ios or harmonyos, "" for all
		Start    time.Time       `json:"start"`             // when it is to be sent
		Message  json.RawMessage `json:"message,omitzero"`
		Devices  []PushedDevice  `json:"devices,omitzero"`
	}
	// PushReported says what became of a push for a message that waits for a user.
	PushReported struct {
		User     string     `json:"user"`
		Message  string     `json:"message,omitzero"` // id
		Status   PushStatus `json:"status"`
		Platform string     `json:"platform,omitzero"` // of the vendor: "APNS"
		Detail   string     `json:"detail,omitzero"`   // why it failed
		Device   string     `json:"device,omitzero"`   // id
		Notifier string     `json:"notifier,omitzero"` // name of the certificate
	}
)

// PushStatus is what became of a push.
type PushStatus string

// What becomes of a push.
const (
	PushSuccess PushStatus = "success" // the vendor took it
	PushFail    PushStatus = "fail"    // the vendor refused it
	PushError   PushStatus = "error"   // it was not sent
)

// PushedDevice is a device to which a vendor brings a push.
type PushedDevice struct {
	User     string `json:"user"`
	Platform string `json:"platform"` // as pushes are counted: "APNS"
	Device   string `json:"device"`
	Notifier string `json:"notifier"`
}

var pushKinds = []Data{
	PushNicknameSet{},
	PushFieldsSet{},
	PushSettingsSet{},
	PushLanguageSet{},
	PushTemplateChosen{},
	DeviceBound{},
	DeviceUnbound{},
	TemplateCreated{},
	TemplateUpdated{},
	TemplateDeleted{},
	LabelCreated{},
	LabelDeleted{},
	LabelUserAdded{},
	LabelUserRemoved{},
	PushStored{},
	PushSent{},
	PushReported{},
}

// Kind returns "push_nickname_set".
func (PushNicknameSet) Kind() string { return "push_nickname_set" }

// Kind returns "push_fields_set".
func (PushFieldsSet) Kind() string { return "push_fields_set" }

// Kind returns "push_settings_set".
func (PushSettingsSet) Kind() string { return "push_settings_set" }

// Kind returns "push_language_set".
func (PushLanguageSet) Kind() string { return "push_language_set" }

// Kind returns "push_template_chosen".
func (PushTemplateChosen) Kind() string { return "push_template_chosen" }

// Kind returns "device_bound".
func (DeviceBound) Kind() string { return "device_bound" }

// Kind returns "device_unbound".
func (DeviceUnbound) Kind() string { return "device_unbound" }

// Kind returns "template_created".
func (TemplateCreated) Kind() string { return "template_created" }

// Kind returns "template_updated".
func (TemplateUpdated) Kind() string { return "template_updated" }

// Kind returns "template_deleted".
func (TemplateDeleted) Kind() string { return "template_deleted" }

// Kind returns "label_created".
func (LabelCreated) Kind() string { return "label_created" }

// Kind returns "label_deleted".
func (LabelDeleted) Kind() string { return "label_deleted" }

// Kind returns "label_user_added".
func (LabelUserAdded) Kind() string { return "label_user_added" }

// Kind returns "label_user_removed".
func (LabelUserRemoved) Kind() string { return "label_user_removed" }

// Kind returns "push_stored".
func (PushStored) Kind() string { return "push_stored" }

// Kind returns "push_sent".
func (PushSent) Kind() string { return "push_sent" }

// Kind returns "push_reported".
func (PushReported) Kind() string { return "push_reported" }
