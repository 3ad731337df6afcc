package im

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/kind"
)

// The kinds of failure, for errors.Is. Every *Error is of at least one kind.
var (
	// ErrInvalidArgument: the request is wrong. If [Error.Status] is 0, the client rejected
	// it and nothing was sent.
	ErrInvalidArgument = api.ErrInvalidArgument
	// ErrUnauthorized: the token or the credentials are not accepted.
	ErrUnauthorized = api.ErrUnauthorized
	// ErrForbidden: not allowed in the present state of user, group or room.
	ErrForbidden = api.ErrForbidden
	// ErrNotFound: the user, group, room, message or file does not exist, or the
	// user is not a member.
	ErrNotFound = api.ErrNotFound
	// ErrAppNotFound: the host does not know this org and app (or app id). It is
	// never an ErrNotFound, so that a typo in the configuration is not taken for a
	// missing user.
	ErrAppNotFound = api.ErrAppNotFound
	// ErrAlreadyExists: what was to be created exists already.
	ErrAlreadyExists = api.ErrAlreadyExists
	// ErrConflict: another operation on the same object is under way.
	ErrConflict = api.ErrConflict
	// ErrTooLarge: a message, file, text or response is above its limit. If the client
	// found that out before sending, it is an ErrInvalidArgument as well.
	ErrTooLarge = api.ErrTooLarge
	// ErrRateLimited: called too often; waiting helps. If [Error.Status] is 0, the wait
	// for the quota would have outlasted the context's deadline, and nothing was sent;
	// the error is context.DeadlineExceeded as well.
	ErrRateLimited = api.ErrRateLimited
	// ErrPlanLimit: a quota of the plan or of the app is used up; waiting does not
	// help.
	ErrPlanLimit = api.ErrPlanLimit
	// ErrNotEnabled: the feature is not switched on for this app.
	ErrNotEnabled = api.ErrNotEnabled
	// ErrUnsupported: the server does not know the operation.
	ErrUnsupported = api.ErrUnsupported
	// ErrInternal: the server failed (500).
	ErrInternal = api.ErrInternal
	// ErrUnavailable: no usable response: connection trouble, a timeout, 502, 503 or
	// 504.
	ErrUnavailable = api.ErrUnavailable
	// ErrBadResponse: the response is not what the API documents: HTML, cut off,
	// beyond the limit, or JSON of another shape.
	ErrBadResponse = api.ErrBadResponse
	// ErrCanceled: the call's context ended, or would have ended before the next
	// attempt. The error wraps that of the context.
	ErrCanceled = api.ErrCanceled
	// ErrOutcomeUnknown comes beside another kind: the call may have been carried
	// out, and is not one that may be retried blindly.
	ErrOutcomeUnknown = api.ErrOutcomeUnknown
	// ErrPartial: some items of a batch failed; see [batch.Error].
	ErrPartial = batch.ErrPartial
)

// Error is the one error type of calls. The zero value of a field means that
// it is not known. One made by hand, such as &Error{Status: 404} in the fake of a test,
// is of the kind that its status and code say.
type Error struct { //nolint:recvcheck // only Format must work on values
	Endpoint    string        // catalogue id: "users.get"
	Status      int           // HTTP status; 0: no response, or nothing sent
	Code        string        // the API's code: "reach_limit"
	ErrorCode   int           // the number beside it in newer responses: 14007
	Description string        // the API's text, clipped; "***" where it quotes a secret of the request
	Exception   string        // the API's Java class
	Field       string        // the argument that was rejected before sending
	Attempts    int           // how often the request was sent
	RetryAfter  time.Duration // how long the server asked to wait
	Body        string        `json:"-"` // start of a response that was not an error of the API; never printed

	kind      error // one of the variables above
	unknown   bool  // also ErrOutcomeUnknown
	unsent    bool  // no byte of the request left
	transient bool  // the same request may succeed a little later
	permanent bool  // whatever else it looks like, another attempt is of no use
	cause     error // what lies below: a network error, a context's error
}

// Is makes errors.Is find the kinds.
func (e *Error) Is(target error) bool {
	return e != nil && (target == e.Kind() || e.unknown && target == ErrOutcomeUnknown)
}

// Unwrap returns the network error, context error or argument error below.
func (e *Error) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.cause
}

// Kind is the variable of this package that names the kind of the failure.
func (e *Error) Kind() error {
	switch {
	case e == nil:
		return nil
	case e.kind != nil:
		return e.kind
	case e.Status == 0 && e.Code == "" && e.Field != "":
		return ErrInvalidArgument
	case e.Status == 0 && e.Code == "":
		return ErrUnavailable // nothing is known but that it failed
	}
	status := cmp.Or(e.Status, codes[e.Code], http.StatusBadRequest)
	if kind := numbers[e.ErrorCode]; kind != nil && e.Code == "" {
		return kind
	}
	return kindOf(e.Endpoint, status, e.Code, e.kindText())
}

// contextError keeps findable why a call was given up, by whom, and what the API
// had responded last.
type contextError struct {
	err, cause error
	last       *Error
}

func newContextError(ctx context.Context, err error, last *Error) error {
	e := &contextError{err: err, last: last}
	if cause := context.Cause(ctx); cause != nil && !errors.Is(err, cause) {
		e.cause = kind.Cause(cause)
	}
	return e
}

func (e *contextError) Error() string {
	text := e.err.Error()
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	if e.last != nil {
		text += ", last: " + e.last.Error()
	}
	return text
}

func (e *contextError) Unwrap() []error {
	all := []error{e.err}
	if e.cause != nil {
		all = append(all, e.cause)
	}
	if e.last != nil {
		all = append(all, e.last)
	}
	return all
}
