package callbacks

import (
	"sync"
	"time"
)

// The IM server stops all callbacks of the app after so many failures in such a time.
const (
	banFailures = 90
	banWindow   = 30 * time.Second
)

// guard counts the failures that this process has responded with. It takes care from half of
// its share on, so that no 30 seconds ever hold more. Timeouts and connections that were
// refused it cannot see.
type guard struct {
	replicas int
	mu       sync.Mutex
	failures []time.Time // of the window, oldest first
}

// fail counts a failure that must be responded with.
func (g *guard) fail(now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.failures = append(g.failures, now)
}

// allow counts a failure, unless it is one too many.
func (g *guard) allow(now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.remaining(now) == 0 {
		return false
	}
	g.failures = append(g.failures, now)
	return true
}

// left is the number of failures that this process may still respond with.
func (g *guard) left(now time.Time) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.remaining(now)
}

func (g *guard) remaining(now time.Time) int {
	old := 0
	for old < len(g.failures) && now.Sub(g.failures[old]) >= banWindow {
		old++
	}
	g.failures = append(g.failures[:0], g.failures[old:]...)
	return max(0, banFailures/2/g.replicas-len(g.failures))
}
