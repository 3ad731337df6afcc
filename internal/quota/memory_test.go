package quota

import (
	"context"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// heap is what the heap holds, without stacks.
func heap() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

func TestManyWaitersCostLittle(t *testing.T) {
	const n = 100_000
	p := onePool(Limit{N: 1, Per: time.Hour})
	g, err := p.Take(t.Context(), Request{})
	require.NoError(t, err)
	g.Done()

	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, n)
	before := heap()
	for range n {
		go func() {
			_, err := p.Take(ctx, Request{})
			done <- err
		}()
	}
	for p.Stats().Waiting[Foreground] < n {
		time.Sleep(time.Millisecond)
	}
	each := (heap() - before) / n
	t.Logf("a waiter costs %d bytes beside its stack", each)
	assert.LessOrEqual(t, each, 1024)

	stop()
	for range n {
		require.ErrorIs(t, <-done, context.Canceled)
	}
	assert.Zero(t, p.Stats().Waiting[Foreground])
	assert.EqualValues(t, 0, p.lines[Foreground].fresh.n)
	p.timer.Stop()
}

// Looking at a pool with a million users holds up no call.
func TestStatsOfAMillionUsers(t *testing.T) {
	const n = 1_000_000
	p := onePool(Limit{N: 5, Per: time.Hour, PerUser: true})
	for i := range n {
		g, err := p.Take(t.Context(), Request{User: strconv.Itoa(i % (n - 1))})
		require.NoError(t, err)
		g.Done()
	}
	least := time.Hour
	for range 10 { // the machine may stall
		start := time.Now()
		assert.Equal(t, 3, p.Stats().Windows[0].Left, "one has called twice")
		least = min(least, time.Since(start))
	}
	t.Logf("%v", least)
	assert.Less(t, least, time.Millisecond)
	p.mu.Lock()
	p.set.start = p.set.start.Add(-2 * time.Hour) // all of it is over
	p.mu.Unlock()
	least = time.Hour
	for range 10 {
		start := time.Now()
		p.Stats()
		least = min(least, time.Since(start))
	}
	t.Logf("%v", least)
	assert.Less(t, least, 5*time.Millisecond)
	p.timer.Stop()
}
