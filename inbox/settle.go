package inbox

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/imrest/im-go/callbacks"
)

const (
	batchTime     = 50 * time.Millisecond // after which a transaction takes no further event
	settleTimeout = 10 * time.Second      // of noting what became of events
)

// handler is what Run was given.
type handler func(context.Context, callbacks.Kept) error

// claimed is an event that is being handled, and what became of it.
type claimed struct {
	candidate
	mark     []byte
	attempts int
	kept     callbacks.Kept
	failed   error
	noted    bool // the failure is stored, by the transaction of the attempt
}

// brokenError says that a transaction cannot go on after the failure of an event.
type brokenError struct {
	event *claimed
	cause error
}

// Error implements error.
func (e *brokenError) Error() string { return e.cause.Error() }

// Unwrap returns the cause.
func (e *brokenError) Unwrap() error { return e.cause }

// settle handles a group of events, in as many transactions as that takes.
func (s *Inbox) settle(ctx context.Context, group []candidate, handle handler) {
	progress := false
	held := make(map[candidate]bool) // lanes in which an event failed, or belongs to another process
	limit := s.o.Batch
	rest := group
	var left []candidate
	for len(rest) > 0 && ctx.Err() == nil {
		b := &batch{inbox: s, handle: handle, limit: limit, held: held}
		err := b.run(ctx, rest)
		broken, isBroken := errors.AsType[*brokenError](err)
		switch {
		case err != nil && ctx.Err() != nil: // rolled back, for the next process
			continue
		case isBroken && limit > 1: // each by itself
			limit = 1
			continue
		case isBroken:
			b.settled = []*claimed{broken.event}
			held[broken.event.name()] = true
		case err != nil:
			s.trouble(ctx, "events cannot be handled", err)
			b.settled, b.left, b.taken = nil, rest, len(rest)
		}
		left = append(left, b.left...)
		err = s.finish(ctx, b.settled)
		for _, e := range b.settled {
			if e.failed != nil && (e.noted || err == nil) && e.attempts+1 >= s.o.Attempts {
				s.log.ErrorContext(ctx, "inbox: an event was given up", "id", e.id, "attempts", e.attempts+1, "error", failureText(e.failed))
			}
		}
		if err != nil {
			s.trouble(ctx, "the outcome of events cannot be noted", err)
			for _, e := range b.settled { // they are due still, and must not be handled without a pause
				left = append(left, e.candidate)
			}
		} else {
			progress = progress || len(b.settled) > 0
		}
		rest = rest[b.taken:]
	}
	s.free(group)
	for _, c := range left {
		s.leave(c)
	}
	if progress {
		s.signal()
	}
}

// batch is a transaction in which events are handled.
type batch struct {
	inbox   *Inbox
	handle  handler
	limit   int
	held    map[candidate]bool
	taken   int        // candidates that are dealt with
	settled []*claimed // events that were handled, or failed
	left    []candidate
}

// run handles the first of the candidates and commits. Nothing has happened if it fails.
func (b *batch) run(ctx context.Context, candidates []candidate) error {
	s := b.inbox
	tx, err := s.db.BeginTx(ctx, s.grammar.options)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	held := make(map[candidate]bool)
	for start := time.Now(); b.taken < len(candidates) && len(b.settled) < b.limit && time.Since(start) < batchTime; b.taken++ {
		c := candidates[b.taken]
		if b.held[c.name()] || held[c.name()] {
			continue
		}
		e, err := s.claim(ctx, tx, c)
		if err != nil {
			return err
		}
		if e == nil {
			held[c.name()] = true
			b.left = append(b.left, c)
			continue
		}
		if err := s.attempt(ctx, tx, e, b.handle); err != nil {
			b.taken++ // counts if the event was alone
			return err
		}
		b.settled = append(b.settled, e)
		held[c.name()] = e.failed != nil
	}
	if err := tx.Commit(); err != nil {
		if len(b.settled) > 0 && ctx.Err() == nil { // perhaps a constraint that is checked last
			last := b.settled[len(b.settled)-1]
			last.failed, last.noted = errors.Join(last.failed, err), false
			return &brokenError{last, err}
		}
		return err
	}
	for name := range held {
		b.held[name] = b.held[name] || held[name]
	}
	return nil
}

// claim takes an event for this transaction; nil if it is handled already or by another process,
// or has to wait.
func (s *Inbox) claim(ctx context.Context, tx *sql.Tx, c candidate) (*claimed, error) {
	query := tx.QueryRowContext
	if s.o.Dialect.separate() {
		query = s.arrivals.QueryRowContext
	}
	e := &claimed{candidate: c}
	var about string
	var body []byte
	err := query(ctx, s.text("SELECT mark, attempts, about, body FROM {}inbox WHERE id = ? AND due <= ?"+s.grammar.lock),
		c.id, micros(time.Now())).Scan(&e.mark, &e.attempts, &about, &body)
	if err == nil && c.lane != "" && !s.o.Dialect.separate() {
		err = s.firstOfLane(ctx, tx, c)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // that there is no event is not a failure
	}
	if err == nil {
		e.kept, err = keptOf(about, body)
	}
	return e, err
}

// firstOfLane returns sql.ErrNoRows if an earlier event of the lane waits or is being handled.
// It is a statement of its own, since one that skips locked rows could skip the earlier event.
func (s *Inbox) firstOfLane(ctx context.Context, tx *sql.Tx, c candidate) error {
	var earlier int
	err := tx.QueryRowContext(ctx, s.text("SELECT COUNT(*) FROM (SELECT 1 FROM {}inbox WHERE lane = ? AND id < ? LIMIT 1) earlier"),
		[]byte(c.lane), c.id).Scan(&earlier)
	if err == nil && earlier > 0 {
		err = sql.ErrNoRows
	}
	return err
}

// attempt handles an event within the transaction. An error means that the transaction is
// over; the failure of a handler is that of the event.
func (s *Inbox) attempt(ctx context.Context, tx *sql.Tx, e *claimed, handle handler) error {
	if _, err := tx.ExecContext(ctx, "SAVEPOINT im_event"); err != nil {
		return err
	}
	fresh, err := s.markDone(ctx, tx, e)
	if err != nil {
		return err
	}
	if fresh {
		e.failed = handle(context.WithValue(ctx, txKey{}, tx), e.kept)
	}
	if e.failed == nil {
		// It fails if the handler overlooked an error after which the database rolled back.
		if _, e.failed = tx.ExecContext(ctx, "RELEASE SAVEPOINT im_event"); e.failed == nil {
			return nil
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if _, err := tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT im_event"); err != nil {
		if errors.Is(err, sql.ErrTxDone) {
			e.failed = ErrTransactionEnded
			s.trouble(ctx, "a handler is wrong", e.failed)
		}
		return &brokenError{e, e.failed}
	}
	if s.o.Dialect.separate() {
		return nil
	}
	// Another process could take the event after this transaction, and would handle it without a pause.
	if err := s.postpone(ctx, tx, e); err != nil {
		return &brokenError{e, e.failed}
	}
	e.noted = true
	return nil
}

// markDone makes the transaction the one in which the event takes effect. It reports false if
// there was one before.
func (s *Inbox) markDone(ctx context.Context, tx *sql.Tx, e *claimed) (bool, error) {
	if !s.o.Dialect.separate() {
		_, err := tx.ExecContext(ctx, s.text("DELETE FROM {}inbox WHERE id = ?"), e.id)
		return true, err
	}
	done, err := tx.ExecContext(ctx, s.text("INSERT INTO {}done (mark, id, at) VALUES (?, ?, ?) ON CONFLICT (mark) DO NOTHING"),
		e.mark, e.id, micros(time.Now()))
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n > 0, err
}

// finish notes in the inbox what became of events, after the transaction in which they took
// effect or did not, unless that has noted it.
func (s *Inbox) finish(ctx context.Context, events []*claimed) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	var done []any
	var failed []*claimed
	for _, e := range events {
		if e.failed != nil && !e.noted {
			failed = append(failed, e)
		} else if e.failed == nil && s.o.Dialect.separate() {
			done = append(done, e.id)
		}
	}
	if len(done)+len(failed) == 0 {
		return nil
	}
	return s.write(ctx, func(tx *sql.Tx) error {
		if len(done) > 0 {
			if _, err := tx.ExecContext(ctx, s.text("DELETE FROM {}inbox WHERE id IN "+tuples(1, len(done))), done...); err != nil {
				return err
			}
		}
		for _, e := range failed {
			if err := s.postpone(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// postpone sets the next attempt of an event, or gives it up.
func (s *Inbox) postpone(ctx context.Context, tx *sql.Tx, e *claimed) error {
	attempts, now, failure := e.attempts+1, time.Now(), failureText(e.failed)
	if attempts < s.o.Attempts {
		_, err := tx.ExecContext(ctx, s.text("UPDATE {}inbox SET attempts = ?, due = ?, failure = ? WHERE id = ?"),
			attempts, micros(now.Add(s.backoff(attempts))), failure, e.id)
		return err
	}
	// The row is locked first: another worker may have it again, with success.
	if _, err := tx.ExecContext(ctx, s.text("UPDATE {}inbox SET attempts = ?, failure = ? WHERE id = ?"), attempts, failure, e.id); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, s.text(`INSERT INTO {}dead (id, mark, lane, received, ended, attempts, failure, about, body)
		SELECT id, mark, lane, received, ?, attempts, failure, about, body FROM {}inbox WHERE id = ?`), micros(now), e.id); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, s.text("DELETE FROM {}inbox WHERE id = ?"), e.id)
	return err
}

func (s *Inbox) backoff(attempts int) time.Duration {
	d := s.o.Backoff
	for range attempts - 1 {
		if d >= s.o.MaxBackoff {
			break
		}
		d *= 2
	}
	return min(d, s.o.MaxBackoff)
}
