package outbound

import (
	"maps"
	"slices"

	"github.com/imrest/im-go/imtest/event"
)

// circleMUC makes callbacks of the old format.
type circleMUC struct{ circleEvent }

func (e circleMUC) of(what event.Data) []Callback {
	in := e.in
	switch what := what.(type) {
	case event.CircleCreated:
		return e.created(what)
	case event.CircleDeleted:
		return e.one("destroy", in.ID, "")
	case event.CircleUpdated:
		return e.one("update", what.Circle.Owner, "")
	case event.AnnouncementSet:
		if what.Text == "" {
			return e.one("delete_announcement", in.ID, "")
		}
		return e.one("update_announcement", in.ID, what.Text)
	case event.OwnerChanged:
		return e.groupsOnly(e.one("assing_owner", what.New, "")) // spelt so
	case event.AdminAdded:
		return e.one("add_admin", what.User, "")
	case event.AdminRemoved:
		return e.one("remove_admin", what.User, "")
	case event.AllMuted:
		return e.one("ban_group", in.ID, "")
	case event.AllUnmuted:
		return e.one("remove_ban_group", in.ID, "")
	case event.FileShared:
		return e.one("upload_file", in.ID, fileReason(what))
	case event.SharedFileDeleted:
		return e.one("delete_file", in.ID, what.ID)
	}
	return e.ofMembers(what)
}

// ofMembers makes what concerns members: one callback for each.
func (e circleMUC) ofMembers(what event.Data) []Callback {
	switch what := what.(type) {
	case event.MembersJoined:
		return e.joined(what.Users, what.By == "")
	case event.MembersLeft:
		return e.left(what)
	case event.MembersBlocked:
		return append(e.groupsOnly(e.each("ban", what.Users)), e.moved("absence", what.Users)...)
	case event.MembersUnblocked:
		return e.groupsOnly(e.each("allow", what.Users))
	case event.MembersAllowed:
		return e.each("add_user_white_list", what.Users)
	case event.MembersDisallowed:
		return e.each("remove_user_white_list", what.Users)
	case event.MembersMuted:
		return e.each("add_mute", what.Users)
	case event.MembersUnmuted:
		return e.each("remove_mute", what.Users)
	case event.MemberAttributesSet, event.RoomAttributesSet, event.RoomAttributesDeleted:
		return e.attributes(what)
	}
	return nil
}

// created: only groups have a callback for it, those who are put into a room have theirs.
func (e circleMUC) created(what event.CircleCreated) []Callback {
	list := e.groupsOnly(e.one("create", what.Circle.Owner, ""))
	return append(list, e.joined(othersThan(what.Circle.Owner, what.Members), true)...)
}

// joined: users who are put into a group without being asked have a callback for that, too.
func (e circleMUC) joined(users []string, direct bool) []Callback {
	var list []Callback
	if direct {
		list = e.groupsOnly(e.each("direct_joined", users))
	}
	return append(list, e.moved("presence", users)...)
}

// left: why members left is one callback, that they are gone another.
func (e circleMUC) left(what event.MembersLeft) []Callback {
	if what.Why == event.LeftSelf {
		return append(e.moved("leave", what.Users), e.moved("absence", what.Users)...)
	}
	return append(e.each("kick", what.Users), e.moved("absence", what.Users)...)
}

func (e circleMUC) groupsOnly(list []Callback) []Callback {
	if e.in.Kind != event.CircleGroup {
		return nil
	}
	return list
}

// each makes a callback for every user to whom something was done.
func (e circleMUC) each(operation string, users []string) []Callback {
	var list []Callback
	for _, user := range users {
		list = append(list, e.one(operation, user, "")...)
	}
	return list
}

// moved makes a callback for every user who came or went.
func (e circleMUC) moved(operation string, users []string) []Callback {
	var list []Callback
	for _, user := range users {
		own := e
		own.by = user
		list = append(list, own.one(operation, e.in.ID, "")...)
	}
	return list
}

func (e circleMUC) one(operation, to, reason string) []Callback {
	return []Callback{e.muc(operation, e.jid(e.by), to, object{"reason": reason})}
}

func (e circleMUC) muc(operation, from, to string, extra object) Callback {
	payload := object{
		"muc_id": e.channel(e.in.ID), "is_chatroom": e.in.Kind == event.CircleRoom, "operation": operation,
		"status": object{"description": "", "error_code": "ok"},
	}
	maps.Copy(payload, extra)
	h := head{chatType: "muc", from: from, to: to, id: e.newID(), group: e.in.ID}
	return e.traveling("muc."+operation, e.at, h, payload)
}

// fileReason is a shared file, as JSON in a text.
func fileReason(f event.FileShared) string {
	owner := f.By
	if owner == "" {
		owner = adminName
	}
	return string(encode(object{"data": object{
		"file_id": f.ID, "file_name": f.Name, "file_owner": owner, "file_size": f.Size, "created": f.Created.UnixMilli(),
	}}))
}

func othersThan(owner string, members []string) []string {
	return slices.DeleteFunc(slices.Clone(members), func(user string) bool { return user == owner })
}
