package imtest

import (
	"maps"
	"slices"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// Group is a group, as a test sees and makes it. A mute without an end has the
// one that the API gives it, time.UnixMilli(4638873600000): 2117 begins in China.
type Group struct {
	ID                string                       `json:"id"`                    // made by the server, unless AddGroup was given one
	Name              string                       `json:"name"`                  // up to 128 characters
	Description       string                       `json:"description,omitzero"`  // up to 512 characters
	Avatar            string                       `json:"avatar,omitzero"`       // URL of a picture, "": none
	Custom            string                       `json:"custom,omitzero"`       // free text of the app
	Announcement      string                       `json:"announcement,omitzero"` // "": none
	Owner             string                       `json:"owner"`                 // lower case
	Members           []string                     `json:"members"`               // in order of joining, with owner and admins
	Admins            []string                     `json:"admins"`                // the owner is none
	Blocked           []string                     `json:"blocked"`               // the block list
	Allowed           []string                     `json:"allowed"`               // with owner and admins
	Muted             map[string]time.Time         `json:"muted"`                 // ends of the mutes in force
	MutedAll          bool                         `json:"muted_all"`             // all members are muted, except for Allowed
	Disabled          bool                         `json:"disabled"`              // frozen: nobody can send
	Public            bool                         `json:"public"`                // users can find the group and ask to join
	MembersOnly       bool                         `json:"members_only"`          // joining needs approval
	AllowInvites      bool                         `json:"allow_invites"`         // plain members may invite
	InviteNeedConfirm bool                         `json:"invite_need_confirm"`   // users join only when they accept the invitation
	MaxUsers          int                          `json:"max_users"`             // with the owner
	Attributes        map[string]map[string]string `json:"attributes"`            // of members who have some
	Files             []File                       `json:"files"`                 // shared files, oldest first
	Created           time.Time                    `json:"created"`               // by the server's clock
}

// Room is a chat room, as a test sees and makes it. Its mutes are like those of
// a Group.
type Room struct {
	ID           string               `json:"id"`                    // made by the server, unless the app or AddRoom chose it
	Name         string               `json:"name"`                  // up to 128 characters
	Description  string               `json:"description,omitzero"`  // up to 512 characters
	Custom       string               `json:"custom,omitzero"`       // free text of the app
	Announcement string               `json:"announcement,omitzero"` // "": none
	Owner        string               `json:"owner"`                 // lower case
	Members      []string             `json:"members"`               // in order of joining, with owner and admins
	Admins       []string             `json:"admins"`                // the owner is none
	Blocked      []string             `json:"blocked"`               // the block list
	Allowed      []string             `json:"allowed"`               // with owner and admins
	Muted        map[string]time.Time `json:"muted"`                 // ends of the mutes in force
	MutedAll     bool                 `json:"muted_all"`             // all members are muted, except for Allowed
	MaxUsers     int                  `json:"max_users"`             // with the owner
	Attributes   map[string]string    `json:"attributes"`            // values by key
	Tags         map[string][]string  `json:"tags"`                  // of members who have some
	Created      time.Time            `json:"created"`               // by the server's clock
}

// Thread is a thread of a group.
type Thread struct {
	ID        string    `json:"id"`         // in the form of a group id
	Name      string    `json:"name"`       // up to 64 characters
	Owner     string    `json:"owner"`      // lower case
	GroupID   string    `json:"group_id"`   // the group that it belongs to
	MessageID string    `json:"message_id"` // the message that it hangs on
	Members   []string  `json:"members"`    // in order of joining
	Created   time.Time `json:"created"`    // by the server's clock
}

// Group returns a group, and whether there is one.
func (srv *Server) Group(id string) (Group, bool) {
	return shownCircle(srv, world.GroupKind, id, shownGroup)
}

// Groups returns all groups, oldest first.
func (srv *Server) Groups() []Group {
	return world.Convert(srv.world.CircleRecords(world.GroupKind), shownGroup)
}

// Room returns a chat room, and whether there is one.
func (srv *Server) Room(id string) (Room, bool) {
	return shownCircle(srv, world.RoomKind, id, shownRoom)
}

// Rooms returns all chat rooms, oldest first.
func (srv *Server) Rooms() []Room {
	return world.Convert(srv.world.CircleRecords(world.RoomKind), shownRoom)
}

// SuperAdmins returns the users who are super admins of the app's chat rooms.
func (srv *Server) SuperAdmins() []string { return srv.world.SuperAdmins() }

// Thread returns a thread, and whether there is one.
func (srv *Server) Thread(id string) (Thread, bool) {
	return shownCircle(srv, world.ThreadKind, id, shownThread)
}

// Threads returns all threads, oldest first.
func (srv *Server) Threads() []Thread {
	return world.Convert(srv.world.CircleRecords(world.ThreadKind), shownThread)
}

func shownCircle[V any](srv *Server, kind world.CircleKind, id string, show func(world.CircleRecord) V) (shown V, there bool) {
	r, err := srv.world.CircleRecord(world.CircleID{Kind: kind, ID: id})
	if err != nil {
		return shown, false
	}
	return show(r), true
}

// AddGroup makes a group, whatever the API would say to it, and registers those
// of its users who are missing. Owner, Admins and Allowed become members. An
// empty ID is made up, and MaxUsers is 200 if it is 0; Files and Created are
// the server's own. A group that exists stays as it is; the ID of a room panics. It returns the group.
func (srv *Server) AddGroup(v Group) Group {
	r := world.CircleRecord{
		Circle: world.Circle{
			CircleID: world.CircleID{Kind: world.GroupKind, ID: v.ID},
			Settings: world.Settings{
				Name: v.Name, Description: v.Description, Avatar: v.Avatar, Custom: v.Custom,
				Public: v.Public, MembersOnly: v.MembersOnly, AllowInvites: v.AllowInvites, Asked: v.InviteNeedConfirm,
				MaxUsers: v.MaxUsers,
			},
			Owner: v.Owner, Announcement: v.Announcement, MutedAll: v.MutedAll, Disabled: v.Disabled,
		},
		Members: worldMembers(v.Members), Admins: v.Admins, Blocked: v.Blocked, Allowed: v.Allowed, Muted: worldMutes(v.Muted),
	}
	var own []world.Member
	for _, name := range slices.Sorted(maps.Keys(v.Attributes)) {
		own = append(own, world.Member{User: name, Attributes: v.Attributes[name]})
	}
	return shownGroup(srv.world.AddCircle(r, own))
}

// AddRoom makes a chat room as AddGroup makes a group. MaxUsers is 1,000 if it
// is 0, and the attributes are the owner's.
func (srv *Server) AddRoom(v Room) Room {
	r := world.CircleRecord{
		Circle: world.Circle{
			CircleID: world.CircleID{Kind: world.RoomKind, ID: v.ID},
			Settings: world.Settings{
				Name: v.Name, Description: v.Description, Custom: v.Custom, Public: true, Asked: true, MaxUsers: v.MaxUsers,
			},
			Owner: v.Owner, Announcement: v.Announcement, MutedAll: v.MutedAll,
		},
		Members: worldMembers(v.Members), Admins: v.Admins, Blocked: v.Blocked, Allowed: v.Allowed, Muted: worldMutes(v.Muted),
	}
	var own []world.Member
	for _, name := range slices.Sorted(maps.Keys(v.Tags)) {
		own = append(own, world.Member{User: name, Tags: v.Tags[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(v.Attributes)) {
		r.Attributes = append(r.Attributes, world.RoomAttribute{Name: name, Value: v.Attributes[name]})
	}
	return shownRoom(srv.world.AddCircle(r, own))
}

func worldMembers(names []string) []world.Member {
	return world.Convert(names, func(name string) world.Member { return world.Member{User: name} })
}

func worldMutes(ends map[string]time.Time) []world.CircleMute {
	return world.Convert(slices.Sorted(maps.Keys(ends)), func(name string) world.CircleMute {
		return world.CircleMute{User: name, Until: ends[name]}
	})
}

func shownGroup(g world.CircleRecord) Group {
	v := Group{
		ID: g.ID, Name: g.Name, Description: g.Description, Avatar: g.Avatar, Custom: g.Custom,
		Announcement: g.Announcement, Owner: g.Owner, Members: names(g), Admins: g.Admins,
		Blocked: g.Blocked, Allowed: g.Allowed, Muted: mutedUntil(g), MutedAll: g.MutedAll,
		Disabled: g.Disabled, Public: g.Public, MembersOnly: g.MembersOnly, AllowInvites: g.AllowInvites,
		InviteNeedConfirm: g.Asked, MaxUsers: g.MaxUsers, Attributes: map[string]map[string]string{},
		Created: g.Created,
	}
	for _, m := range g.Members {
		if len(m.Attributes) > 0 {
			v.Attributes[m.User] = m.Attributes
		}
	}
	v.Files = world.Convert(g.Files, func(f world.SharedFile) File {
		return File{UUID: f.UUID, Name: f.Name, ContentType: f.ContentType, Data: f.Data, Restricted: f.Restricted, Time: f.Created}
	})
	return v
}

func shownRoom(g world.CircleRecord) Room {
	v := Room{
		ID: g.ID, Name: g.Name, Description: g.Description, Custom: g.Custom, Announcement: g.Announcement,
		Owner: g.Owner, Members: names(g), Admins: g.Admins, Blocked: g.Blocked,
		Allowed: g.Allowed, Muted: mutedUntil(g), MutedAll: g.MutedAll, MaxUsers: g.MaxUsers,
		Attributes: map[string]string{}, Tags: map[string][]string{}, Created: g.Created,
	}
	for _, a := range g.Attributes {
		v.Attributes[a.Name] = a.Value
	}
	for _, m := range g.Members {
		if len(m.Tags) > 0 {
			v.Tags[m.User] = m.Tags
		}
	}
	return v
}

func shownThread(g world.CircleRecord) Thread {
	return Thread{
		ID: g.ID, Name: g.Name, Owner: g.Owner, GroupID: g.Group, MessageID: g.Message,
		Members: names(g), Created: g.Created,
	}
}

// names are the members in order of joining.
func names(g world.CircleRecord) []string {
	return world.Convert(g.Members, func(m world.Member) string { return m.User })
}

func mutedUntil(g world.CircleRecord) map[string]time.Time {
	ends := map[string]time.Time{}
	for _, m := range g.Muted {
		ends[m.User] = m.Until
	}
	return ends
}
