package quota

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"
)

// question is put to the store for the calls at the head of a line: for as many of
// them as may find room in the time that the question takes, for a distant store
// would otherwise bound the rate by itself.
type question struct {
	lane    Lane
	probe   bool // is the store back?
	waiters []*waiter
	calls   int64
	items   int64
	takes   []Take
	put     time.Duration // when
	stop    context.CancelFunc
}

// ask takes the head w, and others behind it, out of the line and asks the store
// for them. While one question is under way, no other of this pool is; but while
// the store is down, the others do not wait for the one that probes it.
func (p *Pool) ask(now time.Duration, w *waiter, probe bool) {
	q := &question{lane: w.lane, probe: probe, put: now}
	for q.add(w); !probe && !p.singly; q.add(w) {
		w = p.head()
		if w == nil || w.lane != q.lane || !p.joins(now, q, w) {
			break
		}
	}
	p.asking = p.asking || !probe
	p.fill(q)
	ctx, stop := context.WithCancel(context.Background())
	q.stop = stop
	go func() {
		defer stop()
		wait, err := p.set.shared.put(ctx, func(ctx context.Context) (time.Duration, error) {
			return p.set.shared.Store.Take(ctx, p.name, q.takes)
		})
		if err == nil || ctx.Err() == nil { // else it was given up, and the store not given its time
			p.set.shared.responded(time.Since(p.set.start), err)
		}
		p.landed(q, p.clamp(q, wait), err)
	}()
}

func (q *question) add(w *waiter) {
	w.leave()
	w.asks = q
	if w.user != nil {
		w.user.rows[w.lane].called = w
	}
	q.waiters = append(q.waiters, w)
	q.calls++
	q.items += int64(w.items)
}

// joins reports whether one more call fits into a question: the store grants all or
// nothing, so none is to ask for more than becomes free while it is on its way.
func (p *Pool) joins(now time.Duration, q *question, w *waiter) bool {
	calls, items := q.calls+1, q.items+int64(w.items)
	for i := range p.windows {
		l := &p.windows[i]
		c := float64(l.sum(calls, items))
		switch {
		case l.PerUser || l.Per >= Day:
		case c > 1+float64(l.n)*min(float64(p.asked.usual)/float64(2*l.Per), 1):
			return false
		}
		if !l.PerUser && c > float64(l.n) {
			return false
		}
	}
	return p.earliest(now, q.lane, calls, items) <= now
}

// giveUp is for a waiter whose context has ended.
func (w *waiter) giveUp() {
	w.gone = true
	if w.out != nil {
		w.out.Stop()
	}
	q := w.asks
	if q == nil {
		return
	}
	for _, o := range q.waiters {
		if !o.gone {
			return
		}
	}
	q.stop() // nobody waits for it any more
}

// landed takes in what the store said.
func (p *Pool) landed(q *question, wait time.Duration, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.tick()
	if !q.probe {
		p.asking = false
	}
	for _, w := range q.waiters {
		w.asks = nil
	}
	q.waiters = slices.DeleteFunc(q.waiters, func(w *waiter) bool { return w.gone })
	if err == nil {
		p.asked.note(now, now-q.put)
	}
	switch {
	case err != nil: // and now the ledger rules, or everybody fails
		p.putBack(q.waiters)
	case wait <= 0:
		p.own(q)
		p.grant(now, q.waiters)
	case len(q.waiters) == 0:
	case q.waiters[0].user == nil:
		p.opens = now + wait
		// The wait counts from when the store said so; and the process that is farthest
		// away is not always to come too late.
		wait = max(wait-p.asked.least(now), 0) + rand.N(p.asked.usual/4+1) //nolint:gosec // no secret
		p.again = now + min(wait, look)
		p.putBack(q.waiters)
	case len(q.waiters) > 1: // whose window is full?
		p.singly = true
		p.putBack(q.waiters)
	default:
		p.sitOut(now, wait, q.waiters[0])
	}
	p.dispatch(now)
}

// grant lets waiters go for whom the store has taken, but those for whom the
// ledger has no place now.
func (p *Pool) grant(now time.Duration, waiters []*waiter) {
	p.singly = false
	for i, w := range waiters {
		if p.earliest(now, w.lane, 1, int64(w.items)) > now {
			p.putBack(waiters[i:])
			return
		}
		p.exit(w)
		g := p.take(now, w.since, w.user, w.items)
		p.call(w.user)
		w.ready <- verdict{grant: g}
	}
}

// putBack puts waiters back where they came from.
func (p *Pool) putBack(waiters []*waiter) {
	for _, w := range slices.Backward(waiters) {
		p.lines[w.lane].back.put(w, true)
	}
}

// sitOut lets a call wait outside the line, for the window may be the user's own
// and nobody else's business.
func (p *Pool) sitOut(now, wait time.Duration, w *waiter) {
	p.opens = now
	p.again = now + min(wait, p.adapt.unit/100) // it may be everybody's: do not storm the store
	if now+wait > w.deadline {
		p.quit(w)
		w.ready <- verdict{Grant{waited: now - w.since}, p.hopeless(now, now+wait, w)}
		return
	}
	w.out = time.AfterFunc(min(wait, look), func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if !w.gone {
			p.lines[w.lane].back.put(w, false)
			p.dispatch(p.tick())
		}
	})
}

// clamp bounds the wait that a store asks for, whatever its clock says: by then,
// all that it can hold has left the windows. A longer pause is asked for again.
func (p *Pool) clamp(q *question, wait time.Duration) time.Duration {
	limit, odd := time.Duration(0), time.Duration(0)
	for _, t := range q.takes {
		limit, odd = max(limit, t.Per+t.Slack), max(odd, t.Per+t.Per/3) // others may have taken with more slack
	}
	if wait > odd {
		p.set.shared.tellLongWait(time.Since(p.set.start), p.name, wait, limit)
	}
	return min(wait, limit)
}

// fill says what a question takes from each window.
func (p *Pool) fill(q *question) {
	q.takes = make([]Take, 0, len(p.windows))
	for i := range p.windows {
		w := &p.windows[i]
		if !w.PerUser {
			q.takes = append(q.takes, Take{Limit: w.Limit, Cost: int(w.sum(q.calls, q.items)), Slack: p.slack(w)})
			continue
		}
		for _, o := range q.waiters { // of each user at most one
			q.takes = append(q.takes, Take{Limit: w.Limit, User: o.user.key, Cost: w.cost(o.items), Slack: p.slack(w)})
		}
	}
}

// slack is how much longer than its period the store is to hold a place: as long as
// the ways to the store and back and the call usually take. Where that is not enough, the
// place is renewed.
func (p *Pool) slack(w *window) time.Duration {
	usual, part := p.asked.usual+p.trips.usual+hiccup, time.Duration(8)
	if !p.asked.known() || !p.trips.known() { // the first calls open connections
		usual, part = firstJitter, 4
	}
	return min(usual, w.Per/part) + w.guard()
}
