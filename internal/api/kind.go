package api

import (
	"strings"

	"github.com/imrest/im-go/internal/kind"
)

// The kinds of failure.
var (
	ErrInvalidArgument = kind.ErrInvalidArgument
	ErrUnauthorized    = kind.ErrUnauthorized
	ErrForbidden       = kind.ErrForbidden
	ErrNotFound        = kind.ErrNotFound
	ErrAppNotFound     = kind.ErrAppNotFound
	ErrAlreadyExists   = kind.ErrAlreadyExists
	ErrConflict        = kind.ErrConflict
	ErrTooLarge        = kind.ErrTooLarge
	ErrRateLimited     = kind.ErrRateLimited
	ErrPlanLimit       = kind.ErrPlanLimit
	ErrNotEnabled      = kind.ErrNotEnabled
	ErrUnsupported     = kind.ErrUnsupported
	ErrInternal        = kind.ErrInternal
	ErrUnavailable     = kind.ErrUnavailable
	ErrBadResponse     = kind.ErrBadResponse
	ErrCanceled        = kind.ErrCanceled
	ErrOutcomeUnknown  = kind.ErrOutcomeUnknown
)

// reasons returns the kind of the texts with which items of a batch are refused.
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

// ReasonKind returns the kind of the text with which an item was refused; nil
// if the text does not show it.
func ReasonKind(text string) error {
	text = strings.ToLower(text)
	for _, r := range reasons {
		if strings.Contains(text, r.text) {
			return r.kind
		}
	}
	return nil
}
