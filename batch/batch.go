// Package batch holds what calls on several items report: an outcome for each
// item, in the order in which the items were given.
package batch

import (
	"errors"
	"fmt"
	"strings"

	"github.com/imrest/im-go/internal/kind"
)

// ErrPartial is the kind of every [*Error]: some items of a batch failed.
var ErrPartial = errors.New("some items failed")

// ErrNotReported is the error of an item that the response does not name: it may
// have been done or not, and is not counted as done.
var ErrNotReported = kind.ErrNotReported

// Outcome is what became of one item. Err comes back from JSON as a [*Reason], with
// its text and its kinds.
type Outcome struct {
	ID  string // the item: a user, an attribute key, a file
	Err error  // nil: done
}

// Result has one outcome per item, in the order of the request.
type Result []Outcome

// Err is nil when all is done, else a [*Error] with the items that failed.
func (r Result) Err() error {
	var failed []Outcome
	for _, o := range r {
		if o.Err != nil {
			failed = append(failed, o)
		}
	}
	return Failed(failed, len(r))
}

// Done lists the items that are done.
func (r Result) Done() []string {
	var ids []string
	for _, o := range r {
		if o.Err == nil {
			ids = append(ids, o.ID)
		}
	}
	return ids
}

// Failed makes the error of a batch; it is nil without failures.
func Failed(failed []Outcome, total int) error {
	if len(failed) == 0 {
		return nil
	}
	return &Error{Failed: failed, Total: total}
}

// Error says which items of a batch failed. errors.Is finds [ErrPartial] and
// what the items failed with.
type Error struct {
	Failed []Outcome
	Total  int
}

// Error names the first few items that failed.
func (e *Error) Error() string {
	const show = 3
	var b strings.Builder
	fmt.Fprintf(&b, "im: %d of %d items failed: ", len(e.Failed), e.Total)
	for i, o := range e.Failed {
		if i == show {
			fmt.Fprintf(&b, ", and %d more", len(e.Failed)-show)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s (%v)", o.ID, o.Err)
	}
	return b.String()
}

// Is makes every Error an ErrPartial.
func (e *Error) Is(target error) bool { return target == ErrPartial }

// Unwrap gives the errors of the items.
func (e *Error) Unwrap() []error {
	errs := make([]error, len(e.Failed))
	for i, o := range e.Failed {
		errs[i] = o.Err
	}
	return errs
}

// Reason is the error of an item that the server refused, in its words.
type Reason struct {
	Text string
	Kind error // what errors.Is finds; nil: nothing
}

// Error gives the server's words.
func (r *Reason) Error() string { return r.Text }

// Unwrap gives the kind.
func (r *Reason) Unwrap() error { return r.Kind }
