package world

import (
	"slices"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

// NoTag is why a tag of a room is not muted.
const NoTag Kind = "no member of the room has the tag"

// TagMute is when the mute of a tag ends.
type TagMute struct {
	Tag   string
	Until time.Time // zero: it never was muted
}

// Forever holds for a mute without an end.
func (t TagMute) Forever() bool { return t.Until.Equal(forever) }

// SetMemberTags replaces the tags of a member of a room. They go when the member
// leaves.
func (w *World) SetMemberTags(room, user string, tags []string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.takeOutAbsent()
	g, m, err := w.roomMember(room, user)
	if err != nil {
		return err
	}
	w.setTags(g, m, tags)
	return nil
}

// setTags gives a member tags. The caller holds mu.
func (w *World) setTags(g *circle, m *Member, tags []string) {
	tags = distinct(tags)
	changed := !slices.Equal(m.Tags, tags)
	m.Tags = tags
	if changed {
		w.emit(event.MemberTagsSet{In: g.CircleID, User: m.User, Tags: slices.Clone(tags)})
	}
}

// roomMember returns a member of a room. The caller holds mu.
func (w *World) roomMember(room, user string) (*circle, *Member, *Error) {
	g, err := w.circle(CircleID{Kind: RoomKind, ID: room})
	if err != nil {
		return nil, nil, err
	}
	m := g.members.Get(Fold(user))
	if m == nil {
		return nil, nil, refuse(NotMembers, Fold(user))
	}
	return g, m, nil
}

// MemberTags returns the tags of a member of a room, and when the mute of each ends.
func (w *World) MemberTags(room, user string) ([]TagMute, *Error) {
	w.DropAbsent()
	w.mu.RLock()
	defer w.mu.RUnlock()
	g, m, err := w.roomMember(room, user)
	if err != nil {
		return nil, err
	}
	return Convert(m.Tags, func(tag string) TagMute { return TagMute{tag, g.tags[tag]} }), nil
}

// MuteTag mutes the members of a room who have a tag, now or later. A length of 0
// lifts the mute.
func (w *World) MuteTag(room, tag string, length time.Duration) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := w.managed(CircleID{Kind: RoomKind, ID: room})
	switch {
	case err != nil:
		return err
	case !g.knowsTag(tag):
		return refuse(NoTag, tag)
	}
	wasMuted, until := g.tags[tag].After(w.Now()), muteEnd(w.Now(), length)
	g.muteTag(tag, until)
	switch {
	case length != 0:
		w.emit(event.TagMuted{In: g.CircleID, Tag: tag, Until: until})
	case wasMuted:
		w.emit(event.TagUnmuted{In: g.CircleID, Tag: tag})
	}
	return nil
}

func (g *circle) muteTag(tag string, until time.Time) {
	if g.tags == nil {
		g.tags = map[string]time.Time{}
	}
	g.tags[tag] = until
}

// hasMutedTag holds for a member with a tag that is muted.
func (g *circle) hasMutedTag(m *Member, now time.Time) bool {
	return slices.ContainsFunc(m.Tags, func(tag string) bool { return g.tags[tag].After(now) })
}

// knowsTag holds if a member has the tag.
func (g *circle) knowsTag(tag string) bool {
	for m := range g.members.All {
		if slices.Contains(m.Tags, tag) {
			return true
		}
	}
	return false
}

// AddSuperAdmin makes a user a super admin of the rooms of the app.
func (w *World) AddSuperAdmin(name string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.user(name)
	if err != nil {
		return err
	}
	if !w.circles.superAdmins.Has(u.Name) {
		w.circles.superAdmins.Put(u.Name, u.Name)
		w.emit(event.SuperAdminAdded{User: u.Name})
	}
	return nil
}

// RemoveSuperAdmin takes the role from a user. One without it is as good as
// removed.
func (w *World) RemoveSuperAdmin(name string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.user(name)
	if err != nil {
		return err
	}
	if w.circles.superAdmins.Has(u.Name) {
		w.circles.superAdmins.Remove(u.Name)
		w.emit(event.SuperAdminRemoved{User: u.Name})
	}
	return nil
}

// SuperAdmins returns the super admins of the rooms of the app.
func (w *World) SuperAdmins() []string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.circles.superAdmins.List()
}

// RestoreSuperAdmin takes in a super admin whom Dump has copied.
func (w *World) RestoreSuperAdmin(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.circles.superAdmins.Put(name, name)
}

// absence is how long a member of a room may be offline; after that they are taken
// out of it.
const absence = 2 * time.Minute

// A Departure is the time at which a user went offline.
type Departure struct {
	User string
	At   time.Time
}

// depart notes that a user went offline. The caller holds mu.
func (w *World) depart(u *User) {
	u.Left = w.Now()
	if w.circles.rooms.joined[u.Name] != nil {
		w.takeOutAbsent()
		w.circles.departures = append(w.circles.departures, Departure{u.Name, u.Left})
	}
}

// DropAbsent takes the members out of their rooms who have been offline for
// too long. Rules that look at rooms begin with it.
func (w *World) DropAbsent() {
	w.mu.RLock()
	due := w.absenceIsDue()
	w.mu.RUnlock()
	if due {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.takeOutAbsent()
	}
}

func (w *World) absenceIsDue() bool {
	list := w.circles.departures
	return len(list) > 0 && w.Now().Sub(list[0].At) > absence
}

// takeOutAbsent spares those who came back, owners, and those on the allow list,
// on which owners and admins are unless they were taken off. The caller holds mu.
func (w *World) takeOutAbsent() {
	for w.absenceIsDue() {
		d := w.circles.departures[0]
		w.circles.departures = w.circles.departures[1:]
		u := w.users.Get(d.User)
		if u == nil || u.Online || !u.Left.Equal(d.At) {
			continue
		}
		for _, g := range w.circles.rooms.of(d.User).List() {
			if g.Owner != d.User && !g.allowed.Has(d.User) {
				w.leave(g, d.User)
				w.emit(event.MembersLeft{In: g.CircleID, Users: []string{d.User}, Count: g.members.Len(), Why: event.LeftOffline})
			}
		}
	}
}

// RestoreDeparture takes in a departure that Dump has copied.
func (w *World) RestoreDeparture(d Departure) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.circles.departures = append(w.circles.departures, d)
}
