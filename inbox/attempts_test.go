package inbox_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/inbox"
)

// Several processes together handle an event as often as one alone would, and not before its backoff is over.
func TestAttemptsOfSeveralProcesses(t *testing.T) {
	const events, attempts, backoff = 100, 3, 100 * time.Millisecond
	for _, dialect := range []inbox.Dialect{inbox.PostgreSQL, inbox.MariaDB} {
		t.Run(string(dialect), func(t *testing.T) {
			p := newPlace(t, dialect)
			var calls, early atomic.Int64
			var last sync.Map
			handle := func(_ context.Context, e callbacks.Event) error {
				calls.Add(1)
				now := time.Now()
				before, again := last.Swap(e.Head().CallID, now)
				if again && now.Sub(before.(time.Time)) < backoff {
					early.Add(1)
				}
				return errors.New("always")
			}
			var s *inbox.Inbox
			var handlers []*callbacks.Handler
			for range 4 {
				s, _ = p.inbox(t, inbox.Options{Attempts: attempts, Backoff: backoff, MaxBackoff: backoff, Poll: time.Millisecond, Workers: 2})
				h := newHandler(t, callbacks.Config{Store: s})
				callbacks.On(h, handle)
				handlers = append(handlers, h)
			}
			for n := range events {
				require.Equal(t, 200, post(handlers[n%4], numbered(n)), n)
			}
			for _, h := range handlers {
				run(t, h)
			}
			until(t, func() bool { return counts(t, s).Dead == events })
			assert.Equal(t, int64(events*attempts), calls.Load())
			assert.Zero(t, early.Load())
		})
	}
}
