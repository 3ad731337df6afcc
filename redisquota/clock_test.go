package redisquota_test

import (
	"context"
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
// have been, in any window, and the caller is told once.
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
			wait, err := s.Take(t.Context(), app, pool, []im.QuotaTake{call})
			assert.LessOrEqual(t, wait, before+per/20, "the time since the last call is not known")
			assert.Positive(t, wait)
			if back > per/20 { // else it was hardly seen
				var warning *im.QuotaStoreWarning
				require.ErrorAs(t, err, &warning)
			}
			set(now.Add(wait))
			require.Zero(t, take(t, s, call), "no later than it was said, and without another warning")
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
		wait, _ := s.Take(t.Context(), app, pool, []im.QuotaTake{perDay})
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
		wait, err := s.Take(t.Context(), app, pool, []im.QuotaTake{one})
		var warning *im.QuotaStoreWarning
		require.ErrorAs(t, err, &warning)
		assert.LessOrEqual(t, wait, 5*time.Second)
	}
	set(now.Add(-time.Hour))
	require.NoError(t, s.Pause(t.Context(), app, pool, time.Second))
	set(now.Add(-time.Hour).Add(5 * time.Second))
	require.Zero(t, take(t, s, one))

	require.NoError(t, s.Pause(t.Context(), app, pool, 1<<62), "without end")
	assert.LessOrEqual(t, take(t, s, one), 24*time.Hour)
	require.NoError(t, s.Pause(t.Context(), app, "another", -time.Hour))
	wait, err := s.Take(t.Context(), app, "another", []im.QuotaTake{one})
	require.NoError(t, err)
	assert.Zero(t, wait)
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

// Counters that are lost without an error of Redis are an error all the same, once.
func TestLostCounters(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		s, c := b.store(t)
		call := im.QuotaTake{Quota: im.Quota{N: 2, Per: time.Minute}, Cost: 1}
		for _, p := range []string{pool, "another"} {
			_, err := s.Take(t.Context(), app, p, []im.QuotaTake{call})
			require.NoError(t, err)
		}
		for _, key := range c.Keys(t.Context(), s.Prefix+"*").Val() { // as FLUSHALL would, if others were not on it
			require.NoError(t, c.Del(t.Context(), key).Err())
		}
		_, err := s.Take(t.Context(), app, pool, []im.QuotaTake{call})
		require.ErrorContains(t, err, "lost")
		for _, p := range []string{pool, "another"} {
			_, err = s.Take(t.Context(), app, p, []im.QuotaTake{call})
			require.NoError(t, err)
		}
		short := im.QuotaTake{Quota: im.Quota{N: 2, Per: 20 * time.Millisecond}, Cost: 1}
		require.Zero(t, take(t, s, short))
		time.Sleep(1100 * time.Millisecond)
		require.Zero(t, take(t, s, short), "what has left is not lost")
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
