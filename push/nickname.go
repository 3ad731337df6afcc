package push

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// User is an account with the push settings that are kept in it.
type User struct {
	UUID      string
	Username  string    // lower case
	Activated bool      // false: banned
	Created   time.Time `json:",omitzero"`
	Modified  time.Time `json:",omitzero"`

	Nickname     string // of the sender, as notifications show it; empty: they show the user id
	DisplayStyle DisplayStyle
	NoDisturbing NoDisturbing
	NotifierName string // push certificate
}

type wireUser struct {
	UUID          string     `json:"uuid"`
	Username      api.Text   `json:"username"`
	Activated     api.Bool   `json:"activated"`
	Created       api.Millis `json:"created"`
	Modified      api.Millis `json:"modified"`
	Nickname      string     `json:"nickname"`
	DisplayStyle  api.Int    `json:"notification_display_style"`
	NoDisturbing  api.Bool   `json:"notification_no_disturbing"`
	NoDisturbFrom api.Int    `json:"notification_no_disturbing_start"`
	NoDisturbTo   api.Int    `json:"notification_no_disturbing_end"`
	NotifierName  string     `json:"notifier_name"`
}

func (w *wireUser) user() *User {
	return &User{
		UUID: w.UUID, Username: string(w.Username), Activated: bool(w.Activated),
		Created: w.Created.Time(), Modified: w.Modified.Time(),
		Nickname: w.Nickname, DisplayStyle: DisplayStyle(w.DisplayStyle), NotifierName: w.NotifierName,
		NoDisturbing: NoDisturbing{On: bool(w.NoDisturbing), From: w.NoDisturbFrom.Int(), To: w.NoDisturbTo.Int()},
	}
}

// account carries out a call that changes an account and responses it.
func (s *Service) account(ctx context.Context, c *api.Call) (*User, error) {
	var out api.Entity[wireUser]
	c.Out = &out
	if err := s.api.Call(ctx, c); err != nil {
		return nil, err
	}
	return out.Value.user(), nil
}

const (
	writePool   = "user_write" // shared with the registration of users
	maxNickname = 100          // characters
)

var setNickname = api.Endpoint{
	ID: "push.set_nickname", Within: api.UserManagement, Method: http.MethodPut, Path: "/users/{username}", Pool: writePool, Idempotent: true,
}

// SetNickname sets the name, up to 100 characters, under which notifications show
// a user's messages; without one they show the user id. It is not the nickname
// among the user's attributes. Repeated after a lost response. Quota: 100 calls a
// second together with the registration of users, the display style and the old
// do-not-disturb. [im.ErrNotFound] when there is no such user.
//
//im:endpoint push.set_nickname
func (s *Service) SetNickname(ctx context.Context, username, nickname string) (*User, error) {
	return s.account(ctx, &api.Call{
		Endpoint: &setNickname, Params: []string{username},
		Invalid: api.MaxLength("nickname", nickname, maxNickname),
		Body: struct {
			Nickname string `json:"nickname"`
		}{nickname},
	})
}

// Nickname is the name of one user in notifications, up to 100 characters.
type Nickname struct {
	Username string `json:"username"`
	Nickname string `json:"push_nickname"`
}

var setNicknameBatch = api.Endpoint{
	ID: "push.set_nicknames_batch", Method: http.MethodPut, Path: "/push/nickname",
	Idempotent: true, MaxItems: 50, ItemsIn: "nicknames",
}

// SetNicknameBatch does for up to 50 users what [Service.SetNickname] does for
// one, and reports each of them. One nickname that is too long fails the whole
// call; what a user who does not exist does is not documented. Repeated after a
// lost response. Quota: 100 calls a second, whatever the number of users. It is not
// in the English documents of Agora.
//
//im:endpoint push.set_nicknames_batch
func (s *Service) SetNicknameBatch(ctx context.Context, nicknames []Nickname) (batch.Result, error) {
	var out api.Entities[Nickname]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &setNicknameBatch, Invalid: checkNicknames(nicknames), Body: nicknames, Items: len(nicknames), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	set := make(map[string]bool, len(out.Entities))
	for _, n := range out.Entities {
		set[strings.ToLower(n.Username)] = true
	}
	names := api.Convert(nicknames, func(n *Nickname) string { return n.Username })
	return api.Outcomes(names, func(name string) (api.Done, bool) {
		done := set[strings.ToLower(name)]
		return api.Done{OK: done}, done
	}), nil
}

// checkNicknames refuses two names for one user, too: the report could not tell
// which of them was set.
func checkNicknames(nicknames []Nickname) error {
	if len(nicknames) == 0 {
		return api.Invalid("nicknames", "must have at least one entry")
	}
	seen := make(map[string]int, len(nicknames))
	for i, n := range nicknames {
		field := fmt.Sprintf("nicknames[%d].", i)
		err := api.First(api.Username(field+"Username", n.Username), api.MaxLength(field+"Nickname", n.Nickname, maxNickname))
		if err != nil {
			return err
		}
		name := strings.ToLower(n.Username)
		if first, twice := seen[name]; twice {
			return api.Invalid(field+"Username", "is the same user as nicknames[%d]", first)
		}
		seen[name] = i
	}
	return nil
}

// DisplayStyle says how much a notification shows.
type DisplayStyle int

// The display styles.
const (
	ShowNotice  DisplayStyle = 0 // that there is a message, no more; the default
	ShowMessage DisplayStyle = 1 // the sender's nickname and the text
)

var setDisplayStyle = api.Endpoint{
	ID: "push.set_display_style", Within: api.UserManagement, Method: http.MethodPut, Path: "/users/{username}", Pool: writePool, Idempotent: true,
}

// SetDisplayStyle sets how much the notifications that a user gets show. A
// template comes before it; see [Service.CreateTemplate]. Repeated after a lost
// response. Quota: shared with [Service.SetNickname]. [im.ErrNotFound] when there is
// no such user.
//
//im:endpoint push.set_display_style
func (s *Service) SetDisplayStyle(ctx context.Context, username string, style DisplayStyle) (*User, error) {
	return s.account(ctx, &api.Call{
		Endpoint: &setDisplayStyle, Params: []string{username},
		Body: struct {
			Style DisplayStyle `json:"notification_display_style"`
		}{style},
	})
}

// NoDisturbing is the old daily window without notifications, in whole hours from
// 0 to 23. From = To is the whole day; a From after To runs over midnight. The
// time zone is not documented.
type NoDisturbing struct {
	On       bool
	From, To int // with On
}

func (n NoDisturbing) check() error {
	if !n.On {
		return nil
	}
	return api.First(api.Range("From", n.From, 0, 23), api.Range("To", n.To, 0, 23))
}

var setNoDisturbing = api.Endpoint{
	ID: "push.set_no_disturbing", Method: http.MethodPut, Path: "/users/{username}", Pool: writePool, Idempotent: true,
}

// SetNoDisturbing sets or lifts the old daily window without notifications. Only
// Easemob has it, in documents up to 2023; newer apps use [Service.SetSettings].
// Repeated after a lost response. Quota: shared with [Service.SetNickname].
// [im.ErrNotFound] when there is no such user.
//
// Deprecated: use [Service.SetSettings].
//
//im:endpoint push.set_no_disturbing
func (s *Service) SetNoDisturbing(ctx context.Context, username string, n NoDisturbing) (*User, error) {
	body := struct {
		On   bool   `json:"notification_no_disturbing"`
		From string `json:"notification_no_disturbing_start,omitzero"` // hours go as text and come as numbers
		To   string `json:"notification_no_disturbing_end,omitzero"`
	}{On: n.On}
	if n.On {
		body.From, body.To = strconv.Itoa(n.From), strconv.Itoa(n.To)
	}
	return s.account(ctx, &api.Call{Endpoint: &setNoDisturbing, Params: []string{username}, Invalid: n.check(), Body: body})
}
