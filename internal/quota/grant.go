package quota

import "time"

// Grant is the leave to send one call. It ends with exactly one of Done, Lost
// and Undo. The zero Grant is good for nothing and harmless.
type Grant struct { //nolint:recvcheck // only Sending changes it
	pool         *Pool
	user         *user
	items        int
	sent, waited time.Duration
}

// Waited is how long the call stood in the queue.
func (g Grant) Waited() time.Duration { return g.waited }

// Sending says that the call is sent only now, after it waited for something else: what
// is known of round trips goes by that.
func (g *Grant) Sending() {
	if g.pool != nil {
		g.sent = time.Since(g.pool.set.start)
	}
}

// Done says that the response is in, whatever it was: the server has counted the
// call by now.
func (g Grant) Done() { g.end(true) }

// Lost says that the call was sent and no response came: the server counts it
// about now, or never.
func (g Grant) Lost() { g.end(false) }

// Undo returns what was taken: nothing was sent.
func (g Grant) Undo() {
	p := g.pool
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	p.undo(g)
}

// undo returns a grant. The pace keeps its charge: it is small, and a
// shared store keeps the cost as well.
func (p *Pool) undo(g Grant) {
	for i := range p.windows {
		w := &p.windows[i]
		c := w.cost(g.items)
		w.held -= c
		if w.PerUser {
			w.charge(g.user, i, -c)
		}
	}
	p.granted--
	p.call(g.user)
	p.forget(g.user)
	p.settle(p.set.since())
}

func (g Grant) end(responded bool) {
	p := g.pool
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.tick()
	counted := now
	if responded {
		if p.set.shared == nil { // processes of a fleet have ways of different lengths, which this would not allow for
			counted = max(now-p.trips.least(now), g.sent)
		}
		p.trips.note(now, now-g.sent)
	}
	for i := range p.windows {
		w := &p.windows[i]
		h := hold{until: w.over(counted, now, p.set.now()), cost: w.cost(g.items)}
		if w.PerUser {
			h.user = g.user
		}
		w.keep(h)
	}
	p.settle(now)
}

// settle looks at the queues after something was held or freed.
func (p *Pool) settle(now time.Duration) {
	if p.users != nil || !p.first(Background) {
		p.dispatch(now)
	}
}
