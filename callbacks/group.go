package callbacks

import "time"

// GroupOperation is what happened to a group or room, whichever format reports it.
type GroupOperation string

// The operations. Where a kind stands behind one, only that format reports it.
const (
	GroupOperationCreated             GroupOperation = "created"
	GroupOperationDeleted             GroupOperation = "deleted"
	GroupOperationUpdated             GroupOperation = "updated" // the old format does not report the new values
	GroupOperationOwnerChanged        GroupOperation = "owner_changed"
	GroupOperationAnnouncementSet     GroupOperation = "announcement_set"
	GroupOperationAnnouncementDeleted GroupOperation = "announcement_deleted"
	GroupOperationMuted               GroupOperation = "muted" // all members
	GroupOperationUnmuted             GroupOperation = "unmuted"
	GroupOperationDisabled            GroupOperation = "disabled" // group_op.UPDATE.DISABLE
	GroupOperationEnabled             GroupOperation = "enabled"  // group_op.UPDATE.DISABLE

	GroupOperationMemberApplied           GroupOperation = "member_applied"            // muc.apply
	GroupOperationMemberApproved          GroupOperation = "member_approved"           // muc.apply_accept
	GroupOperationMemberInvited           GroupOperation = "member_invited"            // muc.invite
	GroupOperationMemberAccepted          GroupOperation = "member_accepted"           // muc.invite_accept
	GroupOperationMemberDeclined          GroupOperation = "member_declined"           // muc.invite_decline
	GroupOperationMemberJoined            GroupOperation = "member_joined"             // muc.presence
	GroupOperationMemberAdded             GroupOperation = "member_added"              // without a confirmation; or entered a room
	GroupOperationMemberJoinedInvited     GroupOperation = "member_joined_invited"     // group_op.JOIN.INVITE
	GroupOperationMemberJoinedApproved    GroupOperation = "member_joined_approved"    // group_op.JOIN.APPLY
	GroupOperationMemberGone              GroupOperation = "member_gone"               // muc.absence: comes with GroupOperationMemberLeft and GroupOperationMemberRemoved
	GroupOperationMemberLeft              GroupOperation = "member_left"               // of their own accord, or offline for too long
	GroupOperationMemberRemoved           GroupOperation = "member_removed"            //
	GroupOperationMemberLeftBlocked       GroupOperation = "member_left_blocked"       // group_op.LEAVE.BLOCK: comes with GroupOperationMemberBlocked
	GroupOperationMemberLeftDeleted       GroupOperation = "member_left_deleted"       // group_op.LEAVE.DELETE: the group was deleted
	GroupOperationMemberBlocked           GroupOperation = "member_blocked"            // put on the block list
	GroupOperationMemberUnblocked         GroupOperation = "member_unblocked"          //
	GroupOperationMemberAllowed           GroupOperation = "member_allowed"            // put on the allow list
	GroupOperationMemberDisallowed        GroupOperation = "member_disallowed"         //
	GroupOperationMemberMuted             GroupOperation = "member_muted"              //
	GroupOperationMemberUnmuted           GroupOperation = "member_unmuted"            //
	GroupOperationMemberShielded          GroupOperation = "member_shielded"           // a member turned off the messages of the group
	GroupOperationMemberUnshielded        GroupOperation = "member_unshielded"         //
	GroupOperationMemberAttributesChanged GroupOperation = "member_attributes_changed" // muc.group_member_metadata_update
	GroupOperationAdminAdded              GroupOperation = "admin_added"
	GroupOperationAdminRemoved            GroupOperation = "admin_removed"
	GroupOperationSuperAdminAdded         GroupOperation = "super_admin_added"   // group_op.ROOM_SUPER_ADMIN.ADD
	GroupOperationSuperAdminRemoved       GroupOperation = "super_admin_removed" // group_op.ROOM_SUPER_ADMIN.REMOVE
	GroupOperationFileAdded               GroupOperation = "file_added"
	GroupOperationFileRemoved             GroupOperation = "file_removed"
	GroupOperationAttributesSet           GroupOperation = "attributes_set"     // muc.set_metadata
	GroupOperationAttributesDeleted       GroupOperation = "attributes_deleted" // muc.delete_metadata
)

// GroupEvent reports what happened to a group or room, in either format.
type GroupEvent struct {
	Info
	Operation   GroupOperation    `json:"operation"`              // what happened
	GroupID     string            `json:"group_id,omitempty"`     // empty for super admins
	Room        bool              `json:"room,omitempty"`         // a chat room
	Operator    string            `json:"operator,omitempty"`     // empty where ByAdmin, and for attributes that do not name it
	ByAdmin     bool              `json:"by_admin,omitempty"`     // done through REST, in the console or by the server
	Users       []string          `json:"users,omitempty"`        // who is concerned
	Roles       map[string]string `json:"roles,omitempty"`        // owner or admin, by user; of a new group
	Owner       string            `json:"owner,omitempty"`        // the new owner
	OldOwner    string            `json:"old_owner,omitempty"`    // the owner before
	MemberCount *int              `json:"member_count,omitempty"` // after the operation
	Until       time.Time         `json:"until,omitzero"`         // end of a mute or block; at the end of 2116 for one without an end

	Reason       string            `json:"reason,omitempty"`       // text of a request or invitation
	Announcement string            `json:"announcement,omitempty"` // the new text
	Settings     *GroupSettings    `json:"settings,omitempty"`     // of a new group, or after a change
	Files        []GroupFile       `json:"files,omitempty"`        // shared files that were added or removed
	Attributes   *AttributesChange `json:"attributes,omitempty"`   // what became of attributes
	JoinExt      string            `json:"join_ext,omitempty"`     // what the client sent when it joined a room
	Cause        string            `json:"cause,omitempty"`        // why a room was left: user_quit or user_offline
	ErrorCode    string            `json:"error_code,omitempty"`   // "ok", or that of a failure
	Description  string            `json:"description,omitempty"`  // of a failure
}

// GroupSettings are the settings of a group after a change; a nil pointer is one that the
// callback does not report.
type GroupSettings struct {
	Name           *string        `json:"name,omitempty"`            // of the group
	Description    *string        `json:"description,omitempty"`     // of the group
	Avatar         *string        `json:"avatar,omitempty"`          // URL of the picture
	Custom         *string        `json:"custom,omitempty"`          // the app's own text
	Owner          string         `json:"owner,omitempty"`           // plain user id
	Scale          string         `json:"scale,omitempty"`           // such as large
	MaxMembers     *int           `json:"max_members,omitempty"`     // with the owner
	Public         *bool          `json:"public,omitempty"`          // anyone may find it
	AllowInvites   *bool          `json:"allow_invites,omitempty"`   // members may invite
	ConfirmInvites *bool          `json:"confirm_invites,omitempty"` // who is invited must accept
	MutedAll       *bool          `json:"muted_all,omitempty"`       // all members are muted
	Disabled       *bool          `json:"disabled,omitempty"`        // nobody can send
	MuteLength     *time.Duration `json:"mute_length,omitempty"`     // -1 (im.Forever) without an end
	Created        time.Time      `json:"created,omitzero"`          // when it was made
	Updated        time.Time      `json:"updated,omitzero"`          // when it was last changed
}

// GroupFile is a shared file. The new format reports only its id.
type GroupFile struct {
	ID      string    `json:"id"`                 // of the file
	Name    string    `json:"name,omitempty"`     // file name
	Owner   string    `json:"owner,omitempty"`    // empty where ByAdmin
	ByAdmin bool      `json:"by_admin,omitempty"` // uploaded through REST or in the console
	Size    int64     `json:"size,omitempty"`     // bytes
	Created time.Time `json:"created,omitzero"`   // when it was uploaded
}

// AttributesChange is a change of the attributes of a room or of a member of a group.
type AttributesChange struct {
	Changed    []string          `json:"changed,omitempty"`    // keys that were set or deleted
	Failed     map[string]string `json:"failed,omitempty"`     // the reason, by key
	Values     map[string]string `json:"values,omitempty"`     // the new values, by key
	GroupName  string            `json:"group_name,omitempty"` // of the group
	Identifier string            `json:"identifier,omitempty"` // identify of the callback: its meaning is not documented
	Event      string            `json:"event,omitempty"`      // event_none
	Forced     bool              `json:"forced,omitempty"`     // is_forced of the callback
	Notify     bool              `json:"notify,omitempty"`     // need_notify of the callback
}
