package batch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/imrest/im-go/internal/job"
	"github.com/imrest/im-go/internal/kind"
)

// Run makes the calls of a job over items of any number. It cuts them at Job.Max, has
// Job.Workers calls under way at a time, which wait for their quota in the background
// lane unless the context has another, and reports each item in the order of the
// input. It holds the items of a few calls in memory and no more.
//
// A call that is refused as a whole because of one item is halved until the item is
// found, unless the outcome is unknown. While the server is not available the run waits.
// What ends it: the context; an error of items ([*SourceError]) or of Job.Report; a
// journal that does not fit ([*JournalError]); a failure of all calls to come, such as
// im.ErrUnauthorized or im.ErrPlanLimit; Job.MaxRefused and Job.Patience. Calls under way
// end first, and the journal keeps what is done; the items left are [StatePending]. Run also waits for items to
// return: a source that may block should obey the context.
//
// A job that goes through with items that are not done is a [*RunError], an [ErrPartial].
//
// With a journal, a run does what the runs before have not done. It must get the same
// items in the same order: changed ones are rejected.
func Run[T any](ctx context.Context, items iter.Seq2[T, error], j Job[T]) (Summary, error) {
	if err := j.check(ctx); err != nil {
		return Summary{}, err
	}
	if items == nil {
		return Summary{}, invalid("items must not be nil")
	}
	log, err := openJournal(j.Journal, header{Name: j.Name, Max: j.Max}, j.Fsync)
	if err != nil {
		return Summary{}, err
	}
	defer log.close() //nolint:errcheck // a second time, unless Report panics
	r := &run[T]{Job: j, log: log, meter: newMeter(j.Total), patience: patience{limit: j.Patience}}
	err = r.run(ctx, items)
	if closed := log.close(); err == nil {
		err = closed
	}
	if err == nil && r.sum.Done < r.sum.Rows {
		err = &RunError{r.sum}
	}
	return r.sum, err
}

type run[T any] struct {
	Job[T]
	log      *journal // nil: none
	meter    *meter
	patience patience
	sum      Summary

	stop    context.Context //nolint:containedctx // ended: no further call is sent
	end     context.CancelCauseFunc
	ordered chan *chunk[T] // all chunks, for the report
	queue   chan *chunk[T] // those that a worker is to look at
}

// ahead is how many chunks for each worker may be read before the first is done.
const ahead = 4

func (r *run[T]) run(ctx context.Context, items iter.Seq2[T, error]) error {
	r.stop, r.end = context.WithCancelCause(ctx)
	cuttable, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	var group sync.WaitGroup
	defer group.Wait() // if Report panics, too: nothing goes on when Run has returned
	defer r.end(nil)
	context.AfterFunc(r.stop, func() {
		grace := time.AfterFunc(r.Grace, cut)
		context.AfterFunc(cuttable, func() { grace.Stop() })
	})
	calls := job.With(cuttable, &job.Job{Wait: r.wait})

	r.ordered, r.queue = make(chan *chunk[T], ahead*r.Workers), make(chan *chunk[T])
	group.Go(func() { r.feed(items) })
	for range r.Workers {
		group.Go(func() {
			for c := range r.queue {
				r.settle(calls, c)
			}
		})
	}
	ended := make(chan struct{})
	var ticker sync.WaitGroup
	ticker.Go(func() { r.progress(ended) })
	defer ticker.Wait()
	defer close(ended)
	r.report()
	group.Wait()
	r.sum.Calls = r.meter.called()
	if r.stop.Err() != nil {
		return r.whyStopped(ctx)
	}
	return nil
}

// errGoexit ends a run which would wait for a function that never returns.
var errGoexit = errors.New("im: batch: a function of the job, or its input, has ended its goroutine")

// settle has a worker look at a chunk.
func (r *run[T]) settle(ctx context.Context, c *chunk[T]) {
	defer close(c.done)
	unknown, returned := c.in(StateUnknown), false
	defer func() {
		if !returned {
			c.all(c.sent, StateUnknown, &Reason{Text: errGoexit.Error(), Kind: kind.ErrOutcomeUnknown})
			r.end(errGoexit)
		}
		r.keep(c, unknown)
	}()
	r.work(ctx, c, unknown)
	returned = true
}

// whyStopped keeps the error of the context beside its cause.
func (r *run[T]) whyStopped(ctx context.Context) error {
	cause := context.Cause(r.stop)
	if ctx.Err() == nil {
		return cause
	}
	err := ended(ctx)
	if !errors.Is(cause, context.Cause(ctx)) { // the run had ended before, by itself
		err = fmt.Errorf("%w: %w", err, cause)
	}
	return fmt.Errorf("im: batch: stopped after %d items: %w", r.sum.Rows-r.sum.Pending, err)
}

// ended is the error of a context, with its cause, which may be that of any call: it lends no kind.
func ended(ctx context.Context) error {
	err := ctx.Err()
	if cause := context.Cause(ctx); !errors.Is(cause, err) {
		err = fmt.Errorf("%w: %w", err, kind.Cause(cause))
	}
	return err
}

// feed cuts the input into chunks.
func (r *run[T]) feed(items iter.Seq2[T, error]) {
	defer close(r.ordered)
	defer close(r.queue)
	whole := false
	defer func() {
		if !whole {
			r.end(errGoexit) // if nothing has ended it before
		}
	}()
	n, list := 0, make([]T, 0, r.Max)
	for item, err := range items {
		if r.stop.Err() != nil {
			return
		}
		if err != nil {
			r.end(&SourceError{Row: n*r.Max + len(list) + 1, Err: err})
			return
		}
		if list = append(list, item); len(list) == r.Max {
			if !r.hand(n, list) {
				return
			}
			n, list = n+1, make([]T, 0, r.Max)
		}
	}
	total := n*r.Max + len(list)
	if len(list) > 0 && !r.hand(n, list) {
		return
	}
	whole = true
	if err := r.log.complete(total); err != nil {
		r.end(err)
	}
}

// hand gives a chunk to the report and, if something is left to do, to a worker.
func (r *run[T]) hand(n int, items []T) bool {
	c := newChunk(n, r.Max, items, r.Key)
	if err := recall(r.log, c); err != nil {
		r.end(err)
		return false
	}
	select {
	case r.ordered <- c:
	case <-r.stop.Done():
		return false
	}
	if len(c.in(StatePending))+len(c.in(StateUnknown)) == 0 {
		r.meter.settled(c.rows, false)
		close(c.done)
		return true
	}
	select {
	case r.queue <- c:
		return true
	case <-r.stop.Done():
		close(c.done)
		return false
	}
}

// report hands on each row, in the order of the input.
func (r *run[T]) report() {
	for c := range r.ordered {
		<-c.done
		for i := range c.rows {
			r.sum.count(c.rows[i].State)
			if r.Report == nil {
				continue
			}
			if err := r.Report(c.items[i], c.rows[i]); err != nil {
				r.Report = nil
				r.end(fmt.Errorf("im: batch: the report of row %d: %w", c.rows[i].Number, err))
			}
		}
	}
}

// wait surrounds the wait of a call for its quota, which ends when the run is to stop.
func (r *run[T]) wait(ctx context.Context, pool string) (context.Context, func()) {
	r.meter.waits(pool)
	ctx, cancel := context.WithCancelCause(ctx)
	stopped := context.AfterFunc(r.stop, func() { cancel(context.Cause(r.stop)) })
	return ctx, func() {
		stopped()
		cancel(nil)
		r.meter.goes(pool)
	}
}
