package page

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

type userRow struct {
	face
	Name, Href, Nickname string
	Online, Banned       bool
	Waiting              int // messages
	Joined               stamp
}

func (p *Page) userRow(u world.User, now time.Time) userRow {
	waiting, _ := p.world.Waiting(u.Name) // nothing, if they were deleted just now
	return userRow{
		face: faceOf(u.Name, u.Name), Name: u.Name, Href: address("user", "id", u.Name), Nickname: u.Nickname,
		Online: u.Online, Banned: u.Banned, Waiting: waiting, Joined: shownTime(u.Created, now),
	}
}

// users lists accounts: all, or those in a state.
func (p *Page) users(r *http.Request) (*view, error) {
	s := newSearch(r)
	var keep func(world.User) bool
	if s.query != "" {
		keep = func(u world.User) bool { return s.finds(u.Name, u.Nickname, u.UUID) }
	}
	found, next, looked, err := collect(p.readUsers(s.get("state")), s.after, keep)
	if err != nil {
		return nil, err
	}
	count, state := p.world.Count(), s.filter("state", "State", "any", "online", "banned")
	exact, problem := p.world.User(s.query)
	found = withExact(&s, found, exact, problem == nil && !chosen(state), func(u world.User) bool { return u.Name == exact.Name })
	total := count.Users
	switch state.Value {
	case "online":
		total = count.Online
	case "banned":
		total = count.Banned
	}
	l := s.page("users", total, next, looked, state)
	l.Users = world.Convert(found, func(u world.User) userRow { return p.userRow(u, p.world.Now()) })
	return &view{Title: "Users", List: l}, nil
}

func (p *Page) readUsers(state string) reader[world.User] {
	which := world.AnyUser
	switch state {
	case "online":
		which = world.OnlineUser
	case "banned":
		which = world.BannedUser
	}
	return func(cursor string, limit int) ([]world.User, string, error) {
		list, next, err := p.world.NewestUsers(which, cursor, limit)
		return list, next, refused(err)
	}
}

// user shows all of an account.
func (p *Page) user(r *http.Request) (*view, error) {
	id := r.URL.Query().Get("id")
	u, problem := p.world.User(id)
	if problem != nil {
		return nil, missing{"user", id}
	}
	now := p.world.Now()
	f := faceOf(u.Name, u.Name)
	d := &detail{Kind: "user", Face: &f}
	d.chip(u.Online, "online", "on")
	d.chip(u.Banned, "banned", "bad")
	if n, _ := p.world.Waiting(u.Name); n > 0 {
		d.chip(true, fmt.Sprint(n, " messages waiting"), "wait")
	}
	push := p.world.PushUser(u.Name)
	p.userFields(d, u, push, now)
	parts, err := newParts(d, r)
	if err != nil {
		return nil, err
	}
	p.userCircles(parts, u.Name)
	p.userRelations(parts, u.Name)
	p.userDevices(parts, u, push)
	p.userMessages(parts, u.Name)
	return &view{Title: u.Name, Detail: d}, nil
}

func (p *Page) userFields(d *detail, u world.User, push world.PushUser, now time.Time) {
	d.add("UUID", u.UUID)
	password := "none"
	if u.Password != "" {
		password = masked
	}
	d.add("Password", password)
	d.add("Push nickname", u.Nickname)
	d.add("Registered", wholeTime(u.Created, now))
	d.add("Changed", wholeTime(u.Updated, now))
	d.add("Came online", wholeTime(u.Came, now))
	d.add("Went offline", wholeTime(u.Left, now))
	d.add("Presence text", p.world.PresenceOf(u.Name).Ext)
	d.add("Push language", push.Language)
	d.add("Push template", push.Template)
	d.add("Push labels", strings.Join(p.world.LabelsOf(u.Name), ", "))
	d.link("Messages", "received", address("messages", "to", "user", "id", u.Name))
	d.link("", "sent", address("messages", "from", u.Name))
	d.link("", "requests that name them", address("requests", "q", u.Name))
}

func (p *Page) userCircles(parts *parts, name string) {
	for _, kind := range []world.CircleKind{world.GroupKind, world.RoomKind, world.ThreadKind} {
		_, total, _ := p.world.ListJoined(kind, name, 0, 0) // none, if they were deleted just now
		parts.add(title(kind)+"s", total, func(skip, limit int) []entry {
			list, _, _ := p.world.ListJoined(kind, name, skip, limit) // as above
			return world.Convert(list, func(g world.Circle) entry {
				e := circleEntry(g)
				if g.Owner == name {
					e.Chip = chip{"owner", ""}
				}
				return e
			})
		})
	}
}

func (p *Page) userRelations(parts *parts, name string) {
	addAll(parts, "Contacts", p.world.Contacts(name), func(f world.Friend) entry {
		e := userEntry(f.Name)
		e.Note = f.Remark
		return e
	})
	addAll(parts, "Blocked", p.world.Blocked(name), userEntry)
	mutes, _ := p.world.Mutes(name) // none, as above
	mutes = slices.DeleteFunc(mutes, func(m world.MuteLeft) bool { return m.Seconds == 0 })
	addAll(parts, "Mutes", mutes, func(m world.MuteLeft) entry {
		if m.Seconds < 0 {
			return entry{Text: m.Kind, Note: "for ever"}
		}
		return entry{Text: m.Kind, Note: (time.Duration(m.Seconds) * time.Second).String() + " left"}
	})
	addAll(parts, "Attributes", pairs(p.world.Attributes(name)), pairEntry)
	now := p.world.Now()
	addAll(parts, "Favorites", p.world.Favorites(name), func(f world.Favorite) entry {
		return entry{Text: f.ID, Note: strings.TrimSpace(maskedLine([]byte(f.Data)) + " " + maskedLine([]byte(f.Ext))), Time: shownTime(f.Created, now)}
	})
}

// userMessages shows the newest messages; a link of the fields leads to all.
func (p *Page) userMessages(parts *parts, name string) {
	box := world.MessageBox{Chat: world.ToUsers, ID: name}
	parts.add("Received messages", p.count(box), p.messageEntries(box))
}

func (p *Page) userDevices(parts *parts, u world.User, push world.PushUser) {
	now := p.world.Now()
	addAll(parts, "Devices", u.Devices, func(d world.Device) entry {
		return entry{Text: d.ID, Note: strings.TrimSpace(d.Name + " " + d.UUID)}
	})
	addAll(parts, "Presence", pairs(p.world.PresenceOf(u.Name).Status), pairEntry)
	addAll(parts, "Watches the presence of", p.world.Subscriptions(u.Name), func(s world.Subscription) entry {
		e := userEntry(s.To)
		e.Note = "until " + shownTime(s.Ends, now).Short
		return e
	})
	addAll(parts, "Push devices", push.Bindings, func(b world.Binding) entry {
		return entry{Text: b.Device, Note: b.Notifier + ", token " + masked}
	})
	settings := slices.Sorted(maps.Keys(push.Settings))
	addAll(parts, "Push settings", settings, func(scope string) entry {
		set := push.Settings[scope]
		note := "mode " + set.Mode
		if set.Interval != "" {
			note += ", quiet " + set.Interval
		}
		if !set.Until.IsZero() {
			note += ", paused until " + shownTime(set.Until, now).Short
		}
		return entry{Text: scope, Note: note}
	})
	more := map[string]string{}
	for key, value := range u.More {
		more[key] = fmt.Sprint(value)
	}
	addAll(parts, "Push fields", pairs(more), pairEntry)
}

// pair is a key with its value.
type pair struct{ key, value string }

// pairs are the values of a map by key.
func pairs(values map[string]string) []pair {
	return world.Convert(slices.Sorted(maps.Keys(values)), func(key string) pair { return pair{key, values[key]} })
}

// pairEntry shows a value, unless its key says that it is a secret.
func pairEntry(v pair) entry {
	if secretKey().MatchString(v.key) {
		v.value = masked
	}
	return entry{Text: v.key, Note: maskText(v.value)}
}

// title is a word with a capital.
func title[S ~string](word S) string { return strings.ToUpper(string(word[:1])) + string(word[1:]) }
