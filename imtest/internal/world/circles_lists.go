package world

import (
	"slices"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

// forever is the end that the API gives to a mute without one.
var forever = time.UnixMilli(4638873600000)

// Forever is the length of a mute without an end.
const Forever time.Duration = -1

// BlockMembers puts members on the block list, which takes them out.
func (w *World) BlockMembers(id CircleID, users []string) ([]Outcome, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := w.managed(id)
	switch {
	case err != nil:
		return nil, err
	case slices.Contains(Convert(users, Fold), g.Owner):
		return nil, refuse(OnOwner, g.Owner)
	}
	list, gone, err := forEach(users, g.members.Has, func(user string) { w.leave(g, user) }, g.notMember)
	if err != nil {
		return nil, err
	}
	w.blockIn(g, gone)
	return list, nil
}

// blockIn puts users on the block list who are not members. The caller holds mu.
func (w *World) blockIn(g *circle, users []string) {
	for _, user := range users {
		g.blocked.Put(user, user)
	}
	if len(users) > 0 {
		w.emit(event.MembersBlocked{In: g.CircleID, Users: users, Count: g.members.Len()})
	}
}

// UnblockUsers takes users off the block list. They are not members by that.
func (w *World) UnblockUsers(id CircleID, users []string) ([]Outcome, *Error) {
	return w.takeOff(id, users, (*circle).blockList, func(g *circle, done []string) event.Data {
		return event.MembersUnblocked{In: g.CircleID, Users: done}
	})
}

func (g *circle) blockList() *Book[string] { return &g.blocked }
func (g *circle) allowList() *Book[string] { return &g.allowed }
func (g *circle) adminList() *Book[string] { return &g.admins }

// takeOff takes users off a list of a group or room, which is an event.
func (w *World) takeOff(id CircleID, users []string, list func(*circle) *Book[string], happened func(g *circle, done []string) event.Data) ([]Outcome, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := w.managed(id)
	if err != nil {
		return nil, err
	}
	outcomes, done, err := forEach(users, list(g).Has, list(g).Remove, g.notMember)
	if err != nil {
		return nil, err
	}
	w.emit(happened(g, done))
	return outcomes, nil
}

// AllowMembers puts members on the allow list.
func (w *World) AllowMembers(id CircleID, users []string) ([]Outcome, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := w.managed(id)
	if err != nil {
		return nil, err
	}
	list, done, err := forEach(users, g.members.Has, func(string) {}, g.notMember)
	if err != nil {
		return nil, err
	}
	w.allow(g, done...)
	return list, nil
}

// allow puts members on the allow list who are not. The caller holds mu.
func (w *World) allow(g *circle, members ...string) {
	var fresh []string
	for _, user := range members {
		if !g.allowed.Has(user) {
			g.allowed.Put(user, user)
			fresh = append(fresh, user)
		}
	}
	if fresh != nil {
		w.emit(event.MembersAllowed{In: g.CircleID, Users: fresh})
	}
}

// DisallowMembers takes users off the allow list.
func (w *World) DisallowMembers(id CircleID, users []string) ([]Outcome, *Error) {
	return w.takeOff(id, users, (*circle).allowList, func(g *circle, done []string) event.Data {
		return event.MembersDisallowed{In: g.CircleID, Users: done}
	})
}

// muteEnd is when a mute ends that begins now.
func muteEnd(now time.Time, length time.Duration) time.Time {
	if end := now.Add(length); length >= 0 && end.Before(forever) {
		return end
	}
	return forever
}

// MuteMembers mutes members for some time, and returns the end of it. A length of
// 0 lifts mutes.
func (w *World) MuteMembers(id CircleID, users []string, length time.Duration) ([]Outcome, time.Time, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := w.managed(id)
	switch {
	case err != nil:
		return nil, time.Time{}, err
	case slices.Contains(Convert(users, Fold), g.Owner):
		return nil, time.Time{}, refuse(OnOwner, g.Owner)
	}
	now := w.Now()
	until := muteEnd(now, length)
	var unmuted []string
	list, muted, err := forEach(users, g.members.Has, func(user string) {
		if length == 0 && g.isMuted(user, now) {
			unmuted = append(unmuted, user)
		}
		g.mute(user, until, length == 0)
	}, g.notMember)
	switch {
	case err != nil:
		return nil, time.Time{}, err
	case length != 0:
		w.emit(event.MembersMuted{In: g.CircleID, Users: muted, Until: until})
	case unmuted != nil:
		w.emit(event.MembersUnmuted{In: g.CircleID, Users: unmuted})
	}
	return list, until, nil
}

// isMuted reports whether the mute list holds a user whose mute has not ended.
func (g *circle) isMuted(user string, now time.Time) bool {
	return g.muted.Has(user) && g.muted.Get(user).Until.After(now)
}

func (g *circle) mute(user string, until time.Time, lift bool) {
	if lift {
		g.muted.Remove(user)
		return
	}
	g.muted.Put(user, &CircleMute{user, until})
}

// UnmuteMembers lifts the mutes of users, and returns their names as the world
// keeps them. A user who is not muted is as good as unmuted, which no source
// documents.
func (w *World) UnmuteMembers(id CircleID, users []string) ([]string, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := w.managed(id)
	if err != nil {
		return nil, err
	}
	now := w.Now()
	users = Convert(users, Fold)
	var unmuted []string
	for _, user := range users {
		if g.isMuted(user, now) {
			unmuted = append(unmuted, user)
		}
		g.muted.Remove(user)
	}
	if unmuted != nil {
		w.emit(event.MembersUnmuted{In: g.CircleID, Users: unmuted})
	}
	return users, nil
}

// mutesAt are the mutes in force: first those of the list, then those that
// come with a tag. A user is there once, with the later end.
func (g *circle) mutesAt(now time.Time) []CircleMute {
	list := []CircleMute{}
	place := map[string]int{}
	add := func(user string, until time.Time) {
		i, listed := place[user]
		switch {
		case !until.After(now):
		case listed && until.After(list[i].Until):
			list[i].Until = until
		case !listed:
			place[user] = len(list)
			list = append(list, CircleMute{user, until})
		}
	}
	for m := range g.muted.All {
		add(m.User, m.Until)
	}
	if len(g.tags) == 0 {
		return list
	}
	for m := range g.members.All {
		for _, tag := range m.Tags {
			add(m.User, g.tags[tag])
		}
	}
	return list
}

// ListMutedMembers returns the mutes that are in force.
func (w *World) ListMutedMembers(id CircleID) (list []CircleMute, err *Error) {
	err = w.look(id, func(g *circle) *Error { list = g.mutesAt(w.Now()); return nil })
	return list, err
}

// look lets a function read a group or room, without the members who are absent by now.
func (w *World) look(id CircleID, read func(*circle) *Error) *Error {
	w.DropAbsent()
	w.mu.RLock()
	defer w.mu.RUnlock()
	g, err := w.circle(id)
	if err != nil {
		return err
	}
	return read(g)
}

// ListAllowedMembers returns the allow list, with owner and admins.
func (w *World) ListAllowedMembers(id CircleID) ([]string, *Error) {
	return w.listOf(id, (*circle).allowList)
}

// ListAdmins returns the admins, the owner not among them.
func (w *World) ListAdmins(id CircleID) ([]string, *Error) {
	return w.listOf(id, (*circle).adminList)
}

// ListBlockedUsers returns the block list, the oldest entry first.
func (w *World) ListBlockedUsers(id CircleID) ([]string, *Error) {
	return w.listOf(id, (*circle).blockList)
}

func (w *World) listOf(id CircleID, list func(*circle) *Book[string]) (names []string, err *Error) {
	err = w.look(id, func(g *circle) *Error { names = list(g).List(); return nil })
	return names, err
}

// PageBlockedUsers returns a page of the block list, the newest entry first, and the
// cursor of the next one, "" if this is the last.
func (w *World) PageBlockedUsers(id CircleID, cursor string, limit int) (list []string, next string, err *Error) {
	err = w.look(id, func(g *circle) *Error {
		page, ok := g.blocked.Page(cursor, limit, true, nil)
		if !ok {
			return refuse(BadCursor)
		}
		list, next = page.Values, page.CursorIfMore()
		return nil
	})
	return list, next, err
}
