package imtest

import (
	"iter"
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

func saveGroups(d *world.Dump) iter.Seq[savedCircle]  { return records(d.Groups, recordCircle) }
func saveRooms(d *world.Dump) iter.Seq[savedCircle]   { return records(d.Rooms, recordCircle) }
func saveThreads(d *world.Dump) iter.Seq[savedCircle] { return records(d.Threads, recordCircle) }

func recordCircle(g world.CircleRecord) savedCircle {
	return savedCircle{
		ID: g.ID, Name: g.Name, Description: g.Description, Avatar: g.Avatar, Custom: g.Custom,
		Public: g.Public, MembersOnly: g.MembersOnly, AllowInvites: g.AllowInvites, Asked: g.Asked, MaxUsers: g.MaxUsers,
		Owner: g.Owner, Announcement: g.Announcement, Created: g.Created, Modified: g.Updated,
		Disabled: g.Disabled, MutedAll: g.MutedAll,
		Members: world.Convert(g.Members, func(m world.Member) savedMember { return savedMember(m) }),
		Admins:  g.Admins, Blocked: g.Blocked, Allowed: g.Allowed,
		Muted:      world.Convert(g.Muted, func(m world.CircleMute) savedCircleMute { return savedCircleMute(m) }),
		Files:      world.Convert(g.Files, func(f world.SharedFile) savedSharedFile { return savedSharedFile{recordFile(f.File), f.Owner} }),
		Attributes: world.Convert(g.Attributes, func(a world.RoomAttribute) savedAttribute { return savedAttribute(a) }),
		Tags:       world.Convert(g.Tags, func(t world.TagMute) savedTag { return savedTag(t) }),
		Group:      g.Group, Message: g.Message,
	}
}

func loadCircle(kind world.CircleKind) func(*world.World, *savedCircle) error {
	return func(s *world.World, v *savedCircle) error { return s.RestoreCircle(v.circle(kind)) }
}

func (v *savedCircle) circle(kind world.CircleKind) world.CircleRecord {
	return world.CircleRecord{
		Circle: world.Circle{
			CircleID: world.CircleID{Kind: kind, ID: v.ID}, Owner: v.Owner, Announcement: v.Announcement,
			Created: v.Created, Updated: v.Modified, Disabled: v.Disabled, MutedAll: v.MutedAll,
			Settings: world.Settings{
				Name: v.Name, Description: v.Description, Avatar: v.Avatar, Custom: v.Custom,
				Public: v.Public, MembersOnly: v.MembersOnly, AllowInvites: v.AllowInvites, Asked: v.Asked, MaxUsers: v.MaxUsers,
			},
			Group: v.Group, Message: v.Message,
		},
		Members: world.Convert(v.Members, func(m savedMember) world.Member { return world.Member(m) }),
		Admins:  v.Admins, Blocked: v.Blocked, Allowed: v.Allowed,
		Muted:      world.Convert(v.Muted, func(m savedCircleMute) world.CircleMute { return world.CircleMute(m) }),
		Files:      world.Convert(v.Files, func(f savedSharedFile) world.SharedFile { return world.SharedFile{File: f.file(), Owner: f.Owner} }),
		Attributes: world.Convert(v.Attributes, func(a savedAttribute) world.RoomAttribute { return world.RoomAttribute(a) }),
		Tags:       world.Convert(v.Tags, func(t savedTag) world.TagMute { return world.TagMute(t) }),
	}
}

// savedJoined is what a user is in, in order of joining.
type savedJoined struct {
	User    string   `json:"user"`
	Groups  []string `json:"groups,omitempty"`
	Rooms   []string `json:"rooms,omitempty"`
	Threads []string `json:"threads,omitempty"`
}

func saveJoined(d *world.Dump) iter.Seq[savedJoined] {
	return records(d.Joined, func(j world.Joined) savedJoined { return savedJoined(j) })
}

func loadJoined(s *world.World, v *savedJoined) error { return s.RestoreJoined(world.Joined(*v)) }

func saveSuperAdmins(d *world.Dump) iter.Seq[string] { return slices.Values(d.SuperAdmins) }

func loadSuperAdmin(s *world.World, name *string) error {
	s.RestoreSuperAdmin(*name)
	return nil
}

type savedDeparture struct {
	User string    `json:"user"`
	At   time.Time `json:"at"`
}

func saveDepartures(d *world.Dump) iter.Seq[savedDeparture] {
	return records(d.Departures, func(d world.Departure) savedDeparture { return savedDeparture(d) })
}

func loadDeparture(s *world.World, v *savedDeparture) error {
	s.RestoreDeparture(world.Departure(*v))
	return nil
}
