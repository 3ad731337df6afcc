package inbox_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/inbox"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/page"
)

// Messages that were handled before a restart are not recovered from the history.
func TestRecoverAfterRestart(t *testing.T) {
	onAll(t, func(t *testing.T, p place) {
		s, db := p.inbox(t, inbox.Options{Poll: 10 * time.Millisecond})
		effects := p.table(t, db, "effects", "message VARCHAR(100)")
		started := func() *callbacks.Handler { // as a new process has it
			h := newHandler(t, callbacks.Config{Store: s})
			inbox.On(h, func(ctx context.Context, tx *sql.Tx, e *callbacks.Message) error {
				_, err := tx.ExecContext(ctx, p.insert(effects), e.Record.ID)
				return err
			})
			return h
		}
		h := started()
		receiver := httptest.NewServer(h)
		defer receiver.Close()
		clock := imtest.NewClock(time.Now().Truncate(time.Hour))
		srv := imtest.NewServer(t, imtest.WithClock(clock), imtest.WithoutCallbackStorage())
		client := srv.Client()
		srv.AddUsers("alice", "bob")
		begun := clock.Now()
		write := func(n int) {
			for i := range n {
				_, err := client.Messages.SendToUsers(t.Context(), []string{"bob"}, messages.Message{From: "alice", Body: messages.Text(strconv.Itoa(i))})
				require.NoError(t, err)
			}
			require.NoError(t, srv.WaitCallbacks(t.Context()))
		}
		require.NoError(t, srv.SetCallbacks(imtest.Rule{URL: receiver.URL, Secret: secret, Kinds: []string{"message.text"}}))
		write(20)
		require.NoError(t, srv.SetCallbacks()) // as if the receiver were down
		write(10)
		stop := run(t, h)
		until(t, func() bool { return counts(t, s).Waiting == 0 })
		stop()

		h = started()
		clock.Advance(3 * time.Hour)
		r, err := callbacks.Recover(t.Context(), client.Messages, h, begun, callbacks.RecoverOptions{Until: begun.Add(time.Hour)})
		require.NoError(t, err)
		assert.Equal(t, 10, r.Messages)
		stop = run(t, h)
		until(t, func() bool { return counts(t, s).Waiting == 0 })
		stop()
		assert.Equal(t, 30, number(t, db, "SELECT COUNT(*) FROM "+effects))
		assert.Equal(t, 30, number(t, db, "SELECT COUNT(DISTINCT message) FROM "+effects))

		ids := make([]string, 0, 500)
		for range 500 {
			ids = append(ids, fmt.Sprint("none-", len(ids)))
		}
		found, err := s.FindMessages(t.Context(), append(ids[:499:499], srv.Messages("bob")[29].ID))
		require.NoError(t, err)
		assert.Equal(t, []string{srv.Messages("bob")[29].ID}, found)
		found, err = s.FindMessages(t.Context(), nil)
		require.NoError(t, err)
		assert.Empty(t, found)
	})
}

// What dies again while all that is dead is requeued is not requeued a second time.
func TestRequeueAllEnds(t *testing.T) {
	onAll(t, func(t *testing.T, p place) {
		s, _ := p.inbox(t, inbox.Options{Attempts: 1, Poll: 10 * time.Millisecond})
		h := newHandler(t, callbacks.Config{Store: s})
		var calls atomic.Int32
		callbacks.On(h, func(context.Context, callbacks.Event) error { calls.Add(1); return errors.New("always") })
		const n = 250
		for i := range n {
			require.Equal(t, 200, post(h, numbered(i)))
		}
		run(t, h)
		until(t, func() bool { return counts(t, s).Dead == n })
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		requeued, err := s.RequeueAll(ctx)
		require.NoError(t, err)
		assert.Equal(t, n, requeued)
		until(t, func() bool { return counts(t, s).Dead == n })
		assert.Equal(t, int32(2*n), calls.Load())
		dead, err := s.ListDead(t.Context(), page.Options{Limit: 1})
		require.NoError(t, err)
		assert.Equal(t, "always", dead.Items[0].Failure)
	})
}

// What another process requeues or deletes meanwhile is left to it.
func TestRequeueAllAtOnce(t *testing.T) {
	onAll(t, func(t *testing.T, p place) {
		s, _ := p.inbox(t, inbox.Options{Attempts: 1, Poll: 10 * time.Millisecond})
		h := newHandler(t, callbacks.Config{Store: s})
		callbacks.On(h, func(context.Context, callbacks.Event) error { return errors.New("always") })
		for i := range 3 {
			require.Equal(t, 200, post(h, numbered(i)))
		}
		stop := run(t, h)
		until(t, func() bool { return counts(t, s).Dead == 3 })
		stop()
		another := p.arrivals(t)
		tx, err := another.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		defer func() { _ = tx.Rollback() }()
		_, err = tx.ExecContext(t.Context(), "DELETE FROM "+p.prefix+"dead WHERE id = 2")
		require.NoError(t, err)
		type result struct {
			n   int
			err error
		}
		requeued := make(chan result)
		go func() {
			n, err := s.RequeueAll(t.Context())
			requeued <- result{n, err}
		}()
		select {
		case r := <-requeued:
			t.Fatalf("RequeueAll did not wait: %+v", r)
		case <-time.After(50 * time.Millisecond):
		}
		require.NoError(t, tx.Commit())
		assert.Equal(t, result{2, nil}, <-requeued)
		assert.Equal(t, 2, counts(t, s).Waiting)
	})
}

// What is requeued is handled in the order in which it arrived, and the caller's list stays as it is.
func TestRequeueKeepsTheOrder(t *testing.T) {
	onAll(t, func(t *testing.T, p place) {
		s, _ := p.inbox(t, inbox.Options{Attempts: 1, Poll: 10 * time.Millisecond, OrderBy: func(callbacks.Event) string { return "one lane" }})
		h := newHandler(t, callbacks.Config{Store: s})
		var broken atomic.Bool
		var mu sync.Mutex
		var got []string
		callbacks.On(h, func(_ context.Context, e callbacks.Event) error {
			if broken.Load() {
				return errors.New("not yet")
			}
			mu.Lock()
			defer mu.Unlock()
			got = append(got, e.Head().CallID)
			return nil
		})
		run(t, h)
		broken.Store(true)
		var want []string
		for i := range 12 { // ids of one and of two digits
			want = append(want, fmt.Sprint("c", i))
			require.Equal(t, 200, post(h, numbered(i)))
		}
		until(t, func() bool { return counts(t, s).Dead == len(want) })
		var ids []string
		for e, err := range s.AllDead(t.Context()) {
			require.NoError(t, err)
			ids = append(ids, e.ID)
		}
		slices.Reverse(ids)
		ids = append(ids, ids[0]) // twice is once
		asked := slices.Clone(ids)
		broken.Store(false)
		require.NoError(t, s.Requeue(t.Context(), ids...))
		assert.Equal(t, asked, ids)
		until(t, func() bool { return counts(t, s) == inbox.Counts{} })
		assert.Equal(t, want, got)
	})
}
