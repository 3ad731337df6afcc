package quota

import (
	"context"
	"fmt"
	"time"

	"github.com/imrest/im-go/internal/kind"
)

// CostError says that a call can never be granted: one window of the pool is
// smaller than the call.
type CostError struct {
	Pool  string
	Cost  int
	Limit Limit
}

func (e *CostError) Error() string {
	return fmt.Sprintf("quota %s: a call of %d exceeds the limit of %d per %v", e.Pool, e.Cost, e.Limit.N, e.Limit.Per)
}

// LaneError says that there is no such lane.
type LaneError struct{ Lane Lane }

func (e *LaneError) Error() string { return fmt.Sprintf("quota: there is no lane %d", int(e.Lane)) }

// WaitError says that the wait for a quota would have outlasted the context's
// deadline. Nothing was taken. It is a context.DeadlineExceeded.
type WaitError struct {
	Pool string
	Wait time.Duration // at least so long
	Left time.Duration // until the deadline
}

func (e *WaitError) Error() string {
	return fmt.Sprintf("quota %s: a wait of %v or more outlasts the deadline in %v",
		e.Pool, e.Wait.Round(time.Millisecond), e.Left.Round(time.Millisecond))
}

// Unwrap makes errors.Is find context.DeadlineExceeded.
func (e *WaitError) Unwrap() error { return context.DeadlineExceeded }

// CanceledError says that the context ended while the call waited. Nothing was
// taken. The context's error and its cause are both to be found in it.
type CanceledError struct {
	Pool   string
	Waited time.Duration
	Err    error // context.Canceled or context.DeadlineExceeded
	Cause  error // context.Cause, as [kind.Cause]
}

func canceled(ctx context.Context, pool string, waited time.Duration) error {
	return &CanceledError{Pool: pool, Waited: waited, Err: ctx.Err(), Cause: kind.Cause(context.Cause(ctx))}
}

func (e *CanceledError) Error() string {
	return fmt.Sprintf("quota %s: %v after a wait of %v", e.Pool, e.Cause, e.Waited.Round(time.Millisecond))
}

// Unwrap returns the context's error and its cause.
func (e *CanceledError) Unwrap() []error { return []error{e.Err, e.Cause} }

// StoreError says that the shared store failed, and that calls are to fail
// then. Nothing was taken.
type StoreError struct {
	Pool string
	Err  error
}

func (e *StoreError) Error() string {
	return fmt.Sprintf("quota %s: the shared store: %v", e.Pool, e.Err)
}

// Unwrap returns the error of the store.
func (e *StoreError) Unwrap() error { return e.Err }
