package quota

import "time"

// Day is the period of limits that start anew at 00:00 UTC; every other
// period slides.
const Day = 24 * time.Hour

// Beyond these no figure means anything; sums of them still fit, on 32 bits too.
const (
	most     = 1 << 29
	shortest = time.Millisecond
	longest  = time.Duration(1 << 60) // 36 years
)

// Limit is one window of a pool: at most N in any period Per.
type Limit struct {
	N       int
	Per     time.Duration
	Items   bool // counts the items of a call (targets of a message), not calls
	PerUser bool // counted for each user by itself
}

// Scale returns the limit for a user of a share of it, 0 < share <= 1.
// Where the share is less than one call, the period grows instead.
func (l Limit) Scale(share float64) Limit {
	const rounding = 1e-9 // 0.29 of 100 is 29, whatever floats say
	l = l.saturated()
	if n := int(float64(l.N)*share + rounding); n >= 1 {
		l.N = n
		return l
	}
	l.Per = time.Duration(min(float64(l.Per)/(float64(l.N)*share), float64(longest)))
	if l.Per == Day {
		l.Per++ // this one slides
	}
	l.N = 1
	return l
}

// saturated brings a limit into the range that can be counted.
func (l Limit) saturated() Limit {
	l.N, l.Per = min(max(l.N, 1), most), min(max(l.Per, shortest), longest)
	return l
}

// cost is what a call with that many items takes from the window.
func (l Limit) cost(items int) int {
	if l.Items {
		return items
	}
	return 1
}

// guard is held beyond the period: servers count in whole milliseconds, and
// their windows may include both ends.
func (l Limit) guard() time.Duration {
	return min(l.Per/1000, time.Millisecond)
}

// over is the moment at which a call leaves the window that the server
// counted at the moment counted or before it.
func (l Limit) over(counted, now time.Duration, wall time.Time) time.Duration {
	if l.Per != Day {
		return counted + l.Per + l.guard()
	}
	// From now and not from counted: a call on its way at midnight may belong to the new day.
	wall = wall.UTC()
	return now + wall.Truncate(Day).Add(Day).Sub(wall) + l.guard()
}
