package push

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/imrest/im-go/internal/api"
)

// The settings that the server keeps in the account itself; users.Get returns them.

const writePool = "user_write" // shared with the registration of users

// account is what a response says of the account that a call has changed.
type account struct {
	api.WrittenUser
	Nickname      *api.Text `json:"nickname"`
	DisplayStyle  *api.Int  `json:"notification_display_style"`
	NoDisturbing  *api.Bool `json:"notification_no_disturbing"`
	NoDisturbFrom *api.Int  `json:"notification_no_disturbing_start"`
	NoDisturbTo   *api.Int  `json:"notification_no_disturbing_end"`
}

// setAccount carries out a call that changes an account. A response about another user,
// or without one, and one that kept rejects, is an error.
func (s *Service) setAccount(ctx context.Context, e *api.Endpoint, username string, body any, invalid error, kept func(*account) error) error {
	confirmed := func(response *api.Entity[account]) error {
		return api.First(response.Value.Is(username), kept(&response.Value))
	}
	return s.api.Call(ctx, &api.Call{
		Endpoint: e, Params: []string{username}, Invalid: invalid, Body: body,
		Out: &api.Checked[api.Entity[account]]{Check: confirmed},
	})
}

// kept rejects a response that names another value than the one that was sent.
func kept[T ~bool | ~int64](named *T, sent T) error {
	if named != nil && *named != sent {
		return fmt.Errorf("the server kept %v, not %v", *named, sent)
	}
	return nil
}

// keptText is kept for texts, whose case the server may change.
func keptText[T ~string](named *T, sent string) error {
	if named != nil && !strings.EqualFold(strings.TrimSpace(string(*named)), strings.TrimSpace(sent)) {
		return fmt.Errorf("the server kept %s, not %s", api.Quoted(string(*named)), api.Quoted(sent))
	}
	return nil
}

// DisplayStyle says how much a notification shows.
type DisplayStyle int

// The display styles.
const (
	DisplayStyleNotice  DisplayStyle = 0 // only that there is a message; the default
	DisplayStyleMessage DisplayStyle = 1 // the sender's nickname and the text
)

var setDisplayStyle = api.Endpoint{
	ID: "push.set_display_style", Within: api.UserManagement, Method: http.MethodPut, Path: "/users/{username}", Pool: writePool, Idempotent: true,
}

// SetDisplayStyle sets how much the notifications that a user gets show. A template
// overrides it; see [Service.CreateTemplate]. Its quota is that of [Service.SetNickname].
//
//im:endpoint push.set_display_style
func (s *Service) SetDisplayStyle(ctx context.Context, username string, style DisplayStyle) error {
	body := struct {
		Style DisplayStyle `json:"notification_display_style"`
	}{style}
	return s.setAccount(ctx, &setDisplayStyle, username, body, api.Range("style", int(style), int(DisplayStyleNotice), int(DisplayStyleMessage)), func(a *account) error {
		return kept(a.DisplayStyle, api.Int(style))
	})
}

// NoDisturbing is the old daily window without notifications, in whole hours from
// 0 to 23. From = To is the whole day; a From after To runs over midnight. The
// time zone is not documented. Switched off, the window keeps its hours at the
// server, which mean nothing then.
type NoDisturbing struct {
	On   bool `json:"on"`   // false: notifications arrive at any time
	From int  `json:"from"` // with On
	To   int  `json:"to"`   // with On
}

func (n NoDisturbing) check() error {
	if !n.On {
		return nil
	}
	return api.First(api.Range("From", n.From, 0, 23), api.Range("To", n.To, 0, 23))
}

func (n NoDisturbing) kept(a *account) error {
	err := kept(a.NoDisturbing, api.Bool(n.On))
	if n.On {
		err = api.First(err, kept(a.NoDisturbFrom, api.Int(n.From)), kept(a.NoDisturbTo, api.Int(n.To)))
	}
	return err
}

var setNoDisturbing = api.Endpoint{
	ID: "push.set_no_disturbing", Method: http.MethodPut, Path: "/users/{username}", Pool: writePool, Idempotent: true,
}

// SetNoDisturbing sets or ends the old daily window without notifications. Only Easemob
// has it, in documents up to 2023. Quota: 100 calls a second, outside Easemob together with
// those of [Service.SetNickname].
//
// Deprecated: use [Service.UpdateSettings].
//
//im:endpoint push.set_no_disturbing
func (s *Service) SetNoDisturbing(ctx context.Context, username string, n NoDisturbing) error {
	body := struct {
		On   bool   `json:"notification_no_disturbing"`
		From string `json:"notification_no_disturbing_start,omitzero"` // hours are sent as text and returned as numbers
		To   string `json:"notification_no_disturbing_end,omitzero"`
	}{On: n.On}
	if n.On {
		body.From, body.To = strconv.Itoa(n.From), strconv.Itoa(n.To)
	}
	return s.setAccount(ctx, &setNoDisturbing, username, body, n.check(), n.kept)
}
