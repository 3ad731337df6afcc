package inbox_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
	"github.com/imrest/im-go/inbox"
	"github.com/imrest/im-go/page"
)

const secret = "rule-secret-1"

var recall = callbackstest.Example(callbacks.KindMessageRecall)

func numbered(n int) callbackstest.Body { return recall.With("callId", fmt.Sprint("c", n)) }

func newHandler(t testing.TB, c callbacks.Config) *callbacks.Handler {
	t.Helper()
	c.Secrets = []string{secret}
	if c.StoreFailure == "" {
		c.StoreFailure = callbacks.StoreFailureReject
	}
	h, err := callbacks.New(c)
	require.NoError(t, err)
	return h
}

func post(h http.Handler, b callbackstest.Body) int { return send(h, secret, b) }

func send(h http.Handler, secret string, b callbackstest.Body) int {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, callbackstest.Request(secret, b))
	return w.Code
}

// run runs the handler until the returned function is called.
func run(t testing.TB, h *callbacks.Handler) func() {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		require.NoError(t, <-done)
	})
	t.Cleanup(stop)
	return stop
}

func counts(t testing.TB, s *inbox.Inbox) inbox.Counts {
	t.Helper()
	c, err := s.Count(context.Background())
	require.NoError(t, err)
	return c
}

func number(t testing.TB, db *sql.DB, query string) (n int) {
	t.Helper()
	require.NoError(t, db.QueryRowContext(context.Background(), query).Scan(&n))
	return n
}

// Events take effect once, whatever fails, and duplicates do not.
func TestEffects(t *testing.T) {
	onAll(t, func(t *testing.T, p place) {
		s, db := p.inbox(t, inbox.Options{Backoff: 10 * time.Millisecond, Poll: 10 * time.Millisecond})
		effects := p.table(t, db, "effects", "call_id VARCHAR(100)")
		h := newHandler(t, callbacks.Config{Store: s})
		var calls atomic.Int32
		inbox.On(h, func(ctx context.Context, tx *sql.Tx, e *callbacks.Recalled) error {
			if _, err := tx.ExecContext(ctx, p.insert(effects), e.CallID); err != nil {
				return err
			}
			switch n := calls.Add(1); {
			case n%7 == 0:
				panic("after the effect")
			case n%5 == 0:
				return errors.New("after the effect")
			case n%11 == 0:
				_, _ = tx.ExecContext(ctx, "INSERT INTO "+p.prefix+"missing VALUES (1)") // overlooked
			}
			return nil
		})
		stop := run(t, h)
		var group sync.WaitGroup
		for range 2 {
			for i := range 200 {
				group.Go(func() { assert.Equal(t, 200, post(h, numbered(i))) })
			}
		}
		group.Wait()
		until(t, func() bool { return counts(t, s).Waiting == 0 })
		stop()
		assert.Equal(t, 200, number(t, db, "SELECT COUNT(*) FROM "+effects))
		assert.Equal(t, 200, number(t, db, "SELECT COUNT(DISTINCT call_id) FROM "+effects))
		assert.Greater(t, int(calls.Load()), 240)
		assert.Zero(t, counts(t, s).Dead)
	})
}

func TestDuplicatesAndSuspicious(t *testing.T) {
	onAll(t, func(t *testing.T, p place) {
		s, _ := p.inbox(t, inbox.Options{})
		other, _ := p.inbox(t, inbox.Options{}) // another process
		k := func(digest string) callbacks.Kept {
			return callbacks.Kept{Key: "a", Digest: digest, Body: recall.JSON(), Received: time.Now()}
		}
		for i, c := range []struct {
			s      *inbox.Inbox
			digest string
			want   callbacks.Seen
		}{
			{s, "1", callbacks.SeenNew}, {s, "1", callbacks.SeenRepeated}, {other, "1", callbacks.SeenRepeated},
			{other, "2", callbacks.SeenSuspicious}, {s, "2", callbacks.SeenRepeated}, {s, "3", callbacks.SeenSuspicious}, {s, "1", callbacks.SeenRepeated},
		} {
			seen, err := c.s.Keep(t.Context(), k(c.digest))
			require.NoError(t, err)
			assert.Equal(t, c.want, seen, i)
		}
		assert.Equal(t, 3, counts(t, s).Waiting)
		// Two bodies of each key, many at once and in two processes: one is the first, the other suspicious.
		var group sync.WaitGroup
		var seen [3]atomic.Int32
		for i := range 100 {
			for j := range 4 {
				group.Go(func() {
					k := callbacks.Kept{Key: fmt.Sprint("k", i), Digest: strconv.Itoa(j % 2), Body: recall.JSON(), Received: time.Now()}
					got, err := []*inbox.Inbox{s, other}[j/2].Keep(t.Context(), k)
					assert.NoError(t, err)
					seen[map[callbacks.Seen]int{callbacks.SeenRepeated: 1, callbacks.SeenSuspicious: 2}[got]].Add(1)
				})
			}
		}
		group.Wait()
		assert.Equal(t, []int32{100, 200, 100}, []int32{seen[0].Load(), seen[1].Load(), seen[2].Load()})
		h := newHandler(t, callbacks.Config{Store: s})
		var suspicious atomic.Int32
		callbacks.On(h, func(_ context.Context, e callbacks.Event) error {
			if e.Head().Suspicious {
				suspicious.Add(1)
			}
			return nil
		})
		run(t, h)
		until(t, func() bool { return counts(t, s).Waiting == 0 })
		assert.Equal(t, int32(102), suspicious.Load())
	})
}

func TestDeadLetters(t *testing.T) {
	onAll(t, func(t *testing.T, p place) {
		s, db := p.inbox(t, inbox.Options{Attempts: 3, Backoff: time.Millisecond, Poll: 5 * time.Millisecond})
		effects := p.table(t, db, "effects", "call_id VARCHAR(100)")
		h := newHandler(t, callbacks.Config{Store: s})
		var broken atomic.Bool
		var calls atomic.Int32
		broken.Store(true)
		inbox.On(h, func(ctx context.Context, tx *sql.Tx, e *callbacks.Recalled) error {
			calls.Add(1)
			if broken.Load() {
				return errors.New("no \x00 \xff room")
			}
			_, err := tx.ExecContext(ctx, p.insert(effects), e.CallID)
			return err
		})
		run(t, h)
		for i := range 5 {
			require.Equal(t, 200, post(h, numbered(i)))
		}
		until(t, func() bool { return counts(t, s).Dead == 5 })
		assert.Equal(t, int32(15), calls.Load())
		assert.Zero(t, counts(t, s).Waiting)
		require.Equal(t, 200, post(h, numbered(1)), "a duplicate of one that was given up")
		assert.Zero(t, counts(t, s).Waiting)

		list, err := s.ListDead(t.Context(), page.Options{Limit: 3})
		require.NoError(t, err)
		require.Len(t, list.Items, 3)
		e := list.Items[0]
		assert.Equal(t, "no ? ? room", e.Failure)
		assert.Equal(t, 3, e.Attempts)
		assert.WithinDuration(t, time.Now(), e.Ended, time.Minute)
		event, err := callbacks.Parse(e.Kept.Body)
		require.NoError(t, err)
		assert.Equal(t, callbacks.KindMessageRecall, event.Kind())
		assert.True(t, e.Kept.Signed)
		next, err := s.ListDead(t.Context(), page.Options{Cursor: list.Next})
		require.NoError(t, err)
		require.Len(t, next.Items, 2)
		assert.Empty(t, next.Next)

		broken.Store(false)
		require.ErrorIs(t, s.Requeue(t.Context(), e.ID, "999999"), im.ErrNotFound)
		assert.Equal(t, 5, counts(t, s).Dead, "all or none")
		require.NoError(t, s.Requeue(t.Context(), e.ID))
		require.NoError(t, s.DeleteDead(t.Context(), next.Items[0].ID))
		n, err := s.RequeueAll(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 3, n)
		until(t, func() bool { return counts(t, s) == inbox.Counts{} })
		assert.Equal(t, 4, number(t, db, "SELECT COUNT(*) FROM "+effects))
	})
}

func TestQuarantine(t *testing.T) {
	onAll(t, func(t *testing.T, p place) {
		s, _ := p.inbox(t, inbox.Options{MaxQuarantined: 10})
		h := newHandler(t, callbacks.Config{Store: s})
		callbacks.On(h, func(context.Context, callbacks.Event) error { t.Error("was handled"); return nil })
		run(t, h)
		codes := map[int]int{}
		for i := range 60 {
			codes[send(h, "wrong", numbered(i))]++
		}
		assert.Equal(t, map[int]int{401: 45, 200: 15}, codes)
		assert.Equal(t, 10, counts(t, s).Quarantined)
		var last string
		for e, err := range s.AllQuarantined(t.Context()) {
			require.NoError(t, err)
			event, err := callbacks.Parse(e.Kept.Body)
			require.NoError(t, err)
			last = event.Head().CallID
			assert.NotEmpty(t, e.Kept.Quarantined)
		}
		assert.Equal(t, "c59", last, "the latest are kept")
	})
}

// In order, whatever fails, with several workers in two processes.
func TestOrder(t *testing.T) {
	onAll(t, func(t *testing.T, p place) {
		o := inbox.Options{OrderBy: inbox.Conversation, Backoff: 5 * time.Millisecond, Poll: 5 * time.Millisecond, Attempts: 100}
		s, db := p.inbox(t, o)
		columns := "id INTEGER PRIMARY KEY AUTOINCREMENT, lane VARCHAR(100), n INT"
		switch p.dialect {
		case inbox.PostgreSQL:
			columns = "id BIGSERIAL, lane VARCHAR(100), n INT"
		case inbox.MariaDB:
			columns = "id BIGINT AUTO_INCREMENT PRIMARY KEY, lane VARCHAR(100), n INT"
		}
		effects := p.table(t, db, "effects", columns)
		insert := fmt.Sprintf("INSERT INTO %s (lane, n) VALUES (%s, %s)", effects, p.arg(1), p.arg(2))
		var calls atomic.Int32
		handle := func(ctx context.Context, tx *sql.Tx, e *callbacks.Recalled) error {
			if _, err := tx.ExecContext(ctx, insert, e.GroupID, e.Ext["n"]); err != nil {
				return err
			}
			if n := calls.Add(1); n%6 == 0 {
				return errors.New("no")
			}
			return nil
		}
		first := newHandler(t, callbacks.Config{Store: s})
		inbox.On(first, handle)
		second := first
		if p.dialect != inbox.SQLite {
			other, _ := p.inbox(t, o)
			second = newHandler(t, callbacks.Config{Store: other})
			inbox.On(second, handle)
			run(t, second)
		}
		run(t, first)
		const lanes, each = 8, 30
		var group sync.WaitGroup
		for lane := range lanes {
			group.Go(func() {
				for n := range each {
					b := numbered(lane*1000+n).With("group_id", fmt.Sprint("g", lane)).With("payload", map[string]any{"ext": map[string]any{"n": n}})
					h := first
					if n%2 == 1 {
						h = second
					}
					assert.Equal(t, 200, post(h, b))
				}
			})
		}
		group.Wait()
		until(t, func() bool { return counts(t, s).Waiting == 0 })
		rows, err := db.QueryContext(t.Context(), "SELECT lane, n FROM "+effects+" ORDER BY id")
		require.NoError(t, err)
		defer rows.Close()
		next := map[string]int{}
		for rows.Next() {
			var lane string
			var n int
			require.NoError(t, rows.Scan(&lane, &n))
			assert.Equal(t, next[lane], n, lane)
			next[lane] = n + 1
		}
		require.NoError(t, rows.Err())
		require.Len(t, next, lanes)
		for lane, n := range next {
			assert.Equal(t, each, n, lane)
		}
		assert.Zero(t, counts(t, s).Dead)
	})
}

// A transaction of a handler, however long, does not delay receiving.
func TestLongHandlersDoNotDelayReceiving(t *testing.T) {
	onAll(t, func(t *testing.T, p place) {
		s, db := p.inbox(t, inbox.Options{})
		effects := p.table(t, db, "effects", "call_id VARCHAR(100)")
		h := newHandler(t, callbacks.Config{Store: s})
		entered, leave := make(chan struct{}, 1000), make(chan struct{})
		inbox.On(h, func(ctx context.Context, tx *sql.Tx, e *callbacks.Recalled) error {
			_, err := tx.ExecContext(ctx, p.insert(effects), e.CallID)
			entered <- struct{}{}
			<-leave
			return err
		})
		run(t, h)
		for i := range 4 {
			require.Equal(t, 200, post(h, numbered(i)))
		}
		<-entered
		for i := range 100 { // what waited for a handler would fail, after 10 seconds
			require.Equal(t, 200, post(h, numbered(100+i)))
			require.Equal(t, 200, post(h, numbered(i%4)), "a duplicate of what is being handled")
		}
		close(leave)
		until(t, func() bool { return counts(t, s).Waiting == 0 })
		assert.Equal(t, 104, number(t, db, "SELECT COUNT(*) FROM "+effects))
	})
}

// A function that ends its transaction itself is wrong, and yet nothing takes effect twice.
func TestEndedTransactions(t *testing.T) {
	onAll(t, func(t *testing.T, p place) {
		s, db := p.inbox(t, inbox.Options{Attempts: 2, Backoff: time.Millisecond, Poll: 5 * time.Millisecond})
		effects := p.table(t, db, "effects", "call_id VARCHAR(100)")
		h := newHandler(t, callbacks.Config{Store: s})
		inbox.On(h, func(ctx context.Context, tx *sql.Tx, e *callbacks.Recalled) error {
			if _, err := tx.ExecContext(ctx, p.insert(effects), e.CallID); err != nil {
				return err
			}
			if e.CallID == "c1" {
				return tx.Commit()
			}
			return tx.Rollback()
		})
		run(t, h)
		require.Equal(t, 200, post(h, numbered(1)))
		require.Equal(t, 200, post(h, numbered(2)))
		until(t, func() bool { c := counts(t, s); return c.Waiting == 0 && c.Dead == 1 })
		assert.Equal(t, 1, number(t, db, "SELECT COUNT(*) FROM "+effects))
		list, err := s.ListDead(t.Context(), page.Options{})
		require.NoError(t, err)
		assert.Contains(t, list.Items[0].Failure, "committed or rolled back")
	})
}

// When Run is to end, handlers may finish; what does not, is left for the next.
func TestShutdown(t *testing.T) {
	onAll(t, func(t *testing.T, p place) {
		synctest.Test(t, func(t *testing.T) { shutDown(t, p) })
	})
}

func shutDown(t *testing.T, p place) {
	s, db := p.inbox(t, inbox.Options{Grace: 3 * time.Minute, Attempts: 1})
	effects := p.table(t, db, "effects", "call_id VARCHAR(100)")
	h := newHandler(t, callbacks.Config{Store: s})
	entered := make(chan string, 10)
	patient := atomic.Bool{}
	inbox.On(h, func(ctx context.Context, tx *sql.Tx, e *callbacks.Recalled) error {
		if _, err := tx.ExecContext(ctx, p.insert(effects), e.CallID); err != nil {
			return err
		}
		entered <- e.CallID
		if patient.Load() {
			<-ctx.Done()
			return ctx.Err()
		}
		time.Sleep(time.Minute)
		return ctx.Err()
	})
	stop := run(t, h)
	require.Equal(t, 200, post(h, numbered(1)))
	<-entered
	stop()
	assert.Equal(t, inbox.Counts{}, counts(t, s))
	assert.Equal(t, 1, number(t, db, "SELECT COUNT(*) FROM "+effects))

	patient.Store(true)
	stop = run(t, h)
	require.Equal(t, 200, post(h, numbered(2)))
	<-entered
	begun := time.Now()
	stop()
	assert.Equal(t, 3*time.Minute, time.Since(begun))
	c := counts(t, s)
	assert.Equal(t, 1, c.Waiting)
	assert.Zero(t, c.Retrying, "the end of the process is not a failure of the event")
	assert.Equal(t, 1, number(t, db, "SELECT COUNT(*) FROM "+effects))

	patient.Store(false)
	stop = run(t, h)
	<-entered
	stop()
	assert.Equal(t, inbox.Counts{}, counts(t, s))
	assert.Equal(t, 2, number(t, db, "SELECT COUNT(*) FROM "+effects))
	require.NoError(t, db.Close())
}

// The user has chosen what becomes of events that the database does not take.
func TestStoreFailure(t *testing.T) {
	onAll(t, func(t *testing.T, p place) {
		for policy, want := range map[callbacks.StoreFailure]int{callbacks.StoreFailureLose: 200, callbacks.StoreFailureReject: 500} {
			s, _, closeAll, err := p.open(t.Context(), inbox.Options{})
			require.NoError(t, err)
			var failure error
			h := newHandler(t, callbacks.Config{Store: s, StoreFailure: policy, Observe: func(_ context.Context, o callbacks.Observation) { failure = o.Err }})
			assert.Equal(t, 200, post(h, numbered(1)))
			require.NoError(t, failure)
			closeAll()
			assert.Equal(t, want, post(h, numbered(2)))
			require.Error(t, failure)
		}
	})
}
