package batch

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/imrest/im-go/internal/kind"
)

// Job says what [Run] does with the items of a list of any length. Max, Key and Call
// are required.
type Job[T any] struct {
	// Name is written to the journal, so that another job's is not taken for this one's. It must be valid UTF-8.
	Name string
	// Max is how many items one call takes: the exported maximum of the method, such
	// as users.MaxRegisterBatch. At most 1,000,000.
	Max int
	// Key names an item in the report: a username, or a line of the file. The journal
	// keeps the keys of the items that are not done, and a hash of all.
	Key func(item T) string
	// Check finds, before anything is sent, an item because of which Call would fail: its error makes that item
	// StateRefused at no cost, where a refused call is halved until the item is found. nil: no check.
	Check func(item T) error
	// Call makes one API call on at most Max items. Where the method returns [Results],
	// [WithoutValues] makes the Result; a nil Result and a nil error mean that all
	// items are done. An item whose error is im.ErrOutcomeUnknown or [ErrNotReported]
	// becomes StateUnknown, one with another error StateRefused.
	Call func(ctx context.Context, items []T) (Result, error)
	// Workers is how many calls are under way at a time; 0: [DefaultWorkers]. At most 10,000.
	Workers int

	// Journal is the path of the file that lets the job go on where it was stopped; ""
	// means that a job which is stopped begins anew. See [ReadJournal].
	Journal string
	// Fsync writes the journal through to the disk before each call, so that it
	// survives a machine that loses its power. Without it the journal survives a
	// process that is killed, but not a lost machine: a call that was sent may be
	// missing in it, and would be retried.
	Fsync bool
	// OnUnknown says what becomes of items whose outcome an earlier run left unknown.
	OnUnknown OnUnknown
	// Verify looks up whether an item is done, for [VerifyUnknown]. After an error of
	// Verify the item stays unknown, with the text of that error after the reason in its row.
	Verify func(ctx context.Context, item T) (done bool, err error)

	// Report gets each item with what became of it, in the order of the input, and those
	// of earlier runs too. Its error ends the run.
	Report func(item T, row Row) error
	// Progress gets the state of the run at intervals of Every, and at the end.
	Progress func(Progress)
	Every    time.Duration // 0: a second
	// Total is the number of items if it is known, for Progress.Left.
	Total int

	// MaxRefused ends the run with ErrTooManyRefused once more items than that are
	// refused in it; 0: never.
	MaxRefused int
	// Patience is how long the run waits for a server that is not available before it
	// ends; 0: 10 minutes.
	Patience time.Duration
	// Grace is how long calls that are under way may take when the context ends. Then they
	// are broken off, and their outcome may be unknown; 0: 10 seconds.
	Grace time.Duration
}

// DefaultWorkers is enough to use up a quota of 100 calls a second when a call takes
// 150 ms.
const DefaultWorkers = 16

const (
	mostItems   = 1_000_000 // of a call, which are held in memory together
	mostWorkers = 10_000
)

// OnUnknown says what becomes of items whose outcome an earlier run left unknown.
type OnUnknown int

const (
	// SkipUnknown leaves them unknown: right where a second call does harm, as it does
	// with messages.
	SkipUnknown OnUnknown = iota
	// RetryUnknown calls them again: right where a second call does no harm.
	RetryUnknown
	// VerifyUnknown asks Job.Verify, and calls again those that are not done.
	VerifyUnknown
)

// check completes the job, or says what is wrong with it.
func (j *Job[T]) check(ctx context.Context) error {
	switch {
	case ctx == nil:
		return invalid("ctx must not be nil")
	case j.Max < 1 || j.Max > mostItems:
		return invalid("Job.Max is %d, must be from 1 to %d", j.Max, mostItems)
	case j.Workers > mostWorkers:
		return invalid("Job.Workers is %d, must be from 0 to %d", j.Workers, mostWorkers)
	case !utf8.ValidString(j.Name):
		return invalid("Job.Name must be valid UTF-8: a journal could not be recognized by it")
	case j.Key == nil:
		return invalid("Job.Key must not be nil")
	case j.Call == nil:
		return invalid("Job.Call must not be nil")
	case j.Workers < 0 || j.Every < 0 || j.Patience < 0 || j.Grace < 0 || j.MaxRefused < 0 || j.Total < 0:
		return invalid("Job.Workers, Every, Patience, Grace, MaxRefused and Total must not be below 0")
	case j.OnUnknown < SkipUnknown || j.OnUnknown > VerifyUnknown:
		return invalid("Job.OnUnknown is %d, must be SkipUnknown, RetryUnknown or VerifyUnknown", j.OnUnknown)
	case (j.OnUnknown == VerifyUnknown) != (j.Verify != nil):
		return invalid("Job.Verify must be set with VerifyUnknown, and not otherwise")
	case j.Journal == "" && j.Fsync:
		return invalid("Job.Fsync needs a Journal")
	}
	or(&j.Workers, DefaultWorkers)
	or(&j.Every, time.Second)
	or(&j.Patience, 10*time.Minute)
	or(&j.Grace, 10*time.Second)
	return nil
}

func or[V comparable](value *V, otherwise V) {
	if *value == *new(V) {
		*value = otherwise
	}
}

func invalid(format string, args ...any) error {
	return fmt.Errorf("im: batch: %w: %s", kind.ErrInvalidArgument, fmt.Sprintf(format, args...))
}

// WithoutValues makes a [Result] of what a batch method returns, for Job.Call:
//
//	Call: func(ctx context.Context, chunk []users.NewUser) (batch.Result, error) {
//		return batch.WithoutValues(client.Users.RegisterBatch(ctx, chunk))
//	},
func WithoutValues[T any](results Results[T], err error) (Result, error) {
	if results == nil {
		return nil, err
	}
	plain := make(Result, len(results))
	for i, item := range results {
		plain[i] = Item[None]{ID: item.ID, Err: item.Err}
	}
	return plain, err
}
