package quota

import "time"

// soonest is a moment before which a new waiter cannot go, with all those
// before it in its lane, if the pool is at its full rate.
func (p *Pool) soonest(now time.Duration, w *waiter) time.Duration {
	at := max(now, p.paused)
	var calls, items int64
	for l := range w.lane + 1 {
		line := &p.lines[l]
		calls += line.back.n + line.fresh.n
		items += line.back.items + line.fresh.items
	}
	for i := range p.windows {
		q := &p.windows[i]
		c := int64(q.cost(w.items))
		if q.PerUser {
			own := &w.user.rows[w.lane].parked
			at = max(at, q.soonest(now, w.user.held[i], c+q.sum(own.n, own.items), w.user))
			continue
		}
		c += q.sum(calls, items)
		if p.bounded(q, now) {
			at = max(at, q.soonest(now, q.held, c, nil))
		}
		if q.pace != nil && (q.pace.both || w.lane == Background) {
			at = max(at, now+q.pace.lack(p.time(now), float64(c), q.pace.full))
		}
	}
	return at
}

// sum is what so many calls with so many items cost together.
func (w *window) sum(calls, items int64) int64 {
	if w.Items {
		return items
	}
	return calls
}

// soonest is a moment before which a cost cannot be taken in whatever
// portions: first goes what is held, then what is given out now in the places
// that are free, and N more take a whole period each time.
func (w *window) soonest(now time.Duration, held int, cost int64, u *user) time.Duration {
	n := int64(w.N)
	excess := int64(held) + cost - n
	if excess <= 0 {
		return now
	}
	periods := (excess - 1) / n
	at := w.over(now, now, time.Now())
	if first := int(excess - periods*n); first <= held {
		if at = w.freed(first, u); at == never {
			at = now
		}
	}
	return at + time.Duration(min(periods, int64(longest/w.Per)))*w.Per
}

func (p *Pool) hopeless(now, at time.Duration, w *waiter) error {
	return &WaitError{Pool: p.name, Wait: at - now, Left: w.deadline - now}
}
