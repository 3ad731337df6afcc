package quota

import (
	"context"
	"math"
	"sync"
	"time"
)

const never = time.Duration(math.MaxInt64)

// Pool is a named family of windows. A call takes from all of them together.
type Pool struct {
	name string
	set  *Set

	mu      sync.Mutex
	windows []window
	users   map[string]*user // nil without a window per user
	lines   [lanes]line
	waiting [lanes]int // in the lines and in the rows of the users
	timer   *time.Timer
	alarm   time.Duration // when the timer goes off
	paused  time.Duration // nothing is granted before
	trips   trips
	adapt   adapt
	resized time.Duration

	local    bool          // the ledger rules, not a store
	returned time.Duration // when the store came back
	lost     time.Duration // the latest loss of its counters that was dealt with
	share    float64       // of each quota that the ledger may use
	asking   bool          // the store is asked at this moment
	again    time.Duration // the store is not asked before
	opens    time.Duration // when the store expects room
	singly   bool          // the store is asked for one call at a time
	asked    trips         // to the store and back

	looked time.Duration // when Brief last gave it to somebody

	granted, refused uint64
}

// window is one limit of a pool at work.
type window struct {
	Limit
	ledger
	n      int         // what may be held now: N, or less after a refusal
	pace   *pace       // may be nil
	tally  map[int]int // in a window per user: how many users hold so much
	stored ledger      // what the shared store holds for this process
}

// fits reports whether a cost finds room beside what is held. The largest call
// goes through an empty window, however small that has become.
func (w *window) fits(held, cost int) bool {
	return held == 0 || held+cost <= w.n
}

// reserve is what a lane leaves free, so that the foreground finds a place at
// once. Of a long period nothing: there it would be lost for long.
func (w *window) reserve(lane Lane) int {
	if lane == Background && w.pace != nil && w.pace.both {
		return w.N / 100
	}
	return 0
}

func newPool(s *Set, name string, limits []Limit) *Pool {
	p := &Pool{name: name, set: s, alarm: never, windows: make([]window, len(limits)),
		local: s.shared == nil, share: 1}
	unit := never
	for i, l := range limits {
		l = l.saturated()
		p.windows[i] = window{Limit: l, n: l.N, pace: newPace(l)}
		if l.PerUser {
			p.users = make(map[string]*user)
			p.windows[i].tally = make(map[int]int)
		} else {
			unit = min(unit, l.Per)
		}
	}
	p.adapt.unit = min(unit, time.Minute)
	p.resize(0)
	return p
}

// Request says what a call takes, for whom, and in which lane it waits.
type Request struct {
	Items int    // targets of a message; 0 is 1
	User  string // whose windows count, in a pool that has windows per user
	Lane  Lane
}

// Take waits until all windows of the pool have room for the call, and takes
// from all of them. Whatever error it returns, nothing was taken, and of the Grant
// only Waited counts.
func (p *Pool) Take(ctx context.Context, r Request) (Grant, error) {
	if r.Lane != Foreground && r.Lane != Background {
		return Grant{}, &LaneError{r.Lane}
	}
	items := max(r.Items, 1)
	if err := p.possible(items); err != nil {
		return Grant{}, err
	}
	if ctx.Err() != nil {
		return Grant{}, canceled(ctx, p.name, 0)
	}
	p.mu.Lock()
	now := p.tick()
	u := p.user(r.User)
	if p.set.shared == nil && p.first(r.Lane) && p.open(u, items) && p.earliest(now, r.Lane, 1, int64(items)) <= now {
		g := p.take(now, now, u, items)
		p.mu.Unlock()
		return g, nil
	}
	w := &waiter{user: u, items: items, lane: r.Lane, since: now, deadline: never}
	if t, ok := ctx.Deadline(); ok {
		w.deadline = t.Sub(p.set.start)
		if at := p.soonest(now, w); at > w.deadline {
			p.forget(u)
			p.mu.Unlock()
			return Grant{}, p.hopeless(now, at, w)
		}
	}
	w.ready = make(chan verdict, 1)
	p.enter(w)
	p.dispatch(now)
	p.mu.Unlock()
	return p.await(ctx, w)
}

// possible returns an error for a cost that no wait makes affordable.
func (p *Pool) possible(items int) error {
	for i := range p.windows {
		w := &p.windows[i]
		if c := w.cost(items); c > w.N {
			return &CostError{Pool: p.name, Cost: c, Limit: w.Limit}
		}
	}
	return nil
}

// await sleeps until the waiter's fate is decided or its context ends.
func (p *Pool) await(ctx context.Context, w *waiter) (Grant, error) {
	select {
	case v := <-w.ready:
		return v.grant, v.err
	case <-ctx.Done():
		return p.abandon(ctx, w)
	}
}

// abandon ends a wait with the context, and returns what came too late.
func (p *Pool) abandon(ctx context.Context, w *waiter) (Grant, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.tick()
	select {
	case v := <-w.ready: // in the same moment
		if v.grant.pool != nil {
			p.undo(v.grant)
		}
	default:
		w.giveUp()
		p.quit(w)
		p.dispatch(now)
	}
	return Grant{waited: now - w.since}, canceled(ctx, p.name, now-w.since)
}

// tick reads the clock and does what time has brought: with the lock held,
// before anything else.
func (p *Pool) tick() time.Duration {
	now := p.set.since()
	for i := range p.windows {
		w := &p.windows[i]
		for range atOnce {
			h, ok := w.drop(now)
			if !ok {
				break
			}
			if h.user != nil {
				w.charge(h.user, i, -h.cost)
				p.call(h.user)
				p.forget(h.user)
			}
		}
	}
	switch {
	case p.set.shared != nil && p.consult():
		p.resize(now)
	case p.adapt.cut || now-p.resized > p.adapt.unit/16:
		p.resize(now)
	}
	if p.set.shared != nil {
		p.renew(now)
	}
	return now
}

// atOnce bounds what one look at the clock drops of a ledger, since calls wait for
// the lock meanwhile. What is left over counts a little longer.
const atOnce = 1000

// time is the wall's name of a moment, for the buckets.
func (p *Pool) time(now time.Duration) time.Time { return p.set.start.Add(now) }

// first reports whether no waiter stands before a new call of that lane.
func (p *Pool) first(lane Lane) bool {
	return p.waiting[Foreground] == 0 && (lane == Foreground || p.waiting[Background] == 0)
}

// earliest is the moment at which so many calls with so many items may go together
// as far as is known now, were they the next and their users' windows open. For calls in flight it is never: their
// response looks again.
func (p *Pool) earliest(now time.Duration, lane Lane, calls, items int64) time.Duration {
	at := now
	for i := range p.windows {
		w := &p.windows[i]
		if w.PerUser {
			continue
		}
		c := int(w.sum(calls, items))
		if room := c + w.reserve(lane); p.bounded(w, now) && !w.fits(w.held, room) {
			at = max(at, w.freed(min(w.held+room-w.n, w.held), nil))
		}
		if w.pace != nil && (w.pace.both || lane == Background) {
			at = max(at, now+w.pace.wait(p.time(now), c))
		}
	}
	if p.adapt.cut && at > now {
		at = min(at, now+p.adapt.unit/16) // the quota grows while it recovers
	}
	if !p.local {
		at = max(at, p.again)
	}
	return max(at, p.paused)
}

// take charges all windows.
func (p *Pool) take(now, since time.Duration, u *user, items int) Grant {
	for i := range p.windows {
		w := &p.windows[i]
		c := w.cost(items)
		w.held += c
		if w.PerUser {
			w.charge(u, i, c)
		}
		if w.pace != nil {
			w.pace.take(p.time(now), c)
		}
	}
	p.granted++
	return Grant{pool: p, user: u, items: items, sent: now, waited: now - since}
}

// dispatch deals with the heads of the queues, in order, and sets the timer for
// the first that cannot go yet.
func (p *Pool) dispatch(now time.Duration) {
	at := never
	for w := p.head(); w != nil; w = p.head() {
		at = p.earliest(now, w.lane, 1, int64(w.items))
		if s := p.set.shared; s != nil && p.local && now >= p.paused {
			if s.probe(now) { // whatever the ledger says
				p.ask(now, w, true)
				continue
			}
			if at > now {
				at = min(at, s.next())
			}
		}
		if at > now && (p.opening(now, at) <= w.deadline || at == never) {
			break
		}
		if at <= now && !p.local {
			if p.asking {
				at = never // the response looks again
				break
			}
			p.ask(now, w, false)
			continue
		}
		p.decide(now, at, w)
		at = never
	}
	p.wake(now, at)
}

// decide ends the wait of a head, one way or the other.
func (p *Pool) decide(now, at time.Duration, w *waiter) {
	p.exit(w)
	waited := Grant{waited: now - w.since}
	switch err := p.storeError(); {
	case at > now:
		w.ready <- verdict{waited, p.hopeless(now, p.opening(now, at), w)}
	case err != nil:
		w.ready <- verdict{waited, err}
	default:
		w.ready <- verdict{grant: p.take(now, w.since, w.user, w.items)}
	}
	p.call(w.user)
	p.forget(w.user)
}

// wake sets the timer for a moment, or for an earlier one at which a user's
// window moves and others wait for that, or at which all users can be
// forgotten.
func (p *Pool) wake(now, at time.Duration) {
	waiting := p.waiting[Foreground]+p.waiting[Background] > 0
	for i := range p.windows {
		w := &p.windows[i]
		if p.set.shared != nil && !p.local && w.held > 0 && w.stored.next() != never {
			at = min(at, max(now, w.stored.next()-p.ahead(w)/2))
		}
		switch {
		case !w.PerUser:
		case waiting:
			at = min(at, w.next())
		case p.alarm == never:
			at = min(at, w.last())
		}
	}
	if at == never || at == p.alarm || p.set.clock != nil {
		return
	}
	p.alarm = at
	if p.timer == nil {
		p.timer = time.AfterFunc(at-now, p.ring)
	} else {
		p.timer.Reset(at - now)
	}
}

// ring is the timer's function. One that comes too early does no harm.
func (p *Pool) ring() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.alarm = never
	p.dispatch(p.tick())
}

// opening is when a call can go that cannot go before at: later than the store is
// asked again, if the store said so.
func (p *Pool) opening(now, at time.Duration) time.Duration {
	if !p.local && p.again > now {
		return max(at, p.opens)
	}
	return at
}

// idle reports whether forgetting the pool would lose nothing.
func (p *Pool) idle() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.tick()
	for i := range p.windows {
		if p.windows[i].held > 0 {
			return false
		}
	}
	return p.waiting == [lanes]int{} && p.paused <= now && !p.adapt.cut
}
