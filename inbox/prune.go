package inbox

import (
	"context"
	"database/sql"
	"time"
)

const (
	pruneEvery = 10 * time.Minute
	pruneChunk = 1000 // rows in one transaction, so that receiving waits for few
)

// pruneUntil deletes what is no longer needed, now and then, until ctx ends.
func (s *Inbox) pruneUntil(ctx context.Context) {
	timer := time.NewTicker(pruneEvery)
	defer timer.Stop()
	for {
		if err := s.prune(ctx); err != nil {
			s.trouble(ctx, "old keys cannot be deleted", err)
		}
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
	}
}

// prune forgets the keys of events that cannot come again.
func (s *Inbox) prune(ctx context.Context) error {
	old := micros(time.Now().Add(-s.o.Remember))
	for {
		n, err := s.pruneSeen(ctx, old)
		if err != nil {
			return err
		}
		if n < pruneChunk {
			break
		}
	}
	if s.o.Dialect.separate() {
		return s.pruneMarks(ctx, old)
	}
	return nil
}

func (s *Inbox) pruneSeen(ctx context.Context, old int64) (n int, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, s.text("SELECT dedupe, variant FROM {}seen WHERE at < ? ORDER BY at LIMIT ?"), old, pruneChunk)
		if err != nil {
			return err
		}
		var keys []any
		if err = each(rows, func() error {
			var dedupe, variant []byte
			err := rows.Scan(&dedupe, &variant)
			keys = append(keys, dedupe, variant)
			return err
		}); err != nil || len(keys) == 0 {
			return err
		}
		n = len(keys) / 2
		_, err = tx.ExecContext(ctx, s.text("DELETE FROM {}seen WHERE (dedupe, variant) IN ("+values(s.o.Dialect)+tuples(n, 2)+")"), keys...)
		return err
	})
	return n, err
}

// values is how a list of pairs begins.
func values(d Dialect) string {
	if d == SQLite {
		return "VALUES "
	}
	return ""
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
		gone, err := s.db.ExecContext(ctx, s.text("DELETE FROM {}done WHERE mark IN (SELECT mark FROM {}done WHERE at < ? AND id < ? LIMIT ?)"), old, first.Int64, pruneChunk)
		if err != nil {
			return err
		}
		if n, err := gone.RowsAffected(); err != nil || n < pruneChunk {
			return err
		}
	}
}
