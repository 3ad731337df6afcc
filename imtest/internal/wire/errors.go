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

// ErrorBody is an error as it is written.
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

// ErrText is for errors of which only the text is documented.
func ErrText(status int, text string) *Error { return &Error{Status: status, Description: text} }

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

// ErrTokenBlank is the response of groups and rooms to a call without a token.
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
