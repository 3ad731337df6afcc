package callbacks

import (
	"sync"
	"sync/atomic"
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
	failures atomic.Pointer[[]time.Time] // of the window, oldest first; replaced as a whole, so that reading takes no lock
}

// fail counts a failure that must be responded with.
func (g *guard) fail(now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.add(now)
}

// allow counts a failure, unless it is one too many.
func (g *guard) allow(now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.left(now) == 0 {
		return false
	}
	g.add(now)
	return true
}

func (g *guard) add(now time.Time) {
	recent := g.recent(now)
	recent = recent[max(0, len(recent)-banFailures):] // more would say no more
	failures := append(make([]time.Time, 0, len(recent)+1), recent...)
	failures = append(failures, now)
	g.failures.Store(&failures)
}

// left is the number of failures that this process may still respond with.
func (g *guard) left(now time.Time) int {
	return max(0, banFailures/2/g.replicas-len(g.recent(now)))
}

func (g *guard) recent(now time.Time) []time.Time {
	failures := g.failures.Load()
	if failures == nil {
		return nil
	}
	for i, at := range *failures {
		if now.Sub(at) < banWindow {
			return (*failures)[i:]
		}
	}
	return nil
}
