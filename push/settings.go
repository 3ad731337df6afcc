package push

import (
	"context"
	"fmt"
	"net/http"
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

// Settings say what is pushed to a user. Quiet hours and a pause override the mode; either
// of them is enough.
type Settings struct {
	Mode        Mode       `json:"mode"`                  // which messages are pushed
	QuietHours  QuietHours `json:"quiet_hours,omitzero"`  // of the whole app
	PausedUntil time.Time  `json:"paused_until,omitzero"` // zero: no pause was ever set; one that is over may still be there
}

// wireSettings are settings as the API returns them, where ignoreDuration is the end of
// the pause.
type wireSettings struct {
	Mode        Mode        `json:"type"`
	QuietHours  *QuietHours `json:"ignoreInterval"`
	PausedUntil api.Millis  `json:"ignoreDuration"`
}

// SettingsUpdate says what to change. What is left out is not sent; the documents
// do not say whether the server then keeps it, and the vendor's Java SDK always
// sends all three.
type SettingsUpdate struct {
	Mode       Mode           `json:"mode,omitzero"`         // empty: left out
	QuietHours *QuietHours    `json:"quiet_hours,omitempty"` // nil: left out; the zero QuietHours: none. Only for the whole app
	Pause      *time.Duration `json:"pause,omitempty"`       // from now, up to 7 days; nil: left out; 0 has no effect
}

// MaxPause is the longest pause.
const MaxPause = 7 * 24 * time.Hour

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
	if err := api.OneOf("Mode", u.Mode, ModeAll, ModeAt, ModeNone, ModeDefault); err != nil {
		return err
	}
	if p := u.Pause; p != nil && *p != 0 && (*p < time.Millisecond || *p > MaxPause) {
		return api.Invalid("Pause", "is %s, must be 0, or from a millisecond to %s", *p, MaxPause)
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

// kept rejects a response that names another mode or other quiet hours than were sent.
func (u SettingsUpdate) kept(response *api.Data[wireSettings]) error {
	w := &response.Data
	switch {
	case u.Mode != "" && w.Mode != "" && w.Mode != u.Mode:
		return fmt.Errorf("the server kept the mode %s, not %s", api.Quoted(string(w.Mode)), u.Mode)
	case u.QuietHours != nil && w.QuietHours != nil && w.QuietHours.String() != u.QuietHours.String():
		return fmt.Errorf("the server kept the quiet hours %q, not %q", w.QuietHours, u.QuietHours)
	}
	return nil
}

var updateSettings = api.Endpoint{
	ID: "push.set_settings", Method: http.MethodPut, Path: "/users/{username}/notification/{scope}/{scope}", Idempotent: true,
}

// UpdateSettings changes what is pushed to a user: in the whole app, in the chat with
// another user, or in a group. Chat rooms have no such settings. A retry after a lost
// response starts a pause again. The feature (advanced push) must be switched on for the
// app.
//
//	err := client.Push.UpdateSettings(ctx, "alice", push.ForGroup("228111222333441"), push.SettingsUpdate{Pause: new(time.Hour)})
//
//im:endpoint push.set_settings
func (s *Service) UpdateSettings(ctx context.Context, username string, scope Scope, u SettingsUpdate) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &updateSettings, Params: scope.params(username),
		Invalid: api.First(scope.check(username), u.check(scope)), Body: u.wire(),
		Out: &api.Checked[api.Data[wireSettings]]{Check: u.kept},
	})
}

var getSettings = api.Endpoint{
	ID: "push.get_settings", Method: http.MethodGet, Path: "/users/{username}/notification/{scope}/{scope}", Idempotent: true,
}

// GetSettings returns what is pushed to a user in the whole app, in a chat or in a group.
// What it returns if nothing was ever set is not documented.
//
//im:endpoint push.get_settings
func (s *Service) GetSettings(ctx context.Context, username string, scope Scope) (*Settings, error) {
	var out api.Data[wireSettings]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &getSettings, Params: scope.params(username), Invalid: scope.check(username), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	w := &out.Data
	return &Settings{Mode: w.Mode, QuietHours: value(w.QuietHours), PausedUntil: w.PausedUntil.Time()}, nil
}

// value is what p points to, if anything.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
