package quota

import (
	"math"
	"time"
)

// memory is how long the shortest round trip counts at least.
const memory = 30 * time.Second

// trips watches the round trips of a pool's calls.
type trips struct {
	now, before half // this half minute and the one before
	turned      time.Duration
	usual       time.Duration // the mean of about the last hundred
}

// half is what was seen in half a minute.
type half struct {
	n          int
	least, sum time.Duration
}

// note adds an responded call.
func (t *trips) note(now, trip time.Duration) {
	t.turn(now)
	n := t.now.n + t.before.n
	if n == 0 {
		t.usual = trip
	}
	t.usual += (trip - t.usual) / time.Duration(min(n/2+2, 64)) // the first, which open connections, are soon forgotten
	t.now = t.now.with(half{1, trip, trip})
}

func (h half) with(o half) half {
	if h.n == 0 || o.n == 0 {
		return half{h.n + o.n, h.least + o.least, h.sum + o.sum} // one of them is zero
	}
	return half{h.n + o.n, min(h.least, o.least), h.sum + o.sum}
}

// least is a round trip that no call undercuts, as far as one can know. The
// shortest of n trips exceeds the shortest possible by some part of their
// spread that goes down with the root of n; a few trips prove nothing at all.
func (t *trips) least(now time.Duration) time.Duration {
	const few, doubt = 8, 3
	t.turn(now)
	h := t.now.with(t.before)
	if h.n == 0 {
		return 0
	}
	n := float64(h.n)
	excess := float64(h.sum)/n - float64(h.least)
	believed := float64(h.least)*n/(n+few) - doubt*excess/math.Sqrt(n)
	return time.Duration(max(believed, 0))
}

// known reports whether any round trip was seen of late.
func (t *trips) known() bool { return t.now.n+t.before.n > 0 }

// extra is how much longer than its period a call is usually held.
func (t *trips) extra(now time.Duration) time.Duration {
	return max(t.usual-t.least(now), 0)
}

func (t *trips) turn(now time.Duration) {
	switch past := now - t.turned; {
	case past < memory:
		return
	case past < 2*memory:
		t.before = t.now
	default:
		t.before = half{}
	}
	t.now, t.turned = half{}, now
}
