package imtest

import "net/http"

// Answers to calls that come too often, and of a server in trouble.

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

func errDayLimit() *apiError {
	return &apiError{
		status:      http.StatusForbidden,
		code:        "forbidden_op",
		description: "broadcast message limit exceeded",
		exception:   "EasemobForbiddenOpException",
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
