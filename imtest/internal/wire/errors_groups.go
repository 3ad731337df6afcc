package wire

import (
	"net/http"
	"strings"
)

// Groups and rooms. The texts call a room a group.

const groupExceptions = "com.easemob.group.exception."

func ErrInvalidParameter(text string) *Error {
	return &Error{
		Status: http.StatusBadRequest, code: "invalid_parameter", Description: text,
		exception: groupExceptions + "InvalidParameterException",
	}
}

func ErrNotProvided(field string) *Error { return ErrInvalidParameter(field + " must be provided") }

func ErrPublicMissing() *Error { return ErrInvalidParameter("group must contain public field!") }

func ErrAvatarTooLong() *Error { return ErrInvalidParameter("avatar length is too big") }

func ErrInvalidFields(fields ...string) *Error {
	return ErrInvalidParameter("some of [" + strings.Join(fields, ", ") + "] are not valid fields")
}

func ErrCircleExists(id string) *Error {
	return ErrIllegalArgument("group ID " + id + " already exists!")
}

func ErrExceedLimit(text string) *Error {
	return &Error{
		Status: http.StatusForbidden, code: "exceed_limit", Description: text,
		exception: groupExceptions + "ExceedLimitException",
	}
}

func ErrTooManyMembers() *Error {
	return ErrExceedLimit("members size is greater than max user size !")
}

func ErrForbiddenOp(text string) *Error {
	return &Error{
		Status: http.StatusForbidden, code: "forbidden_op", Description: text,
		exception: groupExceptions + "ForbiddenOpException",
	}
}

func ErrNotMembers(users []string) *Error {
	return ErrForbiddenOp("users [" + strings.Join(users, ", ") + "] are not members of this group!")
}

func ErrOnOwner() *Error { return ErrForbiddenOp("forbidden operation on group owner!") }

func ErrSameOwner() *Error { return ErrForbiddenOp("new owner and old owner are the same") }

func ErrNoAdmin(user, id string) *Error {
	return ErrForbiddenOp("user:" + user + " is not admin of group:" + id)
}

func ErrNotInGroupForbidden(user, id string) *Error {
	return ErrForbiddenOp("user: " + user + " doesn't exist in group: " + id)
}

// ErrCannotJoin ends in a line feed, as the API's does.
func ErrCannotJoin(reason string) *Error {
	return ErrForbiddenOp("can not join this group, reason:" + reason + "\n")
}

func ErrAlreadyInGroup(user, id string) *Error {
	return ErrCannotJoin("user: " + user + " already in group: " + id)
}

func ErrBelowMembers() *Error {
	return ErrForbiddenOp("current user count is larger than the maxUsers that you want to update !")
}

// ErrBlocked has an invented reason: no source shows the one for a user on the
// block list.
func ErrBlocked(user, id string) *Error {
	return ErrCannotJoin("user: " + user + " is in the blocks of group: " + id)
}

func errResource(text string) *Error {
	return &Error{
		Status: http.StatusNotFound, code: "resource_not_found", Description: text,
		exception: groupExceptions + "ResourceNotFoundException",
	}
}

func ErrNoCircle(id string) *Error { return errResource("grpID " + id + " does not exist!") }

// ErrCircleNotFound is ErrNoCircle for the calls that list members, and for
// the details of a room.
func ErrCircleNotFound(id string) *Error {
	err := ErrNotFound()
	err.Description = "do not find this group:" + id
	return err
}

// ErrNoCircleForFiles is ErrNoCircle for shared files.
func ErrNoCircleForFiles(id string) *Error {
	return &Error{
		Status: http.StatusNotFound, code: "RestGroupFeignException",
		Description: "grpID " + id + " does not exist!",
	}
}

func ErrSharedFileMissing() *Error {
	err := ErrFileMissing()
	err.code = "IllegalArgumentException"
	return err
}

func ErrNoUsername(user string) *Error { return errResource("username " + user + " doesn't exist!") }

func ErrNotInGroup(user, id string) *Error {
	return errResource("user: " + user + " doesn't exist in group: " + id)
}

func ErrTagTooLong() *Error { return ErrExceedLimit("tag length exceeds limit!") }

func ErrNoTag() *Error { return errResource("group tag not found") }

const tooLongAnnouncement = "announce info length exceeds limit!"

func ErrGroupAnnouncement() *Error {
	err := ErrForbiddenOp(tooLongAnnouncement)
	err.code = "FORBIDDEN"
	return err
}

func ErrRoomAnnouncement() *Error { return ErrForbiddenOp(tooLongAnnouncement) }

// Attributes of members and of rooms.

func ErrMetadata(status int, text string) *Error {
	return &Error{Status: status, code: "metadata_error", Description: text}
}

func ErrNoGroupForAttributes(string) *Error {
	return ErrMetadata(http.StatusNotFound, "group not exists")
}

func ErrNotInGroupMetadata() *Error {
	return &Error{Status: http.StatusNotFound, code: "MetadataException", Description: "user not in group"}
}

// ErrOutsideRoom is a 401 that has nothing to do with the token.
func ErrOutsideRoom() *Error {
	return &Error{Status: http.StatusUnauthorized, code: "MetadataException", Description: "user is not in chatroom"}
}

// ErrRoomAttributes has no code, as documented.
func ErrRoomAttributes(text string) *Error {
	return &Error{Status: http.StatusBadRequest, Description: text}
}

// Threads.

func ErrThread(status int, text string) *Error {
	return &Error{Status: status, code: "group_error", Description: text}
}

func ErrNoThread(string) *Error { return ErrThread(http.StatusNotFound, "thread not found.") }

func ErrNoGroupForThread(string) *Error { return ErrThread(http.StatusNotFound, "group not found.") }

func ErrOutsideGroupForThread() *Error {
	return ErrThread(http.StatusNotFound, "user not in group.")
}

func ErrThreadBody() *Error {
	return &Error{Status: http.StatusBadRequest, code: "param_illegal", Description: "Failed to read HTTP message"}
}
