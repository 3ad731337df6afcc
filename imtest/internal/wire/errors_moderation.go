package wire

import "net/http"

// Moderation.

// ErrModeration is for the many errors that differ by text only.
func ErrModeration(text string) *Error {
	return &Error{Status: http.StatusBadRequest, code: "Bad Request", Description: text}
}

// ErrBadRequest is ErrModeration for the calls that spell the code so.
func ErrBadRequest(text string) *Error {
	return &Error{Status: http.StatusBadRequest, code: "Bad request", Description: text}
}

// ErrKeywordFieldMissing has a code of its own.
func ErrKeywordFieldMissing() *Error {
	return &Error{Status: http.StatusBadRequest, code: "MODERATION_002", Description: "request param is empty"}
}

// ErrNoContent is what a check responds without a text.
func ErrNoContent() *Error {
	err := ErrBadRequest("message content is empty or null")
	err.number = 4000005
	return err
}
