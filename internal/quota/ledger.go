package quota

import "time"

// ledger keeps what one window has given out, so that no window of the server,
// wherever it begins, counts more than n.
//
// A call sent at s and responded at r was counted by the server at
// s + f + something in [0, J], where f is the constant part of the way there
// and J = (r-s) - least, least being the shortest round trip of the pool. Its
// cost is held from s until s + J + Per, which is r - least + Per, and without
// a limit while no response is in. A call counted in the server's window
// (t-Per, t] was therefore sent by t-f and is held beyond t-f: all calls of
// any such window are held together at one moment, and never more than n is.
//
// So an endpoint that takes two seconds to respond gets half of a quota per second.
// To let go of calls earlier, by the round trips of late, was measured: it gave two
// thirds, and 100 refusals when the server's door stood still for some seconds
// while responses to earlier calls still came. A call without a response may not
// have been counted yet; no clock on this side shows it.
type ledger struct {
	held int    // cost of the calls in flight and of those in past
	past []hold // of calls that have ended, in the order in which they go
	gone int    // so many of past are over
}

// hold is a cost that the ledger keeps until a moment.
type hold struct {
	until time.Duration
	cost  int
	user  *user // whose it is in a window per user
}

// keep holds the cost of a call that has ended. Responses come in order of time and
// the rest of the sum hardly changes, so a queue does what a heap would.
func (l *ledger) keep(h hold) {
	if n := len(l.past); n > l.gone {
		last := &l.past[n-1]
		h.until = max(h.until, last.until)
		if h.until == last.until && h.user == last.user { // a whole day is one hold
			last.cost += h.cost
			return
		}
	}
	if l.gone > 0 && len(l.past) == cap(l.past) && 2*l.gone >= len(l.past) {
		clear(l.past[copy(l.past, l.past[l.gone:]):])
		l.past, l.gone = l.past[:len(l.past)-l.gone], 0
	}
	l.past = append(l.past, h)
}

// next is the moment at which the oldest hold goes.
func (l *ledger) next() time.Duration {
	if l.gone == len(l.past) {
		return never
	}
	return l.past[l.gone].until
}

// last is the moment at which the youngest hold goes.
func (l *ledger) last() time.Duration {
	if l.gone == len(l.past) {
		return never
	}
	return l.past[len(l.past)-1].until
}

// goneBy is the cost of the responded calls that will have gone at a moment: the
// user's or, for nil, everybody's.
func (l *ledger) goneBy(at time.Duration, u *user) (cost int) {
	for _, h := range l.past[l.gone:] {
		if h.until > at {
			break
		}
		if u == nil || h.user == u {
			cost += h.cost
		}
	}
	return cost
}

// drop takes out the oldest hold if it is over.
func (l *ledger) drop(now time.Duration) (hold, bool) {
	if l.next() > now {
		return hold{}, false
	}
	h := l.past[l.gone]
	l.past[l.gone] = hold{}
	if l.gone++; l.gone == len(l.past) {
		l.past, l.gone = l.past[:0], 0
	}
	l.held -= h.cost
	return h, true
}

// freed is the moment at which so much of what is held has gone: of the user's
// or, for nil, of everybody's. Calls in flight go at a moment not yet known.
func (l *ledger) freed(cost int, u *user) time.Duration {
	if cost <= 0 {
		return 0
	}
	for _, h := range l.past[l.gone:] {
		if u != nil && h.user != u {
			continue
		}
		if cost -= h.cost; cost <= 0 {
			return h.until
		}
	}
	return never
}
