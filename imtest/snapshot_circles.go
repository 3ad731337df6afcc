package imtest

import (
	"cmp"
	"errors"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// Groups, rooms and threads in the data of Save.

type savedCircle struct {
	ID           string            `json:"id"`
	Name         string            `json:"name"`
	Description  string            `json:"description,omitempty"`
	Avatar       string            `json:"avatar,omitempty"`
	Custom       string            `json:"custom,omitempty"`
	Public       bool              `json:"public,omitempty"`
	MembersOnly  bool              `json:"members_only,omitempty"`
	AllowInvites bool              `json:"allow_invites,omitempty"`
	Asked        bool              `json:"asked,omitempty"`
	MaxUsers     int               `json:"max_users,omitempty"`
	Owner        string            `json:"owner"`
	Announcement string            `json:"announcement,omitempty"`
	Created      time.Time         `json:"created"`
	Modified     time.Time         `json:"modified"`
	Disabled     bool              `json:"disabled,omitempty"`
	MutedAll     bool              `json:"muted_all,omitempty"`
	Members      []savedMember     `json:"members,omitempty"`
	Admins       []string          `json:"admins,omitempty"`
	Blocked      []string          `json:"blocked,omitempty"`
	Allowed      []string          `json:"allowed,omitempty"`
	Muted        []savedCircleMute `json:"muted,omitempty"`
	Files        []savedSharedFile `json:"files,omitempty"`
	Attributes   []savedAttribute  `json:"attributes,omitempty"`
	Tags         []savedTag        `json:"tags,omitempty"`
	Group        string            `json:"group,omitempty"`   // of a thread
	Message      string            `json:"message,omitempty"` // of a thread
}

type savedMember struct {
	User       string            `json:"user"`
	Joined     time.Time         `json:"joined"`
	Attributes map[string]string `json:"attributes,omitempty"`
	Tags       []string          `json:"tags,omitempty"`
}

type savedCircleMute struct {
	User  string    `json:"user"`
	Until time.Time `json:"until"`
}

type savedSharedFile struct {
	savedFile
	Owner string `json:"owner"`
}

type savedAttribute struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	User  string `json:"user"`
	Stays bool   `json:"stays,omitempty"`
}

type savedTag struct {
	Tag   string    `json:"tag"`
	Until time.Time `json:"until"`
}

func saveCircles(kind *world.CircleKind) func(*world.World) iter.Seq[savedCircle] {
	return func(s *world.World) iter.Seq[savedCircle] {
		return each(kind.In(s).ByID.All, recordCircle)
	}
}

func recordCircle(g *world.Circle) savedCircle {
	v := savedCircle{
		ID: g.ID, Name: g.Name, Description: g.Description, Avatar: g.Avatar, Custom: g.Custom,
		Public: g.Public, MembersOnly: g.MembersOnly, AllowInvites: g.AllowInvites, Asked: g.Asked, MaxUsers: g.MaxUsers,
		Owner: g.Owner, Announcement: g.Announcement, Created: g.Created, Modified: g.Modified,
		Disabled: g.Disabled, MutedAll: g.MutedAll,
		Members: world.Convert(g.Members.List(), func(m *world.Member) savedMember { return savedMember{m.User, m.Joined, m.Attributes, m.Tags} }),
		Admins:  g.Admins.List(), Blocked: g.Blocked.List(), Allowed: g.Allowed.List(),
		Muted:      world.Convert(g.Muted.List(), func(m *world.CircleMute) savedCircleMute { return savedCircleMute{m.User, m.Until} }),
		Files:      world.Convert(g.Files.List(), func(f *world.SharedFile) savedSharedFile { return savedSharedFile{recordFile(f.File), f.Owner} }),
		Attributes: world.Convert(g.Attributes.List(), func(a *world.RoomAttribute) savedAttribute { return savedAttribute{a.Name, a.Value, a.User, a.Stays} }),
		Message:    g.Message,
	}
	for _, tag := range slices.Sorted(maps.Keys(g.Tags)) {
		v.Tags = append(v.Tags, savedTag{tag, g.Tags[tag]})
	}
	if g.Parent != nil {
		v.Group = g.Parent.ID
	}
	return v
}

func loadCircle(kind *world.CircleKind) func(*world.World, *savedCircle) error {
	return func(s *world.World, v *savedCircle) error {
		if v.ID == "" || kind.In(s).ByID.Has(v.ID) {
			return errors.New("it needs an id of its own")
		}
		g := v.circle(kind)
		kind.In(s).ByID.Put(g.ID, g)
		if kind == world.ThreadKind {
			return tieThread(s, g, v.Group)
		}
		return nil
	}
}

func (v *savedCircle) circle(kind *world.CircleKind) *world.Circle {
	g := &world.Circle{
		Kind: kind, ID: v.ID, Owner: v.Owner, Announcement: v.Announcement, Created: v.Created, Modified: v.Modified,
		Disabled: v.Disabled, MutedAll: v.MutedAll, Message: v.Message,
		Settings: world.Settings{
			Name: v.Name, Description: v.Description, Avatar: v.Avatar, Custom: v.Custom,
			Public: v.Public, MembersOnly: v.MembersOnly, AllowInvites: v.AllowInvites, Asked: v.Asked, MaxUsers: v.MaxUsers,
		},
	}
	for _, m := range v.Members {
		g.Members.Put(m.User, &world.Member{User: m.User, Joined: m.Joined, Attributes: m.Attributes, Tags: m.Tags})
	}
	fill(&g.Admins, v.Admins)
	fill(&g.Blocked, v.Blocked)
	fill(&g.Allowed, v.Allowed)
	for _, m := range v.Muted {
		g.Muted.Put(m.User, &world.CircleMute{User: m.User, Until: m.Until})
	}
	for _, f := range v.Files {
		g.Files.Put(f.UUID, &world.SharedFile{File: f.file(), Owner: f.Owner})
	}
	for _, a := range v.Attributes {
		g.Attributes.Put(a.Name, &world.RoomAttribute{Name: a.Name, Value: a.Value, User: a.User, Stays: a.Stays})
	}
	for _, t := range v.Tags {
		if g.Tags == nil {
			g.Tags = map[string]time.Time{}
		}
		g.Tags[t.Tag] = t.Until
	}
	return g
}

// tieThread hangs a thread on its group and its message.
func tieThread(s *world.World, t *world.Circle, group string) error {
	t.Parent = s.Chatgroups.ByID.Get(group)
	if t.Parent == nil {
		return errUnknown("group", group)
	}
	t.Parent.Threads.Put(t.ID, t)
	if s.Threads.ByMessage == nil {
		s.Threads.ByMessage = map[string]*world.Circle{}
	}
	s.Threads.ByMessage[t.Message] = t
	return nil
}

// savedJoined is what a user is in, in order of joining.
type savedJoined struct {
	User    string   `json:"user"`
	Groups  []string `json:"groups,omitempty"`
	Rooms   []string `json:"rooms,omitempty"`
	Threads []string `json:"threads,omitempty"`
}

func saveJoined(s *world.World) iter.Seq[savedJoined] {
	users := map[string]bool{}
	for _, kind := range []*world.CircleKind{world.GroupKind, world.RoomKind, world.ThreadKind} {
		for user := range kind.In(s).Joined {
			users[user] = true
		}
	}
	ids := func(kind *world.CircleKind, user string) []string {
		return world.Convert(kind.In(s).Of(user).List(), func(g *world.Circle) string { return g.ID })
	}
	return each(sortedKeys(users), func(user string) savedJoined {
		return savedJoined{user, ids(world.GroupKind, user), ids(world.RoomKind, user), ids(world.ThreadKind, user)}
	})
}

func loadJoined(s *world.World, v *savedJoined) error {
	return cmp.Or(
		joinAgain(s, world.GroupKind, v.User, v.Groups),
		joinAgain(s, world.RoomKind, v.User, v.Rooms),
		joinAgain(s, world.ThreadKind, v.User, v.Threads),
	)
}

func joinAgain(s *world.World, kind *world.CircleKind, user string, ids []string) error {
	cs := kind.In(s)
	for _, id := range ids {
		g := cs.ByID.Get(id)
		if g == nil || !g.Members.Has(user) {
			return errUnknown("member "+user+" of", id)
		}
		if cs.Joined == nil {
			cs.Joined = map[string]*world.Book[*world.Circle]{}
		}
		if cs.Joined[user] == nil {
			cs.Joined[user] = new(world.Book[*world.Circle])
		}
		cs.Joined[user].Put(id, g)
	}
	return nil
}

func saveSuperAdmins(s *world.World) iter.Seq[string] { return copied(s.Chatrooms.SuperAdmins.All) }

func loadSuperAdmin(s *world.World, name *string) error {
	s.Chatrooms.SuperAdmins.Put(*name, *name)
	return nil
}

type savedDeparture struct {
	User string    `json:"user"`
	At   time.Time `json:"at"`
}

func saveDepartures(s *world.World) iter.Seq[savedDeparture] {
	return each(slices.Values(s.Chatrooms.Departures), func(d world.Departure) savedDeparture { return savedDeparture{d.User, d.At} })
}

func loadDeparture(s *world.World, v *savedDeparture) error {
	s.Chatrooms.Departures = append(s.Chatrooms.Departures, world.Departure{User: v.User, At: v.At})
	return nil
}
