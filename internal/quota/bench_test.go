package quota

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// free is so much that nobody waits for it in a benchmark.
const free = 1 << 29

func BenchmarkTakeDone(b *testing.B) {
	for _, c := range []struct {
		name   string
		limits []Limit
		user   string
	}{
		{"one window", []Limit{perSecond(free)}, ""},
		{"items and calls", []Limit{perSecond(free), {N: free, Per: time.Second, Items: true}}, ""},
		{"per user", []Limit{perSecond(free), {N: free, Per: time.Minute, PerUser: true}}, "u1"},
		{"minute and day", []Limit{{N: free, Per: time.Minute}, {N: free, Per: Day}}, ""},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := onePool(c.limits...)
			ctx := b.Context()
			b.ReportAllocs()
			for b.Loop() {
				g, err := p.Take(ctx, Request{User: c.user})
				if err != nil {
					b.Fatal(err)
				}
				g.Done()
			}
		})
	}
}

func BenchmarkParallel(b *testing.B) {
	p := onePool(perSecond(free))
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			g, _ := p.Take(b.Context(), Request{})
			g.Done()
		}
	})
}

func TestUncontendedCallAllocatesNothing(t *testing.T) {
	p := onePool(Limit{N: 1000, Per: 100 * time.Millisecond})
	take := func() {
		g, err := p.Take(t.Context(), Request{})
		require.NoError(t, err)
		g.Done()
		time.Sleep(time.Millisecond)
	}
	for range 100 {
		take() // the ledger grows to its size
	}
	assert.Zero(t, testing.AllocsPerRun(100, take))
}
