package world

import "time"

// testClock stands still until it is moved.
type testClock struct{ ahead time.Duration }

func (c *testClock) Now() time.Time {
	return time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC).Add(c.ahead)
}

func (c *testClock) Advance(d time.Duration) { c.ahead += d }

// clockFunc is a clock that somebody watches.
type clockFunc func() time.Time

func (c clockFunc) Now() time.Time        { return c() }
func (c clockFunc) Advance(time.Duration) {}

// newWorld is an empty world.
func newWorld(clock Clock) *World { return New(Config{Org: "acme", App: "demo", Clock: clock}) }
