package world

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/imrest/im-go/imtest/event"
	"github.com/imrest/im-go/internal/pattern"
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

// Dump copies the world.
func (w *World) Dump() *Dump {
	w.mu.RLock()
	defer w.mu.RUnlock()
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

// uuidRule holds for the UUID of an app, of which the ids that stand for it are made.
var uuidRule = pattern.Lazy(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// RestoreApp takes in what Dump has copied. A clock that is behind is moved forward.
func (w *World) RestoreApp(v AppState) error {
	if !uuidRule().MatchString(v.UUID) {
		return fmt.Errorf("%q is not a UUID", v.UUID)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.UUID, w.push.ids = v.UUID, v.Pushes
	w.Groups.Store(v.Circles)
	if behind := v.Time.Sub(w.Now()); behind > 0 {
		w.Conf.Clock.Advance(behind)
	}
	return nil
}

// Run is a first place, and how many entries are there and on the next ones. An
// empty one at the end is the place of the next entry to come.
type Run [2]int64

// placed is a book of anything.
type placed interface {
	places() []Run
	place(runs []Run) error
}

// places are where the entries of a book are, nil if it never lost one: they are at
// 1, 2, 3 then.
func (b *Book[V]) places() []Run {
	if b.last == int64(b.Len()) {
		return nil
	}
	var runs []Run
	next := int64(0)
	for _, r := range b.rows {
		if r.gone {
			continue
		}
		if r.seq != next {
			runs = append(runs, Run{r.seq, 0})
		}
		runs[len(runs)-1][1]++
		next = r.seq + 1
	}
	if next != b.last+1 {
		runs = append(runs, Run{b.last + 1, 0})
	}
	return runs
}

// place puts the entries of a book that was filled at once to their places.
func (b *Book[V]) place(runs []Run) error {
	rows, next := b.rows, int64(1)
	for _, r := range runs {
		first, n := r[0], r[1]
		if first < next || n < 0 || n > int64(len(rows)) || first > math.MaxInt64-n {
			return errors.New("entries cannot be there")
		}
		for i, row := range rows[:n] {
			row.seq = first + int64(i)
		}
		rows, next = rows[n:], first+n
	}
	if len(rows) > 0 {
		return fmt.Errorf("%d entries have no place", len(rows))
	}
	b.last = next - 1
	return nil
}

// dumpPlaces copies the places of the entries of books for Dump, by book. A cursor
// names a place, so that a server that starts again must have the entries where they
// were. The caller holds mu.
func (w *World) dumpPlaces() map[string][]Run {
	all := map[string][]Run{}
	w.pagedBooks(func(name string, b placed) {
		if runs := b.places(); runs != nil {
			all[name] = runs
		}
	})
	return all
}

// RestorePlaces puts entries to the places that Dump has copied, when all are there.
func (w *World) RestorePlaces(all map[string][]Run) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	var err error
	found := map[string]bool{}
	w.pagedBooks(func(name string, b placed) {
		runs, kept := all[name]
		if !kept {
			return
		}
		found[name] = true
		if wrong := b.place(runs); wrong != nil {
			err = fmt.Errorf("%s: %w", name, wrong)
		}
	})
	for name := range all {
		if !found[name] {
			err = fmt.Errorf("there is no list %q", name)
		}
	}
	return err
}

// pagedBooks visits the books that calls read by cursor. The caller holds mu.
func (w *World) pagedBooks(visit func(name string, b placed)) {
	visit("users", &w.users)
	for user, b := range w.contacts.of {
		visit("friends of "+user, &b.friends)
		visit("blocked by "+user, &b.blocked)
	}
	for _, kind := range circleKinds {
		name, book := string(kind)+"s", w.circles.kind(kind)
		visit(name, &book.byID)
		for g := range book.byID.All {
			visit("members of "+g.ID, &g.members)
			visit("blocked in "+g.ID, &g.blocked)
		}
		for user, b := range book.joined {
			visit(name+" of "+user, b)
		}
	}
	for id, reactions := range w.reactions.To {
		for r := range reactions.All {
			visit("reactors "+strconv.FormatInt(id-FirstMessageID, 10)+" "+r.Text, &r.Users)
		}
	}
	visit("push labels", &w.push.labels)
	for l := range w.push.labels.All {
		visit("push label "+l.name, &l.users)
	}
}

// Become makes the world hold what another one holds, which must not be used any
// more. Configuration, tokens, events, ids and the app's UUID stay. Those tokens
// are good for nobody who is not there any more.
func (w *World) Become(other *World) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.users, w.byUUID, w.mutes, w.inboxes = other.users, other.byUUID, other.mutes, other.inboxes
	w.online, w.banned = other.online, other.banned
	w.posts, w.groups, w.rooms, w.files = other.posts, other.groups, other.rooms, other.files
	w.circles, w.favorites, w.moderation = other.circles, other.favorites, other.moderation
	w.contacts, w.metadata, w.presence, w.reactions = other.contacts, other.metadata, other.presence, other.reactions
	w.push, w.messages, w.callbacks = other.push, other.messages, other.callbacks
	w.Groups.Store(max(w.Groups.Load(), other.Groups.Load())) // no id is given twice
	w.emit(event.Reset{})
}
