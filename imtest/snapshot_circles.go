package imtest

import (
	"cmp"
	"errors"
	"iter"
	"maps"
	"slices"
	"time"
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

func saveCircles(kind *circleKind) func(*state) iter.Seq[savedCircle] {
	return func(s *state) iter.Seq[savedCircle] {
		return each(kind.in(s).byID.all, (*circle).saved)
	}
}

func (g *circle) saved() savedCircle {
	v := savedCircle{
		ID: g.id, Name: g.name, Description: g.description, Avatar: g.avatar, Custom: g.custom,
		Public: g.public, MembersOnly: g.membersOnly, AllowInvites: g.allowInvites, Asked: g.asked, MaxUsers: g.maxUsers,
		Owner: g.owner, Announcement: g.announcement, Created: g.created, Modified: g.modified,
		Disabled: g.disabled, MutedAll: g.mutedAll,
		Members: convert(g.members.list(), func(m *member) savedMember { return savedMember{m.user, m.joined, m.attributes, m.tags} }),
		Admins:  g.admins.list(), Blocked: g.blocked.list(), Allowed: g.allowed.list(),
		Muted:      convert(g.muted.list(), func(m *circleMute) savedCircleMute { return savedCircleMute{m.user, m.until} }),
		Files:      convert(g.files.list(), func(f *sharedFile) savedSharedFile { return savedSharedFile{f.saved(), f.owner} }),
		Attributes: convert(g.attributes.list(), func(a *roomAttribute) savedAttribute { return savedAttribute{a.name, a.value, a.user, a.stays} }),
		Message:    g.message,
	}
	for _, tag := range slices.Sorted(maps.Keys(g.tags)) {
		v.Tags = append(v.Tags, savedTag{tag, g.tags[tag]})
	}
	if g.parent != nil {
		v.Group = g.parent.id
	}
	return v
}

func loadCircle(kind *circleKind) func(*state, *savedCircle) error {
	return func(s *state, v *savedCircle) error {
		if v.ID == "" || kind.in(s).byID.has(v.ID) {
			return errors.New("it needs an id of its own")
		}
		g := v.circle(kind)
		kind.in(s).byID.put(g.id, g)
		if kind == threadKind {
			return s.tieThread(g, v.Group)
		}
		return nil
	}
}

func (v *savedCircle) circle(kind *circleKind) *circle {
	g := &circle{
		kind: kind, id: v.ID, owner: v.Owner, announcement: v.Announcement, created: v.Created, modified: v.Modified,
		disabled: v.Disabled, mutedAll: v.MutedAll, message: v.Message,
		settings: settings{
			v.Name, v.Description, v.Avatar, v.Custom,
			v.Public, v.MembersOnly, v.AllowInvites, v.Asked, v.MaxUsers,
		},
	}
	for _, m := range v.Members {
		g.members.put(m.User, &member{m.User, m.Joined, m.Attributes, m.Tags})
	}
	fill(&g.admins, v.Admins)
	fill(&g.blocked, v.Blocked)
	fill(&g.allowed, v.Allowed)
	for _, m := range v.Muted {
		g.muted.put(m.User, &circleMute{m.User, m.Until})
	}
	for _, f := range v.Files {
		g.files.put(f.UUID, &sharedFile{f.file(), f.Owner})
	}
	for _, a := range v.Attributes {
		g.attributes.put(a.Name, &roomAttribute{a.Name, a.Value, a.User, a.Stays})
	}
	for _, t := range v.Tags {
		if g.tags == nil {
			g.tags = map[string]time.Time{}
		}
		g.tags[t.Tag] = t.Until
	}
	return g
}

// tieThread hangs a thread on its group and its message.
func (s *state) tieThread(t *circle, group string) error {
	t.parent = s.chatgroups.byID.get(group)
	if t.parent == nil {
		return errUnknown("group", group)
	}
	t.parent.threads.put(t.id, t)
	if s.threads.byMessage == nil {
		s.threads.byMessage = map[string]*circle{}
	}
	s.threads.byMessage[t.message] = t
	return nil
}

// savedJoined is what a user is in, in order of joining.
type savedJoined struct {
	User    string   `json:"user"`
	Groups  []string `json:"groups,omitempty"`
	Rooms   []string `json:"rooms,omitempty"`
	Threads []string `json:"threads,omitempty"`
}

func (s *state) saveJoined() iter.Seq[savedJoined] {
	users := map[string]bool{}
	for _, kind := range []*circleKind{groupKind, roomKind, threadKind} {
		for user := range kind.in(s).joined {
			users[user] = true
		}
	}
	ids := func(kind *circleKind, user string) []string {
		return convert(kind.in(s).of(user).list(), func(g *circle) string { return g.id })
	}
	return each(sortedKeys(users), func(user string) savedJoined {
		return savedJoined{user, ids(groupKind, user), ids(roomKind, user), ids(threadKind, user)}
	})
}

func (s *state) loadJoined(v *savedJoined) error {
	return cmp.Or(
		s.joinAgain(groupKind, v.User, v.Groups),
		s.joinAgain(roomKind, v.User, v.Rooms),
		s.joinAgain(threadKind, v.User, v.Threads),
	)
}

func (s *state) joinAgain(kind *circleKind, user string, ids []string) error {
	cs := kind.in(s)
	for _, id := range ids {
		g := cs.byID.get(id)
		if g == nil || !g.members.has(user) {
			return errUnknown("member "+user+" of", id)
		}
		if cs.joined == nil {
			cs.joined = map[string]*book[*circle]{}
		}
		if cs.joined[user] == nil {
			cs.joined[user] = new(book[*circle])
		}
		cs.joined[user].put(id, g)
	}
	return nil
}

func (s *state) saveSuperAdmins() iter.Seq[string] { return copied(s.chatrooms.superAdmins.all) }

func (s *state) loadSuperAdmin(name *string) error {
	s.chatrooms.superAdmins.put(*name, *name)
	return nil
}

type savedDeparture struct {
	User string    `json:"user"`
	At   time.Time `json:"at"`
}

func (s *state) saveDepartures() iter.Seq[savedDeparture] {
	return each(slices.Values(s.chatrooms.departures), func(d departure) savedDeparture { return savedDeparture{d.user, d.at} })
}

func (s *state) loadDeparture(v *savedDeparture) error {
	s.chatrooms.departures = append(s.chatrooms.departures, departure{v.User, v.At})
	return nil
}
