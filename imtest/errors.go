package imtest

import (
	"fmt"
	"net/http"
	"strings"
)

// An apiError is an answer of 400 and up. Each documented error has one
// constructor, so that its text stands once.
type apiError struct {
	status      int
	code        string // "error"
	description string // "error_description"
	exception   string // class name, as the API shows it
	number      int    // "error_code", where the API has one
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

// Tokens: see answers_to_bad_tokens in the catalogue.

func errUnauthorized(text string) *apiError {
	return &apiError{
		status:      http.StatusUnauthorized,
		code:        "unauthorized",
		description: text,
		exception:   "org.apache.usergrid.rest.exceptions.SecurityException",
	}
}

func errNotAuthenticated() *apiError { return errUnauthorized("Unable to authenticate (OAuth)") }

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

// errFileRestricted is for a missing or wrong share-secret, whose answer no
// source documents. It is no 401, since a new token would not help.
func errFileRestricted() *apiError {
	return &apiError{
		status:      http.StatusForbidden,
		code:        "forbidden_op",
		description: "share-secret is missing or wrong",
		exception:   "EasemobForbiddenOpException",
	}
}
