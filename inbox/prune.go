package inbox

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

const (
	pruneEvery = 10 * time.Minute
	pruneChunk = 1000 // rows in one transaction, so that receiving waits for few
	clockEvery = 10 * time.Second
)

// periodically does something at once, and then at intervals until ctx ends.
func (s *Inbox) periodically(ctx context.Context, every time.Duration, failure string, f func(context.Context) error) {
	timer := time.NewTicker(every)
	defer timer.Stop()
	for {
		if err := f(ctx); err != nil {
			s.trouble(ctx, failure, err)
		}
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
	}
}

// followClock makes events due that wait for longer than any backoff: a clock that was ahead has put them off. That of
// another process may be ahead by MaxBackoff.
func (s *Inbox) followClock(ctx context.Context) error {
	var moved int64
	err := s.write(ctx, func(tx *sql.Tx) error {
		now := time.Now()
		done, err := tx.ExecContext(ctx, s.text("UPDATE {}inbox SET due = ? WHERE due > ?"), micros(now), micros(now.Add(s.o.MaxBackoff).Add(s.o.MaxBackoff)))
		if err != nil {
			return err
		}
		moved, err = done.RowsAffected()
		return err
	})
	if err == nil && moved > 0 {
		s.signal()
	}
	return err
}

// prune forgets the keys of events that cannot come again.
func (s *Inbox) prune(ctx context.Context) error {
	old := micros(time.Now().Add(-s.o.Remember))
	for more := true; more; {
		var err error
		if more, err = s.pruneSeen(ctx, old); err != nil {
			return err
		}
	}
	if s.o.Dialect.separate() {
		return s.pruneMarks(ctx, old)
	}
	return nil
}

// pruneSeen forgets the oldest keys, and reports whether there are more.
func (s *Inbox) pruneSeen(ctx context.Context, old int64) (more bool, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		upTo := old - 1
		err := tx.QueryRowContext(ctx, s.text("SELECT at FROM {}seen WHERE at < ? ORDER BY at LIMIT 1 OFFSET ?"), old, pruneChunk).Scan(&upTo)
		if more = err == nil; err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		_, err = tx.ExecContext(ctx, s.text("DELETE FROM {}seen WHERE at <= ?"), upTo)
		return err
	})
	return more, err
}

// pruneMarks forgets that events took effect which the inbox no longer holds. An event that took effect
// just before a crash is in the inbox still, so marks from the first id in it on are needed.
func (s *Inbox) pruneMarks(ctx context.Context, old int64) error {
	var first sql.NullInt64
	if err := s.arrivals.QueryRowContext(ctx, s.text("SELECT MIN(id) FROM {}inbox")).Scan(&first); err != nil {
		return err
	}
	if !first.Valid {
		first.Int64 = 1<<63 - 1
	}
	for {
		gone, err := s.db.ExecContext(ctx, s.text("DELETE FROM {}done WHERE mark IN (SELECT mark FROM {}done WHERE at < ? AND id < ? LIMIT ?)"),
			old, first.Int64, pruneChunk)
		if err != nil {
			return err
		}
		if n, err := gone.RowsAffected(); err != nil || n < pruneChunk {
			return err
		}
	}
}
