package push

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// Mode says which messages are pushed to a user.
type Mode string

// The modes.
const (
	ModeAll     Mode = "ALL"
	ModeAt      Mode = "AT"      // only messages that mention the user
	ModeNone    Mode = "NONE"    // nothing
	ModeDefault Mode = "DEFAULT" // for a chat: as set for the whole app
)

// QuietHours is a daily window without notifications, by the clock: times since
// midnight, in whole minutes. The zero value is no window. A From after To runs
// into the next day; From = To is the whole day, and so is 0 to 24 hours. The
// time zone is not documented.
//
//	push.QuietHours{From: 22 * time.Hour, To: 7*time.Hour + 15*time.Minute}
type QuietHours struct{ From, To time.Duration }

const day = 24 * time.Hour

func (q QuietHours) check(field string) error {
	for _, d := range []time.Duration{q.From, q.To} {
		if d < 0 || d > day || d%time.Minute != 0 {
			return api.Invalid(field, "has the time %s, must be whole minutes from 0 to 24 hours", d)
		}
	}
	return nil
}

// String is the form "22:00-07:15"; empty for no window.
func (q QuietHours) String() string {
	if q == (QuietHours{}) {
		return ""
	}
	return clock(q.From) + "-" + clock(q.To)
}

func clock(d time.Duration) string {
	d %= day
	return fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60)
}

// MarshalJSON writes the form of String.
func (q QuietHours) MarshalJSON() ([]byte, error) { return json.Marshal(q.String()) }

// UnmarshalJSON reads the form of String.
func (q *QuietHours) UnmarshalJSON(b []byte) error {
	*q = QuietHours{}
	var text string
	if err := json.Unmarshal(b, &text); err != nil || strings.TrimSpace(text) == "" {
		return err
	}
	var fromHour, fromMinute, toHour, toMinute int
	if _, err := fmt.Sscanf(text, "%d:%d-%d:%d", &fromHour, &fromMinute, &toHour, &toMinute); err != nil {
		return fmt.Errorf("%.40q is no time of day: %w", text, err)
	}
	q.From = time.Duration(60*fromHour+fromMinute) * time.Minute
	q.To = time.Duration(60*toHour+toMinute) * time.Minute
	if *q == (QuietHours{}) {
		q.To = day
	}
	return q.check("the time")
}

// Scope says where a setting holds. [ForApp], [ForUser] and [ForGroup] make it;
// the zero Scope is refused.
type Scope struct {
	chat string // "user", "chatgroup", or scopeApp
	key  string
}

const (
	scopeApp   = "app"
	scopeUser  = "user"
	scopeGroup = "chatgroup"
)

// ForApp is the scope of all chats of a user that have no setting of their own.
func ForApp() Scope { return Scope{chat: scopeApp} }

// ForUser is the scope of a user's chat with this other user.
func ForUser(peer string) Scope { return Scope{scopeUser, peer} }

// ForGroup is the scope of one group.
func ForGroup(groupID string) Scope { return Scope{scopeGroup, groupID} }

// check refuses what would address another scope: a user's chat with itself is
// the path of the whole app.
func (s Scope) check(username string) error {
	switch s.chat {
	case scopeApp:
		return nil
	case scopeGroup:
		return api.Required("scope", s.key)
	case scopeUser:
		if strings.EqualFold(s.key, username) {
			return api.Invalid("scope", "names the user itself, which would be the whole app; use ForApp for that")
		}
		return api.Username("scope", s.key)
	}
	return api.Invalid("scope", "must be made by ForApp, ForUser or ForGroup")
}

func (s Scope) params(username string) []string {
	if s.chat == scopeApp {
		return []string{username, scopeUser, username}
	}
	return []string{username, s.chat, s.key}
}

// Settings say what is pushed to a user. Quiet hours and a pause come before the
// mode, and each holds by itself.
type Settings struct {
	Mode        Mode
	QuietHours  QuietHours // of the whole app
	PausedUntil time.Time  `json:",omitzero"` // zero: no pause was ever set; one that is over may still be there
}

// wireSettings are settings as the API responds them, where ignoreDuration is the end
// of the pause.
type wireSettings struct {
	Mode        Mode       `json:"type"`
	QuietHours  QuietHours `json:"ignoreInterval"`
	PausedUntil api.Millis `json:"ignoreDuration"`
}

// SettingsUpdate says what to change. What is left out is not sent; the documents
// do not say whether the server then keeps it, and the vendor's Java SDK always
// sends all three.
type SettingsUpdate struct {
	Mode       Mode           // empty: left out
	QuietHours *QuietHours    // nil: left out; the zero QuietHours: none. Only for the whole app
	Pause      *time.Duration // from now, up to 7 days; nil: left out; 0 has no effect
}

const maxPause = 7 * day

func (u SettingsUpdate) check(scope Scope) error {
	app := scope.chat == scopeApp
	switch {
	case u == SettingsUpdate{}:
		return api.Invalid("SettingsUpdate", "must set Mode, QuietHours or Pause; with none the call would change nothing")
	case app && u.Mode == ModeDefault:
		return api.Invalid("Mode", "must not be DEFAULT for the whole app, which is what DEFAULT refers to")
	case !app && u.QuietHours != nil:
		return api.Invalid("QuietHours", "are for the whole app only")
	case u.QuietHours != nil:
		if err := u.QuietHours.check("QuietHours"); err != nil {
			return err
		}
	}
	if p := u.Pause; p != nil && *p != 0 && (*p < time.Millisecond || *p > maxPause) {
		return api.Invalid("Pause", "is %s, must be 0, or from a millisecond to %s", *p, maxPause)
	}
	return nil
}

func (u SettingsUpdate) wire() any {
	return struct {
		Mode       Mode              `json:"type,omitzero" arg:"Mode"`
		QuietHours *QuietHours       `json:"ignoreInterval,omitempty"`
		Pause      *length[inMillis] `json:"ignoreDuration,omitempty"`
	}{u.Mode, u.QuietHours, (*length[inMillis])(u.Pause)}
}

var setSettings = api.Endpoint{
	ID: "push.set_settings", Method: http.MethodPut, Path: "/users/{username}/notification/{scope}/{scope}", Idempotent: true,
}

// SetSettings sets what is pushed to a user: in the whole app, in the chat with
// another user, or in a group. Chat rooms have no such settings.
//
//	client.Push.SetSettings(ctx, "alice", push.ForGroup("228111222333441"), push.SettingsUpdate{Pause: new(time.Hour)})
//
// Repeated after a lost response, which starts a pause again. Quota: 100 calls a
// second. [im.ErrNotFound] when there is no such user. The feature (advanced push)
// has to be switched on for the app.
//
//im:endpoint push.set_settings
func (s *Service) SetSettings(ctx context.Context, username string, scope Scope, u SettingsUpdate) (*Settings, error) {
	return s.settings(ctx, &api.Call{
		Endpoint: &setSettings, Params: scope.params(username),
		Invalid: api.First(scope.check(username), u.check(scope)), Body: u.wire(),
	})
}

var getSettings = api.Endpoint{
	ID: "push.get_settings", Method: http.MethodGet, Path: "/users/{username}/notification/{scope}/{scope}", Idempotent: true,
}

// GetSettings tells what is pushed to a user in the whole app, in a chat or in a
// group. What comes back where nothing was ever set is not documented. Repeated
// after a lost response. Quota: 100 calls a second. [im.ErrNotFound] when there is
// no such user.
//
//im:endpoint push.get_settings
func (s *Service) GetSettings(ctx context.Context, username string, scope Scope) (*Settings, error) {
	return s.settings(ctx, &api.Call{
		Endpoint: &getSettings, Params: scope.params(username), Invalid: scope.check(username),
	})
}

func (s *Service) settings(ctx context.Context, c *api.Call) (*Settings, error) {
	var out api.Data[wireSettings]
	c.Out = &out
	if err := s.api.Call(ctx, c); err != nil {
		return nil, err
	}
	w := out.Data
	return &Settings{Mode: w.Mode, QuietHours: w.QuietHours, PausedUntil: w.PausedUntil.Time()}, nil
}
