package imtest

import "time"

const (
	maxAdmins      = 99
	maxCircleBatch = 60 // users of one call; 100 in the newest editions
)

// forever is the end that the API gives to a mute without one.
var forever = time.UnixMilli(4638873600000)

// A circle is a number of users around an owner: a group, a chat room, or a
// thread of a group, which the API keeps as small groups.
type circle struct {
	kind *circleKind
	id   string
	settings
	owner        string
	announcement string
	created      time.Time
	modified     time.Time
	disabled     bool
	mutedAll     bool

	members book[*member] // by user, in order of joining; the owner is one
	admins  book[string]  // by user, as the lists below
	blocked book[string]
	allowed book[string]      // owner and admins are put on it with their role
	muted   book[*circleMute] // ended ones stay; leaving does not end one

	files      book[*sharedFile]    // of a group
	threads    book[*circle]        // of a group
	attributes book[*roomAttribute] // of a room
	tags       map[string]time.Time // muted tags of a room

	parent  *circle // of a thread: its group
	message string  // of a thread: the message that it hangs on
}

// settings are what create and update set.
type settings struct {
	name, description, avatar, custom        string
	public, membersOnly, allowInvites, asked bool // asked: an invited user is asked
	maxUsers                                 int
}

type member struct {
	user       string
	joined     time.Time
	attributes map[string]string // of a member of a group
	tags       []string          // of a member of a room
}

type circleMute struct {
	user  string
	until time.Time
}

// A circleKind says how groups differ from rooms in calls that they share.
type circleKind struct {
	param    string // name of the id in paths
	memberID string // name of the id in responses about members
	listID   string // name of the id in responses about lists
	word     string // what the reason of a block calls it
	in       func(*state) *circles
}

var (
	groupKind = &circleKind{
		param: "group_id", memberID: "groupid", listID: "groupid", word: "group",
		in: func(s *state) *circles { return &s.chatgroups.circles },
	}
	roomKind = &circleKind{
		param: "chatroom_id", memberID: "id", listID: "chatroomid", word: "chatroom",
		in: func(s *state) *circles { return &s.chatrooms.circles },
	}
	threadKind = &circleKind{
		param: "thread_id",
		in:    func(s *state) *circles { return &s.threads.circles },
	}
)

// circles are all groups, all rooms or all threads.
type circles struct {
	byID   book[*circle]
	joined map[string]*book[*circle] // by user, in order of joining
}

// hasCircle holds for the id of a group, room or thread. The caller holds mu.
func (s *state) hasCircle(id string) bool {
	return s.chatgroups.byID.has(id) || s.chatrooms.byID.has(id) || s.threads.byID.has(id)
}

// freeCircleID makes an id that no client or test has chosen before. The caller
// holds mu.
func (s *state) freeCircleID() string {
	id := s.newGroupID()
	for s.hasCircle(id) {
		id = s.newGroupID()
	}
	return id
}

// of returns the circles that a user is in.
func (cs *circles) of(user string) *book[*circle] {
	if b := cs.joined[user]; b != nil {
		return b
	}
	return new(book[*circle])
}

// found adds a circle with its first members, the owner before them.
func (cs *circles) found(g *circle, members []string, now time.Time) {
	g.created, g.modified = now, now
	cs.byID.put(g.id, g)
	cs.join(g, g.owner, now)
	g.allowed.put(g.owner, g.owner)
	for _, user := range members {
		cs.join(g, user, now)
	}
}

// join makes a user a member, if he is none.
func (cs *circles) join(g *circle, user string, now time.Time) {
	if g.members.has(user) {
		return
	}
	g.members.put(user, &member{user: user, joined: now})
	g.blocked.remove(user) // a group takes blocked users back
	if cs.joined == nil {
		cs.joined = map[string]*book[*circle]{}
	}
	if cs.joined[user] == nil {
		cs.joined[user] = new(book[*circle])
	}
	cs.joined[user].put(g.id, g)
}

// leave takes a member out, with his role and what is his there. The caller
// holds mu.
func (s *state) leave(g *circle, user string) {
	g.members.remove(user)
	g.admins.remove(user)
	g.allowed.remove(user)
	joined := g.kind.in(s).joined
	if b := joined[user]; b != nil {
		if b.remove(g.id); b.len() == 0 {
			delete(joined, user)
		}
	}
	g.dropAttributesOf(user)
	if g.threads.len() == 0 {
		return
	}
	for _, t := range s.threads.of(user).list() {
		if t.parent == g {
			s.leave(t, user)
		}
	}
}

// dissolve ends a circle, and the threads of a group with it. Messages stay.
// The caller holds mu.
func (s *state) dissolve(g *circle) {
	for _, t := range g.threads.list() {
		s.dissolve(t)
	}
	for _, m := range g.members.list() {
		s.leave(g, m.user)
	}
	g.kind.in(s).byID.remove(g.id)
	if g.parent != nil {
		g.parent.threads.remove(g.id)
		delete(s.threads.byMessage, g.message)
	}
}

// leaveCircles takes a deleted user out of all circles and off their lists, for
// whoever has his name next; his groups and rooms go with him. A thread stays
// without its creator. The caller holds mu.
func (s *state) leaveCircles(user string) {
	for _, cs := range []*circles{&s.chatgroups.circles, &s.chatrooms.circles, &s.threads.circles} {
		for _, g := range cs.of(user).list() {
			if g.owner == user && g.parent == nil {
				s.dissolve(g)
			} else {
				s.leave(g, user)
			}
		}
	}
	for _, cs := range []*circles{&s.chatgroups.circles, &s.chatrooms.circles} {
		for g := range cs.byID.all {
			g.blocked.remove(user)
			g.muted.remove(user)
		}
	}
	s.chatrooms.superAdmins.remove(user)
}

// frozen holds for a group that is disabled, and for its threads.
func (g *circle) frozen() bool { return g.disabled || g.parent != nil && g.parent.disabled }

// deliverToMembers gives a message to the members of a group or thread, if the
// target is one, but not to its sender: members who are muted get it as others
// do, blocked users are no members, and a disabled group is silent. The caller
// holds mu.
func (s *state) deliverToMembers(m *message) {
	g := s.chatgroups.byID.get(m.to)
	if g == nil {
		g = s.threads.byID.get(m.to)
	}
	if g == nil || g.frozen() {
		return
	}
	for member := range g.members.all {
		if member.user != m.from {
			s.deliverTo(member.user, m)
		}
	}
}

// deliverToPresent gives a message to the members of a room who are online:
// rooms keep nothing for others. The caller holds mu.
func (s *state) deliverToPresent(m *message) {
	g := s.chatrooms.byID.get(m.to)
	if g == nil {
		return
	}
	for member := range g.members.all {
		if u := s.users.get(member.user); u != nil && u.online && u.name != m.from {
			s.deliverTo(u.name, m)
		}
	}
}
