package inbox_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/inbox"
	"github.com/imrest/im-go/inbox/sqlite"
)

// Handlers fail for 10 minutes, and the IM server notices nothing.
func TestFailingHandlersLeadToNoBan(t *testing.T) {
	onAll(t, func(t *testing.T, p place) {
		synctest.Test(t, func(t *testing.T) {
			s, db := p.inbox(t, inbox.Options{})
			effects := p.table(t, db, "effects", "call_id VARCHAR(100)")
			left := callbacks.Observation{}
			h := newHandler(t, callbacks.Config{Store: s, Observe: func(_ context.Context, o callbacks.Observation) { left = o }})
			var broken atomic.Bool
			broken.Store(true)
			inbox.On(h, func(ctx context.Context, tx *sql.Tx, e *callbacks.Recalled) error {
				if _, err := tx.ExecContext(ctx, p.insert(effects), e.CallID); err != nil {
					return err
				}
				if broken.Load() {
					return errors.New("the handler is broken")
				}
				return nil
			})
			stop := run(t, h)
			start, sent, failures := time.Now(), 0, 0
			for time.Since(start) < 10*time.Minute {
				if post(h, numbered(sent)) != 200 {
					failures++
				}
				sent++
				time.Sleep(2 * time.Second)
			}
			assert.Zero(t, failures, "of %d responses", sent)
			assert.Equal(t, 45, left.FailuresLeft)
			assert.Equal(t, sent, counts(t, s).Waiting)
			assert.Zero(t, number(t, db, "SELECT COUNT(*) FROM "+effects))
			broken.Store(false)
			time.Sleep(11 * time.Minute) // the longest backoff
			stop()
			assert.Equal(t, inbox.Counts{}, counts(t, s))
			assert.Equal(t, sent, number(t, db, "SELECT COUNT(DISTINCT call_id) FROM "+effects))
			assert.Equal(t, sent, number(t, db, "SELECT COUNT(*) FROM "+effects))
			t.Logf("%d events, %d failures responded", sent, failures)
			require.NoError(t, db.Close())
		})
	})
}

// Attempts come later and later.
func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newPlace(t, inbox.SQLite).inbox(t, inbox.Options{Attempts: 6, Backoff: 2 * time.Second, MaxBackoff: 10 * time.Second})
		h := newHandler(t, callbacks.Config{Store: s})
		start := time.Now()
		var at []time.Duration
		callbacks.On(h, func(context.Context, callbacks.Event) error {
			at = append(at, time.Since(start).Round(time.Second))
			return errors.New("no")
		})
		stop := run(t, h)
		require.Equal(t, 200, post(h, numbered(1)))
		time.Sleep(time.Hour)
		stop()
		sec := time.Second
		assert.Equal(t, []time.Duration{0, 2 * sec, 6 * sec, 14 * sec, 24 * sec, 34 * sec}, at)
		assert.Equal(t, 1, counts(t, s).Dead)
	})
}

// Keys are kept for three days and then forgotten, and so are the marks.
func TestPruning(t *testing.T) {
	onAll(t, func(t *testing.T, p place) {
		synctest.Test(t, func(t *testing.T) {
			s, db := p.inbox(t, inbox.Options{Poll: 10 * time.Minute})
			var handled atomic.Int32
			h := newHandler(t, callbacks.Config{Store: s})
			callbacks.On(h, func(context.Context, callbacks.Event) error { handled.Add(1); return nil })
			stop := run(t, h)
			var group sync.WaitGroup
			for i := range 1500 {
				group.Go(func() { assert.Equal(t, 200, post(h, numbered(i))) })
			}
			group.Wait()
			time.Sleep(71 * time.Hour)
			require.Equal(t, 200, post(h, numbered(1)))
			time.Sleep(time.Minute)
			assert.Equal(t, int32(1500), handled.Load())
			time.Sleep(2 * time.Hour)
			require.Equal(t, 200, post(h, numbered(1)))
			time.Sleep(2 * time.Minute)
			assert.Equal(t, int32(1501), handled.Load())
			stop()
			if p.dialect == inbox.SQLite {
				assert.Equal(t, 1, number(t, db, fmt.Sprintf("SELECT COUNT(*) FROM %sdone", p.prefix)))
			} else {
				assert.Equal(t, 1, number(t, db, fmt.Sprintf("SELECT COUNT(*) FROM %sseen", p.prefix)))
			}
			require.NoError(t, db.Close())
		})
	})
}

// What a process whose clock is ahead by less than MaxBackoff has put off keeps its backoff.
func TestClocksThatDiffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlace(t, inbox.SQLite)
		s, _ := p.inbox(t, inbox.Options{MaxBackoff: 10 * time.Minute, Poll: 10 * time.Minute})
		h := newHandler(t, callbacks.Config{Store: s})
		callbacks.On(h, func(context.Context, callbacks.Event) error { return nil })
		require.Equal(t, 200, post(h, numbered(1)))
		due := time.Now().Add(15 * time.Minute)
		db := p.arrivals(t)
		_, err := db.ExecContext(t.Context(), "UPDATE "+p.prefix+"inbox SET due = ?", due.UnixMicro())
		require.NoError(t, err)
		require.NoError(t, db.Close())
		stop := run(t, h)
		time.Sleep(14 * time.Minute)
		assert.Equal(t, 1, counts(t, s).Waiting)
		time.Sleep(7 * time.Minute)
		assert.Zero(t, counts(t, s).Waiting)
		stop()
	})
}

// A MaxBackoff without a bound is one.
func TestEndlessMaxBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newPlace(t, inbox.SQLite).inbox(t, inbox.Options{Backoff: time.Hour, MaxBackoff: math.MaxInt64})
		h := newHandler(t, callbacks.Config{Store: s})
		calls := 0
		callbacks.On(h, func(context.Context, callbacks.Event) error { calls++; return errors.New("always") })
		require.Equal(t, 200, post(h, numbered(1)))
		stop := run(t, h)
		time.Sleep(30 * time.Minute)
		stop()
		assert.Equal(t, 1, calls)
	})
}

// What a clock that was ahead has put off waits for seconds, however far the clock was set back, and stays in its order.
func TestClockSetBack(t *testing.T) {
	onAll(t, func(t *testing.T, p place) {
		synctest.Test(t, func(t *testing.T) {
			s, db := p.inbox(t, inbox.Options{OrderBy: inbox.Conversation})
			h := newHandler(t, callbacks.Config{Store: s})
			var handled []string
			callbacks.On(h, func(_ context.Context, e *callbacks.Recalled) error {
				handled = append(handled, e.CallID)
				return nil
			})
			keep := func(n int, ahead time.Duration) {
				_, err := s.Keep(t.Context(), callbacks.Kept{
					Key: strconv.Itoa(n), Digest: "d", Body: numbered(n).JSON(), Received: time.Now().Add(ahead),
				})
				require.NoError(t, err)
			}
			keep(0, 365*24*time.Hour)
			stop := run(t, h)
			time.Sleep(time.Second)
			keep(1, time.Hour)
			keep(2, 21*time.Minute)
			keep(3, 0)
			time.Sleep(10 * time.Second)
			stop()
			assert.Equal(t, []string{"c0", "c1", "c2", "c3"}, handled)
			assert.Equal(t, inbox.Counts{}, counts(t, s))
			require.NoError(t, db.Close())
		})
	})
}

// While the database does not take what became of an event, the event is not handled over and over without a pause.
func TestOutcomeThatCannotBeNoted(t *testing.T) {
	for _, failing := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			p := newPlace(t, inbox.SQLite)
			s, _ := p.inbox(t, inbox.Options{})
			db, arrivals, err := sqlite.Open(p.dsn)
			require.NoError(t, err)
			defer db.Close()
			defer arrivals.Close()
			for _, change := range []string{"UPDATE", "DELETE"} {
				_, err = arrivals.ExecContext(t.Context(), fmt.Sprintf(
					"CREATE TRIGGER no_%[1]s BEFORE %[1]s ON %[2]sinbox BEGIN SELECT RAISE(ABORT, 'disk full'); END", change, p.prefix))
				require.NoError(t, err)
			}
			h := newHandler(t, callbacks.Config{Store: s})
			attempts := 0
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			callbacks.On(h, func(context.Context, callbacks.Event) error {
				if attempts++; attempts == 100 {
					cancel()
				}
				if failing {
					return errors.New("no")
				}
				return nil
			})
			require.Equal(t, 200, post(h, numbered(1)))
			require.NoError(t, h.Run(ctx))
			if failing {
				assert.InDelta(t, 10, attempts, 2)
			} else {
				assert.Equal(t, 1, attempts, "it took effect")
			}
			assert.Equal(t, 1, counts(t, s).Waiting)
		})
	}
}
