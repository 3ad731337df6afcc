package users

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// User is an account of the app. It prints without its push tokens; its JSON has them.
type User struct {
	UUID      string    `json:"uuid,omitzero"`    // made by the server
	Username  string    `json:"username"`         // lower case
	Activated bool      `json:"activated"`        // false: banned
	Created   time.Time `json:"created,omitzero"` // when the user was registered
	Updated   time.Time `json:"updated,omitzero"` // time of the last change to the account

	// What follows is set by package push and by client SDKs.
	Nickname      string       `json:"nickname,omitzero"`        // shown in push notifications
	DisplayStyle  int          `json:"display_style,omitzero"`   // 0: notice only, 1: with the message
	NoDisturbing  bool         `json:"no_disturbing,omitzero"`   // no pushes from NoDisturbFrom to NoDisturbTo
	NoDisturbFrom int          `json:"no_disturb_from,omitzero"` // hour of the day, with NoDisturbing
	NoDisturbTo   int          `json:"no_disturb_to,omitzero"`   // hour of the day, with NoDisturbing
	IgnoredGroups []string     `json:"ignored_groups,omitzero"`  // groups whose pushes the user has blocked
	IgnoredUsers  []string     `json:"ignored_users,omitzero"`   // users whose pushes the user has blocked
	NotifierName  string       `json:"notifier_name,omitzero"`   // push certificate; of the first device if there are several
	DeviceToken   string       `json:"device_token,omitzero"`    // push token, likewise; never printed
	PushDevices   []PushDevice `json:"push_devices,omitzero"`    // newer servers only
}

// PushDevice is a device that is bound for pushes. It prints without its token.
type PushDevice struct {
	ID           string `json:"id"`                     // as the client SDK reports it
	NotifierName string `json:"notifier_name,omitzero"` // push certificate
	DeviceToken  string `json:"device_token,omitzero"`  // push token; never printed
}

type plainPushDevice PushDevice

// Format hides the push token.
func (d PushDevice) Format(f fmt.State, verb rune) { api.FormatMasked(f, verb, d.masked()) }

// LogValue hides the push token.
func (d PushDevice) LogValue() slog.Value { return api.LogMasked(d.masked()) }

func (d PushDevice) masked() plainPushDevice {
	d.DeviceToken = api.Masked(d.DeviceToken)
	return plainPushDevice(d)
}

type plainAccount User

// Format hides the push token.
func (u User) Format(f fmt.State, verb rune) { api.FormatMasked(f, verb, u.masked()) }

// LogValue hides the push token.
func (u User) LogValue() slog.Value { return api.LogMasked(u.masked()) }

func (u User) masked() plainAccount {
	u.DeviceToken = api.Masked(u.DeviceToken)
	return plainAccount(u)
}
