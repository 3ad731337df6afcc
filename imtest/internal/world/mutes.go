package world

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

// MuteKinds are the kinds of chat that a user can be muted in.
var MuteKinds = []string{"chat", "groupchat", "chatroom"}

// Mute is the mute of one user in one kind of chat. A lifted or ended one stays.
type Mute struct {
	User, Kind string
	Forever    bool
	Until      time.Time
}

// left is the number of seconds left: 0 none, -1 for ever.
func (m *Mute) left(now time.Time) int64 {
	switch {
	case m == nil:
		return 0
	case m.Forever:
		return -1
	}
	return max(0, int64(math.Ceil(m.Until.Sub(now).Seconds())))
}

func muteKey(user, kind string) string { return user + " " + kind }

// MuteUser mutes a user for a number of seconds, by kind of chat: 0 lifts a mute
// and -1 is for ever; other negative numbers change nothing.
func (w *World) MuteUser(name string, seconds map[string]int64) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.user(name)
	if err != nil {
		return err
	}
	for _, kind := range MuteKinds {
		if n, given := seconds[kind]; given && n >= -1 {
			w.setMute(u, kind, n)
		}
	}
	return nil
}

// setMute mutes or lifts. The caller holds mu.
func (w *World) setMute(u *User, kind string, seconds int64) {
	wasMuted := w.mutes.Get(muteKey(u.Name, kind)).left(w.Now()) != 0
	m := &Mute{
		User: u.Name, Kind: kind,
		Forever: seconds == -1,
		Until:   w.Now().Add(time.Duration(seconds) * time.Second),
	}
	w.mutes.Put(muteKey(u.Name, kind), m)
	switch {
	case seconds == 0 && wasMuted:
		w.emit(event.UserUnmuted{User: u.Name, ChatType: kind})
	case seconds == 0:
	case seconds == -1:
		w.emit(event.UserMuted{User: u.Name, ChatType: kind})
	default:
		w.emit(event.UserMuted{User: u.Name, ChatType: kind, Until: m.Until})
	}
}

func (w *World) removeMutes(user string) {
	for _, kind := range MuteKinds {
		w.mutes.Remove(muteKey(user, kind))
	}
}

// A MuteLeft is what is left of a mute.
type MuteLeft struct {
	User, Kind string
	Seconds    int64 // 0: it is over; -1: for ever
}

// Mutes returns what is left of the mutes of a user, in the order of MuteKinds.
func (w *World) Mutes(name string) ([]MuteLeft, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	u, err := w.user(name)
	if err != nil {
		return nil, err
	}
	now := w.Now()
	return Convert(MuteKinds, func(kind string) MuteLeft {
		return MuteLeft{u.Name, kind, w.mutes.Get(muteKey(u.Name, kind)).left(now)}
	}), nil
}

// ListMutes returns a page of all mutes, in the order of the first mute of a
// user in a kind of chat; those that are over are there, too.
func (w *World) ListMutes(skip, limit int) []MuteLeft {
	w.mu.RLock()
	defer w.mu.RUnlock()
	now := w.Now()
	list := []MuteLeft{}
	for m := range w.mutes.All {
		if skip--; skip < 0 && len(list) < limit {
			list = append(list, MuteLeft{m.User, m.Kind, m.left(now)})
		}
	}
	return list
}

// dumpMutes copies the mutes for Dump. The caller holds mu.
func (w *World) dumpMutes() []Mute {
	return Convert(w.mutes.List(), func(m *Mute) Mute { return *m })
}

// RestoreMute takes in a mute that Dump has copied.
func (w *World) RestoreMute(m Mute) error {
	if !slices.Contains(MuteKinds, m.Kind) {
		return fmt.Errorf("there is no kind of mute %q", m.Kind)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mutes.Put(muteKey(m.User, m.Kind), &m)
	return nil
}
