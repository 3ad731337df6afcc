package imtest

import (
	"encoding/json"
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

func saveUsers(d *world.Dump) iter.Seq[savedUser] {
	return records(d.Users, func(u world.User) savedUser {
		return savedUser{
			u.Name, u.UUID, u.Password, u.Created, u.Updated, u.Banned, u.Online, u.Came, u.Left,
			shownDevices(u.Devices), u.Nickname, u.More,
		}
	})
}

func loadUser(s *world.World, v *savedUser) error {
	for name, value := range v.More {
		if number, ok := value.(json.Number); ok {
			n, err := number.Int64()
			if err != nil {
				return err
			}
			v.More[name] = n
		}
	}
	return s.RestoreUser(world.User{
		Name: v.Name, UUID: v.UUID, Password: v.Password, Created: v.Created, Updated: v.Modified, Banned: v.Banned,
		Online: v.Online, Came: v.Came, Left: v.Left, Devices: worldDevices(v.Devices), Nickname: v.Nickname, More: v.More,
	})
}

type savedMute struct {
	User    string    `json:"user"`
	Kind    string    `json:"kind"`
	Forever bool      `json:"forever,omitempty"`
	Until   time.Time `json:"until,omitzero"`
}

func saveMutes(d *world.Dump) iter.Seq[savedMute] {
	return records(d.Mutes, func(m world.Mute) savedMute { return savedMute(m) })
}

func loadMute(s *world.World, v *savedMute) error { return s.RestoreMute(world.Mute(*v)) }

type savedContacts struct {
	User    string        `json:"user"`
	Friends []savedFriend `json:"friends,omitempty"`
	Blocked []string      `json:"blocked,omitempty"`
}

type savedFriend struct {
	Name   string `json:"name"`
	Remark string `json:"remark,omitempty"`
}

func saveContacts(d *world.Dump) iter.Seq[savedContacts] {
	return records(d.Contacts, func(v world.ContactLists) savedContacts {
		return savedContacts{v.User, world.Convert(v.Friends, func(f world.Friend) savedFriend { return savedFriend(f) }), v.Blocked}
	})
}

func loadContacts(s *world.World, v *savedContacts) error {
	friends := world.Convert(v.Friends, func(f savedFriend) world.Friend { return world.Friend(f) })
	s.RestoreContacts(world.ContactLists{User: v.User, Friends: friends, Blocked: v.Blocked})
	return nil
}

type savedAttributes struct {
	User       string            `json:"user"`
	Attributes map[string]string `json:"attributes"`
}

func saveAttributes(d *world.Dump) iter.Seq[savedAttributes] {
	return records(d.Attributes, func(v world.UserAttributes) savedAttributes { return savedAttributes(v) })
}

func loadAttributes(s *world.World, v *savedAttributes) error {
	s.RestoreAttributes(world.UserAttributes(*v))
	return nil
}

type savedPresence struct {
	User    string            `json:"user"`
	Status  map[string]string `json:"status"`
	Ext     string            `json:"ext,omitempty"`
	Changed time.Time         `json:"changed"`
}

func savePresence(d *world.Dump) iter.Seq[savedPresence] {
	return records(d.Presence, func(p world.Presence) savedPresence { return savedPresence(p) })
}

func loadPresence(s *world.World, v *savedPresence) error {
	s.RestorePresence(world.Presence(*v))
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

func saveSubscriptions(d *world.Dump) iter.Seq[savedSubscriptions] {
	return records(d.Subscriptions, func(v world.SubscriptionList) savedSubscriptions {
		return savedSubscriptions{v.User, world.Convert(v.To, func(sub world.Subscription) savedSubscription { return savedSubscription(sub) })}
	})
}

func loadSubscriptions(s *world.World, v *savedSubscriptions) error {
	to := world.Convert(v.To, func(sub savedSubscription) world.Subscription { return world.Subscription(sub) })
	s.RestoreSubscriptions(world.SubscriptionList{User: v.User, To: to})
	return nil
}

// sortedKeys yields the keys of a map in order, so that equal states make equal
// data.
func sortedKeys[V any](m map[string]V) iter.Seq[string] {
	return slices.Values(slices.Sorted(maps.Keys(m)))
}

// records makes a record of each value when it is its turn.
func records[V, T any](list []V, record func(V) T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, v := range list {
			if !yield(record(v)) {
				return
			}
		}
	}
}
