package imtest

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// Group is a group, as a test sees and makes it. A mute without an end has the
// one that the API gives it, time.UnixMilli(4638873600000): 2117 begins in China.
type Group struct {
	ID                string                       // made by the server, unless AddGroup was given one
	Name              string                       // up to 128 characters
	Description       string                       // up to 512 characters
	Avatar            string                       // URL of a picture, "": none
	Custom            string                       // free text of the app
	Announcement      string                       // "": none
	Owner             string                       // lower case
	Members           []string                     // in order of joining, with owner and admins
	Admins            []string                     // the owner is none
	Blocked           []string                     // the block list
	Allowed           []string                     // with owner and admins
	Muted             map[string]time.Time         // ends of the mutes in force
	MutedAll          bool                         // all members are muted, except for Allowed
	Disabled          bool                         // frozen: nobody can send
	Public            bool                         // users can find the group and ask to join
	MembersOnly       bool                         // joining needs approval
	AllowInvites      bool                         // plain members may invite
	InviteNeedConfirm bool                         // users join only when they accept the invitation
	MaxUsers          int                          // with the owner
	Attributes        map[string]map[string]string // of members who have some
	Files             []File                       // shared files, oldest first
	Created           time.Time                    // by the server's clock
}

// Room is a chat room, as a test sees and makes it. Its mutes are like those of
// a Group.
type Room struct {
	ID           string               // made by the server, unless the app or AddRoom chose it
	Name         string               // up to 128 characters
	Description  string               // up to 512 characters
	Custom       string               // free text of the app
	Announcement string               // "": none
	Owner        string               // lower case
	Members      []string             // in order of joining, with owner and admins
	Admins       []string             // the owner is none
	Blocked      []string             // the block list
	Allowed      []string             // with owner and admins
	Muted        map[string]time.Time // ends of the mutes in force
	MutedAll     bool                 // all members are muted, except for Allowed
	MaxUsers     int                  // with the owner
	Attributes   map[string]string    // values by key
	Tags         map[string][]string  // of members who have some
	Created      time.Time            // by the server's clock
}

// Thread is a thread of a group.
type Thread struct {
	ID        string    // in the form of a group id
	Name      string    // up to 64 characters
	Owner     string    // lower case
	GroupID   string    // the group that it belongs to
	MessageID string    // the message that it hangs on
	Members   []string  // in order of joining
	Created   time.Time // by the server's clock
}

// Group returns a group, and whether there is one.
func (srv *Server) Group(id string) (Group, bool) {
	s := srv.world
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	g := s.Chatgroups.ByID.Get(id)
	if g == nil {
		return Group{}, false
	}
	return shownGroup(g, s.Now()), true
}

// Groups returns all groups, oldest first.
func (srv *Server) Groups() []Group {
	s := srv.world
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	return world.Convert(s.Chatgroups.ByID.List(), func(g *world.Circle) Group { return shownGroup(g, s.Now()) })
}

// Room returns a chat room, and whether there is one.
func (srv *Server) Room(id string) (Room, bool) {
	s := srv.world
	s.DropAbsent()
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	g := s.Chatrooms.ByID.Get(id)
	if g == nil {
		return Room{}, false
	}
	return shownRoom(g, s.Now()), true
}

// Rooms returns all chat rooms, oldest first.
func (srv *Server) Rooms() []Room {
	s := srv.world
	s.DropAbsent()
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	return world.Convert(s.Chatrooms.ByID.List(), func(g *world.Circle) Room { return shownRoom(g, s.Now()) })
}

// SuperAdmins returns the users who are super admins of the app's chat rooms.
func (srv *Server) SuperAdmins() []string {
	s := srv.world
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	return s.Chatrooms.SuperAdmins.List()
}

// Thread returns a thread, and whether there is one.
func (srv *Server) Thread(id string) (Thread, bool) {
	s := srv.world
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	t := s.Threads.ByID.Get(id)
	if t == nil {
		return Thread{}, false
	}
	return shownThread(t), true
}

// Threads returns all threads, oldest first.
func (srv *Server) Threads() []Thread {
	s := srv.world
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	return world.Convert(s.Threads.ByID.List(), shownThread)
}

// AddGroup makes a group, whatever the API would say to it, and registers those
// of its users who are missing. Owner, Admins and Allowed become members. An
// empty ID is made up, and MaxUsers is 200 if it is 0; Files and Created are
// the server's own. A group that exists stays as it is. It returns the group.
func (srv *Server) AddGroup(v Group) Group {
	s := srv.world
	s.Mu.Lock()
	defer s.Mu.Unlock()
	if g := s.Chatgroups.ByID.Get(v.ID); g != nil {
		return shownGroup(g, s.Now())
	}
	g := world.NewGroup(world.Fold(v.Owner))
	g.ID, g.Announcement, g.MutedAll, g.Disabled = v.ID, v.Announcement, v.MutedAll, v.Disabled
	g.Settings = world.Settings{
		Name: v.Name, Description: v.Description, Avatar: v.Avatar, Custom: v.Custom,
		Public: v.Public, MembersOnly: v.MembersOnly, AllowInvites: v.AllowInvites, Asked: v.InviteNeedConfirm,
		MaxUsers: cmp.Or(v.MaxUsers, g.MaxUsers),
	}
	addCircle(s, g, lists{v.Members, v.Admins, v.Allowed, v.Blocked}, v.Muted)
	for user, attributes := range v.Attributes {
		if m := g.Members.Get(world.Fold(user)); m != nil {
			m.Attributes = maps.Clone(attributes)
		}
	}
	return shownGroup(g, s.Now())
}

// AddRoom makes a chat room as AddGroup makes a group. MaxUsers is 1,000 if it
// is 0, and the attributes are the owner's.
func (srv *Server) AddRoom(v Room) Room {
	s := srv.world
	s.Mu.Lock()
	defer s.Mu.Unlock()
	if g := s.Chatrooms.ByID.Get(v.ID); g != nil {
		return shownRoom(g, s.Now())
	}
	g := world.NewRoom(world.Fold(v.Owner))
	g.ID, g.Announcement, g.MutedAll = v.ID, v.Announcement, v.MutedAll
	g.Name, g.Description, g.Custom, g.MaxUsers = v.Name, v.Description, v.Custom, cmp.Or(v.MaxUsers, g.MaxUsers)
	addCircle(s, g, lists{v.Members, v.Admins, v.Allowed, v.Blocked}, v.Muted)
	for name, value := range v.Attributes {
		g.Attributes.Put(name, &world.RoomAttribute{Name: name, Value: value, User: g.Owner, Stays: false})
	}
	for user, tags := range v.Tags {
		if m := g.Members.Get(world.Fold(user)); m != nil {
			m.Tags = slices.Clone(tags)
		}
	}
	return shownRoom(g, s.Now())
}

// lists are the users of a group or room that a test makes.
type lists struct{ members, admins, allowed, blocked []string }

// addCircle adds a group or room with its lists. The caller holds mu.
func addCircle(s *world.World, g *world.Circle, l lists, muted map[string]time.Time) {
	if g.ID == "" {
		g.ID = s.FreeCircleID()
	}
	members := world.Convert(slices.Concat(l.members, l.admins, l.allowed), world.Fold)
	for _, user := range append(world.Convert(l.blocked, world.Fold), append(members, g.Owner)...) {
		s.LegacyAddUser(user)
	}
	g.Kind.In(s).Found(g, members, s.Now())
	for _, user := range world.Convert(l.admins, world.Fold) {
		if user != g.Owner {
			g.Admins.Put(user, user)
			g.Allowed.Put(user, user)
		}
	}
	for _, user := range world.Convert(l.allowed, world.Fold) {
		g.Allowed.Put(user, user)
	}
	for _, user := range world.Convert(l.blocked, world.Fold) {
		g.Blocked.Put(user, user)
	}
	for user, until := range muted {
		g.Mute(world.Fold(user), until, false)
	}
}

func shownGroup(g *world.Circle, now time.Time) Group {
	v := Group{
		ID: g.ID, Name: g.Name, Description: g.Description, Avatar: g.Avatar, Custom: g.Custom,
		Announcement: g.Announcement, Owner: g.Owner, Members: names(g), Admins: g.Admins.List(),
		Blocked: g.Blocked.List(), Allowed: g.Allowed.List(), Muted: mutedUntil(g, now), MutedAll: g.MutedAll,
		Disabled: g.Disabled, Public: g.Public, MembersOnly: g.MembersOnly, AllowInvites: g.AllowInvites,
		InviteNeedConfirm: g.Asked, MaxUsers: g.MaxUsers, Attributes: map[string]map[string]string{},
		Created: g.Created,
	}
	for m := range g.Members.All {
		if len(m.Attributes) > 0 {
			v.Attributes[m.User] = maps.Clone(m.Attributes)
		}
	}
	v.Files = world.Convert(g.Files.List(), func(f *world.SharedFile) File {
		return File{UUID: f.UUID, Name: f.Name, ContentType: f.ContentType, Data: f.Data, Restricted: f.Restricted, Time: f.Created}
	})
	return v
}

func shownRoom(g *world.Circle, now time.Time) Room {
	v := Room{
		ID: g.ID, Name: g.Name, Description: g.Description, Custom: g.Custom, Announcement: g.Announcement,
		Owner: g.Owner, Members: names(g), Admins: g.Admins.List(), Blocked: g.Blocked.List(),
		Allowed: g.Allowed.List(), Muted: mutedUntil(g, now), MutedAll: g.MutedAll, MaxUsers: g.MaxUsers,
		Attributes: map[string]string{}, Tags: map[string][]string{}, Created: g.Created,
	}
	for a := range g.Attributes.All {
		v.Attributes[a.Name] = a.Value
	}
	for m := range g.Members.All {
		if len(m.Tags) > 0 {
			v.Tags[m.User] = slices.Clone(m.Tags)
		}
	}
	return v
}

func shownThread(g *world.Circle) Thread {
	return Thread{
		ID: g.ID, Name: g.Name, Owner: g.Owner, GroupID: g.Parent.ID, MessageID: g.Message,
		Members: names(g), Created: g.Created,
	}
}

// names are the members in order of joining.
func names(g *world.Circle) []string {
	return world.Convert(g.Members.List(), func(m *world.Member) string { return m.User })
}

func mutedUntil(g *world.Circle, now time.Time) map[string]time.Time {
	ends := map[string]time.Time{}
	for _, m := range g.MutesAt(now) {
		ends[m.User] = m.Until
	}
	return ends
}
