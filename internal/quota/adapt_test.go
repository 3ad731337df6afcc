package quota

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRefusalPausesAndHalves(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := onePool(perSecond(100), Limit{N: 1000, Per: Day})
		var grants []Grant
		for range 100 {
			g, err := p.Take(t.Context(), Request{})
			require.NoError(t, err)
			g.Done()
			grants = append(grants, g)
		}
		for _, g := range grants[90:] { // all sent before the first cut
			g.Refused(t.Context(), 0)
		}
		s := p.Stats()
		assert.Equal(t, uint64(10), s.Refused)
		assert.Equal(t, 50, s.Windows[0].Effective)
		assert.Equal(t, 1000, s.Windows[1].Effective, "a day's quota is not slowed down")
		assert.Equal(t, time.Now().Add(250*ms), s.PausedUntil)

		grants[0].Refused(t.Context(), 3*sec)
		start := time.Now()
		assert.Equal(t, start.Add(3*sec), p.Stats().PausedUntil)
		call(t, p, Request{})
		assert.Equal(t, 3*sec, time.Since(start))
		assert.Zero(t, p.Stats().PausedUntil)
	})
}

func TestRecovery(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := onePool(perSecond(1000))
		s := newServer(perSecond(1000), false)
		l := load{pool: p, server: s, workers: 64, there: way{ms, 0}, back: way{ms, 0}}
		l.length = 2 * sec
		l.run(t)
		g, err := p.Take(t.Context(), Request{})
		require.NoError(t, err)
		g.Done()
		g.Refused(t.Context(), 0)
		before := 0.0
		for i := range 12 {
			l.length = sec
			from := time.Since(s.start)
			l.run(t)
			share := s.share(from, from+sec)
			switch {
			case i == 0:
				assert.Less(t, share, 0.6)
			case i < 6:
				assert.Greater(t, share, before-0.01)
				assert.Less(t, share, 0.91)
			}
			if i == 4 {
				assert.Greater(t, share, 0.85, "fast to nine tenths")
			}
			before = share
		}
		assert.Greater(t, before, 0.98, "and slowly to all of it")
		assert.Equal(t, 1000, p.Stats().Windows[0].Effective)
	})
}

func TestLargestCallGoesThroughAHalvedQuota(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p, start := onePool(Limit{N: 20, Per: sec, Items: true}), time.Now()
		for range 5 {
			g, err := p.Take(t.Context(), Request{Items: 20})
			require.NoError(t, err)
			g.Done()
			g.Refused(t.Context(), 0)
		}
		assert.Less(t, time.Since(start), 12*sec, "half as often, at worst a quarter")
	})
}

// Four processes, each of which believes in the whole quota and knows nothing
// of the others.
func TestFleetWithoutStore(t *testing.T) {
	const length = 20 * sec
	for _, trip := range []way{{0, ms}, {10 * ms, 20 * ms}} {
		for seed := range uint64(10) {
			t.Run(fmt.Sprint(trip, " ", seed), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					s := newServer(perSecond(100), true)
					var group sync.WaitGroup
					for i := range uint64(4) {
						l := load{pool: onePool(s.limit), server: s, workers: 32, there: trip, back: trip, seed: seed<<8 + i, length: length}
						group.Go(func() { l.run(t) })
					}
					group.Wait()
					late := 0
					for _, at := range s.refused {
						if at >= 2*sec {
							late++
						}
					}
					used := s.share(2*sec, length)
					t.Logf("used %.3f, refused %d", used, late)
					assert.GreaterOrEqual(t, used, 0.8)
					assert.GreaterOrEqual(t, s.share(0, 10*sec), 0.8)
					assert.LessOrEqual(t, float64(late), 0.05*(used*18*100+float64(late)))
				})
			})
		}
	}
}
