package world

import (
	"slices"
	"time"
)

// A Dump is a world at one moment, in values that the world does not change: what
// a server saves. Each domain adds a field, a dump method and a Restore rule.
type Dump struct {
	Users    []User
	Mutes    []Mute
	Contacts []ContactLists

	Attributes []UserAttributes

	Presence      []Presence
	Subscriptions []SubscriptionList

	Favorites  []FavoriteList
	Moderation ModerationDump

	App    AppDump
	Push   PushDump
	Places map[string][]Run

	Groups, Rooms, Threads []CircleRecord
	Joined                 []Joined
	SuperAdmins            []string    // of rooms
	Departures             []Departure // of members of rooms
}

// Dump copies the world. also copies, under the same lock, what has not moved to
// this package yet.
func (w *World) Dump(also func()) *Dump {
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	d := &Dump{Users: w.dumpUsers(), Mutes: w.dumpMutes(), Contacts: w.dumpContacts()}
	d.Attributes = w.dumpAttributes()
	d.Presence, d.Subscriptions = w.dumpPresence(), w.dumpSubscriptions()
	d.App, d.Push, d.Places = w.dumpApp(), w.dumpPush(), w.dumpPlaces()
	d.Favorites, d.Moderation = w.dumpFavorites(), w.dumpModeration()
	d.Groups, d.Rooms, d.Threads = w.dumpCircles(GroupKind), w.dumpCircles(RoomKind), w.dumpCircles(ThreadKind)
	d.Joined, d.SuperAdmins, d.Departures = w.dumpJoined(), w.circles.superAdmins.List(), slices.Clone(w.circles.departures)
	also()
	return d
}

// AppDump is what is there once.
type AppDump struct {
	UUID       string
	Time       time.Time // of the world's clock
	Circles    int64     // groups, rooms and threads ever made, as the others
	Reactions  int64
	Pushes     int64
	Broadcasts int64
	Delay      time.Duration  // of history files
	Zone       *time.Location // of their hours, nil: that of the clock
}

// dumpApp copies what is there once for Dump. The caller holds mu.
func (w *World) dumpApp() AppDump {
	return AppDump{
		UUID: w.UUID, Time: w.Now(), Circles: w.Ids.Groups.Load(),
		Reactions: w.Reactions.Made, Pushes: w.push.ids, Broadcasts: w.Messages.Broadcasts,
		Delay: w.Messages.Delay, Zone: w.Messages.Zone,
	}
}

// RestoreApp takes in what is there once, and moves the clock forward if it is behind:
// the time of an app does not go back.
func (w *World) RestoreApp(d AppDump) {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	w.UUID = d.UUID
	w.Ids.Groups.Store(d.Circles)
	w.Reactions.Made, w.push.ids, w.Messages.Broadcasts = d.Reactions, d.Pushes, d.Broadcasts
	w.Messages.Delay = d.Delay
	if d.Zone != nil {
		w.Messages.Zone = d.Zone
	}
	if behind := d.Time.Sub(w.Now()); behind > 0 {
		w.Conf.Clock.Advance(behind)
	}
}
