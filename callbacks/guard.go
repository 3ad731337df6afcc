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
func (g *guard) fail() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.add()
}

// allow counts a failure, unless it is one too many.
func (g *guard) allow() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.left() == 0 {
		return false
	}
	g.add()
	return true
}

func (g *guard) add() {
	recent := g.recent()
	recent = recent[max(0, len(recent)-banFailures):] // more would say no more
	failures := append(make([]time.Time, 0, len(recent)+1), recent...)
	failures = append(failures, time.Now())
	g.failures.Store(&failures)
}

// left is the number of failures that this process may still respond with.
func (g *guard) left() int {
	return max(0, banFailures/2/g.replicas-len(g.recent()))
}

func (g *guard) recent() []time.Time {
	failures := g.failures.Load()
	if failures == nil {
		return nil
	}
	now := time.Now()
	for i, at := range *failures {
		if now.Sub(at) < banWindow {
			return (*failures)[i:]
		}
	}
	return nil
}
