package wire

import (
	"fmt"
	"net/http"
	"strings"
)

// An Error is a response of 400 and up. Each documented error has one
// constructor, so that its text stands once.
type Error struct {
	Status      int
	code        string // "error"
	Description string // "error_description"
	exception   string // class name, as the API shows it
	number      int    // "error_code", where the API has one
	again       string // a further field with the description, where clients look for it
	raw         string // the whole body, where it is not JSON
}

// Same holds for two errors that a client cannot tell apart.
func (e *Error) Same(other *Error) bool { return e != nil && *e == *other }

type ErrorBody struct {
	Error       string `json:"error,omitempty"`
	Exception   string `json:"exception,omitempty"`
	Timestamp   int64  `json:"timestamp"`
	Duration    int64  `json:"duration"`
	Description string `json:"error_description,omitempty"`
	ErrorCode   int    `json:"error_code,omitempty"`
	Result      string `json:"result,omitempty"`     // presence repeats the description here
	ErrorDesc   string `json:"error_desc,omitempty"` // and reactions here
}

// Requests that no endpoint gets to see.

func errNoSuchApp(segments []string) *Error {
	app := strings.Join(segments[:min(2, len(segments))], "/")
	return &Error{
		Status:      http.StatusNotFound,
		code:        "organization_application_not_found",
		Description: fmt.Sprintf("Could not find application for %s from URI: %s", app, strings.Join(segments, "/")),
		exception:   "org.apache.usergrid.rest.exceptions.OrganizationApplicationNotFoundException",
	}
}

// errNoSuchPath has three documented forms: push calls have their own; a path
// that begins like a known one ends in the server's framework; any other is a
// resource that does not exist.
func errNoSuchPath(segments []string, known int) *Error {
	switch {
	case len(segments) > 0 && segments[0] == "push":
		return &Error{Status: http.StatusNotFound, code: "请求路径不存在", Description: "url is invalid"}
	case known > 0:
		return &Error{
			Status:      http.StatusInternalServerError,
			code:        "web_application",
			Description: "javax.ws.rs.WebApplicationException",
			exception:   "javax.ws.rs.WebApplicationException",
		}
	}
	return ErrNotFound()
}

func ErrMethodNotAllowed() *Error {
	return &Error{Status: http.StatusMethodNotAllowed}
}

func ErrMediaType() *Error {
	return &Error{
		Status:      http.StatusUnsupportedMediaType,
		code:        "web_application",
		Description: "Unsupported Media Type",
		exception:   "javax.ws.rs.WebApplicationException",
	}
}

func ErrBodyTooLarge() *Error {
	return &Error{
		Status:      http.StatusRequestEntityTooLarge,
		code:        "Request Entity Too Large",
		Description: "Request Entity Too Large",
	}
}

// errJSONParse quotes the character at which the parser gave up, 0 if it is
// not known.
func errJSONParse(at rune) *Error {
	text := "Unexpected end-of-input"
	if at != 0 {
		text = fmt.Sprintf("Unexpected character ('%c' (code %d))", at, at)
	}
	return &Error{
		Status:      http.StatusBadRequest,
		code:        "json_parse",
		Description: text,
		exception:   "com.fasterxml.jackson.core.JsonParseException",
	}
}

func ErrInvalidRequest() *Error { return ErrIllegalArgument("this is an invalid request.") }

// ErrIllegalArgument is for the many errors that differ by text only.
func ErrIllegalArgument(text string) *Error {
	return &Error{
		Status:      http.StatusBadRequest,
		code:        "illegal_argument",
		Description: text,
		exception:   "java.lang.IllegalArgumentException",
	}
}

// Tokens: see responses_to_bad_tokens in the catalogue.

func ErrUnauthorized(text string) *Error {
	return &Error{
		Status:      http.StatusUnauthorized,
		code:        "unauthorized",
		Description: text,
		exception:   "org.apache.usergrid.rest.exceptions.SecurityException",
	}
}

func ErrNotAuthenticated() *Error { return ErrUnauthorized("Unable to authenticate (OAuth)") }

// ErrTokenBlank is what groups and rooms response to a call without a token.
func ErrTokenBlank() *Error {
	return &Error{
		Status: http.StatusUnauthorized, code: "group_authorization", Description: "token is blank!",
		exception: groupExceptions + "GroupAuthorizationException",
	}
}

func ErrTokenIllegal() *Error { return ErrUnauthorized("token is illegal.") }

func ErrNotAdmin() *Error { return ErrUnauthorized("No admin user access authorized") }

func ErrNoPermission(permission string) *Error {
	err := ErrUnauthorized("Subject does not have permission [" + permission + "]")
	err.exception = "org.apache.shiro.authz.UnauthorizedException"
	return err
}

func ErrTokenCorrupt() *Error {
	err := ErrUnauthorized("Unable to authenticate due to corrupt access token")
	err.code = "auth_bad_access_token"
	return err
}

func ErrTokenForeign() *Error {
	err := ErrUnauthorized("Unable to authenticate")
	err.code = "auth_bad_access_token"
	return err
}

func ErrRegistrationClosed() *Error {
	return ErrUnauthorized("Open registration doesn't allow, so register user need token")
}

func ErrRegistrationClosedBatch() *Error {
	return ErrUnauthorized("Open registration doesn't allow, so register user need token,")
}

func ErrInvalidGrant(status int, text string) *Error {
	return &Error{Status: status, code: "invalid_grant", Description: text}
}

// Users.

func ErrNotFound() *Error {
	return &Error{
		Status:      http.StatusNotFound,
		code:        "service_resource_not_found",
		Description: "Service resource not found",
		exception:   "ServiceResourceNotFoundException",
	}
}

func ErrNoSuchUser() *Error {
	err := ErrNotFound()
	err.exception = "UserNotFoundException"
	return err
}

func ErrEntityNotFound() *Error {
	return &Error{
		Status:      http.StatusNotFound,
		code:        "entity_not_found",
		Description: "User null not found",
		exception:   "EntityNotFoundException",
	}
}

func ErrUsernameRequired() *Error {
	return ErrIllegalArgument("Entity user requires a property named username")
}

// ErrUserPropertyMissing is how a mute says that there is no such user.
func ErrUserPropertyMissing() *Error {
	return &Error{
		Status:      http.StatusBadRequest,
		code:        "required_property_not_found",
		Description: "Entity user requires a property named username",
		exception:   "RequiredPropertyNotFoundException",
	}
}

func ErrUsernameIllegal(name string) *Error {
	return ErrIllegalArgument("username [" + name + "] is not legal")
}

func ErrUsernameTaken(application, name string) *Error {
	return errDuplicate(fmt.Sprintf("Application %s Entity user requires that property named username be unique, value of %s exists", application, name))
}

func ErrPasswordsDiffer(name string, passwords []string) *Error {
	return errDuplicate(fmt.Sprintf("the same user %s has a different password, the passwords are %v", name, passwords))
}

func errDuplicate(text string) *Error {
	return &Error{
		Status:      http.StatusBadRequest,
		code:        "duplicate_unique_property_exists",
		Description: text,
		exception:   "DuplicateUniquePropertyExistsException",
	}
}

func ErrTooManyInBody(n, most int) *Error {
	return ErrIllegalArgument(fmt.Sprintf("Request body array size[%d] had almost reached or been greater than the upper range value[%d]", n, most))
}

func ErrBodyExceeds(most int) *Error {
	return ErrIllegalArgument(fmt.Sprintf("request body exceeds maximum limit, maximum limit is %d", most))
}

// Messages.

func ErrInvalidBody() *Error {
	return &Error{
		Status:      http.StatusBadRequest,
		code:        "invalid_request_body",
		Description: "Request body is invalid. Please check body is correct.",
	}
}

// ErrSend is a message that the API refuses; number is its error_code, where
// one is known.
func ErrSend(text string, number int) *Error {
	return &Error{
		Status:      http.StatusBadRequest,
		code:        "message_send_error",
		Description: text,
		exception:   "MessageSendException",
		number:      number,
	}
}

// Files.

func ErrFileMissing() *Error { return ErrIllegalArgument("file must be provided.") }

func ErrFileTooLarge() *Error {
	return &Error{
		Status:      http.StatusRequestEntityTooLarge,
		code:        "file exceeding maximum limit",
		Description: "the file size exceeds the maximum limit.",
	}
}

func ErrFileUnknown() *Error {
	return &Error{
		Status:      http.StatusNotFound,
		code:        "entity_not_found",
		Description: "file may not exists",
		exception:   "EntityNotFoundException",
	}
}

func ErrFileExpired(id string) *Error {
	return &Error{
		Status:      http.StatusNotFound,
		code:        "file_expired",
		Description: "file " + id + " is expired",
	}
}

// ErrFileRestricted is for a missing or wrong share-secret, whose response no
// source documents. It is no 401, since a new token would not help.
func ErrFileRestricted() *Error {
	return &Error{
		Status:      http.StatusForbidden,
		code:        "forbidden_op",
		Description: "share-secret is missing or wrong",
		exception:   "EasemobForbiddenOpException",
	}
}

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

// ErrCircleNotFound is errNoCircle for the calls that list members, and for
// the details of a room.
func ErrCircleNotFound(id string) *Error {
	err := ErrNotFound()
	err.Description = "do not find this group:" + id
	return err
}

// ErrNoCircleForFiles is errNoCircle for shared files.
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

// Contacts.

func ErrContactLimit(text string) *Error {
	return &Error{Status: http.StatusForbidden, code: "exceed_limit", Description: text}
}

// User attributes.

func ErrAttributes(status int, code, text string) *Error {
	return &Error{Status: status, code: code, Description: text}
}

func ErrAttributesTooLarge(most int) *Error {
	return ErrAttributes(http.StatusForbidden, "FORBIDDEN",
		fmt.Sprintf("size of metadata for this single user exceeds the user defined limit, %dBytes", most))
}

// Presence: the text stands in "result" as well, where client SDKs look for it.

func ErrPresence(code, text string) *Error {
	return &Error{Status: http.StatusBadRequest, code: code, Description: text, again: "result"}
}

// ErrNoGroupToCount is the error of other calls on groups; none is documented.
func ErrNoGroupToCount(id string) *Error {
	return &Error{
		Status: http.StatusNotFound, code: "resource_not_found",
		Description: "grpID " + id + " does not exist!", again: "result",
	}
}

// Reactions: the text stands in "error_desc" as well.

func ErrReaction(status int, code, text string) *Error {
	return &Error{Status: status, code: code, Description: text, again: "error_desc"}
}

// ErrReactor is for a user who takes no part in a conversation.
func ErrReactor() *Error {
	return ErrReaction(http.StatusBadRequest, "user illegal exception", "the user operation is illegal!")
}

// ErrReactorOutside also stands for a group that does not exist.
func ErrReactorOutside() *Error {
	return ErrReaction(http.StatusBadRequest, "user illegal exception", "The user not in this group!")
}

// Push: the code is the name of the exception.

func errPush(exception, text string) *Error {
	return &Error{Status: http.StatusBadRequest, code: exception, Description: text, exception: exception}
}

func ErrPushArgument(text string) *Error { return errPush("IllegalArgumentException", text) }

func ErrPushParameter(name string) *Error {
	return ErrPushArgument("parameters is invalid : " + name)
}

func ErrPushNoUser() *Error {
	return errPush("RequiredPropertyNotFoundException", "Entity user requires a property named username")
}

func ErrPushMessage() *Error { return errPush("MessageException", "bad_request") }

func ErrNoTemplate(name string) *Error {
	return errPush("EntityNotFoundException", name+" template is not exist")
}

func ErrNoLabel(name string) *Error {
	return errPush("ResourceNotFoundException", "push label not exists of "+name)
}

func ErrNoPushMessage(id int64) *Error {
	return errPush("ResourceNotFoundException", fmt.Sprintf("push message not exists of %d", id))
}

// Recalls, edits, history and roaming messages.

func ErrRecall(status int, text string) *Error {
	return &Error{Status: status, code: "message_recall_error", Description: text}
}

// ErrRewrite has the code of the newer documents and the exception of the
// older ones, which print it as the code.
func ErrRewrite(status int, exception, text string) *Error {
	return &Error{Status: status, code: "message_rewrite_error", Description: text, exception: exception}
}

func ErrMessageID() *Error {
	return &Error{
		Status: http.StatusBadRequest, code: "InvalidMessageIdException",
		Description: "The provided message ID is not a valid number.", exception: "InvalidMessageIdException",
	}
}

func ErrNoHistory(appKey, hour string) *Error {
	return &Error{
		Status: http.StatusNotFound, code: "storage_object_not_found",
		Description: "Failed to find chat message history download url for appkey: " + appKey + ", time: " + hour,
	}
}

// ErrStorage is an error of the storage that files are in.
func ErrStorage(status int, code, text string) *Error {
	return &Error{
		Status: status,
		raw: `<?xml version="1.0" encoding="UTF-8"?>` + "\n<Error><Code>" + code + "</Code><Message>" + text +
			"</Message></Error>\n",
	}
}

func ErrNoSuchKey() *Error {
	return ErrStorage(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
}

func ErrRoaming(code, text string) *Error {
	return &Error{Status: http.StatusBadRequest, code: code, Description: text}
}
