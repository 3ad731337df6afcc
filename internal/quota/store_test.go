package quota

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// memoryStore is a store in this process, some way off.
type memoryStore struct {
	start time.Time

	mu     sync.Mutex
	trip   time.Duration
	asked  int
	err    error
	hangs  bool
	pause  time.Duration
	renews int                  // questions that renewed
	ahead  time.Duration        // its clock is ahead of ours
	ledger map[string][]counted // by pool, window and user: until when
}

func newMemoryStore() *memoryStore {
	return &memoryStore{trip: ms / 2, start: time.Now(), ledger: map[string][]counted{}}
}

func (m *memoryStore) fail(err error, hangs bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err, m.hangs = err, hangs
}

// setTrip changes how long a question takes, there and back.
func (m *memoryStore) setTrip(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.trip = d
}

func (m *memoryStore) oneWay() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.trip / 2
}

// questions says how many there were, and how many of them renewed.
func (m *memoryStore) questions() (asked, renews int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.asked, m.renews
}

func (m *memoryStore) askedSoFar() int {
	asked, _ := m.questions()
	return asked
}

func (m *memoryStore) Take(ctx context.Context, pool string, takes []Take) (time.Duration, error) {
	oneWay := m.oneWay()
	time.Sleep(oneWay)
	defer time.Sleep(oneWay)
	m.mu.Lock()
	m.asked++
	if m.hangs {
		m.mu.Unlock()
		<-ctx.Done()
		m.mu.Lock()
	}
	defer m.mu.Unlock()
	if err := errors.Join(m.err, ctx.Err()); err != nil {
		return 0, err
	}
	now := m.now()
	if takes[0].Renew {
		m.renews++
	}
	wait := m.pause - now
	for _, t := range takes {
		held, next := 0, time.Duration(0)
		for _, c := range m.ledger[pool+t.Per.String()+t.User] {
			if c.at > now {
				if held == 0 {
					next = c.at
				}
				held += c.cost
			}
		}
		if held+t.Cost > t.N && !t.Renew {
			wait = max(wait, next-now)
		}
	}
	if wait > 0 && !takes[0].Renew {
		return wait, nil
	}
	for _, t := range takes {
		key := pool + t.Per.String() + t.User
		m.ledger[key] = append(m.ledger[key], counted{now + t.Per + t.Slack, t.Cost})
		slices.SortFunc(m.ledger[key], func(a, b counted) int { return cmp.Compare(a.at, b.at) })
	}
	return 0, nil
}

func (m *memoryStore) now() time.Duration { return time.Since(m.start) + m.ahead }

// holds is what a window holds now.
func (m *memoryStore) holds(window string) (sum int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.ledger[window] {
		if c.at > m.now() {
			sum += c.cost
		}
	}
	return sum
}

func (m *memoryStore) Pause(_ context.Context, _ string, d time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pause = m.now() + d
	return m.err
}

func TestStoreIsAskedOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m := newMemoryStore()
		p := NewSet(Options{Store: m}).Pool("p", []Limit{perSecond(100), {N: 5, Per: time.Minute}})
		for i := range 5 {
			call(t, p, Request{})
			require.Equal(t, i+1, m.askedSoFar())
		}
		start := time.Now()
		call(t, p, Request{})
		assert.InDelta(t, 60, time.Since(start).Seconds(), 0.2)
		assert.Equal(t, 7, m.askedSoFar(), "no more often than it says")
	})
}

func TestFleetWithStore(t *testing.T) {
	for _, trip := range []way{{}, {10 * ms, 10 * ms}} {
		bubble(t, func(t *testing.T) {
			const length = 10 * sec
			m, s := newMemoryStore(), newServer(perSecond(100), true)
			var group sync.WaitGroup
			var pools []*Pool
			for i := range uint64(4) {
				p := NewSet(Options{Store: m}).Pool("p", []Limit{s.limit})
				pools = append(pools, p)
				l := load{pool: p, server: s, workers: 32, there: trip, back: trip, seed: i, length: length}
				group.Go(func() { l.run(t) })
			}
			group.Wait()
			assert.Empty(t, s.refused)
			assert.GreaterOrEqual(t, s.share(0, length), 0.93)
			for _, p := range pools {
				assert.GreaterOrEqual(t, p.Stats().Granted, uint64(125), "half of a fair share")
			}
		})
	}
}

func TestPauseIsShared(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, start := newMemoryStore(), time.Now()
		a := NewSet(Options{Store: m}).Pool("p", []Limit{perSecond(100)})
		b := NewSet(Options{Store: m}).Pool("p", []Limit{perSecond(100)})
		g, err := a.Take(t.Context(), Request{})
		require.NoError(t, err)
		g.Refused(t.Context(), 4*sec)
		g.Done()
		call(t, b, Request{})
		assert.InDelta(t, 4, time.Since(start).Seconds(), 0.01)
	})
}

func TestStoreFailsAndComesBack(t *testing.T) {
	broken := errors.New("broken")
	for _, hangs := range []bool{false, true} {
		bubble(t, func(t *testing.T) {
			const length = 10 * sec
			m, s := newMemoryStore(), newServer(perSecond(100), true)
			var failed, back atomic.Int32
			var group sync.WaitGroup
			for i := range uint64(4) {
				p := NewSet(Options{
					Store: m,
					OnStoreError: func(err error) {
						if !hangs {
							assert.ErrorIs(t, err, broken)
						}
						failed.Add(1)
					},
					OnStoreBack: func() { back.Add(1) },
				}).Pool("p", []Limit{s.limit})
				l := load{pool: p, server: s, workers: 32, seed: i, length: length}
				group.Go(func() { l.run(t) })
			}
			time.AfterFunc(3*sec, func() { m.fail(broken, hangs) })
			time.AfterFunc(6*sec, func() { m.fail(nil, false) })
			group.Wait()
			assert.EqualValues(t, 4, failed.Load())
			assert.EqualValues(t, 4, back.Load())
			assert.GreaterOrEqual(t, s.share(0, 3*sec), 0.93)
			assert.GreaterOrEqual(t, s.share(4*sec, 6*sec), 0.7, "a quarter each")
			assert.GreaterOrEqual(t, s.share(8500*ms, length), 0.8, "the store rules again")
			for _, at := range s.refused {
				assert.True(t, at > 3*sec && at < 8*sec, "%v", at)
			}
			assert.Less(t, len(s.refused), 40)
		})
	}
}

func TestCallsFailWithTheStoreIfWanted(t *testing.T) {
	broken := errors.New("broken")
	bubble(t, func(t *testing.T) {
		m := newMemoryStore()
		p := NewSet(Options{Store: m, FailWithoutStore: true}).Pool("p", []Limit{perSecond(100)})
		call(t, p, Request{})
		m.fail(broken, false)
		for range 50 {
			_, err := p.Take(t.Context(), Request{})
			var s *StoreError
			require.ErrorAs(t, err, &s)
			require.ErrorIs(t, err, broken)
		}
		m.fail(nil, false)
		time.Sleep(sec)
		call(t, p, Request{})
	})
}

func TestUserOfAStoreHoldsUpNobodyElse(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, start := newMemoryStore(), time.Now()
		limits := []Limit{perSecond(100), {N: 2, Per: time.Minute, PerUser: true}}
		other, p := NewSet(Options{Store: m}).Pool("p", limits), NewSet(Options{Store: m}).Pool("p", limits)
		call(t, other, Request{User: "busy"})
		call(t, other, Request{User: "busy"})
		var group sync.WaitGroup
		for range 5 {
			group.Go(func() { call(t, p, Request{User: "busy"}) })
		}
		for _, u := range []string{"a", "b", "c"} {
			call(t, p, Request{User: u})
		}
		assert.Less(t, time.Since(start), 200*ms)
		ctx, stop := context.WithTimeout(t.Context(), 30*sec)
		defer stop()
		_, err := p.Take(ctx, Request{User: "busy"})
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		group.Wait()
		assert.InDelta(t, 180, time.Since(start).Seconds(), 2)
		assert.Less(t, m.askedSoFar(), 20)
		time.Sleep(5 * time.Minute)
		p.mu.Lock()
		defer p.mu.Unlock()
		assert.Empty(t, p.users)
	})
}

func TestCancelWhileTheStoreIsAsked(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m := newMemoryStore()
		p := NewSet(Options{Store: m, OnStoreError: func(err error) {
			assert.Fail(t, "the store is not taken for broken", err)
		}}).Pool("p", []Limit{perSecond(100)})
		m.fail(nil, true)
		ctx, stop := context.WithCancel(t.Context())
		var group sync.WaitGroup
		group.Go(func() {
			_, err := p.Take(ctx, Request{})
			assert.ErrorIs(t, err, context.Canceled)
		})
		synctest.Wait()
		time.Sleep(10 * ms)
		stop()
		group.Wait()
		m.fail(nil, false)
		start := time.Now()
		call(t, p, Request{})
		assert.Less(t, time.Since(start), 20*ms, "the next one asks")
		assert.Zero(t, p.Stats().Waiting)
	})
}
