package users

import (
	"cmp"
	"context"
	"iter"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// Mute says for how long a user is to be muted, per kind of chat. A nil kind stays as it is,
// 0 lifts its mute, im.Forever mutes without an end, and anything else mutes for that time,
// in whole seconds (rounded down) up to 2147483647.
//
//	users.Mute{Group: new(time.Hour), Room: new(im.Forever)}
type Mute struct {
	Chat  *time.Duration `json:"chat,omitzero"`  // one-to-one chats
	Group *time.Duration `json:"group,omitzero"` // groups and their threads
	Room  *time.Duration `json:"room,omitzero"`  // chat rooms
}

var mute = api.Endpoint{
	ID: "mutes.set", Method: http.MethodPost, Path: "/mutes", Idempotent: true,
}

// Mute mutes a user app-wide, or lifts its mutes. What a muted user may not do, REST calls on
// its behalf may not do either. A retry starts the time again. Whether an app can mute depends
// on its plan.
//
//im:endpoint mutes.set
func (s *Service) Mute(ctx context.Context, username string, m Mute) error {
	body := struct {
		Username string `json:"username"`
		Chat     *int64 `json:"chat,omitempty"`
		Group    *int64 `json:"groupchat,omitempty"`
		Room     *int64 `json:"chatroom,omitempty"`
	}{username, muteSeconds(m.Chat), muteSeconds(m.Group), muteSeconds(m.Room)}
	return s.api.Call(ctx, &api.Call{
		Endpoint: &mute, Invalid: api.First(api.Username("username", username), m.check()), Body: body, Out: new(confirmed),
	})
}

func (m Mute) check() error {
	if m.Chat == nil && m.Group == nil && m.Room == nil {
		return api.Invalid("Mute", "must set Chat, Group or Room; with none the call would change nothing")
	}
	return api.First(checkMute("Chat", m.Chat), checkMute("Group", m.Group), checkMute("Room", m.Room))
}

func checkMute(field string, d *time.Duration) error {
	switch {
	case d == nil || *d == 0 || *d == api.Forever:
		return nil
	case *d < time.Second || *d/time.Second > math.MaxInt32:
		return api.Invalid(field, "is %s, must be 0, im.Forever, or from a second to 2147483647 seconds", *d)
	}
	return nil
}

func muteSeconds(d *time.Duration) *int64 {
	switch {
	case d == nil:
		return nil
	case *d == api.Forever:
		return new(int64(-1))
	}
	return new(int64(*d / time.Second))
}

// Muted says how long a user is still muted, per kind of chat: 0 not at all, im.Forever
// without an end.
type Muted struct {
	Username string        `json:"username"`       // lower case
	Chat     time.Duration `json:"chat,omitzero"`  // one-to-one chats
	Group    time.Duration `json:"group,omitzero"` // groups and their threads
	Room     time.Duration `json:"room,omitzero"`  // chat rooms
	At       time.Time     `json:"at,omitzero"`    // when the server said so
}

type wireMuted struct {
	UserID   api.Text    `json:"userid"`   // "org#app_alice", or just "alice"
	Username api.Text    `json:"username"` // in lists, mostly
	Chat     api.Int     `json:"chat"`
	Group    api.Int     `json:"groupchat"`
	Room     api.Int     `json:"chatroom"`
	UnixTime api.Seconds `json:"unixtime"`
}

func (w *wireMuted) muted(at time.Time, uri string) Muted {
	name := cmp.Or(w.Username, w.UserID)
	return Muted{Username: api.BareUser(string(name), uri), Chat: muteTime(w.Chat), Group: muteTime(w.Group), Room: muteTime(w.Room), At: at}
}

func muteTime(seconds api.Int) time.Duration {
	length := seconds.Length(time.Second)
	if seconds < 0 || length == math.MaxInt64 {
		return api.Forever
	}
	return length
}

var getMute = api.Endpoint{
	ID: "mutes.get", Method: http.MethodGet, Path: "/mutes/{username}", Idempotent: true,
}

// GetMute returns how long a user is still muted.
//
//im:endpoint mutes.get
func (s *Service) GetMute(ctx context.Context, username string) (*Muted, error) {
	var out struct {
		api.Data[wireMuted]
		URI string `json:"uri"`
	}
	if err := s.api.Call(ctx, &api.Call{Endpoint: &getMute, Params: []string{username}, Out: &out}); err != nil {
		return nil, err
	}
	muted := out.Data.Data.muted(out.Data.Data.UnixTime.Time(), out.URI)
	if name := strings.ToLower(username); strings.HasSuffix(muted.Username, "_"+name) {
		muted.Username = name // the app's name has an underscore, and no uri says where it ends
	}
	return &muted, nil
}

// MaxMutesPage is the most entries on a page of [Service.ListMutes], which is also what it
// asks for without a size.
const MaxMutesPage = 50

var listMutes = api.Endpoint{
	ID: "mutes.list", Method: http.MethodGet, Path: "/mutes", Idempotent: true,
}

// ListMutes returns a page of muted users, with at most [MaxMutesPage] entries. The server
// lists a user once per kind of chat, so a user may have up to three entries, and lifted
// mutes stay in the list with 0.
//
//im:endpoint mutes.list
func (s *Service) ListMutes(ctx context.Context, o page.Numbered) (*page.Page[Muted], error) {
	o, invalid := api.Number(o, MaxMutesPage)
	var out struct {
		api.Data[struct {
			Data     api.Many[wireMuted] `json:"data"`
			UnixTime api.Seconds         `json:"unixtime"`
		}]
		URI string `json:"uri"`
	}
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &listMutes, Out: &out, Invalid: invalid,
		Query: url.Values{"pageNum": {strconv.Itoa(o.Page)}, "pageSize": {strconv.Itoa(o.Size)}},
	})
	if err != nil {
		return nil, err
	}
	at := out.Data.Data.UnixTime.Time()
	muted := api.Convert(out.Data.Data.Data, func(w *wireMuted) Muted { return w.muted(at, out.URI) })
	return api.NumberedPage(muted, o, 0), nil
}

// PageMutes goes over the pages of [Service.ListMutes].
func (s *Service) PageMutes(ctx context.Context, o page.Numbered) iter.Seq2[*page.Page[Muted], error] {
	return api.NumberedPages(o, func(o page.Numbered) (*page.Page[Muted], error) { return s.ListMutes(ctx, o) })
}

// AllMutes goes over the mutes of [Service.PageMutes].
func (s *Service) AllMutes(ctx context.Context, o page.Numbered) iter.Seq2[Muted, error] {
	return api.All(s.PageMutes(ctx, o))
}
