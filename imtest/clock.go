package imtest

import (
	"sync"
	"time"
)

// Clock is the server's time. The zero Clock runs with the machine's; a Clock
// made by NewClock stands still. Either can be moved forward with Advance, and
// what ends by time (tokens, mutes, files) ends by it.
type Clock struct {
	mu    sync.Mutex
	fixed time.Time     // zero: the machine's time
	ahead time.Duration // sum of all advances
}

// NewClock returns a clock that stands at now until it is advanced.
func NewClock(now time.Time) *Clock { return &Clock{fixed: now} }

// Now returns the server's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fixed.IsZero() {
		return time.Now().Add(c.ahead)
	}
	return c.fixed.Add(c.ahead)
}

// Advance moves the server's time forward by d.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}
