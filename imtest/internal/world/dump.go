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

	Push   PushDump
	Places map[string][]Run

	Groups, Rooms, Threads []CircleRecord
	Joined                 []Joined
	SuperAdmins            []string    // of rooms
	Departures             []Departure // of members of rooms

	App           AppState
	MessagesState MessagesState
	Messages      []Message
	Inboxes       []InboxOf
	GroupMessages []Timeline
	RoomMessages  []Timeline
	Streams       []Stream
	Roaming       []RoamingDeletions
	Reactions     []ReactionTo
	Files         []File
	Callbacks     []StoredCallbacks
}

// Dump copies the world. also copies, under the same lock, what has not moved to
// this package yet.
func (w *World) Dump(also func()) *Dump {
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	d := &Dump{Users: w.dumpUsers(), Mutes: w.dumpMutes(), Contacts: w.dumpContacts()}
	d.Attributes = w.dumpAttributes()
	d.Presence, d.Subscriptions = w.dumpPresence(), w.dumpSubscriptions()
	d.Push, d.Places = w.dumpPush(), w.dumpPlaces()
	d.Favorites, d.Moderation = w.dumpFavorites(), w.dumpModeration()
	d.Groups, d.Rooms, d.Threads = w.dumpCircles(GroupKind), w.dumpCircles(RoomKind), w.dumpCircles(ThreadKind)
	d.Joined, d.SuperAdmins, d.Departures = w.dumpJoined(), w.circles.superAdmins.List(), slices.Clone(w.circles.departures)
	d.App = w.dumpApp()
	w.dumpMessages(d)
	d.Callbacks = w.dumpCallbacks()
	also()
	return d
}

// AppState is what there is once, as Dump copies it.
type AppState struct {
	UUID    string
	Time    time.Time // of the world's clock
	Circles int64     // groups, rooms and threads ever made
	Pushes  int64     // pushes ever made
}

// dumpApp is for Dump. The caller holds mu.
func (w *World) dumpApp() AppState {
	return AppState{UUID: w.UUID, Time: w.Now(), Circles: w.Groups.Load(), Pushes: w.push.ids}
}

// RestoreApp takes in what Dump has copied. A clock that is behind is moved forward.
func (w *World) RestoreApp(v AppState) {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	w.UUID, w.push.ids = v.UUID, v.Pushes
	w.Groups.Store(v.Circles)
	if behind := v.Time.Sub(w.Now()); behind > 0 {
		w.Conf.Clock.Advance(behind)
	}
}
