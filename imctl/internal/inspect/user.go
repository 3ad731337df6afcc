package inspect

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/chatrooms"
	"github.com/imrest/im-go/contacts"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/metadata"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/presence"
	"github.com/imrest/im-go/push"
	"github.com/imrest/im-go/users"
)

// person is all that is known of a user. What could not be read is missing, and in Problems.
type person struct {
	Account    *account                `json:"account"`
	Mutes      *mutes                  `json:"mutes,omitempty"`
	Status     users.Status            `json:"status,omitempty"`
	Devices    []users.Device          `json:"devices,omitempty"`
	Presence   *presence.Presence      `json:"presence,omitempty"`
	Waiting    *int                    `json:"waiting_messages,omitempty"`
	Attributes metadata.Attributes     `json:"attributes,omitempty"`
	Groups     *list[groups.Joined]    `json:"groups,omitempty"`
	Rooms      *list[room]             `json:"rooms,omitempty"`
	Contacts   *list[contacts.Contact] `json:"contacts,omitempty"`
	Blocked    *list[string]           `json:"blocked,omitempty"`
	Bindings   []string                `json:"push_devices,omitempty"` // without their tokens
	Push       *push.Settings          `json:"push,omitempty"`
	Problems   problems                `json:"problems,omitempty"`
}

// account is a user without the tokens of their devices.
type account struct {
	Username string    `json:"username"`
	UUID     string    `json:"uuid,omitempty"`
	Nickname string    `json:"nickname,omitempty"`
	Banned   bool      `json:"banned"`
	Created  time.Time `json:"created,omitzero"`
	Updated  time.Time `json:"updated,omitzero"`
}

// mutes say how long a user is still muted: "no", "2h0m0s" or "forever".
type mutes struct {
	Chat  string `json:"chat"`
	Group string `json:"group"`
	Room  string `json:"room"`
}

// room is what names a room.
type room struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// list is the beginning of a list.
type list[T any] struct {
	Items []T  `json:"items"`
	More  bool `json:"more,omitzero"` // there may be others
}

// first reads a list up to the most that are shown.
func first[T any](items iter.Seq2[T, error], most int) (*list[T], error) {
	l := &list[T]{Items: []T{}}
	for item, err := range items {
		if err != nil {
			return nil, err
		}
		if len(l.Items) == most {
			l.More = true
			break
		}
		l.Items = append(l.Items, item)
	}
	return l, nil
}

// inspectUser reads all parts at once. That there is no such user is an error; a part that fails is
// not.
func inspectUser(ctx context.Context, a *app.App, c *im.Client, username string, most int) error {
	user, err := c.Users.Get(ctx, username)
	if errors.Is(err, im.ErrNotFound) && strings.Trim(username, "0123456789") == "" {
		return app.WithHint(err, a.T("For a message, add --hour or --receiver."))
	}
	if err != nil {
		return err
	}
	p := &person{Account: &account{user.Username, user.UUID, user.Nickname, !user.Activated, user.Created, user.Updated}}
	p.read(ctx, c, user.Username, most)
	if err := ctx.Err(); err != nil {
		return err // parts that failed by that are not reported
	}
	if err := show(a, p, func() [][2]string { return p.sheet(a) }); err != nil {
		return err
	}
	return p.Problems.failed(a)
}

// read fills the parts beside the account.
func (p *person) read(ctx context.Context, c *im.Client, name string, most int) {
	parts := p.parts(ctx, c, name, most)
	errs := make([]error, len(parts))
	var all sync.WaitGroup
	for i, part := range parts {
		all.Go(func() { errs[i] = part.read() })
	}
	all.Wait()
	for i, part := range parts {
		p.Problems.note(part.name, errs[i])
	}
}

type part struct {
	name string
	read func() error
}

// parts are independent of each other: each writes fields of its own.
func (p *person) parts(ctx context.Context, c *im.Client, name string, most int) []part {
	return []part{
		{"mutes", func() error {
			m, err := c.Users.GetMute(ctx, name)
			if err == nil {
				p.Mutes = &mutes{app.Spoken(m.Chat), app.Spoken(m.Group), app.Spoken(m.Room)}
			}
			return err
		}},
		{"status", func() (err error) { p.Status, err = c.Users.GetStatus(ctx, name); return err }},
		{"devices", func() (err error) { p.Devices, err = c.Users.ListDevices(ctx, name); return err }},
		{"presence", func() error {
			results, err := c.Presence.Get(ctx, name, []string{name})
			if err == nil && len(results) == 1 {
				p.Presence = &results[0].Value
			}
			return err
		}},
		{"waiting_messages", func() error {
			n, err := c.Users.CountOfflineMessages(ctx, name)
			if err == nil {
				p.Waiting = &n
			}
			return err
		}},
		{"attributes", func() (err error) { p.Attributes, err = c.Metadata.Get(ctx, name); return err }},
		{"groups", func() (err error) {
			p.Groups, err = first(c.Groups.AllJoined(ctx, name, page.Numbered{}), most)
			return err
		}},
		{"rooms", func() (err error) {
			p.Rooms, err = first(named(c.Chatrooms.AllJoined(ctx, name, page.Numbered{})), most)
			return err
		}},
		{"contacts", func() (err error) {
			p.Contacts, err = first(c.Contacts.All(ctx, name, contacts.ListOptions{Remarks: true}), most)
			return err
		}},
		{"blocked", func() (err error) {
			p.Blocked, err = first(c.Contacts.AllBlocked(ctx, name, page.Options{}), most)
			return err
		}},
		{"push_devices", func() error {
			bindings, err := c.Push.GetBindings(ctx, name)
			for _, b := range bindings {
				p.Bindings = append(p.Bindings, b.DeviceID+" ("+b.NotifierName+")")
			}
			return err
		}},
		{"push", func() (err error) { p.Push, err = c.Push.GetSettings(ctx, name, push.ForApp()); return err }},
	}
}

// named are rooms by id and name.
func named(rooms iter.Seq2[chatrooms.Summary, error]) iter.Seq2[room, error] {
	return func(yield func(room, error) bool) {
		for r, err := range rooms {
			if !yield(room{r.ID, r.Name}, err) {
				return
			}
		}
	}
}

// sheet is the person for people.
func (p *person) sheet(a *app.App) [][2]string {
	account := p.Account.Username
	if p.Account.Nickname != "" {
		account += " (" + p.Account.Nickname + ")"
	}
	state := a.T("active")
	if p.Account.Banned {
		state = a.T("banned")
	}
	rows := [][2]string{{"user", account}, {"account", a.Join([]string{state, a.T("registered %s", minute(p.Account.Created)), p.Account.UUID})}}
	add := func(there bool, label string, text func() string) {
		if there {
			rows = append(rows, [2]string{label, text()})
		}
	}
	add(p.Mutes != nil, "mutes", func() string { return mutesText(a, p.Mutes) })
	add(p.Status != "", "status", func() string { return string(p.Status) })
	add(!p.Problems.has("devices"), "devices", func() string { return counted(a, texts(p.Devices, deviceText), false) })
	add(p.Presence != nil, "presence", func() string { return presenceText(a, p.Presence) })
	add(p.Waiting != nil, "waiting", func() string { return a.T("%d message(s)", *p.Waiting) })
	add(!p.Problems.has("attributes"), "attributes", func() string { return attributesText(a, p.Attributes) })
	add(p.Groups != nil, "groups", func() string {
		return counted(a, texts(p.Groups.Items, func(g groups.Joined) string { return g.Name + " " + g.ID }), p.Groups.More)
	})
	add(p.Rooms != nil, "rooms", func() string {
		return counted(a, texts(p.Rooms.Items, func(r room) string { return r.Name + " " + r.ID }), p.Rooms.More)
	})
	add(p.Contacts != nil, "contacts", func() string { return counted(a, texts(p.Contacts.Items, contactText), p.Contacts.More) })
	add(p.Blocked != nil, "blocked", func() string { return counted(a, p.Blocked.Items, p.Blocked.More) })
	add(!p.Problems.has("push_devices"), "push devices", func() string { return counted(a, p.Bindings, false) })
	add(p.Push != nil, "push", func() string { return pushText(a, p.Push) })
	return append(rows, p.Problems.rows(a)...)
}

func (p *problems) has(part string) bool {
	return slices.ContainsFunc(*p, func(one problem) bool { return one.Part == part })
}

func texts[T any](items []T, text func(T) string) []string {
	all := make([]string, len(items))
	for i, item := range items {
		all[i] = text(item)
	}
	return all
}

func deviceText(d users.Device) string {
	if d.Name == "" {
		return d.Resource
	}
	return d.Resource + " (" + d.Name + ")"
}

func contactText(c contacts.Contact) string {
	if c.Remark == "" {
		return c.Username
	}
	return c.Username + " (" + c.Remark + ")"
}

func mutesText(a *app.App, m *mutes) string {
	var parts []string
	for _, kind := range []struct{ name, left string }{{a.T("one-to-one chats"), m.Chat}, {a.T("groups"), m.Group}, {a.T("chat rooms"), m.Room}} {
		if kind.left != app.Spoken(0) {
			parts = append(parts, kind.name+" "+kind.left)
		}
	}
	if parts == nil {
		return a.T("none")
	}
	return a.Join(parts)
}

func presenceText(a *app.App, p *presence.Presence) string {
	var parts []string
	for _, device := range slices.Sorted(maps.Keys(p.Devices)) {
		parts = append(parts, device+" "+statusText(a, p.Devices[device]))
	}
	if parts == nil {
		parts = append(parts, a.T("no device known"))
	}
	if p.Ext != "" {
		parts = append(parts, strconv.Quote(p.Ext))
	}
	if !p.LastChange.IsZero() {
		parts = append(parts, a.T("last change %s", minute(p.LastChange)))
	}
	return a.Join(parts)
}

func statusText(a *app.App, s presence.Status) string {
	switch s {
	case presence.StatusOffline:
		return a.T("offline")
	case presence.StatusOnline:
		return a.T("online")
	}
	return string(s)
}

func attributesText(a *app.App, attributes metadata.Attributes) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(attributes)) {
		parts = append(parts, key+"="+attributes[key])
	}
	return counted(a, parts, false)
}

func pushText(a *app.App, s *push.Settings) string {
	parts := []string{a.T("mode %s", s.Mode)}
	if quiet := s.QuietHours.String(); quiet != "" {
		parts = append(parts, a.T("quiet %s", quiet))
	}
	if s.PausedUntil.After(a.Now()) {
		parts = append(parts, a.T("paused until %s", minute(s.PausedUntil)))
	}
	return a.Join(parts)
}

// minute is a time as it stands in a sheet.
func minute(t time.Time) string {
	if t.IsZero() {
		return "?"
	}
	return t.UTC().Format("2006-01-02T15:04Z")
}
