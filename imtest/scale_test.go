package imtest_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The promises of docs/emulator.md, in small; the benchmarks measure them whole.

// Sends are at least 0.6 times as fast as a bare handler's, as BenchmarkSend
// measures it. One of three tries is enough: other work on the machine can only
// spoil the figure.
func TestSendsAreNearlyAsFastAsABareHandler(t *testing.T) {
	if underRace || testing.Short() {
		t.Skip("measures time")
	}
	c := newClient(t)
	bare := httptest.NewServer(http.HandlerFunc(bareSend))
	t.Cleanup(bare.Close)
	best := 0.0
	for range 3 {
		var rounds sendRounds
		for range 30 {
			rounds.run(t, bare.URL, c)
		}
		bareRate, rate := rounds.rates()
		if best = max(best, rate/bareRate); best >= 0.6 {
			break
		}
	}
	assert.GreaterOrEqual(t, best, 0.6)
	t.Logf("%.2f of the bare rate", best)
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
