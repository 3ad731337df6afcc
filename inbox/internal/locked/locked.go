// Package locked waits for SQLite where its own busy_timeout does not: to switch a file to a journal of the kind WAL
// fails at once while another connection uses it.
package locked

import (
	"context"
	"strings"
	"time"
)

const (
	patience = 10 * time.Second
	pause    = 10 * time.Millisecond
)

// Wait runs f again while it fails because the file is locked, for at most 10 seconds.
func Wait(ctx context.Context, f func() error) error {
	giveUp := time.Now().Add(patience)
	for {
		err := f()
		if err == nil || !Is(err) || time.Now().After(giveUp) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

// Is reports whether a file is locked. It knows the error by SQLite's own text, which all drivers keep; each has a type
// of its own.
func Is(err error) bool { return strings.Contains(err.Error(), "database is locked") }
