package wire

import "net/http"

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
// source documents. It is not a 401, since a new token would not help.
func ErrFileRestricted() *Error {
	return &Error{
		Status:      http.StatusForbidden,
		code:        "forbidden_op",
		Description: "share-secret is missing or wrong",
		exception:   "EasemobForbiddenOpException",
	}
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

// ErrNumbered is an error of the newest calls, which have numbers of seven digits
// in place of words.
func ErrNumbered(status, number int, text string) *Error {
	return &Error{Status: status, number: number, Description: text}
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
