package quota

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var errDown = errors.New("down")

func TestStoreThatHasForgottenPassesNoLimit(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, s := newMemoryStore(), newServer(perSecond(100), true)
		var group sync.WaitGroup
		for i := range uint64(4) {
			p := NewSet(Options{Store: m}).Pool("p", []Limit{s.limit})
			l := load{pool: p, server: s, workers: 32, seed: i, length: 10 * sec}
			group.Go(func() { l.run(t) })
		}
		time.Sleep(3 * sec)
		m.fail(errDown, false)
		time.Sleep(3 * sec)
		m.mu.Lock()
		clear(m.ledger)
		m.mu.Unlock()
		m.fail(nil, false)
		group.Wait()
		for _, at := range s.refused {
			assert.Less(t, at, 4*sec, "in the first second each goes by its own count of the last")
		}
		assert.GreaterOrEqual(t, s.share(4*sec, 6*sec), 0.9, "a quarter each")
		assert.GreaterOrEqual(t, s.share(9*sec, 10*sec), 0.9)
	})
}

func TestStoreIsAskedAgainThoughTheLedgerIsFull(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m := newMemoryStore()
		p := NewSet(Options{Store: m}).Pool("p", []Limit{{N: 8, Per: Day}})
		call(t, p, Request{})
		m.fail(errDown, false)
		call(t, p, Request{})
		time.AfterFunc(10*sec, func() { m.fail(nil, false) })
		start := time.Now()
		call(t, p, Request{}) // the local share is two
		assert.InDelta(t, 10, time.Since(start).Seconds(), 2)
		time.Sleep(sec) // the store is told of the calls that it has missed
	})
}

// A place that came late is of use all the same: the call's own end decides how
// long it is held.
func TestLatePlaceIsHeldUntilItsPeriodHasPassed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m := newMemoryStore()
		p := NewSet(Options{Store: m}).Pool("p", []Limit{perSecond(100)})
		for range 50 {
			call(t, p, Request{})
			time.Sleep(20 * ms)
		}
		asked := m.askedSoFar()
		m.setTrip(300 * ms)
		g, err := p.Take(t.Context(), Request{})
		require.NoError(t, err)
		taken := time.Now()
		g.Done()
		assert.Equal(t, 1, m.askedSoFar()-asked)
		m.setTrip(ms)
		for time.Since(taken) < sec {
			assert.GreaterOrEqual(t, m.holds("p1s"), 1, "after %v", time.Since(taken))
			time.Sleep(10 * ms)
		}
		time.Sleep(2 * sec)
		assert.Zero(t, m.holds("p1s"))
	})
}
