package world

import (
	"fmt"
	"strings"
)

// A Kind is a reason for which a rule refuses. Each domain has its own, beside
// its rules.
type Kind string

// Kinds that all domains share.
const (
	BadCursor Kind = "the cursor was not made here"
)

// An Error is why a rule refused. It says what is wrong, not how the API puts
// it: the documented words are the business of package rest.
type Error struct {
	Kind  Kind
	Names []string // users or ids that it is about, where the words name them
	Limit int      // what was exceeded, where the words name it
}

func refuse(kind Kind, names ...string) *Error { return &Error{Kind: kind, Names: names} }

// Of holds for an error of a kind; nil is of none.
func (e *Error) Of(kind Kind) bool { return e != nil && e.Kind == kind }

// Name returns the first name, "" if there is none.
func (e *Error) Name() string {
	if len(e.Names) == 0 {
		return ""
	}
	return e.Names[0]
}

// Error says the kind and the names, for tests and logs.
func (e *Error) Error() string {
	if len(e.Names) == 0 {
		return string(e.Kind)
	}
	return fmt.Sprintf("%s: %s", e.Kind, strings.Join(e.Names, ", "))
}
