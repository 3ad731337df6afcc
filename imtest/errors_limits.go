package imtest

import "net/http"

// Responses to calls that come too often, and of a server in trouble.

func errReachLimit() *apiError {
	return &apiError{
		status:      http.StatusTooManyRequests,
		code:        "reach_limit",
		description: "This request has reached api limit",
		exception:   "com.easemob.flow.exceptions.ReachLimitException",
	}
}

func errMessagesReachLimit() *apiError {
	return &apiError{
		status:      http.StatusForbidden,
		code:        "message_send_error",
		description: "message send reach limit",
		exception:   "MessageSendException",
	}
}

// errDayLimit differs by broadcast.
func errDayLimit(text string) *apiError {
	return &apiError{
		status:      http.StatusForbidden,
		code:        "forbidden_op",
		description: text,
		exception:   "EasemobForbiddenOpException",
	}
}

// errPushLimit is for calls on labels, and for pushes that come too often.
func errPushLimit() *apiError {
	return &apiError{
		status: http.StatusForbidden, code: "LimitException", description: "limit request", exception: "LimitException",
	}
}

func errPlanLimit() *apiError {
	return &apiError{
		status:      http.StatusTooManyRequests,
		code:        "resource_limited",
		description: "You have exceeded the limit of the free edition. Please upgrade to higher edition",
	}
}

func errInternal() *apiError {
	return &apiError{status: http.StatusInternalServerError, code: "INTERNAL_SERVER_ERROR", description: "internal error"}
}
