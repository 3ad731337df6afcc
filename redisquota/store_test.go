package redisquota_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/redisquota"
	"github.com/imrest/im-go/redisquota/internal/redisserver"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const app, pool = "acme/demo", "users.get"

// backend is a Redis to test on.
type backend struct {
	name    string
	addr    string
	server  *redisserver.Server // nil: not ours to end
	restart func()              // nil: cannot
	kill    func()
}

// onBackends runs f on miniredis and, where there is one, on a real Redis: at
// IM_TEST_REDIS, or one that the test starts.
func onBackends(t *testing.T, f func(t *testing.T, b *backend)) {
	t.Run("miniredis", func(t *testing.T) {
		m := miniredis.RunT(t)
		f(t, &backend{name: "miniredis", addr: m.Addr(), kill: m.Close, restart: func() {
			m.FlushAll()
			require.NoError(t, m.Restart())
		}})
	})
	t.Run("redis", func(t *testing.T) {
		if addr := os.Getenv("IM_TEST_REDIS"); addr != "" {
			f(t, &backend{name: "redis", addr: addr})
			return
		}
		s, err := redisserver.Start()
		if errors.Is(err, redisserver.ErrNotInstalled) {
			t.Skip(err)
		}
		require.NoError(t, err)
		t.Cleanup(s.Kill)
		f(t, &backend{name: "redis", addr: s.Addr, server: s, kill: s.Kill, restart: func() { require.NoError(t, s.Restart()) }})
	})
}

// connect returns a client of the backend.
func (b *backend) connect(t *testing.T) *redis.Client {
	c := redis.NewClient(&redis.Options{Addr: b.addr, MaintNotificationsConfig: nil})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// store returns a store whose keys nobody else has.
func (b *backend) store(t *testing.T) (*redisquota.Store, *redis.Client) {
	c := b.connect(t)
	s := &redisquota.Store{Redis: c, Prefix: fmt.Sprintf("test-%d", time.Now().UnixNano())}
	t.Cleanup(func() {
		for _, key := range c.Keys(context.Background(), s.Prefix+"*").Val() {
			c.Del(context.Background(), key)
		}
	})
	return s, c
}

func perSecond(n int) im.Quota { return im.Quota{N: n, Per: time.Second} }

// take asks once.
func take(t *testing.T, s *redisquota.Store, takes ...im.QuotaTake) time.Duration {
	t.Helper()
	return takeFrom(t, s, pool, takes...)
}

// takeFrom is take from another pool.
func takeFrom(t *testing.T, s *redisquota.Store, pool string, takes ...im.QuotaTake) time.Duration {
	t.Helper()
	wait, err := s.Take(t.Context(), app, pool, takes)
	require.NoError(t, err)
	return wait
}

func TestWindowSlides(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		s, _ := b.store(t)
		call := im.QuotaTake{Quota: im.Quota{N: 3, Per: time.Second}, Cost: 1, Slack: 50 * time.Millisecond}
		start := time.Now()
		since := func() time.Duration { return time.Since(start) }
		require.Zero(t, take(t, s, call))
		first := since() // at the latest
		time.Sleep(100 * time.Millisecond)
		second := since() // at the earliest
		require.Zero(t, take(t, s, call))
		require.Zero(t, take(t, s, call))
		asked := since()
		wait := take(t, s, call)
		assert.Greater(t, since()+wait, 1050*time.Millisecond, "until the first has left")
		assert.Less(t, asked+wait, first+1051*time.Millisecond)
		call.Cost = 2
		both := take(t, s, call)
		assert.Greater(t, since()+both, second+1050*time.Millisecond, "until the second has left, too")
		call.Cost = 1
		time.Sleep(wait)
		require.Zero(t, take(t, s, call), "no later than it was said")
	})
}

func TestAllWindowsOrNone(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		s, _ := b.store(t)
		calls := im.QuotaTake{Quota: im.Quota{N: 5, Per: time.Minute}, Cost: 1}
		items := im.QuotaTake{Quota: im.Quota{N: 10, Per: time.Minute, Items: true}, Cost: 6}
		require.Zero(t, take(t, s, calls, items))
		for range 3 {
			wait := take(t, s, calls, items)
			require.InDelta(t, time.Minute, wait, float64(time.Second))
		}
		for range 4 { // the refusals have taken nothing of the calls
			require.Zero(t, take(t, s, calls))
		}
		require.Positive(t, take(t, s, calls))
	})
}

func TestUsersHaveTheirOwnWindows(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		s, c := b.store(t)
		alice := im.QuotaTake{Quota: im.Quota{N: 1, Per: time.Minute, PerUser: true}, User: "alice", Cost: 1}
		bob := alice
		bob.User = "bob"
		require.Zero(t, take(t, s, alice))
		require.Positive(t, take(t, s, alice))
		require.Zero(t, take(t, s, bob))
		keys := c.Keys(t.Context(), s.Prefix+"*").Val()
		require.NotEmpty(t, keys)
		for _, key := range keys {
			assert.Contains(t, key, "{acme/demo:users.get}", "one slot of a cluster")
			assert.NotContains(t, key, "alice")
			assert.InDelta(t, time.Minute, c.PTTL(t.Context(), key).Val(), float64(2*time.Second))
		}
	})
}

func TestAppsAndPoolsDoNotMix(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		s, _ := b.store(t)
		one := []im.QuotaTake{{Quota: im.Quota{N: 1, Per: time.Minute}, Cost: 1}}
		for _, of := range [][2]string{{"acme/demo", "a"}, {"acme/demo", "b"}, {"acme/other", "a"}} {
			wait, err := s.Take(t.Context(), of[0], of[1], one)
			require.NoError(t, err)
			require.Zero(t, wait)
			wait, err = s.Take(t.Context(), of[0], of[1], one)
			require.NoError(t, err)
			require.Positive(t, wait)
		}
	})
}

func TestMemoryIsBounded(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		s, c := b.store(t)
		users := im.QuotaTake{Quota: im.Quota{N: 6000, Per: time.Minute, Items: true}, Cost: 600}
		for range 10 {
			require.Zero(t, take(t, s, users))
		}
		require.Positive(t, take(t, s, users))
		many := im.QuotaTake{Quota: im.Quota{N: 3000, Per: time.Second}, Cost: 1}
		perDay := im.QuotaTake{Quota: im.Quota{N: 1e6, Per: 24 * time.Hour}, Cost: 1}
		for range 3000 {
			take(t, s, many, perDay)
		}
		most := map[string]int64{"60000ms:items": 11, "1000ms": 1100, "86400000ms": 4}
		for window, n := range most {
			length := c.LLen(t.Context(), s.Prefix+":{acme/demo:users.get}:"+window).Val()
			assert.Positive(t, length)
			assert.LessOrEqual(t, length, n, window)
		}
	})
}

func TestDayEndsAtMidnight(t *testing.T) {
	// Redis's clock cannot be set, miniredis's can.
	m := miniredis.RunT(t)
	b := &backend{addr: m.Addr()}
	s, _ := b.store(t)
	perDay := im.QuotaTake{Quota: im.Quota{N: 2, Per: 24 * time.Hour}, Cost: 1, Slack: time.Millisecond}
	midnight := time.Date(2030, 5, 6, 0, 0, 0, 0, time.UTC)
	at := func(d time.Duration) { m.SetTime(midnight.Add(d)) }
	at(-10 * time.Hour)
	require.Zero(t, take(t, s, perDay))
	at(-time.Minute)
	require.Zero(t, take(t, s, perDay))
	require.InDelta(t, time.Minute, take(t, s, perDay), float64(2*time.Second))
	at(2 * time.Second)
	require.Zero(t, take(t, s, perDay))
	at(24*time.Hour - 500*time.Millisecond)
	require.Zero(t, take(t, s, perDay), "may be counted on either day")
	at(24*time.Hour + 2*time.Second)
	require.Zero(t, take(t, s, perDay))
	require.Positive(t, take(t, s, perDay), "and so belongs to both")
	at(48*time.Hour + 2*time.Second)
	require.Zero(t, take(t, s, perDay))
}

func TestPause(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		s, _ := b.store(t)
		one := im.QuotaTake{Quota: perSecond(100), Cost: 1}
		require.NoError(t, s.Pause(t.Context(), app, pool, time.Minute))
		require.NoError(t, s.Pause(t.Context(), app, pool, time.Second), "does not shorten the other")
		assert.InDelta(t, time.Minute, take(t, s, one), float64(time.Second))
		assert.Zero(t, takeFrom(t, s, "another", one))
	})
}

func TestOneRoundTrip(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		s, c := b.store(t)
		count := &redisserver.Counter{}
		c.AddHook(count)
		windows := []im.QuotaTake{
			{Quota: perSecond(100), Cost: 1},
			{Quota: im.Quota{N: 6000, Per: time.Minute, Items: true}, Cost: 600},
			{Quota: im.Quota{N: 100, Per: 24 * time.Hour}, Cost: 1},
			{Quota: im.Quota{N: 5, Per: time.Minute, PerUser: true}, User: "alice", Cost: 1},
		}
		take(t, s, windows...)
		before := count.N.Load()
		take(t, s, windows...)
		assert.EqualValues(t, 1, count.N.Load()-before)
	})
}

func TestStoreThatHangsIsLeftAlone(t *testing.T) {
	l := listen(t) // accepts, and never responds
	c := redis.NewClient(&redis.Options{Addr: l, ReadTimeout: time.Minute, MaxRetries: -1})
	s := &redisquota.Store{Redis: c}
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	start := time.Now()
	_, err := s.Take(ctx, app, pool, []im.QuotaTake{{Quota: perSecond(1), Cost: 1}})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Less(t, time.Since(start), 30*time.Second)
	require.NoError(t, c.Close()) // the goroutine that was left behind ends with its connection
}

func TestStoreShowsNoPassword(t *testing.T) {
	s := &redisquota.Store{Redis: redis.NewClient(&redis.Options{Password: "secret"})}
	defer s.Redis.Close()
	assert.NotContains(t, fmt.Sprintf("%v %+v %#v", s, s, s), "secret")
}
