package imtest

import (
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"slices"
	"time"
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

func (s *state) saveUsers() iter.Seq[savedUser] {
	return each(s.users.all, func(u *user) savedUser {
		return savedUser{
			u.name, u.uuid, u.password, u.created, u.modified, u.banned, u.online, u.came, u.left,
			slices.Clone(u.devices), u.nickname, maps.Clone(u.more),
		}
	})
}

func (s *state) loadUser(v *savedUser) error {
	if v.Name == "" || v.Name != fold(v.Name) || s.users.has(v.Name) {
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
	u := &user{v.Name, v.UUID, v.Password, v.Created, v.Modified, v.Banned, v.Online, v.Came, v.Left, v.Devices, v.Nickname, v.More}
	s.users.put(u.name, u)
	s.byUUID[u.uuid] = u
	return nil
}

type savedMute struct {
	User    string    `json:"user"`
	Kind    string    `json:"kind"`
	Forever bool      `json:"forever,omitempty"`
	Until   time.Time `json:"until,omitzero"`
}

func (s *state) saveMutes() iter.Seq[savedMute] {
	return each(s.mutes.all, func(m *mute) savedMute { return savedMute{m.user, m.kind, m.forever, m.until} })
}

func (s *state) loadMute(v *savedMute) error {
	if !slices.Contains(muteKinds, v.Kind) {
		return errUnknown("kind of mute", v.Kind)
	}
	s.mutes.put(muteKey(v.User, v.Kind), &mute{v.User, v.Kind, v.Forever, v.Until})
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

func (s *state) saveContacts() iter.Seq[savedContacts] {
	return each(sortedKeys(s.contacts.of), func(name string) savedContacts {
		b := s.contacts.of[name]
		friends := convert(b.friends.list(), func(f *friend) savedFriend { return savedFriend{f.name, f.remark} })
		return savedContacts{name, friends, b.blocked.list()}
	})
}

func (s *state) loadContacts(v *savedContacts) error {
	b := s.contacts.edit(v.User)
	for _, f := range v.Friends {
		b.friends.put(f.Name, &friend{f.Name, f.Remark})
	}
	fill(&b.blocked, v.Blocked)
	return nil
}

type savedAttributes struct {
	User       string            `json:"user"`
	Attributes map[string]string `json:"attributes"`
}

func (s *state) saveAttributes() iter.Seq[savedAttributes] {
	return each(sortedKeys(s.metadata.of), func(name string) savedAttributes {
		return savedAttributes{name, s.metadata.of[name]}
	})
}

func (s *state) loadAttributes(v *savedAttributes) error {
	s.metadata.replace(v.User, v.Attributes)
	return nil
}

type savedPresence struct {
	User    string            `json:"user"`
	Status  map[string]string `json:"status"`
	Ext     string            `json:"ext,omitempty"`
	Changed time.Time         `json:"changed"`
}

func (s *state) savePresence() iter.Seq[savedPresence] {
	return each(sortedKeys(s.presence.of), func(name string) savedPresence {
		p := s.presence.of[name]
		return savedPresence{name, maps.Clone(p.status), p.ext, p.changed}
	})
}

func (s *state) loadPresence(v *savedPresence) error {
	own := s.presence.edit(v.User)
	maps.Copy(own.status, v.Status)
	own.ext, own.changed = v.Ext, v.Changed
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

func (s *state) saveSubscriptions() iter.Seq[savedSubscriptions] {
	return each(sortedKeys(s.presence.subs), func(name string) savedSubscriptions {
		return savedSubscriptions{name, convert(s.presence.subs[name].list(), func(sub *subscription) savedSubscription {
			return savedSubscription{sub.to, sub.ends}
		})}
	})
}

func (s *state) loadSubscriptions(v *savedSubscriptions) error {
	for _, sub := range v.To {
		s.presence.subscribe(v.User, sub.To, sub.Ends)
	}
	return nil
}

// sortedKeys yields the keys of a map in order, so that equal states make equal
// data.
func sortedKeys[V any](m map[string]V) iter.Seq[string] {
	return slices.Values(slices.Sorted(maps.Keys(m)))
}

// fill puts names into a book of them.
func fill(b *book[string], names []string) {
	for _, name := range names {
		b.put(name, name)
	}
}
