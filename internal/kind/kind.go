// Package kind has the kinds of failure. The root package exports and documents them;
// they live here because the items of a batch fail with them too, also when they come
// back from JSON.
package kind

import (
	"errors"
	"strings"
)

// The kinds.
var (
	ErrInvalidArgument = errors.New("invalid argument")
	ErrUnauthorized    = errors.New("unauthorized")
	ErrForbidden       = errors.New("forbidden")
	ErrNotFound        = errors.New("not found")
	ErrAppNotFound     = errors.New("app not found")
	ErrAlreadyExists   = errors.New("already exists")
	ErrConflict        = errors.New("conflict")
	ErrTooLarge        = errors.New("too large")
	ErrRateLimited     = errors.New("rate limited")
	ErrPlanLimit       = errors.New("plan limit reached")
	ErrNotEnabled      = errors.New("feature not enabled")
	ErrUnsupported     = errors.New("unsupported operation")
	ErrInternal        = errors.New("server error")
	ErrUnavailable     = errors.New("unavailable")
	ErrBadResponse     = errors.New("bad response")
	ErrCanceled        = errors.New("canceled")
	ErrOutcomeUnknown  = errors.New("outcome unknown")
	ErrNotReported     = errors.New("the response does not name this item")
	ErrPartial         = errors.New("some items failed") // of a batch as a whole: no item has it
)

// names are the kinds by the names that JSON has for them.
var names = []struct {
	name string
	kind error
}{
	{"invalid_argument", ErrInvalidArgument},
	{"unauthorized", ErrUnauthorized},
	{"forbidden", ErrForbidden},
	{"not_found", ErrNotFound},
	{"app_not_found", ErrAppNotFound},
	{"already_exists", ErrAlreadyExists},
	{"conflict", ErrConflict},
	{"too_large", ErrTooLarge},
	{"rate_limited", ErrRateLimited},
	{"plan_limit", ErrPlanLimit},
	{"not_enabled", ErrNotEnabled},
	{"unsupported", ErrUnsupported},
	{"internal", ErrInternal},
	{"unavailable", ErrUnavailable},
	{"bad_response", ErrBadResponse},
	{"canceled", ErrCanceled},
	{"outcome_unknown", ErrOutcomeUnknown},
	{"not_reported", ErrNotReported},
}

// Names returns the names of all kinds that an error is of, separated by blanks.
func Names(err error) string {
	var found []string
	for _, n := range names {
		if errors.Is(err, n.kind) {
			found = append(found, n.name)
		}
	}
	return strings.Join(found, " ")
}

// Named returns what is of the kinds with these names; nil for none. A name that is not
// known, of a later version perhaps, is passed over.
func Named(list string) error {
	var kinds []error
	for name := range strings.FieldsSeq(list) {
		for _, n := range names {
			if n.name == name {
				kinds = append(kinds, n.kind)
			}
		}
	}
	if len(kinds) == 1 {
		return kinds[0]
	}
	return errors.Join(kinds...)
}
