package wire

import (
	"fmt"
	"net/http"
)

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
