package quota

import (
	"context"
	"sync"
	"time"
)

// Store holds the counters of quotas that several processes share.
type Store interface {
	// Take takes all or nothing. A positive wait means nothing, and when to
	// ask again.
	Take(ctx context.Context, pool string, takes []Take) (wait time.Duration, err error)
	// Pause lets nobody take from the pool for a while.
	Pause(ctx context.Context, pool string, d time.Duration) error
}

// Take is what a call takes from one window.
type Take struct {
	Limit
	User  string // in a window per user
	Cost  int
	Slack time.Duration // hold it so much longer than Per: calls of this pool may come that much closer together on their way
}

const (
	patience = 500 * time.Millisecond // with a store that does not answer
	retry    = time.Second            // until a store that failed is asked again
	quarter  = 0.25                   // of the quota, for Options.LocalShare

	hiccup      = 2 * time.Millisecond   // of the store, always reckoned with
	firstJitter = 100 * time.Millisecond // of calls that open connections, before any was answered
)

// shared is the store of a set, as far as it works.
type shared struct {
	Options
	mu    sync.Mutex
	down  error         // nil: it works
	again time.Duration // while it is down, nobody asks before
}

// failure is the latest error of a store that does not work, else nil.
func (s *shared) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.down
}

// probe reports whether the caller shall see if the store is back.
func (s *shared) probe(now time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down == nil || now < s.again {
		return false
	}
	s.again = now + patience + retry // of the one that asks now
	return true
}

// next is when the store is asked again.
func (s *shared) next() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.again
}

// answered notes how the store did, and tells the user of a change.
func (s *shared) answered(now time.Duration, err error) {
	s.mu.Lock()
	changed := (s.down == nil) != (err == nil)
	s.down = err
	s.again = now + retry
	s.mu.Unlock()
	switch {
	case !changed:
	case err != nil && s.OnStoreError != nil:
		s.OnStoreError(err)
	case err == nil && s.OnStoreBack != nil:
		s.OnStoreBack()
	}
}

// consult looks who rules, the store or the ledger, and reports a change.
func (p *Pool) consult() bool {
	local := p.set.shared.failure() != nil
	if local == p.local {
		return false
	}
	p.local = local
	if local {
		p.share = p.set.shared.LocalShare
	} else {
		p.returned = time.Since(p.set.start)
	}
	return true
}

// bounded reports whether the ledger binds a window: while the store fails, and
// for one more period, for a store that was restarted knows nothing of what was
// taken meanwhile, here and in processes that have not yet seen it return. Not
// for a whole day: there the store is trusted to have kept its counters.
func (p *Pool) bounded(w *window, now time.Duration) bool {
	return p.local || w.Per < Day && now < p.returned+patience+retry+w.Per+w.guard()
}

// storeError is the error of all calls while the store fails, if the user
// wants that.
func (p *Pool) storeError() error {
	if s := p.set.shared; s != nil && s.FailWithoutStore && p.local {
		return &StoreError{Pool: p.name, Err: s.failure()}
	}
	return nil
}

// send lets the head of the queue ask the store, in its own goroutine and
// without the lock. While one asks, nobody else of this pool does; while the
// store is down, the others do not wait for the one that probes it.
func (p *Pool) send(w *waiter, probes bool) {
	w.leave()
	if w.user != nil {
		w.user.rows[w.lane].called = w
	}
	w.asks = !probes
	p.asking = p.asking || w.asks
	w.ready <- verdict{ask: true}
}

// ask asks the store for a waiter. Without a grant and an error the waiter is
// back in the line.
func (p *Pool) ask(ctx context.Context, w *waiter) (Grant, error) {
	inTime, stop := context.WithTimeout(ctx, patience)
	takes, way := p.takes(w)
	asked := time.Since(p.set.start)
	wait, err := p.set.shared.Store.Take(inTime, p.name, takes)
	stop()
	if ctx.Err() != nil {
		return p.abandon(ctx, w)
	}
	p.set.shared.answered(time.Since(p.set.start), err)

	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.tick()
	p.turn(w)
	late := now-asked > p.asked.least(now)+way
	if err == nil {
		p.asked.note(now, now-asked)
	}
	switch {
	case err != nil: // and now the ledger rules, or everybody fails
		p.lines[w.lane].back.put(w, true)
	case wait <= 0 && (late || p.earliest(now, w.lane, w.items) > now): // taken too long ago, or without the ledger's leave
		p.lines[w.lane].back.put(w, true)
	case wait <= 0:
		p.exit(w)
		g := p.take(now, w.since, w.user, w.items)
		p.call(w.user)
		p.dispatch(now)
		return g, nil
	case w.user == nil:
		p.again = now + wait
		p.lines[w.lane].back.put(w, true)
	default:
		return p.sitOut(ctx, w, now, wait)
	}
	p.dispatch(now)
	return Grant{}, nil
}

// sitOut waits outside the line, for the window may be the user's own and
// nobody else's business. It is called with the lock and returns with it.
func (p *Pool) sitOut(ctx context.Context, w *waiter, now, wait time.Duration) (Grant, error) {
	p.again = now + min(wait, p.adapt.unit/100) // it may be everybody's: do not storm the store
	if now+wait > w.deadline {
		p.quit(w)
		p.dispatch(now)
		return Grant{}, p.hopeless(now, now+wait, w)
	}
	p.dispatch(now)
	p.mu.Unlock()
	t := time.NewTimer(wait)
	select {
	case <-t.C:
	case <-ctx.Done(): // seen by await once more
		t.Stop()
	}
	p.mu.Lock()
	p.lines[w.lane].back.put(w, false)
	p.dispatch(p.tick())
	return Grant{}, nil
}

// turn ends the turn of a waiter that asked.
func (p *Pool) turn(w *waiter) {
	if w.asks {
		w.asks, p.asking = false, false
	}
}

// takes are the costs of a call in all windows, and how late the store's answer
// may come at most: it counts at one end of two ways, the server at the other,
// and the slack is for both.
func (p *Pool) takes(w *waiter) (takes []Take, way time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Since(p.set.start)
	way, jitter, part := p.asked.jitter(now), p.trips.jitter(now), time.Duration(20)
	if !p.asked.known() || !p.trips.known() { // the first calls open connections
		way, jitter, part = firstJitter/4, firstJitter, 4
	}
	way = max(way, hiccup)
	takes = make([]Take, len(p.windows))
	for i := range p.windows {
		l := p.windows[i].Limit
		takes[i] = Take{Limit: l, Cost: l.cost(w.items), Slack: min(way+jitter, l.Per/part) + l.guard()}
		if l.PerUser {
			takes[i].User = w.user.key
		}
	}
	return takes, way
}
