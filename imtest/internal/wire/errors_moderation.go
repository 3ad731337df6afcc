package wire

import "net/http"

// Moderation.

// ErrModeration is for the many errors that differ by text only.
func ErrModeration(text string) *Error {
	return &Error{Status: http.StatusBadRequest, code: "Bad Request", Description: text}
}

// ErrKeywordFieldMissing has a code of its own.
func ErrKeywordFieldMissing() *Error {
	return &Error{Status: http.StatusBadRequest, code: "MODERATION_002", Description: "request param is empty"}
}

// ErrNoContent is what a check responds without a text.
func ErrNoContent() *Error {
	return &Error{Status: http.StatusBadRequest, code: "Bad request", Description: "message content is empty or null", number: 4000005}
}
