package world

import (
	"slices"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

// Why a rule about groups, rooms and threads refuses.
const (
	NoCircle       Kind = "there is no such group, room or thread"
	CircleTaken    Kind = "there is a group, room or thread of this id"
	CircleDisabled Kind = "the group is disabled"
	CircleFull     Kind = "there would be more members than allowed"
	BelowMembers   Kind = "there are more members than would be allowed"
	NotMember      Kind = "the user is not a member"           // Names: user, id
	NotMembers     Kind = "the call is for none of the users"  // Names: the users
	AlreadyMember  Kind = "the user is a member"               // Names: user, id
	BlockedThere   Kind = "the user is on the block list"      // Names: user, id
	NotAdmin       Kind = "the user is not an admin"           // Names: user, id
	AdminsFull     Kind = "there are as many admins as can be" // Limit
	OnOwner        Kind = "this cannot be done to an owner"
	SameOwner      Kind = "the user is the owner"
)

type (
	// CircleKind is what a circle is, as in events.
	CircleKind = event.CircleKind
	// CircleID names a circle, as in events.
	CircleID = event.CircleID
	// Settings are those of a circle, as in events.
	Settings = event.Settings
	// Circle is a circle without its lists, as in events.
	Circle = event.Circle
)

// The kinds of circles.
const (
	GroupKind  = event.CircleGroup
	RoomKind   = event.CircleRoom
	ThreadKind = event.CircleThread
)

var circleKinds = []CircleKind{GroupKind, RoomKind, ThreadKind}

// Member is a user in a circle.
type Member struct {
	User       string
	Joined     time.Time
	Attributes map[string]string // in a group
	Tags       []string          // in a room
}

// CircleMute is the mute of a member.
type CircleMute struct {
	User  string
	Until time.Time
}

// circle is a circle with its lists.
type circle struct {
	Circle
	members Book[*Member] // by user, in order of joining; the owner is one
	admins  Book[string]  // by user, as the lists below
	blocked Book[string]
	allowed Book[string]      // owner and admins are put on it with their role
	muted   Book[*CircleMute] // ended ones stay; leaving does not end one

	files      Book[*SharedFile]    // of a group
	threads    Book[*circle]        // of a group
	attributes Book[*RoomAttribute] // of a room
	tags       map[string]time.Time // muted tags of a room
}

// circlesState is what the server knows of groups, rooms and threads.
type circlesState struct {
	groups, rooms, threads circleBook

	superAdmins Book[string]       // of rooms
	departures  []Departure        // of members of rooms, oldest first
	byMessage   map[string]*circle // threads by the id of the message that they hang on
}

// circleBook holds all circles of a kind.
type circleBook struct {
	byID   Book[*circle]
	joined map[string]*Book[*circle] // by user, in order of joining
}

func (cs *circlesState) kind(kind CircleKind) *circleBook {
	switch kind {
	case GroupKind:
		return &cs.groups
	case RoomKind:
		return &cs.rooms
	case ThreadKind:
	}
	return &cs.threads
}

// of returns the circles that a user is in.
func (b *circleBook) of(user string) *Book[*circle] {
	if joined := b.joined[user]; joined != nil {
		return joined
	}
	return new(Book[*circle])
}

// note keeps that a user is in a circle.
func (b *circleBook) note(user string, g *circle) {
	if b.joined == nil {
		b.joined = map[string]*Book[*circle]{}
	}
	if b.joined[user] == nil {
		b.joined[user] = new(Book[*circle])
	}
	b.joined[user].Put(g.ID, g)
}

// circle returns a group, room or thread. The caller holds mu.
func (w *World) circle(id CircleID) (*circle, *Error) {
	if g := w.circles.kind(id.Kind).byID.Get(id.ID); g != nil {
		return g, nil
	}
	return nil, refuse(NoCircle, id.ID)
}

// managed returns a circle that can be managed: not one that is disabled, except
// for enabling and deleting it. The caller holds mu for writing.
func (w *World) managed(id CircleID) (*circle, *Error) {
	w.takeOutAbsent()
	g, err := w.circle(id)
	if err == nil && w.frozen(g) {
		err = refuse(CircleDisabled, id.ID)
	}
	return g, err
}

// frozen holds for a group that is disabled, and for its threads. The caller
// holds mu.
func (w *World) frozen(g *circle) bool {
	if g.Kind == ThreadKind {
		return w.circles.groups.byID.Get(g.Group).Disabled
	}
	return g.Disabled
}

// freeCircleID makes an id that no client or test has chosen before. The caller
// holds mu.
func (w *World) freeCircleID() string {
	id := w.NewGroupID()
	for w.hasCircle(id) {
		id = w.NewGroupID()
	}
	return id
}

// hasCircle holds for the id of a group, room or thread. The caller holds mu.
func (w *World) hasCircle(id string) bool {
	return slices.ContainsFunc(circleKinds, func(kind CircleKind) bool { return w.circles.kind(kind).byID.Has(id) })
}

// found adds a circle with its first members, the owner before them. The caller
// holds mu.
func (w *World) found(g *circle, members []string) {
	g.Created = w.Now()
	g.Updated = g.Created
	w.circles.kind(g.Kind).byID.Put(g.ID, g)
	w.join(g, g.Owner)
	g.allowed.Put(g.Owner, g.Owner)
	for _, user := range members {
		w.join(g, user)
	}
}

// join makes a user a member, if they are not. The caller holds mu.
func (w *World) join(g *circle, user string) {
	if g.members.Has(user) {
		return
	}
	g.members.Put(user, &Member{User: user, Joined: w.Now()})
	g.blocked.Remove(user) // a group takes blocked users back
	w.circles.kind(g.Kind).note(user, g)
}

// leave takes a member out, with their role and what is theirs there. The caller
// holds mu.
func (w *World) leave(g *circle, user string) {
	g.members.Remove(user)
	g.admins.Remove(user)
	g.allowed.Remove(user)
	joined := w.circles.kind(g.Kind).joined
	if b := joined[user]; b != nil {
		if b.Remove(g.ID); b.Len() == 0 {
			delete(joined, user)
		}
	}
	g.dropAttributesOf(user)
	if g.threads.Len() == 0 {
		return
	}
	for _, t := range w.circles.threads.of(user).List() {
		if t.Group == g.ID {
			w.leave(t, user)
		}
	}
}

// dissolve ends a circle, and the threads of a group with it. Messages stay.
// The caller holds mu.
func (w *World) dissolve(g *circle) {
	members := g.names()
	w.takeApart(g)
	w.emit(event.CircleDeleted{Circle: g.Circle, Members: members})
}

func (w *World) takeApart(g *circle) {
	for _, t := range g.threads.List() {
		w.takeApart(t)
	}
	for _, user := range g.names() {
		w.leave(g, user)
	}
	w.circles.kind(g.Kind).byID.Remove(g.ID)
	if g.Kind == ThreadKind {
		w.circles.groups.byID.Get(g.Group).threads.Remove(g.ID)
		delete(w.circles.byMessage, g.Message)
	}
}

// leaveCircles takes a deleted user out of all circles and off their lists, for
// whoever has their name next; their groups and rooms go with them. A thread stays
// without its creator. The caller holds mu.
func (w *World) leaveCircles(user string) {
	for _, kind := range circleKinds {
		for _, g := range w.circles.kind(kind).of(user).List() {
			if g.Owner == user && kind != ThreadKind {
				w.dissolve(g)
				continue
			}
			w.leave(g, user)
			w.emit(event.MembersLeft{In: g.CircleID, Users: []string{user}, Count: g.members.Len(), Why: event.LeftDeleted})
		}
	}
	for _, kind := range []CircleKind{GroupKind, RoomKind} {
		for g := range w.circles.kind(kind).byID.All {
			g.blocked.Remove(user)
			g.muted.Remove(user)
		}
	}
	w.circles.superAdmins.Remove(user)
}

// names are the members in order of joining.
func (g *circle) names() []string {
	return Convert(g.members.List(), func(m *Member) string { return m.User })
}
