package imtest

import (
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// Users and what hangs on them, in the data of Save.

type savedUser struct {
	Name     string         `json:"name"`
	UUID     string         `json:"uuid"`
	Password string         `json:"password,omitempty"`
	Created  time.Time      `json:"created"`
	Modified time.Time      `json:"modified"`
	Banned   bool           `json:"banned,omitempty"`
	Online   bool           `json:"online,omitempty"`
	Came     time.Time      `json:"came,omitzero"`
	Left     time.Time      `json:"left,omitzero"`
	Devices  []Device       `json:"devices,omitempty"`
	Nickname string         `json:"nickname,omitempty"`
	More     map[string]any `json:"more,omitempty"`
}

func saveUsers(s *world.World) iter.Seq[savedUser] {
	return each(s.Users.All, func(u *world.User) savedUser {
		return savedUser{
			u.Name, u.UUID, u.Password, u.Created, u.Modified, u.Banned, u.Online, u.Came, u.Left,
			shownDevices(u.Devices), u.Nickname, maps.Clone(u.More),
		}
	})
}

func loadUser(s *world.World, v *savedUser) error {
	if v.Name == "" || v.Name != world.Fold(v.Name) || s.Users.Has(v.Name) {
		return errors.New("a user needs a name of his own, in lower case")
	}
	for name, value := range v.More {
		if number, ok := value.(json.Number); ok {
			n, err := number.Int64()
			if err != nil {
				return err
			}
			v.More[name] = n
		}
	}
	u := &world.User{Name: v.Name, UUID: v.UUID, Password: v.Password, Created: v.Created, Modified: v.Modified, Banned: v.Banned, Online: v.Online, Came: v.Came, Left: v.Left, Devices: worldDevices(v.Devices), Nickname: v.Nickname, More: v.More}
	s.Users.Put(u.Name, u)
	s.ByUUID[u.UUID] = u
	return nil
}

type savedMute struct {
	User    string    `json:"user"`
	Kind    string    `json:"kind"`
	Forever bool      `json:"forever,omitempty"`
	Until   time.Time `json:"until,omitzero"`
}

func saveMutes(s *world.World) iter.Seq[savedMute] {
	return each(s.Mutes.All, func(m *world.Mute) savedMute { return savedMute{m.User, m.Kind, m.Forever, m.Until} })
}

func loadMute(s *world.World, v *savedMute) error {
	if !slices.Contains(world.MuteKinds, v.Kind) {
		return errUnknown("kind of mute", v.Kind)
	}
	s.Mutes.Put(world.MuteKey(v.User, v.Kind), &world.Mute{User: v.User, Kind: v.Kind, Forever: v.Forever, Until: v.Until})
	return nil
}

type savedContacts struct {
	User    string        `json:"user"`
	Friends []savedFriend `json:"friends,omitempty"`
	Blocked []string      `json:"blocked,omitempty"`
}

type savedFriend struct {
	Name   string `json:"name"`
	Remark string `json:"remark,omitempty"`
}

func saveContacts(s *world.World) iter.Seq[savedContacts] {
	return each(sortedKeys(s.Contacts.Of), func(name string) savedContacts {
		b := s.Contacts.Of[name]
		friends := world.Convert(b.Friends.List(), func(f *world.Friend) savedFriend { return savedFriend{f.Name, f.Remark} })
		return savedContacts{name, friends, b.Blocked.List()}
	})
}

func loadContacts(s *world.World, v *savedContacts) error {
	b := s.Contacts.Edit(v.User)
	for _, f := range v.Friends {
		b.Friends.Put(f.Name, &world.Friend{Name: f.Name, Remark: f.Remark})
	}
	fill(&b.Blocked, v.Blocked)
	return nil
}

type savedAttributes struct {
	User       string            `json:"user"`
	Attributes map[string]string `json:"attributes"`
}

func saveAttributes(s *world.World) iter.Seq[savedAttributes] {
	return each(sortedKeys(s.Metadata.Of), func(name string) savedAttributes {
		return savedAttributes{name, s.Metadata.Of[name]}
	})
}

func loadAttributes(s *world.World, v *savedAttributes) error {
	s.Metadata.Replace(v.User, v.Attributes)
	return nil
}

type savedPresence struct {
	User    string            `json:"user"`
	Status  map[string]string `json:"status"`
	Ext     string            `json:"ext,omitempty"`
	Changed time.Time         `json:"changed"`
}

func savePresence(s *world.World) iter.Seq[savedPresence] {
	return each(sortedKeys(s.Presence.Of), func(name string) savedPresence {
		p := s.Presence.Of[name]
		return savedPresence{name, maps.Clone(p.Status), p.Ext, p.Changed}
	})
}

func loadPresence(s *world.World, v *savedPresence) error {
	own := s.Presence.Edit(v.User)
	maps.Copy(own.Status, v.Status)
	own.Ext, own.Changed = v.Ext, v.Changed
	return nil
}

type savedSubscriptions struct {
	User string              `json:"user"`
	To   []savedSubscription `json:"to"`
}

type savedSubscription struct {
	To   string    `json:"to"`
	Ends time.Time `json:"ends"`
}

func saveSubscriptions(s *world.World) iter.Seq[savedSubscriptions] {
	return each(sortedKeys(s.Presence.Subs), func(name string) savedSubscriptions {
		return savedSubscriptions{name, world.Convert(s.Presence.Subs[name].List(), func(sub *world.Subscription) savedSubscription {
			return savedSubscription{sub.To, sub.Ends}
		})}
	})
}

func loadSubscriptions(s *world.World, v *savedSubscriptions) error {
	for _, sub := range v.To {
		s.Presence.Subscribe(v.User, sub.To, sub.Ends)
	}
	return nil
}

// sortedKeys yields the keys of a map in order, so that equal states make equal
// data.
func sortedKeys[V any](m map[string]V) iter.Seq[string] {
	return slices.Values(slices.Sorted(maps.Keys(m)))
}

// fill puts names into a book of them.
func fill(b *world.Book[string], names []string) {
	for _, name := range names {
		b.Put(name, name)
	}
}
