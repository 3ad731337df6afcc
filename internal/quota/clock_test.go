package quota

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// On a clock of its own a pool gives out as much as on the machine's, and waits for nothing.
func TestTry(t *testing.T) {
	for name, limits := range map[string][]Limit{
		"a second":      {{N: 100, Per: time.Second}},
		"items, minute": {{N: 6000, Per: time.Minute, Items: true}, {N: 100, Per: time.Second}},
		"user":          {{N: 5, Per: time.Minute, PerUser: true}},
		"day":           {{N: 30, Per: Day}},
	} {
		clock := NewClock(time.Date(2026, 3, 1, 23, 0, 0, 0, time.UTC))
		p := NewSet(Options{Clock: clock}).Pool("p", limits)
		start, real := clock.Now(), time.Now()
		const calls, items = 50, 600
		for range calls {
			for {
				g, at, ok, err := p.Try(Request{Items: items, User: "u", Lane: Background})
				require.NoError(t, err)
				if ok {
					g.Done()
					break
				}
				require.True(t, at.After(clock.Now()), name)
				clock.Advance(at)
			}
		}
		took := clock.Now().Sub(start)
		switch name {
		case "a second":
			assert.InDelta(t, 0.5, took.Seconds(), 0.05)
		case "items, minute":
			assert.InDelta(t, 49*6, took.Seconds(), 10)
		case "user":
			assert.InDelta(t, 9*60, took.Seconds(), 5)
		case "day":
			assert.InDelta(t, 3600, took.Seconds(), 1)
		}
		assert.Less(t, time.Since(real), 10*time.Second)
	}
	_, _, _, err := NewSet(Options{Clock: NewClock(time.Now())}).Pool("p", []Limit{{N: 2, Per: time.Second, Items: true}}).Try(Request{Items: 3})
	var never *CostError
	require.ErrorAs(t, err, &never)
}

// Where only the end of a call under way can make room, Try says so.
func TestTryWhileCallsAreUnderWay(t *testing.T) {
	p := NewSet(Options{Clock: NewClock(time.Now())}).Pool("p", []Limit{{N: 1, Per: time.Minute}})
	g, _, ok, err := p.Try(Request{})
	require.NoError(t, err)
	require.True(t, ok)
	_, at, ok, err := p.Try(Request{})
	require.NoError(t, err)
	assert.False(t, ok)
	assert.True(t, at.IsZero())
	g.Done()
	_, at, _, _ = p.Try(Request{})
	assert.False(t, at.IsZero())
}
