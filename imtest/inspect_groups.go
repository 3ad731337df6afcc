package imtest

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Group is a group, as a test sees and makes it. A mute without an end has the
// one that the API gives it, time.UnixMilli(4638873600000): 2117 begins in China.
type Group struct {
	ID                string
	Name              string
	Description       string
	Avatar            string
	Custom            string
	Announcement      string
	Owner             string
	Members           []string // in order of joining, with owner and admins
	Admins            []string // the owner is none
	Blocked           []string
	Allowed           []string             // with owner and admins
	Muted             map[string]time.Time // ends of the mutes in force
	MutedAll          bool
	Disabled          bool
	Public            bool
	MembersOnly       bool
	AllowInvites      bool
	InviteNeedConfirm bool
	MaxUsers          int
	Attributes        map[string]map[string]string // of members who have some
	Files             []File                       // shared files, oldest first
	Created           time.Time
}

// Room is a chat room, as a test sees and makes it. Its mutes are like those of
// a Group.
type Room struct {
	ID           string
	Name         string
	Description  string
	Custom       string
	Announcement string
	Owner        string
	Members      []string // in order of joining, with owner and admins
	Admins       []string // the owner is none
	Blocked      []string
	Allowed      []string             // with owner and admins
	Muted        map[string]time.Time // ends of the mutes in force
	MutedAll     bool
	MaxUsers     int
	Attributes   map[string]string
	Tags         map[string][]string // of members who have some
	Created      time.Time
}

// Thread is a thread of a group.
type Thread struct {
	ID        string
	Name      string
	Owner     string
	GroupID   string
	MessageID string   // the message that it hangs on
	Members   []string // in order of joining
	Created   time.Time
}

// Group returns a group, and whether there is one.
func (srv *Server) Group(id string) (Group, bool) {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	g := s.chatgroups.byID.get(id)
	if g == nil {
		return Group{}, false
	}
	return g.shownGroup(s.now()), true
}

// Groups returns all groups, oldest first.
func (srv *Server) Groups() []Group {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	return convert(s.chatgroups.byID.list(), func(g *circle) Group { return g.shownGroup(s.now()) })
}

// Room returns a chat room, and whether there is one.
func (srv *Server) Room(id string) (Room, bool) {
	s := srv.state
	s.dropAbsent()
	s.mu.RLock()
	defer s.mu.RUnlock()
	g := s.chatrooms.byID.get(id)
	if g == nil {
		return Room{}, false
	}
	return g.shownRoom(s.now()), true
}

// Rooms returns all chat rooms, oldest first.
func (srv *Server) Rooms() []Room {
	s := srv.state
	s.dropAbsent()
	s.mu.RLock()
	defer s.mu.RUnlock()
	return convert(s.chatrooms.byID.list(), func(g *circle) Room { return g.shownRoom(s.now()) })
}

// SuperAdmins returns the users who are super admins of the app's chat rooms.
func (srv *Server) SuperAdmins() []string {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.chatrooms.superAdmins.list()
}

// Thread returns a thread, and whether there is one.
func (srv *Server) Thread(id string) (Thread, bool) {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	t := s.threads.byID.get(id)
	if t == nil {
		return Thread{}, false
	}
	return t.shownThread(), true
}

// Threads returns all threads, oldest first.
func (srv *Server) Threads() []Thread {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	return convert(s.threads.byID.list(), (*circle).shownThread)
}

// AddGroup makes a group, whatever the API would say to it, and registers those
// of its users who are missing. Owner, Admins and Allowed become members. An
// empty ID is made up, and MaxUsers is 200 if it is 0; Files and Created are
// the server's own. A group that exists stays as it is. It returns the group.
func (srv *Server) AddGroup(v Group) Group {
	s := srv.state
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.chatgroups.byID.get(v.ID); g != nil {
		return g.shownGroup(s.now())
	}
	g := newGroup(fold(v.Owner))
	g.id, g.announcement, g.mutedAll, g.disabled = v.ID, v.Announcement, v.MutedAll, v.Disabled
	g.settings = settings{
		name: v.Name, description: v.Description, avatar: v.Avatar, custom: v.Custom,
		public: v.Public, membersOnly: v.MembersOnly, allowInvites: v.AllowInvites, asked: v.InviteNeedConfirm,
		maxUsers: cmp.Or(v.MaxUsers, g.maxUsers),
	}
	s.addCircle(g, lists{v.Members, v.Admins, v.Allowed, v.Blocked}, v.Muted)
	for user, attributes := range v.Attributes {
		if m := g.members.get(fold(user)); m != nil {
			m.attributes = maps.Clone(attributes)
		}
	}
	return g.shownGroup(s.now())
}

// AddRoom makes a chat room as AddGroup makes a group. MaxUsers is 1,000 if it
// is 0, and the attributes are the owner's.
func (srv *Server) AddRoom(v Room) Room {
	s := srv.state
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.chatrooms.byID.get(v.ID); g != nil {
		return g.shownRoom(s.now())
	}
	g := newRoom(fold(v.Owner))
	g.id, g.announcement, g.mutedAll = v.ID, v.Announcement, v.MutedAll
	g.name, g.description, g.custom, g.maxUsers = v.Name, v.Description, v.Custom, cmp.Or(v.MaxUsers, g.maxUsers)
	s.addCircle(g, lists{v.Members, v.Admins, v.Allowed, v.Blocked}, v.Muted)
	for name, value := range v.Attributes {
		g.attributes.put(name, &roomAttribute{name, value, g.owner, false})
	}
	for user, tags := range v.Tags {
		if m := g.members.get(fold(user)); m != nil {
			m.tags = slices.Clone(tags)
		}
	}
	return g.shownRoom(s.now())
}

// lists are the users of a group or room that a test makes.
type lists struct{ members, admins, allowed, blocked []string }

// addCircle adds a group or room with its lists. The caller holds mu.
func (s *state) addCircle(g *circle, l lists, muted map[string]time.Time) {
	if g.id == "" {
		g.id = s.freeCircleID()
	}
	members := convert(slices.Concat(l.members, l.admins, l.allowed), fold)
	for _, user := range append(convert(l.blocked, fold), append(members, g.owner)...) {
		if !s.users.has(user) {
			s.addUser(newUser{name: user})
		}
	}
	g.kind.in(s).found(g, members, s.now())
	for _, user := range convert(l.admins, fold) {
		if user != g.owner {
			g.admins.put(user, user)
			g.allowed.put(user, user)
		}
	}
	for _, user := range convert(l.allowed, fold) {
		g.allowed.put(user, user)
	}
	for _, user := range convert(l.blocked, fold) {
		g.blocked.put(user, user)
	}
	for user, until := range muted {
		g.mute(fold(user), until, false)
	}
}

func (g *circle) shownGroup(now time.Time) Group {
	v := Group{
		ID: g.id, Name: g.name, Description: g.description, Avatar: g.avatar, Custom: g.custom,
		Announcement: g.announcement, Owner: g.owner, Members: g.names(), Admins: g.admins.list(),
		Blocked: g.blocked.list(), Allowed: g.allowed.list(), Muted: g.mutedUntil(now), MutedAll: g.mutedAll,
		Disabled: g.disabled, Public: g.public, MembersOnly: g.membersOnly, AllowInvites: g.allowInvites,
		InviteNeedConfirm: g.asked, MaxUsers: g.maxUsers, Attributes: map[string]map[string]string{},
		Created: g.created,
	}
	for m := range g.members.all {
		if len(m.attributes) > 0 {
			v.Attributes[m.user] = maps.Clone(m.attributes)
		}
	}
	v.Files = convert(g.files.list(), func(f *sharedFile) File {
		return File{UUID: f.uuid, Name: f.name, ContentType: f.contentType, Data: f.data, Restricted: f.restricted, Time: f.created}
	})
	return v
}

func (g *circle) shownRoom(now time.Time) Room {
	v := Room{
		ID: g.id, Name: g.name, Description: g.description, Custom: g.custom, Announcement: g.announcement,
		Owner: g.owner, Members: g.names(), Admins: g.admins.list(), Blocked: g.blocked.list(),
		Allowed: g.allowed.list(), Muted: g.mutedUntil(now), MutedAll: g.mutedAll, MaxUsers: g.maxUsers,
		Attributes: map[string]string{}, Tags: map[string][]string{}, Created: g.created,
	}
	for a := range g.attributes.all {
		v.Attributes[a.name] = a.value
	}
	for m := range g.members.all {
		if len(m.tags) > 0 {
			v.Tags[m.user] = slices.Clone(m.tags)
		}
	}
	return v
}

func (g *circle) shownThread() Thread {
	return Thread{
		ID: g.id, Name: g.name, Owner: g.owner, GroupID: g.parent.id, MessageID: g.message,
		Members: g.names(), Created: g.created,
	}
}

// names are the members in order of joining.
func (g *circle) names() []string {
	return convert(g.members.list(), func(m *member) string { return m.user })
}

func (g *circle) mutedUntil(now time.Time) map[string]time.Time {
	ends := map[string]time.Time{}
	for _, m := range g.mutesAt(now) {
		ends[m.user] = m.until
	}
	return ends
}
