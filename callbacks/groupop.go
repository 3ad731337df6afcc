package callbacks

import (
	"encoding/json"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// groupOperations are those of the new format: operation and, where it has one, type.
var groupOperations = map[string]GroupOperation{
	"CREATE":                  GroupOperationCreated,
	"DELETE":                  GroupOperationDeleted,
	"UPDATE.INFO":             GroupOperationUpdated,
	"UPDATE.OWNER":            GroupOperationOwnerChanged,
	"UPDATE.ANNOUNCEMENT":     GroupOperationAnnouncementSet,
	"UPDATE.MUTE":             GroupOperationMuted,
	"UPDATE.DISABLE":          GroupOperationDisabled,
	"JOIN.DIRECT":             GroupOperationMemberAdded,
	"JOIN.INVITE":             GroupOperationMemberJoinedInvited,
	"JOIN.APPLY":              GroupOperationMemberJoinedApproved,
	"LEAVE.QUIT":              GroupOperationMemberLeft,
	"LEAVE.KICK":              GroupOperationMemberRemoved,
	"LEAVE.BLOCK":             GroupOperationMemberLeftBlocked,
	"LEAVE.DELETE":            GroupOperationMemberLeftDeleted,
	"ADMIN.ADD":               GroupOperationAdminAdded,
	"ADMIN.REMOVE":            GroupOperationAdminRemoved,
	"WHITE.ADD":               GroupOperationMemberAllowed,
	"WHITE.REMOVE":            GroupOperationMemberDisallowed,
	"BLOCK.ADD":               GroupOperationMemberBlocked,
	"BLOCK.REMOVE":            GroupOperationMemberUnblocked,
	"MUTE.ADD":                GroupOperationMemberMuted,
	"MUTE.REMOVE":             GroupOperationMemberUnmuted,
	"SHIELD.ADD":              GroupOperationMemberShielded,
	"SHIELD.REMOVE":           GroupOperationMemberUnshielded,
	"SHARE_FILE.ADD":          GroupOperationFileAdded,
	"SHARE_FILE.REMOVE":       GroupOperationFileRemoved,
	"ROOM_SUPER_ADMIN.ADD":    GroupOperationSuperAdminAdded,
	"ROOM_SUPER_ADMIN.REMOVE": GroupOperationSuperAdminRemoved,
}

type wireGroupOp struct {
	ID          api.Text       `json:"id"`
	Type        string         `json:"type"`
	Operation   string         `json:"operation"`
	Operator    api.Text       `json:"operator"`
	MemberCount *api.Int       `json:"member_count"`
	Payload     groupOpPayload `json:"payload"` // a deleted group has none
}

type groupOpPayload struct {
	Type         string             `json:"type"`
	Role         map[string]string  `json:"role"`
	Member       api.Many[api.Text] `json:"member"`
	Admin        api.Many[api.Text] `json:"admin"`
	ShareFile    api.Many[api.Text] `json:"share_file"`
	Owner        api.Text           `json:"owner"`
	NewOwner     api.Text           `json:"new_owner"`
	Announcement *string            `json:"announcement"`
	Mute         api.Bool           `json:"mute"`
	Disable      api.Bool           `json:"disable"`
	Disabled     api.Bool           `json:"disabled"` // by the table
	Expires      api.Millis         `json:"expire_timestamp"`
	Action       string             `json:"action"`
	Info         *wireSettings      `json:"info"`
	Options      struct {
		Ext json.RawMessage `json:"ext"`
	} `json:"options"`
}

func readGroupOp(head Info) (Event, error) {
	var g wireGroupOp
	if err := json.Unmarshal(head.Raw, &g); err != nil {
		return nil, err
	}
	p, name := &g.Payload, g.Operation
	if p.Type != "" {
		name += "." + p.Type
	}
	operation, ok := groupOperations[name]
	if !ok {
		return nil, errUnknown
	}
	head.Type = Kind("group_op." + name)
	e := &GroupEvent{
		Info: head, Operation: operation, GroupID: string(g.ID), Room: g.Type == "CHATROOM", Users: api.Texts(p.Member), Roles: p.Role,
		Owner: string(p.NewOwner), OldOwner: string(p.Owner), Until: moment(p.Expires), Cause: p.Action, Settings: p.Info.settings(head.AppKey),
	}
	e.setOperator(string(g.Operator))
	if g.MemberCount != nil {
		e.MemberCount = new(g.MemberCount.Int())
	}
	return e, e.readOp(p)
}

// readOp reads what only some operations have.
func (e *GroupEvent) readOp(p *groupOpPayload) (err error) {
	switch e.Operation {
	case GroupOperationAdminAdded, GroupOperationAdminRemoved, GroupOperationSuperAdminAdded, GroupOperationSuperAdminRemoved:
		e.Users = api.Texts(p.Admin)
	case GroupOperationOwnerChanged:
		e.Users = []string{e.Owner}
	case GroupOperationMemberShielded, GroupOperationMemberUnshielded:
		e.Users = []string{e.Operator}
	case GroupOperationAnnouncementSet:
		if p.Announcement == nil {
			e.Operation = GroupOperationAnnouncementDeleted
			break
		}
		e.Announcement = *p.Announcement
	case GroupOperationMuted:
		if !p.Mute {
			e.Operation = GroupOperationUnmuted
		}
	case GroupOperationDisabled:
		if !p.Disable && !p.Disabled {
			e.Operation = GroupOperationEnabled
		}
	}
	for _, id := range p.ShareFile {
		e.Files = append(e.Files, GroupFile{ID: string(id)})
	}
	e.JoinExt, err = jsonText(p.Options.Ext)
	return err
}

type wireSettings struct {
	Owner          api.Text   `json:"owner"`
	Title          *string    `json:"title"`
	Description    *string    `json:"description"`
	Custom         *string    `json:"custom"`
	Avatar         *string    `json:"avatar"`
	Scale          string     `json:"scale"`
	MaxUsers       *api.Int   `json:"max_users"`
	MuteDuration   *api.Int   `json:"mute_duration"` // seconds; -1 for ever
	Mute           *api.Bool  `json:"mute"`
	ConfirmInvites *api.Bool  `json:"invite_need_confirm"`
	Public         *api.Bool  `json:"public"`
	AllowInvites   *api.Bool  `json:"allow_user_invites"`
	Disabled       *api.Bool  `json:"disabled"`
	Created        api.Millis `json:"created"`
	LastModified   api.Millis `json:"last_modified"`
}

func (w *wireSettings) settings(appKey string) *GroupSettings {
	if w == nil {
		return nil
	}
	s := &GroupSettings{
		Name: w.Title, Description: w.Description, Avatar: w.Avatar, Custom: w.Custom, Scale: w.Scale,
		Public: (*bool)(w.Public), AllowInvites: (*bool)(w.AllowInvites), ConfirmInvites: (*bool)(w.ConfirmInvites),
		MutedAll: (*bool)(w.Mute), Disabled: (*bool)(w.Disabled), Created: moment(w.Created), Updated: moment(w.LastModified),
	}
	s.Owner, _ = plainName(string(w.Owner), appKey)
	if w.MaxUsers != nil {
		s.MaxMembers = new(w.MaxUsers.Int())
	}
	if w.MuteDuration != nil {
		s.MuteLength = new(api.Forever)
		if *w.MuteDuration >= 0 {
			s.MuteLength = new(w.MuteDuration.Length(time.Second))
		}
	}
	return s
}
