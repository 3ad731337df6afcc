package quota

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A fleet whose server stands still for 1.5 s: what was sent before is counted when
// it goes on, and nothing may have taken its places meanwhile.
func TestServerThatStandsStillRefusesNoFleet(t *testing.T) {
	const from, to, length = 4 * sec, 5500 * ms, 10 * sec
	for _, rtt := range []time.Duration{ms / 2, 20 * ms, 50 * ms} {
		for _, trip := range []way{{0, ms}, {10 * ms, 20 * ms}, {0, 200 * ms}} {
			t.Run(fmt.Sprint(rtt, " ", trip), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					m, s := newMemoryStore(), newServer(perSecond(100), true)
					m.setTrip(rtt)
					var group sync.WaitGroup
					for i := range uint64(4) {
						p := NewSet(Options{Store: m}).Pool("p", []Limit{s.limit})
						for j := range uint64(400) {
							r := rand.New(rand.NewPCG(i, j))
							group.Go(func() {
								ctx, stop := context.WithTimeout(t.Context(), length)
								defer stop()
								for {
									g, err := p.Take(ctx, Request{})
									if err != nil {
										return
									}
									trip.sleep(r)
									if at := time.Since(s.start); at > from && at < to {
										time.Sleep(to - at)
									}
									ok := s.count(1)
									trip.sleep(r)
									g.Done()
									if !ok {
										g.Refused(ctx, 0)
									}
								}
							})
						}
					}
					group.Wait()
					time.Sleep(2 * sec)
					assert.Empty(t, s.refused)
					assert.GreaterOrEqual(t, s.share(0, from), 0.65, "200 ms on its way is a fifth of the period")
					assert.GreaterOrEqual(t, s.share(to, length), 0.6)
					_, renews := m.questions()
					assert.Less(t, renews, 400, "40 a second for four processes")
				})
			})
		}
	}
}

// Processes at different distances from the server: a place is free only when its
// period has passed after the response.
func TestPlaceCountsFromTheResponse(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const length = 10 * sec
		m, s := newMemoryStore(), newServer(perSecond(100), true)
		var group sync.WaitGroup
		for i, there := range []way{{}, {300 * ms, 0}} {
			p := NewSet(Options{Store: m}).Pool("p", []Limit{s.limit})
			l := load{pool: p, server: s, workers: 64, there: there, seed: uint64(i), length: length}
			group.Go(func() { l.run(t) })
		}
		group.Wait()
		time.Sleep(2 * sec)
		assert.Empty(t, s.refused)
		assert.GreaterOrEqual(t, s.share(0, length), 0.7)
	})
}

// The store holds a call for as long as it is under way, and a period longer; and no
// longer than a period when the process dies in the middle.
func TestStoreHoldsACallUnderWay(t *testing.T) {
	for _, l := range []Limit{perSecond(100), {N: 5, Per: sec, PerUser: true}} {
		for _, end := range []func(Grant){Grant.Done, Grant.Lost, Grant.Undo} {
			bubble(t, func(t *testing.T) {
				m := newMemoryStore()
				p := NewSet(Options{Store: m}).Pool("p", []Limit{l})
				g, err := p.Take(t.Context(), Request{User: "u"})
				require.NoError(t, err)
				window := "p1s"
				if l.PerUser {
					window += "u"
				}
				for range 500 {
					time.Sleep(10 * ms)
					require.GreaterOrEqual(t, m.holds(window), 1)
				}
				_, renews := m.questions()
				assert.LessOrEqual(t, renews, 6)
				end(g)
				ended := time.Now()
				if p.granted > 0 { // it was not undone
					for time.Since(ended) < sec {
						require.GreaterOrEqual(t, m.holds(window), 1)
						time.Sleep(10 * ms)
					}
				}
				time.Sleep(3 * sec)
				assert.Zero(t, m.holds(window))
				_, after := m.questions()
				assert.LessOrEqual(t, after-renews, 1)
			})
		}
	}
}

// A store slower than a period is not asked more often for that.
func TestSlowStoreIsNotStormed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m := newMemoryStore()
		m.setTrip(400 * ms)
		p := NewSet(Options{Store: m}).Pool("p", []Limit{{N: 100, Per: 200 * ms}})
		g, err := p.Take(t.Context(), Request{})
		require.NoError(t, err)
		time.Sleep(10 * sec)
		g.Done()
		time.Sleep(sec)
		assert.Less(t, m.askedSoFar(), 120)
	})
}

func TestDistantStore(t *testing.T) {
	for rtt, least := range map[time.Duration]float64{20 * ms: 0.9, 50 * ms: 0.8, 100 * ms: 0.7} {
		bubble(t, func(t *testing.T) {
			const length = 10 * sec
			m, s := newMemoryStore(), newServer(perSecond(100), true)
			m.setTrip(rtt)
			var group sync.WaitGroup
			var pools []*Pool
			for i := range uint64(4) {
				p := NewSet(Options{Store: m}).Pool("p", []Limit{s.limit})
				pools = append(pools, p)
				l := load{pool: p, server: s, workers: 8, there: way{0, ms}, back: way{0, ms}, seed: i, length: length}
				group.Go(func() { l.run(t) })
			}
			group.Wait()
			time.Sleep(2 * sec)
			assert.Empty(t, s.refused)
			assert.GreaterOrEqual(t, s.share(0, length), least, rtt)
			for _, p := range pools {
				assert.GreaterOrEqual(t, p.Stats().Granted, uint64(125), "half of a fair share")
			}
		})
	}
}

// Calls of many users are asked for together as well, and one whose window is full
// holds up no other.
func TestDistantStoreWithWindowsPerUser(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, start := newMemoryStore(), time.Now()
		m.setTrip(50 * ms)
		p := NewSet(Options{Store: m}).Pool("p", []Limit{perSecond(1000), {N: 2, Per: time.Minute, PerUser: true}})
		var group sync.WaitGroup
		var busy atomic.Int64
		for i := range 200 {
			group.Go(func() { call(t, p, Request{User: strconv.Itoa(i)}) })
		}
		for range 5 {
			group.Go(func() { call(t, p, Request{User: "busy"}); busy.Store(int64(time.Since(start))) })
		}
		for m.askedSoFar() == 0 || p.Stats().Granted < 202 {
			time.Sleep(10 * ms)
			require.Less(t, time.Since(start), 3*sec)
		}
		assert.Less(t, m.askedSoFar(), 100)
		group.Wait()
		assert.InDelta(t, 120, time.Duration(busy.Load()).Seconds(), 2)
		time.Sleep(2 * time.Minute)
	})
}
