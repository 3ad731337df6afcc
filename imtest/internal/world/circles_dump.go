package world

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/imrest/im-go/imtest/event"
)

// CircleRecord is a circle with all that is in it.
type CircleRecord struct {
	Circle
	Members    []Member // in order of joining
	Admins     []string
	Blocked    []string
	Allowed    []string
	Muted      []CircleMute // as Dump copies it: ended ones, too
	Files      []SharedFile
	Attributes []RoomAttribute
	Tags       []TagMute
}

// record copies a circle, with these mutes.
func (g *circle) record(muted []CircleMute) CircleRecord {
	r := CircleRecord{
		Circle: g.Circle, Members: Convert(g.members.List(), (*Member).copy),
		Admins: g.admins.List(), Blocked: g.blocked.List(), Allowed: g.allowed.List(), Muted: muted,
		Files:      Convert(g.files.List(), func(f *SharedFile) SharedFile { return *f }),
		Attributes: Convert(g.attributes.List(), func(a *RoomAttribute) RoomAttribute { return *a }),
	}
	for _, tag := range slices.Sorted(maps.Keys(g.tags)) {
		r.Tags = append(r.Tags, TagMute{tag, g.tags[tag]})
	}
	return r
}

func (m *Member) copy() Member {
	c := *m
	c.Attributes, c.Tags = maps.Clone(m.Attributes), slices.Clone(m.Tags)
	return c
}

// CircleRecord returns all of a circle, with the mutes that are in force.
func (w *World) CircleRecord(id CircleID) (CircleRecord, *Error) {
	w.DropAbsent()
	w.mu.RLock()
	defer w.mu.RUnlock()
	g, err := w.circle(id)
	if err != nil {
		return CircleRecord{}, err
	}
	return g.record(g.mutesAt(w.Now())), nil
}

// CircleRecords returns all circles of a kind, the oldest first, with the mutes that
// are in force.
func (w *World) CircleRecords(kind CircleKind) []CircleRecord {
	w.DropAbsent()
	w.mu.RLock()
	defer w.mu.RUnlock()
	return Convert(w.circles.kind(kind).byID.List(), func(g *circle) CircleRecord { return g.record(g.mutesAt(w.Now())) })
}

// AddCircle makes a group or room, whatever a call would say to it, and registers
// those of its users who are missing. Admins and those who are allowed become
// members; own are attributes and tags, of which those of members are taken. An empty
// id is made up, and 0 is the usual number of users; files and times are not taken.
// What is there already stays as it is; an id of another kind panics.
func (w *World) AddCircle(r CircleRecord, own []Member) CircleRecord {
	w.mu.Lock()
	defer w.mu.Unlock()
	if g, err := w.circle(r.CircleID); err == nil {
		return g.record(g.mutesAt(w.Now()))
	}
	if w.hasCircle(r.ID) {
		panic("imtest: " + r.ID + " is the id of a group, room or thread: no two have the same")
	}
	g := &circle{Circle: r.Circle}
	g.ID, g.Owner = cmp.Or(r.ID, w.freeCircleID()), Fold(r.Owner)
	g.MaxUsers = cmp.Or(r.MaxUsers, defaultSettings(r.Kind).MaxUsers)
	admins, allowed, blocked := Convert(r.Admins, Fold), Convert(r.Allowed, Fold), Convert(r.Blocked, Fold)
	members := Convert(r.Members, func(m Member) string { return Fold(m.User) })
	members = slices.Concat(members, admins, allowed)
	for _, user := range append(slices.Concat(blocked, members), g.Owner) {
		if !w.users.Has(user) {
			w.addUser(NewUser{Name: user})
		}
	}
	w.found(g, members)
	w.emit(event.CircleCreated{Circle: g.Circle, Members: g.names()})
	for _, user := range admins {
		if user != g.Owner && !g.admins.Has(user) {
			w.promote(g, user)
		}
	}
	w.allow(g, allowed...)
	w.blockIn(g, blocked)
	w.fill(g, &r, own)
	return g.record(g.mutesAt(w.Now()))
}

// fill puts mutes, attributes and tags into a new circle. The caller holds mu.
func (w *World) fill(g *circle, r *CircleRecord, own []Member) {
	for _, m := range r.Muted {
		g.mute(Fold(m.User), m.Until, false)
		w.emit(event.MembersMuted{In: g.CircleID, Users: []string{Fold(m.User)}, Until: m.Until})
	}
	for _, o := range own {
		m := g.members.Get(Fold(o.User))
		if m != nil && len(o.Attributes) > 0 {
			w.setAttributes(g, m, maps.Clone(o.Attributes), maps.Clone(o.Attributes))
		}
		if m != nil {
			w.setTags(g, m, o.Tags)
		}
	}
	values := map[string]string{}
	for _, a := range r.Attributes {
		g.attributes.Put(a.Name, &RoomAttribute{a.Name, a.Value, g.Owner, a.Stays})
		values[a.Name] = a.Value
	}
	if len(values) > 0 {
		w.emit(event.RoomAttributesSet{In: g.CircleID, Name: g.Name, User: g.Owner, Values: values})
	}
}

// dumpCircles copies the circles of a kind for Dump. The caller holds mu.
func (w *World) dumpCircles(kind CircleKind) []CircleRecord {
	return Convert(w.circles.kind(kind).byID.List(), func(g *circle) CircleRecord {
		return g.record(Convert(g.muted.List(), func(m *CircleMute) CircleMute { return *m }))
	})
}

// RestoreCircle takes in a circle that Dump has copied; the group of a thread must
// be there.
func (w *World) RestoreCircle(r CircleRecord) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.ID == "" || w.hasCircle(r.ID) {
		return errors.New("it needs an id of its own")
	}
	g := r.circle()
	w.circles.kind(r.Kind).byID.Put(g.ID, g)
	if g.Kind != ThreadKind {
		return nil
	}
	if !w.circles.groups.byID.Has(g.Group) {
		return fmt.Errorf("there is no group %q", g.Group)
	}
	w.hang(g)
	return nil
}

func (r *CircleRecord) circle() *circle {
	g := &circle{Circle: r.Circle}
	for _, m := range r.Members {
		g.members.Put(m.User, &m)
	}
	for _, list := range []struct {
		to    *Book[string]
		names []string
	}{{&g.admins, r.Admins}, {&g.blocked, r.Blocked}, {&g.allowed, r.Allowed}} {
		for _, name := range list.names {
			list.to.Put(name, name)
		}
	}
	for _, m := range r.Muted {
		g.muted.Put(m.User, &m)
	}
	for _, f := range r.Files {
		g.files.Put(f.UUID, &f)
	}
	for _, a := range r.Attributes {
		g.attributes.Put(a.Name, &a)
	}
	for _, t := range r.Tags {
		g.muteTag(t.Tag, t.Until)
	}
	return g
}

// Joined is what a user is in, in order of joining.
type Joined struct {
	User                   string
	Groups, Rooms, Threads []string
}

// dumpJoined copies for Dump what each user is in. The caller holds mu.
func (w *World) dumpJoined() []Joined {
	users := map[string]bool{}
	for _, kind := range circleKinds {
		for user := range w.circles.kind(kind).joined {
			users[user] = true
		}
	}
	ids := func(b *circleBook, user string) []string {
		return Convert(b.of(user).List(), func(g *circle) string { return g.ID })
	}
	return Convert(slices.Sorted(maps.Keys(users)), func(user string) Joined {
		return Joined{user, ids(&w.circles.groups, user), ids(&w.circles.rooms, user), ids(&w.circles.threads, user)}
	})
}

// RestoreJoined takes in what Dump has copied of a user, who must be a member of
// all of it.
func (w *World) RestoreJoined(j Joined) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, ids := range [...][]string{j.Groups, j.Rooms, j.Threads} {
		for _, id := range ids {
			g, err := w.circle(CircleID{Kind: circleKinds[i], ID: id})
			if err != nil || !g.members.Has(j.User) {
				return fmt.Errorf("there is no member %s of %q", j.User, id)
			}
			w.circles.kind(g.Kind).note(j.User, g)
		}
	}
	return nil
}
