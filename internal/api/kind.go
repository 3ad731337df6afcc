package api

import (
	"errors"
	"strings"
)

// The kinds of failure. The root package exports and documents them; they live
// here because the items of a batch fail with them too.
var (
	ErrUnauthorized   = errors.New("unauthorized")
	ErrForbidden      = errors.New("forbidden")
	ErrNotFound       = errors.New("not found")
	ErrAppNotFound    = errors.New("app not found")
	ErrAlreadyExists  = errors.New("already exists")
	ErrConflict       = errors.New("conflict")
	ErrTooLarge       = errors.New("too large")
	ErrRateLimited    = errors.New("rate limited")
	ErrPlanLimit      = errors.New("plan limit reached")
	ErrNotEnabled     = errors.New("feature not enabled")
	ErrUnsupported    = errors.New("unsupported operation")
	ErrInternal       = errors.New("server error")
	ErrUnavailable    = errors.New("unavailable")
	ErrBadAnswer      = errors.New("bad answer")
	ErrOutcomeUnknown = errors.New("outcome unknown")
)

// reasons gives the kind of the texts with which items of a batch are refused.
var reasons = []struct {
	text string
	kind error
}{
	{"already", ErrAlreadyExists},
	{"not exist", ErrNotFound},
	{"n't exist", ErrNotFound},
	{"not found", ErrNotFound},
	{"not member", ErrNotFound},
	{"not in", ErrNotFound},
	{"not friends", ErrNotFound},
	{"operation is illegal", ErrForbidden},
	{"maximum limit", ErrTooLarge},
	{"too many", ErrPlanLimit},
	{"exceed", ErrPlanLimit},
	{"not allowed", ErrForbidden},
	{"forbidden", ErrForbidden},
	{"not legal", ErrInvalidArgument},
}

// ReasonKind gives the kind of the text with which an item was refused; nil
// when the text tells none.
func ReasonKind(text string) error {
	text = strings.ToLower(text)
	for _, r := range reasons {
		if strings.Contains(text, r.text) {
			return r.kind
		}
	}
	return nil
}
