package imtest

import (
	"fmt"
	"net/http"
	"strings"
)

// An apiError is a response of 400 and up. Each documented error has one
// constructor, so that its text stands once.
type apiError struct {
	status      int
	code        string // "error"
	description string // "error_description"
	exception   string // class name, as the API shows it
	number      int    // "error_code", where the API has one
	again       string // a further field with the description, where clients look for it
	raw         string // the whole body, where it is not JSON
}

// same holds for two errors that a client cannot tell apart.
func (e *apiError) same(other *apiError) bool { return e != nil && *e == *other }

type errorBody struct {
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

func errNoSuchApp(segments []string) *apiError {
	app := strings.Join(segments[:min(2, len(segments))], "/")
	return &apiError{
		status:      http.StatusNotFound,
		code:        "organization_application_not_found",
		description: fmt.Sprintf("Could not find application for %s from URI: %s", app, strings.Join(segments, "/")),
		exception:   "org.apache.usergrid.rest.exceptions.OrganizationApplicationNotFoundException",
	}
}

// errNoSuchPath has three documented forms: push calls have their own; a path
// that begins like a known one ends in the server's framework; any other is a
// resource that does not exist.
func errNoSuchPath(segments []string, known int) *apiError {
	switch {
	case len(segments) > 0 && segments[0] == "push":
		return &apiError{status: http.StatusNotFound, code: "请求路径不存在", description: "url is invalid"}
	case known > 0:
		return &apiError{
			status:      http.StatusInternalServerError,
			code:        "web_application",
			description: "javax.ws.rs.WebApplicationException",
			exception:   "javax.ws.rs.WebApplicationException",
		}
	}
	return errNotFound()
}

func errMethodNotAllowed() *apiError {
	return &apiError{status: http.StatusMethodNotAllowed}
}

func errMediaType() *apiError {
	return &apiError{
		status:      http.StatusUnsupportedMediaType,
		code:        "web_application",
		description: "Unsupported Media Type",
		exception:   "javax.ws.rs.WebApplicationException",
	}
}

func errBodyTooLarge() *apiError {
	return &apiError{
		status:      http.StatusRequestEntityTooLarge,
		code:        "Request Entity Too Large",
		description: "Request Entity Too Large",
	}
}

// errJSONParse quotes the character at which the parser gave up, 0 if it is
// not known.
func errJSONParse(at rune) *apiError {
	text := "Unexpected end-of-input"
	if at != 0 {
		text = fmt.Sprintf("Unexpected character ('%c' (code %d))", at, at)
	}
	return &apiError{
		status:      http.StatusBadRequest,
		code:        "json_parse",
		description: text,
		exception:   "com.fasterxml.jackson.core.JsonParseException",
	}
}

func errInvalidRequest() *apiError { return errIllegalArgument("this is an invalid request.") }

// errIllegalArgument is for the many errors that differ by text only.
func errIllegalArgument(text string) *apiError {
	return &apiError{
		status:      http.StatusBadRequest,
		code:        "illegal_argument",
		description: text,
		exception:   "java.lang.IllegalArgumentException",
	}
}

// Tokens: see responses_to_bad_tokens in the catalogue.

func errUnauthorized(text string) *apiError {
	return &apiError{
		status:      http.StatusUnauthorized,
		code:        "unauthorized",
		description: text,
		exception:   "org.apache.usergrid.rest.exceptions.SecurityException",
	}
}

func errNotAuthenticated() *apiError { return errUnauthorized("Unable to authenticate (OAuth)") }

// errTokenBlank is what groups and rooms response to a call without a token.
func errTokenBlank() *apiError {
	return &apiError{
		status: http.StatusUnauthorized, code: "group_authorization", description: "token is blank!",
		exception: groupExceptions + "GroupAuthorizationException",
	}
}

func errTokenIllegal() *apiError { return errUnauthorized("token is illegal.") }

func errNotAdmin() *apiError { return errUnauthorized("No admin user access authorized") }

func errNoPermission(permission string) *apiError {
	err := errUnauthorized("Subject does not have permission [" + permission + "]")
	err.exception = "org.apache.shiro.authz.UnauthorizedException"
	return err
}

func errTokenCorrupt() *apiError {
	err := errUnauthorized("Unable to authenticate due to corrupt access token")
	err.code = "auth_bad_access_token"
	return err
}

func errTokenForeign() *apiError {
	err := errUnauthorized("Unable to authenticate")
	err.code = "auth_bad_access_token"
	return err
}

func errRegistrationClosed() *apiError {
	return errUnauthorized("Open registration doesn't allow, so register user need token")
}

func errRegistrationClosedBatch() *apiError {
	return errUnauthorized("Open registration doesn't allow, so register user need token,")
}

func errInvalidGrant(status int, text string) *apiError {
	return &apiError{status: status, code: "invalid_grant", description: text}
}

// Users.

func errNotFound() *apiError {
	return &apiError{
		status:      http.StatusNotFound,
		code:        "service_resource_not_found",
		description: "Service resource not found",
		exception:   "ServiceResourceNotFoundException",
	}
}

func errNoSuchUser() *apiError {
	err := errNotFound()
	err.exception = "UserNotFoundException"
	return err
}

func errEntityNotFound() *apiError {
	return &apiError{
		status:      http.StatusNotFound,
		code:        "entity_not_found",
		description: "User null not found",
		exception:   "EntityNotFoundException",
	}
}

func errUsernameRequired() *apiError {
	return errIllegalArgument("Entity user requires a property named username")
}

// errUserPropertyMissing is how a mute says that there is no such user.
func errUserPropertyMissing() *apiError {
	return &apiError{
		status:      http.StatusBadRequest,
		code:        "required_property_not_found",
		description: "Entity user requires a property named username",
		exception:   "RequiredPropertyNotFoundException",
	}
}

func errUsernameIllegal(name string) *apiError {
	return errIllegalArgument("username [" + name + "] is not legal")
}

func errUsernameTaken(application, name string) *apiError {
	return errDuplicate(fmt.Sprintf("Application %s Entity user requires that property named username be unique, value of %s exists", application, name))
}

func errPasswordsDiffer(name string, passwords []string) *apiError {
	return errDuplicate(fmt.Sprintf("the same user %s has a different password, the passwords are %v", name, passwords))
}

func errDuplicate(text string) *apiError {
	return &apiError{
		status:      http.StatusBadRequest,
		code:        "duplicate_unique_property_exists",
		description: text,
		exception:   "DuplicateUniquePropertyExistsException",
	}
}

func errTooManyInBody(n, most int) *apiError {
	return errIllegalArgument(fmt.Sprintf("Request body array size[%d] had almost reached or been greater than the upper range value[%d]", n, most))
}

func errBodyExceeds(most int) *apiError {
	return errIllegalArgument(fmt.Sprintf("request body exceeds maximum limit, maximum limit is %d", most))
}

// Messages.

func errInvalidBody() *apiError {
	return &apiError{
		status:      http.StatusBadRequest,
		code:        "invalid_request_body",
		description: "Request body is invalid. Please check body is correct.",
	}
}

// errSend is a message that the API refuses; number is its error_code, where
// one is known.
func errSend(text string, number int) *apiError {
	return &apiError{
		status:      http.StatusBadRequest,
		code:        "message_send_error",
		description: text,
		exception:   "MessageSendException",
		number:      number,
	}
}

// Files.

func errFileMissing() *apiError { return errIllegalArgument("file must be provided.") }

func errFileTooLarge() *apiError {
	return &apiError{
		status:      http.StatusRequestEntityTooLarge,
		code:        "file exceeding maximum limit",
		description: "the file size exceeds the maximum limit.",
	}
}

func errFileUnknown() *apiError {
	return &apiError{
		status:      http.StatusNotFound,
		code:        "entity_not_found",
		description: "file may not exists",
		exception:   "EntityNotFoundException",
	}
}

func errFileExpired(id string) *apiError {
	return &apiError{
		status:      http.StatusNotFound,
		code:        "file_expired",
		description: "file " + id + " is expired",
	}
}

// errFileRestricted is for a missing or wrong share-secret, whose response no
// source documents. It is no 401, since a new token would not help.
func errFileRestricted() *apiError {
	return &apiError{
		status:      http.StatusForbidden,
		code:        "forbidden_op",
		description: "share-secret is missing or wrong",
		exception:   "EasemobForbiddenOpException",
	}
}

// Groups and rooms. The texts call a room a group.

const groupExceptions = "com.easemob.group.exception."

func errInvalidParameter(text string) *apiError {
	return &apiError{
		status: http.StatusBadRequest, code: "invalid_parameter", description: text,
		exception: groupExceptions + "InvalidParameterException",
	}
}

func errNotProvided(field string) *apiError { return errInvalidParameter(field + " must be provided") }

func errPublicMissing() *apiError { return errInvalidParameter("group must contain public field!") }

func errAvatarTooLong() *apiError { return errInvalidParameter("avatar length is too big") }

func errInvalidFields(fields ...string) *apiError {
	return errInvalidParameter("some of [" + strings.Join(fields, ", ") + "] are not valid fields")
}

func errCircleExists(id string) *apiError {
	return errIllegalArgument("group ID " + id + " already exists!")
}

func errExceedLimit(text string) *apiError {
	return &apiError{
		status: http.StatusForbidden, code: "exceed_limit", description: text,
		exception: groupExceptions + "ExceedLimitException",
	}
}

func errTooManyMembers() *apiError {
	return errExceedLimit("members size is greater than max user size !")
}

func errForbiddenOp(text string) *apiError {
	return &apiError{
		status: http.StatusForbidden, code: "forbidden_op", description: text,
		exception: groupExceptions + "ForbiddenOpException",
	}
}

func errNotMembers(users []string) *apiError {
	return errForbiddenOp("users [" + strings.Join(users, ", ") + "] are not members of this group!")
}

func errOnOwner() *apiError { return errForbiddenOp("forbidden operation on group owner!") }

func errSameOwner() *apiError { return errForbiddenOp("new owner and old owner are the same") }

func errNoAdmin(user, id string) *apiError {
	return errForbiddenOp("user:" + user + " is not admin of group:" + id)
}

func errNotInGroupForbidden(user, id string) *apiError {
	return errForbiddenOp("user: " + user + " doesn't exist in group: " + id)
}

// errCannotJoin ends in a line feed, as the API's does.
func errCannotJoin(reason string) *apiError {
	return errForbiddenOp("can not join this group, reason:" + reason + "\n")
}

func errAlreadyInGroup(user, id string) *apiError {
	return errCannotJoin("user: " + user + " already in group: " + id)
}

func errBelowMembers() *apiError {
	return errForbiddenOp("current user count is larger than the maxUsers that you want to update !")
}

// errBlocked has an invented reason: no source shows the one for a user on the
// block list.
func errBlocked(user, id string) *apiError {
	return errCannotJoin("user: " + user + " is in the blocks of group: " + id)
}

func errResource(text string) *apiError {
	return &apiError{
		status: http.StatusNotFound, code: "resource_not_found", description: text,
		exception: groupExceptions + "ResourceNotFoundException",
	}
}

func errNoCircle(id string) *apiError { return errResource("grpID " + id + " does not exist!") }

// errCircleNotFound is errNoCircle for the calls that list members, and for
// the details of a room.
func errCircleNotFound(id string) *apiError {
	err := errNotFound()
	err.description = "do not find this group:" + id
	return err
}

// errNoCircleForFiles is errNoCircle for shared files.
func errNoCircleForFiles(id string) *apiError {
	return &apiError{
		status: http.StatusNotFound, code: "RestGroupFeignException",
		description: "grpID " + id + " does not exist!",
	}
}

func errSharedFileMissing() *apiError {
	err := errFileMissing()
	err.code = "IllegalArgumentException"
	return err
}

func errNoUsername(user string) *apiError { return errResource("username " + user + " doesn't exist!") }

func errNotInGroup(user, id string) *apiError {
	return errResource("user: " + user + " doesn't exist in group: " + id)
}

func errTagTooLong() *apiError { return errExceedLimit("tag length exceeds limit!") }

func errNoTag() *apiError { return errResource("group tag not found") }

const tooLongAnnouncement = "announce info length exceeds limit!"

func errGroupAnnouncement() *apiError {
	err := errForbiddenOp(tooLongAnnouncement)
	err.code = "FORBIDDEN"
	return err
}

func errRoomAnnouncement() *apiError { return errForbiddenOp(tooLongAnnouncement) }

// Attributes of members and of rooms.

func errMetadata(status int, text string) *apiError {
	return &apiError{status: status, code: "metadata_error", description: text}
}

func errNoGroupForAttributes(string) *apiError {
	return errMetadata(http.StatusNotFound, "group not exists")
}

func errNotInGroupMetadata() *apiError {
	return &apiError{status: http.StatusNotFound, code: "MetadataException", description: "user not in group"}
}

// errOutsideRoom is a 401 that has nothing to do with the token.
func errOutsideRoom() *apiError {
	return &apiError{status: http.StatusUnauthorized, code: "MetadataException", description: "user is not in chatroom"}
}

// errRoomAttributes has no code, as documented.
func errRoomAttributes(text string) *apiError {
	return &apiError{status: http.StatusBadRequest, description: text}
}

// Threads.

func errThread(status int, text string) *apiError {
	return &apiError{status: status, code: "group_error", description: text}
}

func errNoThread(string) *apiError { return errThread(http.StatusNotFound, "thread not found.") }

func errNoGroupForThread(string) *apiError { return errThread(http.StatusNotFound, "group not found.") }

func errOutsideGroupForThread() *apiError {
	return errThread(http.StatusNotFound, "user not in group.")
}

func errThreadBody() *apiError {
	return &apiError{status: http.StatusBadRequest, code: "param_illegal", description: "Failed to read HTTP message"}
}

// Contacts.

func errContactLimit(text string) *apiError {
	return &apiError{status: http.StatusForbidden, code: "exceed_limit", description: text}
}

// User attributes.

func errAttributes(status int, code, text string) *apiError {
	return &apiError{status: status, code: code, description: text}
}

func errAttributesTooLarge(most int) *apiError {
	return errAttributes(http.StatusForbidden, "FORBIDDEN",
		fmt.Sprintf("size of metadata for this single user exceeds the user defined limit, %dBytes", most))
}

// Presence: the text stands in "result" as well, where client SDKs look for it.

func errPresence(code, text string) *apiError {
	return &apiError{status: http.StatusBadRequest, code: code, description: text, again: "result"}
}

// errNoGroupToCount is the error of other calls on groups; none is documented.
func errNoGroupToCount(id string) *apiError {
	return &apiError{
		status: http.StatusNotFound, code: "resource_not_found",
		description: "grpID " + id + " does not exist!", again: "result",
	}
}

// Reactions: the text stands in "error_desc" as well.

func errReaction(status int, code, text string) *apiError {
	return &apiError{status: status, code: code, description: text, again: "error_desc"}
}

// errReactor is for a user who takes no part in a conversation.
func errReactor() *apiError {
	return errReaction(http.StatusBadRequest, "user illegal exception", "the user operation is illegal!")
}

// errReactorOutside also stands for a group that does not exist.
func errReactorOutside() *apiError {
	return errReaction(http.StatusBadRequest, "user illegal exception", "The user not in this group!")
}

// Push: the code is the name of the exception.

func errPush(exception, text string) *apiError {
	return &apiError{status: http.StatusBadRequest, code: exception, description: text, exception: exception}
}

func errPushArgument(text string) *apiError { return errPush("IllegalArgumentException", text) }

func errPushParameter(name string) *apiError {
	return errPushArgument("parameters is invalid : " + name)
}

func errPushNoUser() *apiError {
	return errPush("RequiredPropertyNotFoundException", "Entity user requires a property named username")
}

func errPushMessage() *apiError { return errPush("MessageException", "bad_request") }

func errNoTemplate(name string) *apiError {
	return errPush("EntityNotFoundException", name+" template is not exist")
}

func errNoLabel(name string) *apiError {
	return errPush("ResourceNotFoundException", "push label not exists of "+name)
}

func errNoPushMessage(id int64) *apiError {
	return errPush("ResourceNotFoundException", fmt.Sprintf("push message not exists of %d", id))
}

// Recalls, edits, history and roaming messages.

func errRecall(status int, text string) *apiError {
	return &apiError{status: status, code: "message_recall_error", description: text}
}

// errRewrite has the code of the newer documents and the exception of the
// older ones, which print it as the code.
func errRewrite(status int, exception, text string) *apiError {
	return &apiError{status: status, code: "message_rewrite_error", description: text, exception: exception}
}

func errMessageID() *apiError {
	return &apiError{
		status: http.StatusBadRequest, code: "InvalidMessageIdException",
		description: "The provided message ID is not a valid number.", exception: "InvalidMessageIdException",
	}
}

func errNoHistory(appKey, hour string) *apiError {
	return &apiError{
		status: http.StatusNotFound, code: "storage_object_not_found",
		description: "Failed to find chat message history download url for appkey: " + appKey + ", time: " + hour,
	}
}

// errStorage is an error of the storage that files are in.
func errStorage(status int, code, text string) *apiError {
	return &apiError{
		status: status,
		raw: `<?xml version="1.0" encoding="UTF-8"?>` + "\n<Error><Code>" + code + "</Code><Message>" + text +
			"</Message></Error>\n",
	}
}

func errNoSuchKey() *apiError {
	return errStorage(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
}

func errRoaming(code, text string) *apiError {
	return &apiError{status: http.StatusBadRequest, code: code, description: text}
}
