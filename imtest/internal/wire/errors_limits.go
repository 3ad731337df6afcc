package wire

import "net/http"

// Responses to calls that come too often, and of a server in trouble.

func ErrReachLimit() *Error {
	return &Error{
		Status:      http.StatusTooManyRequests,
		code:        "reach_limit",
		Description: "This request has reached api limit",
		exception:   "com.easemob.flow.exceptions.ReachLimitException",
	}
}

func ErrMessagesReachLimit() *Error {
	return &Error{
		Status:      http.StatusForbidden,
		code:        "message_send_error",
		Description: "message send reach limit",
		exception:   "MessageSendException",
	}
}

// ErrDayLimit differs by broadcast.
func ErrDayLimit(text string) *Error {
	return &Error{
		Status:      http.StatusForbidden,
		code:        "forbidden_op",
		Description: text,
		exception:   "EasemobForbiddenOpException",
	}
}

// ErrPushLimit is for calls on labels, and for pushes that come too often.
func ErrPushLimit() *Error {
	return &Error{
		Status: http.StatusForbidden, code: "LimitException", Description: "limit request", exception: "LimitException",
	}
}

func ErrPlanLimit() *Error {
	return &Error{
		Status:      http.StatusTooManyRequests,
		code:        "resource_limited",
		Description: "You have exceeded the limit of the free edition. Please upgrade to higher edition",
	}
}

func ErrInternal() *Error {
	return &Error{Status: http.StatusInternalServerError, code: "INTERNAL_SERVER_ERROR", Description: "internal error"}
}
