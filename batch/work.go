package batch

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/imrest/im-go/internal/kind"
)

// work does what is left to do of a chunk, of which some rows are unknown from an earlier run.
func (r *run[T]) work(ctx context.Context, c *chunk[T], unknown []int) {
	if r.stop.Err() == nil {
		r.revive(ctx, c, unknown)
		r.refuseWrong(c)
	}
	if pending := c.in(StatePending); len(pending) > 0 && r.stop.Err() == nil {
		if c.begin {
			if err := r.log.begin(c.n, c.rows, c.hash); err != nil {
				r.end(err)
				return // nothing was sent
			}
		}
		c.dirty = true
		r.call(ctx, c, pending)
	}
}

// keep has the journal say what has become of a chunk.
func (r *run[T]) keep(c *chunk[T], unknown []int) {
	if r.OnUnknown == RetryUnknown {
		for _, at := range unknown { // not retried after all
			if row := &c.rows[at]; row.State == StatePending {
				row.State = StateUnknown
			}
		}
	}
	if c.dirty {
		if err := r.log.end(c.n, c.rows, c.hash); err != nil {
			r.end(err)
		}
	}
	if refused := r.meter.settled(c.rows, true); r.MaxRefused > 0 && refused > r.MaxRefused {
		r.end(fmt.Errorf("im: batch: %w: %d, at most %d are allowed by Job.MaxRefused", ErrTooManyRefused, refused, r.MaxRefused))
	}
}

// refuseWrong refuses those pending that Check finds wrong.
func (r *run[T]) refuseWrong(c *chunk[T]) {
	if r.Check == nil {
		return
	}
	for _, at := range c.in(StatePending) {
		if err := r.Check(c.items[at]); err != nil {
			c.rows[at].refuse(err)
			c.dirty = true
		}
	}
}

// revive makes those pending that an earlier run left unknown, as far as OnUnknown says.
func (r *run[T]) revive(ctx context.Context, c *chunk[T], unknown []int) {
	switch r.OnUnknown {
	case RetryUnknown:
		for _, at := range unknown {
			c.rows[at].State = StatePending
		}
	case VerifyUnknown:
		for _, at := range unknown {
			if r.stop.Err() != nil {
				return
			}
			done, err := r.Verify(ctx, c.items[at])
			switch row := &c.rows[at]; {
			case err != nil && r.stop.Err() != nil:
				return
			case err != nil: // the kinds of its error stay those of a row that is perhaps done
				row.Err = verifyFailed(row.Err, err)
			case done:
				row.State, row.Err = StateDone, nil
			default:
				row.State, row.Err = StatePending, nil
			}
			c.dirty = true
		}
	}
}

// verifyFailed is why a row stays unknown: for the reason that it had, without an earlier failure of Verify.
func verifyFailed(reason, err error) error {
	const failed = "; Job.Verify failed: "
	if reason == nil { // in a journal that was changed by hand
		reason = kind.ErrOutcomeUnknown
	}
	text, _, _ := strings.Cut(reason.Error(), failed)
	return &Reason{Text: text + failed + err.Error(), Kind: reason}
}

// verdict is what a failed call says of the items in it.
type verdict int

const (
	refused  verdict = iota // nothing is done, because of an item perhaps
	later                   // nothing is done: the server has trouble, or the call was given up
	lost                    // who knows what is done
	hopeless                // nothing is done, and no other call will be
	odd                     // who knows what is done, and what the next call would do
)

// judge goes by the kind of the error. What the client does not call unknown was
// either not carried out or may be retried without harm.
func judge(err error) verdict {
	is := func(kinds ...error) bool {
		for _, k := range kinds {
			if errors.Is(err, k) {
				return true
			}
		}
		return false
	}
	switch {
	case unknown(err), is(kind.ErrInternal): // which the server may respond after half of the work
		return lost
	case is(kind.ErrInvalidArgument, kind.ErrAlreadyExists, kind.ErrNotFound, kind.ErrTooLarge, kind.ErrForbidden, kind.ErrConflict):
		return refused
	case is(kind.ErrUnavailable, kind.ErrRateLimited, kind.ErrBadResponse, kind.ErrCanceled):
		return later
	case is(kind.ErrUnauthorized, kind.ErrAppNotFound, kind.ErrPlanLimit, kind.ErrNotEnabled, kind.ErrUnsupported):
		return hopeless
	}
	return odd
}

// call settles some rows of a chunk, or leaves them pending if the run is to stop.
func (r *run[T]) call(ctx context.Context, c *chunk[T], rows []int) {
	for r.patience.pause(r.stop) {
		r.meter.calls()
		c.sent = rows
		result, err := r.Call(ctx, c.pick(rows))
		if err == nil || result != nil {
			r.patience.good()
			r.spread(c, rows, result)
			return
		}
		v := judge(err)
		if v == lost && errors.Is(err, kind.ErrInternal) && r.OnUnknown == RetryUnknown && len(rows) > 1 {
			v = refused // by an item, most often
		}
		if !isOutage(err) {
			r.patience.good()
		} else if !r.patience.bad(err) {
			r.end(fmt.Errorf("im: batch: the server has had trouble for more than %s, Job.Patience: %w", r.Patience, err))
		}
		switch v {
		case refused:
			r.halve(ctx, c, rows, err)
			return
		case lost:
			c.all(rows, StateUnknown, err)
			return
		case hopeless:
			r.end(err)
			return
		case odd:
			c.all(rows, StateUnknown, err)
			r.end(err)
			return
		}
	}
}

// halve looks for the item because of which a call was refused.
func (r *run[T]) halve(ctx context.Context, c *chunk[T], rows []int, err error) {
	if len(rows) == 1 {
		c.rows[rows[0]].refuse(err)
		return
	}
	half := len(rows) / 2
	r.call(ctx, c, rows[:half])
	r.call(ctx, c, rows[half:])
}

// spread gives each row what the response says of it.
func (r *run[T]) spread(c *chunk[T], rows []int, result Result) {
	if result == nil {
		c.all(rows, StateDone, nil)
		return
	}
	if len(result) != len(rows) {
		err := invalid("Job.Call returned %d results for %d items", len(result), len(rows))
		c.all(rows, StateUnknown, err)
		r.end(err)
		return
	}
	for i, at := range rows {
		c.rows[at].settle(result[i].Err)
	}
}
