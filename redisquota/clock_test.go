package redisquota_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/redisquota"
)

// Redis's clock cannot be set, miniredis's can.
func clocked(t *testing.T) (s *redisquota.Store, set func(time.Time)) {
	m := miniredis.RunT(t)
	b := &backend{addr: m.Addr()}
	s, _ = b.store(t)
	return s, m.SetTime
}

// After a failover to a machine whose clock is behind, no wait is longer than it would
// have been, in any window, and the caller hears of it once.
func TestClockGoesBack(t *testing.T) {
	for _, back := range []time.Duration{time.Second, 20 * time.Second, time.Hour, 400 * 24 * time.Hour} {
		for _, per := range []time.Duration{time.Second, time.Minute, 30 * time.Minute} {
			s, set := clocked(t)
			now := time.Date(2030, 5, 6, 12, 0, 0, 0, time.UTC)
			call := im.QuotaTake{Quota: im.Quota{N: 10, Per: per}, Cost: 1, Slack: 20 * time.Millisecond}
			for i := range 10 {
				set(now.Add(time.Duration(i) * per / 20))
				require.Zero(t, take(t, s, call))
			}
			set(now.Add(per / 2))
			before := take(t, s, call)
			require.Positive(t, before)

			now = now.Add(per / 2).Add(-back)
			set(now)
			wait := take(t, s, call)
			assert.LessOrEqual(t, wait, before+per/20, "the time since the last call is not known")
			assert.Positive(t, wait)
			set(now.Add(wait))
			require.Zero(t, take(t, s, call), "no later than it was said")
			require.LessOrEqual(t, take(t, s, call), per/20+per/500, "the others follow as they came")
		}
	}
}

func TestClockGoesBackWithinADay(t *testing.T) {
	for _, back := range []time.Duration{20 * time.Second, time.Hour, 30 * time.Hour} {
		s, set := clocked(t)
		now := time.Date(2030, 5, 6, 0, 30, 0, 0, time.UTC)
		set(now)
		perDay := im.QuotaTake{Quota: im.Quota{N: 1, Per: 24 * time.Hour}, Cost: 1}
		require.Zero(t, take(t, s, perDay))
		set(now.Add(-back))
		wait := take(t, s, perDay)
		assert.LessOrEqual(t, wait, 24*time.Hour+time.Second)
		set(now.Add(-back).Add(wait))
		require.Zero(t, take(t, s, perDay))
	}
}

func TestPauseEndsWhenTheClockGoesBack(t *testing.T) {
	s, set := clocked(t)
	now := time.Date(2030, 5, 6, 12, 0, 0, 0, time.UTC)
	one := im.QuotaTake{Quota: perSecond(100), Cost: 1}
	set(now)
	require.NoError(t, s.Pause(t.Context(), app, pool, 5*time.Second))
	for _, back := range []time.Duration{20 * time.Second, time.Hour} {
		now = now.Add(-back)
		set(now)
		assert.LessOrEqual(t, take(t, s, one), 5*time.Second)
	}
	set(now.Add(-time.Hour))
	require.NoError(t, s.Pause(t.Context(), app, pool, time.Second))
	set(now.Add(-time.Hour).Add(5 * time.Second))
	require.Zero(t, take(t, s, one))

	require.NoError(t, s.Pause(t.Context(), app, pool, 1<<62), "without end")
	assert.LessOrEqual(t, take(t, s, one), 24*time.Hour)
	require.NoError(t, s.Pause(t.Context(), app, "another", -time.Hour))
	assert.Zero(t, takeFrom(t, s, "another", one))
}

// What is renewed counts however full the window is, and during a pause.
func TestRenew(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		s, _ := b.store(t)
		call := im.QuotaTake{Quota: im.Quota{N: 2, Per: time.Minute}, Cost: 2}
		require.Zero(t, take(t, s, call))
		require.NoError(t, s.Pause(t.Context(), app, pool, time.Second))
		renewed := call
		renewed.Renew, renewed.Cost, renewed.Slack = true, 3, 10*time.Second
		require.Zero(t, take(t, s, renewed))
		call.Cost = 1
		assert.InDelta(t, 70*time.Second, take(t, s, call), float64(time.Second), "all three have to leave, too")
	})
}

// clientOf is a client of a store, and the warnings that it reports.
func clientOf(t *testing.T, s *redisquota.Store, server http.RoundTripper, options ...im.Option) (*im.Client, func() []string) {
	var mu sync.Mutex
	var all []string
	// On Agora users.get has no budget beside its own quota.
	c, err := im.New(im.Config{Host: "a41.chat.agora.io", Org: "acme", App: "demo", Token: im.StaticToken("t")}, append([]im.Option{
		im.WithHTTPClient(&http.Client{Transport: server}), im.WithQuotaStore(s), im.WithObserver(func(_ context.Context, e im.Event) {
			if e.Endpoint == im.QuotaStoreEvent && e.Err != nil {
				mu.Lock()
				defer mu.Unlock()
				all = append(all, e.Err.Error())
			}
		})}, options...)...)
	require.NoError(t, err)
	return c, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all)
	}
}

// reported counts the warnings with a text: a machine that stalls may have others, of a Redis that does not respond.
func reported(warnings func() []string, text string) (n int) {
	for _, warning := range warnings() {
		if strings.Contains(warning, text) {
			n++
		}
	}
	return n
}

// A fleet goes on when Redis's clock goes back, and its observers hear of it.
func TestFleetWhenTheClockGoesBack(t *testing.T) {
	for _, back := range []time.Duration{20 * time.Second, time.Hour} {
		s, set := clocked(t)
		start, offset := time.Now(), atomic.Int64{}
		ctx, stop := context.WithCancel(t.Context())
		var group sync.WaitGroup
		group.Go(func() { // the clock of a Redis, which goes on
			for ctx.Err() == nil {
				set(time.Now().Add(-time.Duration(offset.Load())))
				time.Sleep(time.Millisecond)
			}
		})
		server := &strict{limit: perSecond(20), start: start}
		c, warnings := clientOf(t, s, server, im.WithQuota("users.get", im.Quota{N: 20, Per: time.Second}))
		for range 3 {
			group.Go(func() {
				for ctx.Err() == nil {
					_, _ = c.Users.Get(ctx, "alice")
				}
			})
		}
		goesOn := func() { // 20 a second
			before := server.between(0, time.Hour)
			require.Eventually(t, func() bool { return server.between(0, time.Hour) > before+25 }, time.Minute, 10*time.Millisecond)
		}
		goesOn()
		offset.Store(int64(back))
		goesOn()
		require.Eventually(t, func() bool { return reported(warnings, "went back by") > 0 }, time.Minute, 10*time.Millisecond)
		stop()
		group.Wait()
	}
}

// Counters that are lost without an error of Redis are found out by every process:
// none grants the quota once more.
func TestLostCounters(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		_, c := b.store(t)
		prefix := fmt.Sprintf("lost-%d", time.Now().UnixNano())
		server := &strict{limit: im.Quota{N: 20, Per: 3 * time.Second}, start: time.Now()}
		quota := im.WithQuota("users.get", im.Quota{N: 20, Per: 3 * time.Second})
		var clients []*im.Client
		var heard []func() []string
		for range 2 {
			client, warnings := clientOf(t, &redisquota.Store{Redis: c, Prefix: prefix}, server, quota, im.WithQuotaFallback(0.5))
			clients, heard = append(clients, client), append(heard, warnings)
		}
		for range 10 {
			for _, client := range clients {
				_, err := client.Users.Get(t.Context(), "alice")
				require.NoError(t, err)
				time.Sleep(50 * time.Millisecond) // what was taken last is in the window for long
			}
		}
		for _, key := range c.Keys(t.Context(), prefix+"*").Val() { // as FLUSHALL would, if others were not on it
			require.NoError(t, c.Del(t.Context(), key).Err())
		}
		var group sync.WaitGroup
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		for _, client := range clients {
			for range 10 {
				group.Go(func() {
					for ctx.Err() == nil {
						_, _ = client.Users.Get(ctx, "alice")
					}
				})
			}
		}
		require.Eventually(t, func() bool {
			return reported(heard[0], "lost") > 0 && reported(heard[1], "lost") > 0 && time.Since(server.start) > 4*time.Second
		}, time.Minute, 10*time.Millisecond)
		stop()
		group.Wait()
		assert.LessOrEqual(t, len(server.refused), unless(0, 3))
	})
}

// Counters of a day are gone with the day; that is no loss, unless they are missed on
// the same day.
func TestNewDayIsNoLoss(t *testing.T) {
	for after, lost := range map[time.Duration]int{2 * time.Minute: 0, 30 * time.Second: 1} {
		m := miniredis.RunT(t)
		s, _ := (&backend{addr: m.Addr()}).store(t)
		now := time.Date(2030, 5, 6, 23, 59, 0, 0, time.UTC)
		m.SetTime(now)
		perDay := im.Quota{N: 100, Per: 24 * time.Hour}
		c, warnings := clientOf(t, s, &strict{limit: perDay, start: time.Now()}, im.WithQuota("users.get", perDay))
		_, err := c.Users.Get(t.Context(), "alice")
		require.NoError(t, err)
		m.FlushAll()
		m.SetTime(now.Add(after))
		_, err = c.Users.Get(t.Context(), "alice")
		require.NoError(t, err)
		assert.Equal(t, lost, reported(warnings, "lost"), after)
	}
}

func TestEmptiedWindowIsOpen(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		s, c := b.store(t)
		call := im.QuotaTake{Quota: im.Quota{N: 1, Per: time.Minute}, Cost: 1}
		require.Zero(t, take(t, s, call))
		require.Positive(t, take(t, s, call))
		for _, key := range c.Keys(t.Context(), s.Prefix+"*").Val() {
			require.NoError(t, c.Del(t.Context(), key).Err())
		}
		require.Zero(t, take(t, s, call))
	})
}

func TestStoreWithoutAClient(t *testing.T) {
	ctx, one := t.Context(), []im.QuotaTake{{Quota: perSecond(1), Cost: 1}}
	for _, s := range []*redisquota.Store{nil, {}, {Redis: (*redis.Client)(nil)}, {Redis: (*redis.ClusterClient)(nil)}, {Redis: (*redis.Ring)(nil)}} {
		_, err := s.Take(ctx, app, pool, one)
		require.ErrorContains(t, err, "Redis is nil")
		require.ErrorContains(t, s.Pause(ctx, app, pool, time.Second), "Redis is nil")
		_, err = s.Load(ctx, app)
		require.ErrorContains(t, err, "Redis is nil")
		require.ErrorContains(t, s.Save(ctx, app, im.Token{Value: "t"}), "Redis is nil")
		require.ErrorContains(t, s.Drop(ctx, app, "t"), "Redis is nil")
		_, err = s.Lock(ctx, app, time.Second)
		require.ErrorContains(t, err, "Redis is nil")
	}
}

func TestGarbageIsNoToken(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		s, c := b.store(t)
		key := s.Prefix + ":{acme/demo:token}:"
		fill := map[string]func(ctx context.Context){
			"text":   func(ctx context.Context) { c.Set(ctx, key+"value", "no token", 0) },
			"empty":  func(ctx context.Context) { c.Set(ctx, key+"value", "", 0) },
			"number": func(ctx context.Context) { c.Set(ctx, key+"value", `{"value":5}`, 0) },
			"list":   func(ctx context.Context) { c.RPush(ctx, key+"value", "x") },
		}
		for name, f := range fill {
			c.Del(t.Context(), key+"value")
			f(t.Context())
			got, err := s.Load(t.Context(), app)
			require.NoError(t, err, name)
			assert.Zero(t, got, name)
			require.NoError(t, s.Drop(t.Context(), app, "t"), name)
			require.NoError(t, s.Save(t.Context(), app, im.Token{Value: "t"}), name)
			got, err = s.Load(t.Context(), app)
			require.NoError(t, err, name)
			assert.Equal(t, "t", got.Value, name)
		}
		c.Set(t.Context(), key+"lock", "somebody", 0) // without an end: nobody would ever fetch a token
		unlock, err := s.Lock(t.Context(), app, time.Minute)
		require.NoError(t, err)
		require.NotNil(t, unlock)
		unlock()
	})
}

// Whoever sees the keys learns no user id, and with a UserKey cannot try them out.
func TestUserIDsAreHashedWithAKey(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		s, c := b.store(t)
		alice := im.QuotaTake{Quota: im.Quota{N: 1, Per: time.Minute, PerUser: true}, User: "13800138000", Cost: 1}
		keys := func(s *redisquota.Store, app string) []string {
			for _, key := range c.Keys(t.Context(), s.Prefix+"*").Val() {
				c.Del(t.Context(), key)
			}
			_, err := s.Take(t.Context(), app, pool, []im.QuotaTake{alice})
			require.NoError(t, err)
			all := c.Keys(t.Context(), s.Prefix+"*").Val()
			require.Len(t, all, 1)
			assert.NotContains(t, all[0], "13800138000")
			assert.NotContains(t, all[0], "dff87f9c4fcae3ee3dbbe8c2d7cd3c2f", "not the plain hash of the id")
			return all
		}
		one := keys(s, app)
		other := keys(&redisquota.Store{Redis: c, Prefix: s.Prefix, UserKey: []byte("a secret of the fleet")}, app)
		assert.NotEqual(t, one, other)
		assert.Equal(t, other, keys(&redisquota.Store{Redis: c, Prefix: s.Prefix, UserKey: []byte("a secret of the fleet")}, app), "all processes agree")
	})
}
