package outbound

import (
	"strconv"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

// noEnd stands for a mute or block without an end: milliseconds.
const noEnd int64 = 4638873600000

// circleOp makes callbacks of the new format.
type circleOp struct{ circleEvent }

func (e circleOp) of(what event.Data) []Callback {
	switch what := what.(type) {
	case event.CircleCreated:
		return e.created(what)
	case event.CircleDeleted:
		return []Callback{e.op("DELETE", "", nil), e.members("LEAVE", "DELETE", what.Members)}
	case event.CircleUpdated:
		return e.one("UPDATE", "INFO", object{"info": e.info(what.Circle)})
	case event.OwnerChanged:
		return e.one("UPDATE", "OWNER", object{"owner": what.Old, "new_owner": what.New})
	case event.AnnouncementSet:
		if what.Text == "" {
			return e.one("UPDATE", "ANNOUNCEMENT", object{})
		}
		return e.one("UPDATE", "ANNOUNCEMENT", object{"announcement": what.Text})
	case event.AllMuted, event.AllUnmuted:
		_, muted := what.(event.AllMuted)
		return e.one("UPDATE", "MUTE", object{"mute": muted})
	case event.GroupDisabled, event.GroupEnabled:
		_, disabled := what.(event.GroupDisabled)
		return e.one("UPDATE", "DISABLE", object{"disable": disabled})
	case event.AdminAdded:
		return e.one("ADMIN", "ADD", object{"admin": []string{what.User}})
	case event.AdminRemoved:
		return e.one("ADMIN", "REMOVE", object{"admin": []string{what.User}})
	case event.SuperAdminAdded:
		return e.one("ROOM_SUPER_ADMIN", "ADD", object{"admin": []string{what.User}})
	case event.SuperAdminRemoved:
		return e.one("ROOM_SUPER_ADMIN", "REMOVE", object{"admin": []string{what.User}})
	case event.FileShared:
		return e.one("SHARE_FILE", "ADD", object{"share_file": []string{what.ID}})
	case event.SharedFileDeleted:
		return e.one("SHARE_FILE", "REMOVE", object{"share_file": []string{what.ID}})
	}
	return e.ofMembers(what)
}

// ofMembers makes what concerns members: one callback for all of them.
func (e circleOp) ofMembers(what event.Data) []Callback {
	switch what := what.(type) {
	case event.MembersJoined:
		return e.counted(e.members("JOIN", "DIRECT", what.Users), what.Count)
	case event.MembersLeft:
		return e.counted(e.left(what), what.Count)
	case event.MembersBlocked:
		blocked := e.members("BLOCK", "ADD", what.Users)
		blocked.fields["payload"].(object)["expire_timestamp"] = noEnd
		return append([]Callback{blocked}, e.counted(e.members("LEAVE", "BLOCK", what.Users), what.Count)...)
	case event.MembersUnblocked:
		return []Callback{e.members("BLOCK", "REMOVE", what.Users)}
	case event.MembersAllowed:
		return []Callback{e.members("WHITE", "ADD", what.Users)}
	case event.MembersDisallowed:
		return []Callback{e.members("WHITE", "REMOVE", what.Users)}
	case event.MembersMuted:
		return e.one("MUTE", "ADD", object{"member": what.Users, "expire_timestamp": endOf(what.Until)})
	case event.MembersUnmuted:
		return []Callback{e.members("MUTE", "REMOVE", what.Users)}
	}
	return nil
}

// left: who was offline for too long counts as one who has left.
func (e circleOp) left(what event.MembersLeft) Callback {
	action := ""
	switch what.Why {
	case event.LeftSelf:
		action = "user_quit"
	case event.LeftOffline:
		action = "user_offline"
	case event.LeftRemoved, event.LeftDeleted:
		return e.members("LEAVE", "KICK", what.Users)
	}
	c := e.members("LEAVE", "QUIT", what.Users)
	if e.in.Kind == event.CircleRoom {
		c.fields["payload"].(object)["action"] = action
	}
	return c
}

func (e circleOp) created(what event.CircleCreated) []Callback {
	others := othersThan(what.Circle.Owner, what.Members)
	list := e.one("CREATE", "", object{
		"role": object{what.Circle.Owner: "owner"}, "member": append([]string{}, others...), "info": e.info(what.Circle),
	})
	if len(others) > 0 {
		list = append(list, e.counted(e.members("JOIN", "DIRECT", others), len(what.Members))...)
	}
	return list
}

func (e circleOp) counted(c Callback, members int) []Callback {
	c.fields["member_count"] = members
	return []Callback{c}
}

func (e circleOp) members(operation, kind string, users []string) Callback {
	return e.op(operation, kind, object{"member": users})
}

func (e circleOp) one(operation, kind string, payload object) []Callback {
	return []Callback{e.op(operation, kind, payload)}
}

func (e circleOp) op(operation, kind string, payload object) Callback {
	place, by, name := "GROUP", e.by, "group_op."+operation
	if e.in.Kind == event.CircleRoom {
		place = "CHATROOM"
	}
	if by == "" {
		by = adminName
	}
	fields := object{
		"event": "group_op_event", "appkey": e.appKey, "id": e.in.ID, "type": place, "operation": operation, "operator": by,
	}
	if kind != "" {
		payload["type"] = kind
		name += "." + kind
	}
	if payload != nil {
		fields["payload"] = payload
	}
	return Callback{Kind: name, CallID: e.byUUID(), Time: e.at, fields: fields}
}

// info are the settings of a group or room: most of them are texts.
func (e circleOp) info(c event.Circle) object {
	forever := 0
	if c.MutedAll {
		forever = -1
	}
	return object{
		"owner": e.appKey + "_" + c.Owner, "title": c.Name, "description": c.Description, "custom": c.Custom, "avatar": c.Avatar,
		"created": milliText(c.Created), "last_modified": milliText(c.Updated), "max_users": strconv.Itoa(c.MaxUsers),
		"public": strconv.FormatBool(c.Public), "allow_user_invites": strconv.FormatBool(c.AllowInvites),
		"invite_need_confirm": strconv.FormatBool(c.Asked), "disabled": strconv.FormatBool(c.Disabled),
		"mute": strconv.FormatBool(c.MutedAll), "mute_duration": forever,
	}
}

func milliText(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

func endOf(until time.Time) int64 {
	if until.IsZero() {
		return noEnd
	}
	return until.UnixMilli()
}
