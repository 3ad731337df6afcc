package inbox

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/imrest/im-go/inbox/internal/locked"
)

const (
	maxWrites  = 10                    // attempts of one transaction
	writePause = 20 * time.Millisecond // on average before the second, and longer with each one
)

// write runs f in a transaction of its own in the inbox, and retries it if the database has rolled it back because of
// another process.
func (s *Inbox) write(ctx context.Context, f func(*sql.Tx) error) error {
	if s.o.Dialect.separate() {
		s.one.Lock()
		defer s.one.Unlock()
	}
	for n, begun := 1, time.Now(); ; n++ {
		err := s.writeOnce(ctx, f)
		if err == nil || n == maxWrites || !rolledBack(err) || time.Since(begun) > settleTimeout {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(rand.N(2 * time.Duration(n) * writePause)): //nolint:gosec // spreads attempts, hides nothing
		}
	}
}

func (s *Inbox) writeOnce(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.arrivals.BeginTx(ctx, s.grammar.options)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err = f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// errForgotten says that a key was there, and another process has deleted it since.
var errForgotten = errors.New("inbox: a key was forgotten just now")

// rolledBack reports whether a transaction may succeed when it is retried: the database has ended it because of
// another one. The errors of PostgreSQL's drivers have a method, those of the others a text.
func rolledBack(err error) bool {
	if e, ok := errors.AsType[interface {
		error
		SQLState() string
	}](err); ok {
		return e.SQLState() == "40P01" || e.SQLState() == "40001"
	}
	return errors.Is(err, errForgotten) || locked.Is(err) || strings.Contains(err.Error(), "Error 1213")
}
