package world

import "time"

const (
	maxAdmins      = 99
	maxCircleBatch = 60 // users of one call; 100 in the newest editions
)

// forever is the end that the API gives to a mute without one.
var forever = time.UnixMilli(4638873600000)

// A Circle is a number of users around an owner: a group, a chat room, or a
// thread of a group, which the API keeps as small groups.
type Circle struct {
	Kind *CircleKind
	ID   string
	Settings
	Owner        string
	Announcement string
	Created      time.Time
	Modified     time.Time
	Disabled     bool
	MutedAll     bool

	Members Book[*Member] // by user, in order of joining; the owner is one
	Admins  Book[string]  // by user, as the lists below
	Blocked Book[string]
	Allowed Book[string]      // owner and admins are put on it with their role
	Muted   Book[*CircleMute] // ended ones stay; leaving does not end one

	Files      Book[*SharedFile]    // of a group
	Threads    Book[*Circle]        // of a group
	Attributes Book[*RoomAttribute] // of a room
	Tags       map[string]time.Time // muted tags of a room

	Parent  *Circle // of a thread: its group
	Message string  // of a thread: the message that it hangs on
}

// Settings are what create and update set.
type Settings struct {
	Name, Description, Avatar, Custom        string
	Public, MembersOnly, AllowInvites, Asked bool // asked: an invited user is asked
	MaxUsers                                 int
}

type Member struct {
	User       string
	Joined     time.Time
	Attributes map[string]string // of a member of a group
	Tags       []string          // of a member of a room
}

type CircleMute struct {
	User  string
	Until time.Time
}

// A CircleKind says how groups differ from rooms in calls that they share.
type CircleKind struct {
	Param    string // name of the id in paths
	memberID string // name of the id in responses about members
	listID   string // name of the id in responses about lists
	word     string // what the reason of a block calls it
	In       func(*World) *Circles
}

var (
	GroupKind = &CircleKind{
		Param: "group_id", memberID: "groupid", listID: "groupid", word: "group",
		In: func(w *World) *Circles { return &w.Chatgroups.Circles },
	}
	RoomKind = &CircleKind{
		Param: "chatroom_id", memberID: "id", listID: "chatroomid", word: "chatroom",
		In: func(w *World) *Circles { return &w.Chatrooms.Circles },
	}
	ThreadKind = &CircleKind{
		Param: "thread_id",
		In:    func(w *World) *Circles { return &w.Threads.Circles },
	}
)

// Circles are all groups, all rooms or all threads.
type Circles struct {
	ByID   Book[*Circle]
	Joined map[string]*Book[*Circle] // by user, in order of joining
}

// hasCircle holds for the id of a group, room or thread. The caller holds mu.
func (w *World) hasCircle(id string) bool {
	return w.Chatgroups.ByID.Has(id) || w.Chatrooms.ByID.Has(id) || w.Threads.ByID.Has(id)
}

// FreeCircleID makes an id that no client or test has chosen before. The caller
// holds mu.
func (w *World) FreeCircleID() string {
	id := w.NewGroupID()
	for w.hasCircle(id) {
		id = w.NewGroupID()
	}
	return id
}

// Of returns the circles that a user is in.
func (cs *Circles) Of(user string) *Book[*Circle] {
	if b := cs.Joined[user]; b != nil {
		return b
	}
	return new(Book[*Circle])
}

// Found adds a circle with its first members, the owner before them.
func (cs *Circles) Found(g *Circle, members []string, now time.Time) {
	g.Created, g.Modified = now, now
	cs.ByID.Put(g.ID, g)
	cs.join(g, g.Owner, now)
	g.Allowed.Put(g.Owner, g.Owner)
	for _, user := range members {
		cs.join(g, user, now)
	}
}

// join makes a user a member, if he is none.
func (cs *Circles) join(g *Circle, user string, now time.Time) {
	if g.Members.Has(user) {
		return
	}
	g.Members.Put(user, &Member{User: user, Joined: now})
	g.Blocked.Remove(user) // a group takes blocked users back
	if cs.Joined == nil {
		cs.Joined = map[string]*Book[*Circle]{}
	}
	if cs.Joined[user] == nil {
		cs.Joined[user] = new(Book[*Circle])
	}
	cs.Joined[user].Put(g.ID, g)
}

// leave takes a member out, with his role and what is his there. The caller
// holds mu.
func (w *World) leave(g *Circle, user string) {
	g.Members.Remove(user)
	g.Admins.Remove(user)
	g.Allowed.Remove(user)
	joined := g.Kind.In(w).Joined
	if b := joined[user]; b != nil {
		if b.Remove(g.ID); b.Len() == 0 {
			delete(joined, user)
		}
	}
	g.dropAttributesOf(user)
	if g.Threads.Len() == 0 {
		return
	}
	for _, t := range w.Threads.Of(user).List() {
		if t.Parent == g {
			w.leave(t, user)
		}
	}
}

// dissolve ends a circle, and the threads of a group with it. Messages stay.
// The caller holds mu.
func (w *World) dissolve(g *Circle) {
	for _, t := range g.Threads.List() {
		w.dissolve(t)
	}
	for _, m := range g.Members.List() {
		w.leave(g, m.User)
	}
	g.Kind.In(w).ByID.Remove(g.ID)
	if g.Parent != nil {
		g.Parent.Threads.Remove(g.ID)
		delete(w.Threads.ByMessage, g.Message)
	}
}

// leaveCircles takes a deleted user out of all circles and off their lists, for
// whoever has his name next; his groups and rooms go with him. A thread stays
// without its creator. The caller holds mu.
func (w *World) leaveCircles(user string) {
	for _, cs := range []*Circles{&w.Chatgroups.Circles, &w.Chatrooms.Circles, &w.Threads.Circles} {
		for _, g := range cs.Of(user).List() {
			if g.Owner == user && g.Parent == nil {
				w.dissolve(g)
			} else {
				w.leave(g, user)
			}
		}
	}
	for _, cs := range []*Circles{&w.Chatgroups.Circles, &w.Chatrooms.Circles} {
		for g := range cs.ByID.All {
			g.Blocked.Remove(user)
			g.Muted.Remove(user)
		}
	}
	w.Chatrooms.SuperAdmins.Remove(user)
}

// frozen holds for a group that is disabled, and for its threads.
func (g *Circle) frozen() bool { return g.Disabled || g.Parent != nil && g.Parent.Disabled }
