package im_test

import (
	"context"
	"errors"
	"math"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/messages"
)

const tooFast = `{"error":"reach_limit","error_description":"This request has reached api limit"}`

// status is how the pool of users.get stands.
func status(t *testing.T, c *im.Client) im.PoolStatus {
	t.Helper()
	for _, p := range c.Quotas() {
		if p.Pool == "users.get" {
			return p
		}
	}
	require.Fail(t, "no such pool")
	return im.PoolStatus{}
}

func TestQuotasTell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var refuse atomic.Bool
		s := &script{responses: []response{{do: func(*http.Request) *response {
			if refuse.CompareAndSwap(true, false) {
				return &response{status: 429, body: tooFast}
			}
			return &response{status: 200, body: aliceResponse}
		}}}}
		var mu sync.Mutex
		var events []im.Event
		c := s.client(t, im.WithQuota("users.get", im.Quota{N: 10, Per: time.Second}), im.WithObserver(func(_ context.Context, e im.Event) {
			mu.Lock()
			defer mu.Unlock()
			events = append(events, e)
		}))
		for range 10 {
			_, err := c.Users.Get(t.Context(), "alice")
			require.NoError(t, err)
		}
		p := status(t, c)
		assert.EqualValues(t, 10, p.Granted)
		want := []im.WindowStatus{{Quota: im.Quota{N: 10, Per: time.Second}, Effective: 10, Left: p.Windows[0].Left}}
		assert.Equal(t, want, p.Windows)
		assert.LessOrEqual(t, p.Windows[0].Left, 1)
		assert.Zero(t, p.PausedUntil)

		refuse.Store(true)
		ctx := im.WithoutRetry(t.Context()) // the pool pauses for everybody all the same
		_, err := c.Users.Get(ctx, "alice")
		require.ErrorIs(t, err, im.ErrRateLimited)
		last := events[len(events)-1]
		assert.Equal(t, 250*time.Millisecond, last.Paused)
		assert.InDelta(t, 0.5, last.Rate, 0.1)
		p = status(t, c)
		assert.Equal(t, time.Now().Add(last.Paused), p.PausedUntil)
		assert.EqualValues(t, 1, p.Refused)
		assert.InDelta(t, 5, p.Windows[0].Effective, 1)

		var group sync.WaitGroup
		for _, lane := range []im.Lane{im.Background, im.Foreground, im.Background} {
			group.Go(func() { _, _ = c.Users.Get(im.WithLane(t.Context(), lane), "alice") })
		}
		synctest.Wait()
		assert.Equal(t, im.Waiting{Foreground: 1, Background: 2}, status(t, c).Waiting)
		group.Wait()
	})
}

func TestUsedUpPlanPausesNothing(t *testing.T) {
	s := &script{responses: []response{{status: 429, body: `{"error":"resource_limited","error_description":"plan"}`}}}
	c := s.client(t)
	_, err := c.Users.Get(t.Context(), "alice")
	require.ErrorIs(t, err, im.ErrPlanLimit)
	p := status(t, c)
	assert.Zero(t, p.PausedUntil)
	assert.Zero(t, p.Refused)
	assert.Len(t, s.requests, 1)
}

func TestQuotaOptionsAreChecked(t *testing.T) {
	second := im.Quota{N: 1, Per: time.Second}
	store := &quotaMemory{}
	for name, options := range map[string][]im.Option{
		"share 0":          {im.WithQuotaShare(0)},
		"share above 1":    {im.WithQuotaShare(1.01)},
		"share below 0":    {im.WithQuotaShare(-1)},
		"no share":         {im.WithQuotaShare(math.NaN())},
		"unknown id":       {im.WithQuota("users.gett", second)},
		"no quota":         {im.WithQuota("users.get")},
		"N":                {im.WithQuota("users.get", im.Quota{Per: time.Second})},
		"Per":              {im.WithQuota("users.get", im.Quota{N: 1})},
		"twice":            {im.WithQuota("users.get", second, im.Quota{N: 2, Per: time.Second})},
		"no store":         {im.WithQuotaStore(nil)},
		"store of nothing": {im.WithQuotaStore(store), im.WithoutQuotas()},
		"fallback alone":   {im.WithQuotaFallback(0.5)},
		"fallback above 1": {im.WithQuotaStore(store), im.WithQuotaFallback(2)},
		"no fallback":      {im.WithQuotaStore(store), im.WithQuotaFallback(math.NaN())},
	} {
		_, err := im.New(config, options...)
		var wrong *im.ConfigError
		require.ErrorAs(t, err, &wrong, name)
	}
	c, err := im.New(config, im.WithoutQuotas())
	require.NoError(t, err)
	assert.Empty(t, c.Quotas())
}

func TestCostAboveTheQuotaIsAnErrorOfTheCall(t *testing.T) {
	s := &script{responses: []response{{status: 200, body: `{}`}}}
	c := s.client(t, im.WithQuotaShare(0.1)) // 2 of the 20 messages a second
	_, err := c.Messages.SendToGroups(t.Context(), []string{"1", "2", "3"}, messages.Message{From: "alice", Body: messages.Text("hi")})
	require.ErrorIs(t, err, im.ErrInvalidArgument)
	assert.ErrorContains(t, err, "a call of 3 exceeds the limit of 2 per 1s")
	assert.Empty(t, s.requests)
}

// quotaMemory is a store that grants everything and notes what for.
type quotaMemory struct {
	mu    sync.Mutex
	err   error
	app   string
	takes [][]im.QuotaTake
	pause time.Duration
}

func (m *quotaMemory) Take(_ context.Context, app, _ string, takes []im.QuotaTake) (time.Duration, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.app, m.takes = app, append(m.takes, takes)
	return 0, m.err
}

func (m *quotaMemory) Pause(_ context.Context, _, _ string, d time.Duration) error {
	m.pause = d
	return m.err
}

func TestQuotaStoreFailsAndComesBack(t *testing.T) {
	broken := errors.New("broken")
	synctest.Test(t, func(t *testing.T) {
		m, s := &quotaMemory{}, &script{responses: []response{{status: 200, body: aliceResponse}}}
		var events []im.Event
		c := s.client(t, im.WithQuotaStore(m), im.WithQuotaFallback(0.1), im.WithObserver(func(_ context.Context, e im.Event) {
			if e.Endpoint == im.QuotaStoreEvent {
				events = append(events, e)
			}
		}))
		get := func() {
			_, err := c.Users.Get(t.Context(), "alice")
			require.NoError(t, err)
		}
		get()
		assert.Equal(t, "acme/demo", m.app)
		require.Len(t, m.takes, 1)
		assert.Equal(t, im.Quota{N: 100, Per: time.Second}, m.takes[0][0].Quota)
		assert.Equal(t, 1, m.takes[0][0].Cost)
		m.err = broken
		get()
		require.Len(t, events, 1)
		require.ErrorIs(t, events[0].Err, broken)
		assert.Equal(t, 10, status(t, c).Windows[0].Effective, "the local share")
		m.err = nil
		time.Sleep(2 * time.Second)
		get()
		require.Len(t, events, 2)
		require.NoError(t, events[1].Err)
		time.Sleep(5 * time.Second)
		assert.Equal(t, 100, status(t, c).Windows[0].Effective, "and back without a restart")
	})
}

func TestCallsFailWithTheQuotaStore(t *testing.T) {
	broken := errors.New("broken")
	s := &script{responses: []response{{status: 200, body: aliceResponse}}}
	c := s.client(t, im.WithQuotaStore(&quotaMemory{err: broken}), im.WithQuotaFallback(0))
	_, err := c.Users.Get(t.Context(), "alice")
	require.ErrorIs(t, err, im.ErrUnavailable)
	require.ErrorIs(t, err, broken)
	assert.Empty(t, s.requests)
}

// A quota counts in the documented unit, on every endpoint, or New says what to
// write: never calls where messages are meant.
func TestWithQuotaKeepsTheUnit(t *testing.T) {
	for _, platform := range []im.Platform{im.Agora, im.Easemob} {
		config := config
		config.Platform = platform
		plain, err := im.New(config)
		require.NoError(t, err)
		kept, rejected := 0, 0
		for _, p := range plain.Quotas() {
			units := map[im.Quota]bool{}
			for _, w := range p.Windows {
				units[im.Quota{Items: w.Items, PerUser: w.PerUser}] = true
			}
			for _, per := range []time.Duration{time.Second, time.Minute, 7 * time.Second, 24 * time.Hour} {
				c, err := im.New(config, im.WithQuota(p.Pool, im.Quota{N: 200, Per: per}))
				if len(units) > 1 {
					rejected++
					require.ErrorIs(t, err, im.ErrInvalidArgument, p.Pool)
					require.ErrorContains(t, err, "give a quota of each", p.Pool)
					continue
				}
				require.NoError(t, err, p.Pool)
				for _, changed := range c.Quotas() {
					if changed.Pool == p.Pool {
						kept++
						require.Len(t, changed.Windows, 1)
						q := changed.Windows[0].Quota
						assert.Equal(t, 200, q.N)
						if len(units) == 1 {
							assert.True(t, units[im.Quota{Items: q.Items, PerUser: q.PerUser}], p.Pool)
						}
					}
				}
			}
			all := make([]im.Quota, 0, len(units))
			for u := range units {
				u.N, u.Per = 300, time.Second
				all = append(all, u)
			}
			if len(all) > 0 {
				_, err = im.New(config, im.WithQuota(p.Pool, all...))
				require.NoError(t, err, "%s: one of each unit", p.Pool)
			}
		}
		assert.Greater(t, kept, 500)
		assert.Equal(t, 4*5, rejected, "send_groups, send_rooms, send_users and two of conversations")
	}
	for id, want := range map[string]string{
		"messages.send_groups":        "counts messages (Items: true) and calls (neither Items nor PerUser)",
		"messages.list_conversations": "counts calls of each user (PerUser: true) and calls",
	} {
		_, err := im.New(config, im.WithQuota(id, im.Quota{N: 200, Per: time.Second}))
		require.ErrorContains(t, err, want)
	}
	for _, wrong := range []im.Quota{{N: 1, Per: time.Second, PerUser: true}, {N: 1, Per: time.Second, Items: true}} {
		_, err := im.New(config, im.WithQuota("users.get", wrong))
		require.ErrorIs(t, err, im.ErrInvalidArgument)
	}
}

func TestUnknownLane(t *testing.T) {
	for _, options := range [][]im.Option{nil, {im.WithoutQuotas()}, {im.WithQuotaStore(&quotaMemory{})}} {
		s := &script{responses: []response{{status: 200, body: aliceResponse}}}
		c := s.client(t, options...)
		for _, lane := range []im.Lane{-1, 2, math.MaxInt} {
			_, err := c.Users.Get(im.WithLane(t.Context(), lane), "alice")
			require.ErrorIs(t, err, im.ErrInvalidArgument)
			var wrong *im.Error
			require.ErrorAs(t, err, &wrong)
			assert.Equal(t, "lane", wrong.Field)
		}
		assert.Empty(t, s.requests)
		_, err := c.Users.Get(t.Context(), "alice")
		require.NoError(t, err, "no lock is held")
	}
}

// A Retry-After without end pauses nobody for longer than a wait may last: not the
// pool, not the store of a fleet.
func TestPauseIsCappedAsAWaitIs(t *testing.T) {
	for _, header := range []string{"3600", "9999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"} {
		synctest.Test(t, func(t *testing.T) {
			m, s := &quotaMemory{}, &script{responses: []response{
				{status: 429, body: tooFast, header: http.Header{"Content-Type": {"application/json"}, "Retry-After": {header}}},
				{status: 200, body: aliceResponse},
			}}
			var paused time.Duration
			c := s.client(t, im.WithMaxRetryWait(2*time.Second), im.WithQuotaStore(m), im.WithObserver(func(_ context.Context, e im.Event) {
				paused = max(paused, e.Paused)
			}))
			start := time.Now()
			_, err := c.Users.Get(im.WithoutRetry(t.Context()), "alice")
			require.ErrorIs(t, err, im.ErrRateLimited)
			assert.LessOrEqual(t, paused, 2*time.Second)
			assert.Positive(t, paused)
			assert.LessOrEqual(t, m.pause, 2*time.Second)
			assert.Positive(t, m.pause)
			assert.LessOrEqual(t, status(t, c).PausedUntil.Sub(start), 2*time.Second)
			_, err = c.Users.Get(t.Context(), "alice")
			require.NoError(t, err)
			assert.InDelta(t, paused.Seconds(), time.Since(start).Seconds(), 0.2)
		})
	}
}

// A call that broke off may have been counted, so that its place is held; one that
// was never sent gives it back.
func TestPlaceOfABrokenCall(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var group sync.WaitGroup
	group.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 4096)) // the request, and no response
			_ = conn.Close()
		}
	})
	config := config
	config.Host = "http://" + l.Addr().String()
	c, err := im.New(config, im.WithQuota("users.get", im.Quota{N: 10, Per: time.Hour}))
	require.NoError(t, err)
	defer c.Close()
	ctx := im.WithoutRetry(t.Context())

	_, err = c.Users.Get(ctx, "alice")
	require.ErrorIs(t, err, im.ErrUnavailable)
	assert.Equal(t, 9, status(t, c).Windows[0].Left, "held")
	assert.EqualValues(t, 1, status(t, c).Granted)

	require.NoError(t, l.Close())
	group.Wait()
	_, err = c.Users.Get(ctx, "alice")
	require.ErrorIs(t, err, im.ErrUnavailable)
	assert.Equal(t, 9, status(t, c).Windows[0].Left, "given back")
	assert.EqualValues(t, 1, status(t, c).Granted)
}

// The place of a broken call is held until its period has passed after the end, not
// for ever and no shorter.
func TestPlaceOfABrokenCallIsHeldForAPeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: []response{{do: func(*http.Request) *response {
			time.Sleep(5 * time.Second)
			return &response{err: errBroken}
		}}}}
		c := s.client(t, im.WithQuota("users.get", im.Quota{N: 1, Per: time.Minute}))
		_, err := c.Users.Get(im.WithoutRetry(t.Context()), "alice")
		require.Error(t, err)
		time.Sleep(59 * time.Second)
		assert.Zero(t, status(t, c).Windows[0].Left)
		time.Sleep(2 * time.Second)
		assert.Equal(t, 1, status(t, c).Windows[0].Left)
	})
}
