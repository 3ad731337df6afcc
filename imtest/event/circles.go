package event

import "time"

// CircleKind is what a circle is: a number of users around an owner.
type CircleKind string

// The kinds of circles. A thread belongs to a group; the API keeps it as a small
// group, to which messages are sent as to others.
const (
	CircleGroup  CircleKind = "group"
	CircleRoom   CircleKind = "room"
	CircleThread CircleKind = "thread"
)

// CircleID names a group, room or thread.
type CircleID struct {
	Kind CircleKind `json:"kind"`
	ID   string     `json:"id"`
}

// Settings are what creating and updating set.
type Settings struct {
	Name         string `json:"name"`
	Description  string `json:"description,omitzero"`
	Avatar       string `json:"avatar,omitzero"`
	Custom       string `json:"custom,omitzero"`
	Public       bool   `json:"public,omitzero"`
	MembersOnly  bool   `json:"members_only,omitzero"`
	AllowInvites bool   `json:"allow_invites,omitzero"`
	Asked        bool   `json:"invite_need_confirm,omitzero"` // an invited user is asked
	MaxUsers     int    `json:"max_users,omitzero"`
}

// Circle is a group, room or thread without its lists.
type Circle struct {
	CircleID
	Settings
	Owner        string    `json:"owner"` // the creator of a thread, who may have left it
	Announcement string    `json:"announcement,omitzero"`
	Created      time.Time `json:"created"`
	Updated      time.Time `json:"updated"`
	Disabled     bool      `json:"disabled,omitzero"`
	MutedAll     bool      `json:"muted_all,omitzero"`
	Group        string    `json:"group,omitzero"`   // of a thread: its group
	Message      string    `json:"message,omitzero"` // of a thread: the id of the message that it hangs on
}

// What happens to groups, rooms and threads.
type (
	// CircleCreated says that there is a new group, room or thread, with those who
	// are in it from the start, the owner among them.
	CircleCreated struct {
		Circle  Circle   `json:"circle"`
		Members []string `json:"members"`
		By      string   `json:"by"`
	}
	// CircleDeleted says that a group, room or thread is gone. The threads of a group
	// go with it.
	CircleDeleted struct {
		Circle  Circle   `json:"circle"`
		Members []string `json:"members"` // those who were in it
	}
	// CircleUpdated says what the settings of a group, room or thread are now.
	CircleUpdated struct {
		Circle Circle `json:"circle"`
	}
	// GroupDisabled says that a group was disabled, with its threads.
	GroupDisabled struct {
		In CircleID `json:"in"`
	}
	// GroupEnabled says that a group was enabled again, with its threads.
	GroupEnabled struct {
		In CircleID `json:"in"`
	}
	// AnnouncementSet says what is announced. An empty text ends an announcement.
	AnnouncementSet struct {
		In   CircleID `json:"in"`
		Text string   `json:"text"`
	}
	// OwnerChanged says that a member became the owner, and the old owner a plain member.
	OwnerChanged struct {
		In  CircleID `json:"in"`
		Old string   `json:"old"`
		New string   `json:"new"`
	}
	// AdminAdded says that a member became an admin, which also puts them on the allow list.
	AdminAdded struct {
		In   CircleID `json:"in"`
		User string   `json:"user"`
	}
	// AdminRemoved says that an admin became a plain member again.
	AdminRemoved struct {
		In   CircleID `json:"in"`
		User string   `json:"user"`
	}
	// AllMuted says that all members are muted.
	AllMuted struct {
		In CircleID `json:"in"`
	}
	// AllUnmuted says that the mute of all members was lifted.
	AllUnmuted struct {
		In CircleID `json:"in"`
	}
)

// What happens to members.
type (
	// MembersJoined says that users became members, which takes them off the block list
	// of a group.
	MembersJoined struct {
		In    CircleID `json:"in"`
		Users []string `json:"users"`
		Count int      `json:"count"` // members now
		By    string   `json:"by"`
	}
	// MembersLeft says that users are not members any more, nor in the threads of the
	// group.
	MembersLeft struct {
		In    CircleID `json:"in"`
		Users []string `json:"users"`
		Count int      `json:"count"` // members now
		Why   Leaving  `json:"why"`
	}
	// MembersBlocked says that members were put on the block list, which took them
	// out as well.
	MembersBlocked struct {
		In    CircleID `json:"in"`
		Users []string `json:"users"`
		Count int      `json:"count"` // members now
	}
	// MembersUnblocked says that users were taken off the block list.
	MembersUnblocked struct {
		In    CircleID `json:"in"`
		Users []string `json:"users"`
	}
	// MembersAllowed says that members were put on the allow list.
	MembersAllowed struct {
		In    CircleID `json:"in"`
		Users []string `json:"users"`
	}
	// MembersDisallowed says that members were taken off the allow list.
	MembersDisallowed struct {
		In    CircleID `json:"in"`
		Users []string `json:"users"`
	}
	// MembersMuted says that members are muted.
	MembersMuted struct {
		In    CircleID  `json:"in"`
		Users []string  `json:"users"`
		Until time.Time `json:"until"`
	}
	// MembersUnmuted says that mutes were lifted. One that ends by time is not an event.
	MembersUnmuted struct {
		In    CircleID `json:"in"`
		Users []string `json:"users"`
	}
	// MemberAttributesSet says which attributes of a group member have new values. An empty
	// one is deleted.
	MemberAttributesSet struct {
		In     CircleID          `json:"in"`
		User   string            `json:"user"`
		Values map[string]string `json:"values"`
	}
	// MemberTagsSet says which tags a member of a room has.
	MemberTagsSet struct {
		In   CircleID `json:"in"`
		User string   `json:"user"`
		Tags []string `json:"tags"`
	}
	// TagMuted says that the members of a room with a tag are muted.
	TagMuted struct {
		In    CircleID  `json:"in"`
		Tag   string    `json:"tag"`
		Until time.Time `json:"until"`
	}
	// TagUnmuted says that the mute of a tag was lifted.
	TagUnmuted struct {
		In  CircleID `json:"in"`
		Tag string   `json:"tag"`
	}
	// SuperAdminAdded says that a user is a super admin of the rooms of the app.
	SuperAdminAdded struct {
		User string `json:"user"`
	}
	// SuperAdminRemoved says that a user is not a super admin any more.
	SuperAdminRemoved struct {
		User string `json:"user"`
	}
)

// Leaving is why a member left.
type Leaving string

// Why members leave. Those who are blocked have an event of their own.
const (
	LeftSelf    Leaving = "self"    // they left
	LeftRemoved Leaving = "removed" // by a call of the API
	LeftOffline Leaving = "offline" // for too long, in a room
	LeftDeleted Leaving = "deleted" // their account is gone
)

// What groups and rooms hold.
type (
	// FileShared says that a group has a further file.
	FileShared struct {
		In      CircleID  `json:"in"`
		By      string    `json:"by"`
		ID      string    `json:"id"`
		Name    string    `json:"name"`
		Owner   string    `json:"owner"`
		Size    int       `json:"size"`
		Created time.Time `json:"created"`
	}
	// SharedFileDeleted says that a group does not share a file any more.
	SharedFileDeleted struct {
		In CircleID `json:"in"`
		ID string   `json:"id"`
	}
	// RoomAttributesSet says which attributes of a room were set for a member.
	RoomAttributesSet struct {
		In     CircleID          `json:"in"`
		Name   string            `json:"name"` // of the room
		User   string            `json:"user"`
		Forced bool              `json:"forced"` // also those of others
		Values map[string]string `json:"values"`
		Failed []string          `json:"failed,omitzero"` // what the call did not set
	}
	// RoomAttributesDeleted says which attributes of a room were deleted for a user.
	RoomAttributesDeleted struct {
		In      CircleID `json:"in"`
		Name    string   `json:"name"` // of the room
		User    string   `json:"user"`
		Forced  bool     `json:"forced"`
		Deleted []string `json:"deleted"`
		Failed  []string `json:"failed,omitzero"`
	}
)

var circleKinds = []Data{
	CircleCreated{},
	CircleDeleted{},
	CircleUpdated{},
	GroupDisabled{},
	GroupEnabled{},
	AnnouncementSet{},
	OwnerChanged{},
	AdminAdded{},
	AdminRemoved{},
	AllMuted{},
	AllUnmuted{},
	MembersJoined{},
	MembersLeft{},
	MembersBlocked{},
	MembersUnblocked{},
	MembersAllowed{},
	MembersDisallowed{},
	MembersMuted{},
	MembersUnmuted{},
	MemberAttributesSet{},
	MemberTagsSet{},
	TagMuted{},
	TagUnmuted{},
	SuperAdminAdded{},
	SuperAdminRemoved{},
	FileShared{},
	SharedFileDeleted{},
	RoomAttributesSet{},
	RoomAttributesDeleted{},
}

// Kind returns "circle_created".
func (CircleCreated) Kind() string { return "circle_created" }

// Kind returns "circle_deleted".
func (CircleDeleted) Kind() string { return "circle_deleted" }

// Kind returns "circle_updated".
func (CircleUpdated) Kind() string { return "circle_updated" }

// Kind returns "group_disabled".
func (GroupDisabled) Kind() string { return "group_disabled" }

// Kind returns "group_enabled".
func (GroupEnabled) Kind() string { return "group_enabled" }

// Kind returns "announcement_set".
func (AnnouncementSet) Kind() string { return "announcement_set" }

// Kind returns "owner_changed".
func (OwnerChanged) Kind() string { return "owner_changed" }

// Kind returns "admin_added".
func (AdminAdded) Kind() string { return "admin_added" }

// Kind returns "admin_removed".
func (AdminRemoved) Kind() string { return "admin_removed" }

// Kind returns "all_muted".
func (AllMuted) Kind() string { return "all_muted" }

// Kind returns "all_unmuted".
func (AllUnmuted) Kind() string { return "all_unmuted" }

// Kind returns "members_joined".
func (MembersJoined) Kind() string { return "members_joined" }

// Kind returns "members_left".
func (MembersLeft) Kind() string { return "members_left" }

// Kind returns "members_blocked".
func (MembersBlocked) Kind() string { return "members_blocked" }

// Kind returns "members_unblocked".
func (MembersUnblocked) Kind() string { return "members_unblocked" }

// Kind returns "members_allowed".
func (MembersAllowed) Kind() string { return "members_allowed" }

// Kind returns "members_disallowed".
func (MembersDisallowed) Kind() string { return "members_disallowed" }

// Kind returns "members_muted".
func (MembersMuted) Kind() string { return "members_muted" }

// Kind returns "members_unmuted".
func (MembersUnmuted) Kind() string { return "members_unmuted" }

// Kind returns "member_attributes_set".
func (MemberAttributesSet) Kind() string { return "member_attributes_set" }

// Kind returns "member_tags_set".
func (MemberTagsSet) Kind() string { return "member_tags_set" }

// Kind returns "tag_muted".
func (TagMuted) Kind() string { return "tag_muted" }

// Kind returns "tag_unmuted".
func (TagUnmuted) Kind() string { return "tag_unmuted" }

// Kind returns "super_admin_added".
func (SuperAdminAdded) Kind() string { return "super_admin_added" }

// Kind returns "super_admin_removed".
func (SuperAdminRemoved) Kind() string { return "super_admin_removed" }

// Kind returns "file_shared".
func (FileShared) Kind() string { return "file_shared" }

// Kind returns "shared_file_deleted".
func (SharedFileDeleted) Kind() string { return "shared_file_deleted" }

// Kind returns "room_attributes_set".
func (RoomAttributesSet) Kind() string { return "room_attributes_set" }

// Kind returns "room_attributes_deleted".
func (RoomAttributesDeleted) Kind() string { return "room_attributes_deleted" }
