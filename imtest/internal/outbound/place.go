package outbound

import "github.com/imrest/im-go/imtest/event"

// placeOf is the group, room or thread that an event happened to, and who did it: "" for the app.
// A zero id is none; super admins are those of all rooms.
func placeOf(what event.Data) (in event.CircleID, by string) {
	switch what := what.(type) {
	case event.CircleCreated:
		return what.Circle.CircleID, what.By
	case event.CircleDeleted:
		return what.Circle.CircleID, ""
	case event.CircleUpdated:
		return what.Circle.CircleID, ""
	case event.GroupDisabled:
		return what.In, ""
	case event.GroupEnabled:
		return what.In, ""
	case event.AnnouncementSet:
		return what.In, ""
	case event.OwnerChanged:
		return what.In, ""
	case event.AdminAdded:
		return what.In, ""
	case event.AdminRemoved:
		return what.In, ""
	case event.AllMuted:
		return what.In, ""
	case event.AllUnmuted:
		return what.In, ""
	case event.FileShared:
		return what.In, what.By
	case event.SharedFileDeleted:
		return what.In, ""
	case event.RoomAttributesSet:
		return what.In, what.User
	case event.RoomAttributesDeleted:
		return what.In, what.User
	case event.SuperAdminAdded, event.SuperAdminRemoved:
		return event.CircleID{Kind: event.CircleRoom}, ""
	}
	return placeOfMembers(what)
}

func placeOfMembers(what event.Data) (in event.CircleID, by string) {
	switch what := what.(type) {
	case event.MembersJoined:
		return what.In, what.By
	case event.MembersLeft:
		if what.Why == event.LeftSelf && len(what.Users) > 0 {
			by = what.Users[0]
		}
		return what.In, by
	case event.MembersBlocked:
		return what.In, ""
	case event.MembersUnblocked:
		return what.In, ""
	case event.MembersAllowed:
		return what.In, ""
	case event.MembersDisallowed:
		return what.In, ""
	case event.MembersMuted:
		return what.In, ""
	case event.MembersUnmuted:
		return what.In, ""
	case event.MemberAttributesSet:
		return what.In, what.User
	}
	return event.CircleID{}, ""
}
