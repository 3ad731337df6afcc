package imtest

import (
	"fmt"
	"sync"
	"time"
)

// Clock is the server's time. The zero Clock runs with the machine's; a Clock
// made by NewClock stands still. Either can be moved, and what ends by time
// (tokens, mutes, files) ends by it.
type Clock struct {
	mu sync.Mutex
	clockState
}

type clockState struct {
	fixed time.Time     // zero: the machine's time
	ahead time.Duration // sum of all moves
}

// NewClock returns a clock that stands at now until it is moved.
func NewClock(now time.Time) *Clock { return &Clock{clockState: clockState{fixed: now}} }

// ParseClock returns a clock that runs on from a time such as "2026-03-01T09:00:00Z". It
// fails for any other text, and for a time outside the years 1970 to 2200.
func ParseClock(text string) (*Clock, error) {
	now, err := time.Parse(time.RFC3339, text)
	if err != nil || !timeOfClock(now) {
		return nil, fmt.Errorf("imtest: the clock is %q, must be a time of the years 1970 to 2200, such as 2026-03-01T09:00:00Z", text)
	}
	clock := new(Clock)
	clock.Set(now)
	return clock, nil
}

// timeOfClock holds for times that every field of the API can have, and with room for a test to move on.
func timeOfClock(t time.Time) bool { return t.UTC().Year() >= 1970 && t.UTC().Year() <= 2200 }

// Now returns the server's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *clockState) now() time.Time {
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

// Set moves the server's time to t. A clock that runs goes on from there. What has
// ended by time is valid again if t is before its end.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += t.Sub(c.now())
}

// catchUp moves a clock that is behind t forward to it.
func (c *Clock) catchUp(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += max(0, t.Sub(c.now()))
}

// Stop makes the clock stand still.
func (c *Clock) Stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fixed.IsZero() {
		c.fixed, c.ahead = c.now(), 0
	}
}

// Run makes the clock run with the machine's, from where it stands.
func (c *Clock) Run() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.fixed.IsZero() {
		c.ahead, c.fixed = time.Until(c.now()), time.Time{}
	}
}

// Runs reports whether the clock runs.
func (c *Clock) Runs() bool { return c.state().fixed.IsZero() }

func (c *Clock) state() clockState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.clockState
}

// restore goes back to an earlier state. A clock that ran beside the machine's goes on from the
// time that it was then; the machine's own cannot go back.
func (c *Clock) restore(state clockState, then time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clockState = state
	if c.fixed.IsZero() && c.ahead != 0 {
		c.ahead += then.Sub(c.now())
	}
}
