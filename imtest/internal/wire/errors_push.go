package wire

import (
	"fmt"
	"net/http"
)

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
