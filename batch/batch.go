// Package batch holds what calls on several items report: what became of each item, in
// the order of the request.
//
// Such a call returns its [Results] and, if an item failed, a [*Error] as well, so that a
// failure is not overlooked. The results are there in either case, unless the call as a
// whole failed:
//
//	added, err := client.Groups.AddMembers(ctx, groupID, usernames, groups.MemberOptions{})
//	if errors.Is(err, batch.ErrPartial) {
//		for _, item := range added.Failed() {
//			log.Printf("%s: %v", item.ID, item.Err)
//		}
//	} else if err != nil {
//		return err // no item was added, or im.ErrOutcomeUnknown
//	}
//
// A call takes at most as many items as the API documents; [Chunks] cuts a longer list, and
// [Run] does a whole job: many calls at a time, a report, and a journal from which it goes on
// after it was stopped. [Plan] says beforehand how long it takes.
package batch

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/imrest/im-go/internal/kind"
)

// ErrPartial is the kind of every [*Error]: some items of a batch failed.
var ErrPartial = kind.ErrPartial

// ErrNotReported is the error of an item that the response does not name. Of a write it is also
// im.ErrOutcomeUnknown: the item may have been done or not, and is not counted as done.
var ErrNotReported = kind.ErrNotReported

// Item is what became of one item of a batch.
type Item[T any] struct {
	ID    string // the item: a user, a group, an attribute key, a file
	Value T      // what the call returns for it; if it failed, the zero value unless the method says otherwise
	Err   error  // nil: done. It comes back from JSON as a [*Reason], with its text and its kinds
}

// Results has one item per item of the request, in its order.
type Results[T any] []Item[T]

// Result is the result of a call that returns nothing for an item except whether it failed.
type Result = Results[None]

// None is the value of an item that has none.
type None struct{}

// IDs returns the ids of the items, in their order.
func (r Results[T]) IDs() []string {
	ids := make([]string, len(r))
	for i, item := range r {
		ids[i] = item.ID
	}
	return ids
}

// Done returns the items that are done.
func (r Results[T]) Done() Results[T] { return r.where(func(err error) bool { return err == nil }) }

// Failed returns the items that are not done, or not known to be.
func (r Results[T]) Failed() Results[T] { return r.where(func(err error) bool { return err != nil }) }

func (r Results[T]) where(wanted func(error) bool) Results[T] {
	var list Results[T]
	for _, item := range r {
		if wanted(item.Err) {
			list = append(list, item)
		}
	}
	return list
}

// LogValue prints the items as they print themselves: their secrets stay hidden.
func (r Results[T]) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", r)) }

// LogValue prints the item as it prints itself: its secrets stay hidden.
func (i Item[T]) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", i)) }

// Err returns nil if all items are done, else a [*Error] with the items that failed.
func (r Results[T]) Err() error {
	var failed Result
	for _, item := range r {
		if item.Err != nil {
			failed = append(failed, Item[None]{ID: item.ID, Err: item.Err})
		}
	}
	if failed == nil {
		return nil
	}
	return &Error{Failed: failed, Total: len(r)}
}

// Error says which items of a batch failed. errors.Is finds [ErrPartial] and what the
// items failed with.
type Error struct {
	Failed Result `json:"failed"` // in the order of the request, without their values
	Total  int    `json:"total"`  // items of the request
}

// Error names the first few items that failed.
func (e *Error) Error() string {
	const show = 3
	var b strings.Builder
	fmt.Fprintf(&b, "im: %d of %d items failed: ", len(e.Failed), e.Total)
	for i, item := range e.Failed {
		if i == show {
			fmt.Fprintf(&b, ", and %d more", len(e.Failed)-show)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s (%v)", item.ID, item.Err)
	}
	return b.String()
}

// Is makes every Error an [ErrPartial].
func (e *Error) Is(target error) bool { return target == ErrPartial }

// Unwrap returns the errors of the items.
func (e *Error) Unwrap() []error {
	errs := make([]error, len(e.Failed))
	for i, item := range e.Failed {
		errs[i] = item.Err
	}
	return errs
}

// Reason is the error of an item that the server rejected, in the server's words.
type Reason struct {
	Text string // the server's words
	Kind error  // what errors.Is finds; nil: nothing
}

// reasonOf keeps of an error what comes back from JSON: its text and its kinds.
func reasonOf(err error) *Reason {
	return &Reason{Text: err.Error(), Kind: kind.Named(kind.Names(err))}
}

// Error returns the server's words.
func (r *Reason) Error() string { return r.Text }

// Unwrap returns the kind.
func (r *Reason) Unwrap() error { return r.Kind }

// Chunks cuts items into lists of at most n, as long as a call may take; n is one of
// the exported maximums, such as groups.MaxMembersBatch. It panics if n is less than 1.
//
//	for usernames := range batch.Chunks(all, groups.MaxMembersBatch) {
//		added, err := client.Groups.AddMembers(ctx, groupID, usernames, groups.MemberOptions{})
//		...
//	}
//
// The lists share the memory of items, and appending to one copies it.
func Chunks[T any](items []T, n int) func(yield func([]T) bool) {
	return slices.Chunk(items, n)
}
