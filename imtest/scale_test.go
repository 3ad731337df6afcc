package imtest_test

import (
	"net/http"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The promises of docs/emulator.md, in small; the benchmarks measure them whole.

// A send allocates little beside a bare handler's, of which BenchmarkSend compares the rate.
func TestSendsAllocateLittle(t *testing.T) {
	if underRace {
		t.Skip("measures memory")
	}
	c := newClient(t)
	allocations := func(handler http.Handler) float64 {
		return testing.AllocsPerRun(2000, func() { serveSend(t, handler, c.token, benchSend) })
	}
	bare, emulator := allocations(http.HandlerFunc(bareSend)), allocations(c.srv)
	t.Logf("%.0f, %.0f of a bare handler", emulator, bare)
	assert.Less(t, emulator, 1.6*bare)
}

// A twentieth of 100,000 users and 1,000,000 messages takes less than a
// twentieth of 1 GiB.
func TestMemoryOfManyMessages(t *testing.T) {
	if underRace || testing.Short() {
		t.Skip("measures memory")
	}
	inUse := func() uint64 {
		runtime.GC()
		runtime.GC() // what pools hold goes with the second
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	before := inUse()
	c := newClient(t)
	fillForScale(t, c, 5_000, 50_000)
	after := inUse()
	assert.Less(t, after, before+(1<<30)/20)
	t.Logf("%.1f MiB", float64(after-before)/(1<<20))
	runtime.KeepAlive(c)
}
