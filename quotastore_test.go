package im_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
)

// storeFunc is a store of one function.
type storeFunc func(ctx context.Context, takes []im.QuotaTake) (time.Duration, error)

func (f storeFunc) Take(ctx context.Context, _, _ string, takes []im.QuotaTake) (time.Duration, error) {
	return f(ctx, takes)
}

func (f storeFunc) Pause(ctx context.Context, _, _ string, _ time.Duration) error {
	_, err := f(ctx, nil)
	return err
}

// news keeps the events of a store.
type news struct {
	mu   sync.Mutex
	errs []error
}

func (n *news) observe(_ context.Context, e im.Event) {
	if e.Endpoint == im.QuotaStoreEvent {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.errs = append(n.errs, e.Err)
	}
}

// A store whose clock has gone back may ask for an hour: nobody waits for more than
// the windows can make necessary, and the observer hears of it.
func TestNoStoreMakesCallsWaitBeyondTheirWindows(t *testing.T) {
	for _, wait := range []time.Duration{20 * time.Second, time.Hour, 1 << 62} {
		synctest.Test(t, func(t *testing.T) {
			asked, told := 0, &news{}
			var limit time.Duration
			store := storeFunc(func(_ context.Context, takes []im.QuotaTake) (time.Duration, error) {
				limit = takes[0].Per + takes[0].Slack
				if asked++; asked <= 3 {
					return wait, nil
				}
				return 0, nil
			})
			s := &script{responses: []response{{status: 200, body: aliceResponse}}}
			c := s.client(t, im.WithQuotaStore(store), im.WithObserver(told.observe))
			start := time.Now()
			ctx, stop := context.WithTimeout(t.Context(), 10*time.Second) // the call is not given up either
			defer stop()
			_, err := c.Users.Get(ctx, "alice")
			require.NoError(t, err)
			assert.LessOrEqual(t, time.Since(start), 3*limit+100*time.Millisecond)
			require.Len(t, told.errs, 1, "once a minute at most")
			var warning *im.QuotaStoreWarning
			require.ErrorAs(t, told.errs[0], &warning)
			assert.Contains(t, warning.Problem, wait.String())
		})
	}
}

// What a day's window makes necessary is waited for, but the store is asked once a
// minute: it may have been emptied.
func TestStoreThatIsEmptiedFreesTheCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var full atomic.Bool
		store := storeFunc(func(context.Context, []im.QuotaTake) (time.Duration, error) {
			if full.Load() {
				return 20 * time.Hour, nil
			}
			return 0, nil
		})
		full.Store(true)
		s := &script{responses: []response{{status: 200, body: aliceResponse}}}
		c := s.client(t, im.WithQuotaStore(store), im.WithQuota("users.get", im.Quota{N: 5, Per: 24 * time.Hour}))
		time.AfterFunc(90*time.Second, func() { full.Store(false) })
		start := time.Now()
		ctx, stop := context.WithTimeout(t.Context(), time.Hour)
		defer stop()
		_, err := c.Users.Get(ctx, "alice")
		require.ErrorIs(t, err, context.DeadlineExceeded, "hopeless, as far as is known")
		assert.Less(t, time.Since(start), time.Second)
		_, err = c.Users.Get(t.Context(), "alice")
		require.NoError(t, err)
		assert.LessOrEqual(t, time.Since(start), 3*time.Minute)
	})
}

// Nothing is known of what a panic's value holds.
func TestPanicOfAStoreShowsNoValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := &news{}
		store := storeFunc(func(context.Context, []im.QuotaTake) (time.Duration, error) { panic("hunter2") })
		s := &script{responses: []response{{status: 200, body: aliceResponse}}}
		c := s.client(t, im.WithQuotaStore(store), im.WithQuotaFallback(0), im.WithObserver(told.observe))
		_, err := c.Users.Get(t.Context(), "alice")
		require.ErrorContains(t, err, "the store panicked with a string")
		require.Len(t, told.errs, 1)
		assert.NotContains(t, told.errs[0].Error()+err.Error(), "hunter2")
	})
}

func TestWarningOfAStoreIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := &news{}
		var log bytes.Buffer
		store := storeFunc(func(ctx context.Context, _ []im.QuotaTake) (time.Duration, error) {
			im.ReportQuotaStore(ctx, im.QuotaStoreWarning{Problem: "the clock went back by 1h0m0s"})
			return 0, nil
		})
		s := &script{responses: []response{{status: 200, body: aliceResponse}}}
		c := s.client(t, im.WithQuotaStore(store), im.WithQuotaFallback(0), im.WithObserver(told.observe),
			im.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
		_, err := c.Users.Get(t.Context(), "alice")
		require.NoError(t, err)
		require.Len(t, told.errs, 1)
		assert.ErrorContains(t, told.errs[0], "went back by 1h0m0s")
		assert.Contains(t, log.String(), "went back by 1h0m0s")
	})
}

// A store that panics, ends its goroutine or never returns is one that fails.
func TestStoreThatDoesNotReturn(t *testing.T) {
	for name, misbehave := range map[string]func(){
		"panic":  func() { panic("oh") },
		"goexit": runtime.Goexit,
		"hang":   func() { time.Sleep(time.Hour) }, // whatever the context says
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				told := &news{}
				store := storeFunc(func(context.Context, []im.QuotaTake) (time.Duration, error) {
					misbehave()
					return 0, nil
				})
				s := &script{responses: []response{{status: 429, body: tooFast}, {status: 200, body: aliceResponse}}}
				c := s.client(t, im.WithQuotaStore(store), im.WithObserver(told.observe))
				start := time.Now()
				_, err := c.Users.Get(t.Context(), "alice")
				require.NoError(t, err)
				assert.Less(t, time.Since(start), 3*time.Second)
				require.NotEmpty(t, told.errs)
				require.Error(t, told.errs[0])
				time.Sleep(2 * time.Hour)
			})
		})
	}
}

func TestLogSaysWhyAStoreFailsWithoutItsSecrets(t *testing.T) {
	for _, c := range []struct{ text, want, never string }{
		{"dial tcp 10.1.2.3:6379: connect: connection refused", "connection refused", "~"},
		{"dial tcp: lookup redis-0.redis.prod.svc.cluster.local: no such host", "redis-0.redis.prod.svc.cluster.local: no such host", "~"},
		{"NOAUTH Authentication required.", "NOAUTH", "~"},
		{`parse "redis://admin:hunter2@redis:6379": invalid port`, "invalid port", "hunter2"},
		{"auth failed: password=hunter2", "auth failed", "hunter2"},
		{`bad reply {"secret": "hunter2"}`, "bad reply", "hunter2"},
		{"odd value YWMtSGVsbG8gd29ybGQgdGhpcyBpcyBh", "odd value", "YWMtSGVs"},
		{"key " + strings.Repeat("A", 770) + " at redis://admin:hunter2hunter2@redis:6379", "key *** at", "hunter"},
		{strings.Repeat("é", 10_000), "é", strings.Repeat("é", 300)},
	} {
		synctest.Test(t, func(t *testing.T) {
			var log bytes.Buffer
			store := storeFunc(func(context.Context, []im.QuotaTake) (time.Duration, error) { return 0, errors.New(c.text) })
			s := &script{responses: []response{{status: 200, body: aliceResponse}}}
			client := s.client(t, im.WithQuotaStore(store), im.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
			_, err := client.Users.Get(t.Context(), "alice")
			require.NoError(t, err)
			assert.Contains(t, log.String(), c.want)
			assert.NotContains(t, log.String(), c.never)
		})
	}
}

// While a store has lost its counters, the client goes by its own count as well.
func TestLostCountersOfAStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told, lost := &news{}, false
		var renewed int
		store := storeFunc(func(ctx context.Context, takes []im.QuotaTake) (time.Duration, error) {
			if lost {
				lost = false
				im.ReportQuotaStore(ctx, im.QuotaStoreWarning{Problem: "forgotten", Lost: true})
			}
			for _, take := range takes {
				if take.Renew {
					renewed += take.Cost
				}
			}
			return 0, nil
		})
		s := &script{responses: []response{{status: 200, body: aliceResponse}}}
		c := s.client(t, im.WithQuotaStore(store), im.WithQuotaFallback(0.5), im.WithObserver(told.observe),
			im.WithQuota("users.get", im.Quota{N: 10, Per: time.Second}, im.Quota{N: 1000, Per: 24 * time.Hour}))
		get := func() time.Duration {
			start := time.Now()
			_, err := c.Users.Get(t.Context(), "alice")
			require.NoError(t, err)
			return time.Since(start)
		}
		for range 8 {
			get()
		}
		lost = true
		assert.Greater(t, get(), 200*time.Millisecond, "8 of 5 are held")
		assert.Equal(t, 5, status(t, c).Windows[0].Effective)
		require.Len(t, told.errs, 1)
		assert.ErrorContains(t, told.errs[0], "forgotten")
		assert.Equal(t, 8, renewed, "of the day the store is told")
		time.Sleep(5 * time.Second)
		assert.Equal(t, 10, status(t, c).Windows[0].Effective)
	})
	im.ReportQuotaStore(t.Context(), im.QuotaStoreWarning{}) // nobody asks: nobody is told
}

func TestNilStores(t *testing.T) {
	for _, store := range []im.QuotaStore{nil, (*quotaMemory)(nil), storeFunc(nil)} {
		_, err := im.New(config, im.WithQuotaStore(store))
		var wrong *im.ConfigError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, "WithQuotaStore", wrong.Field)
	}
}
