package quota

import "time"

// Clock is a time that moves only when it is advanced. On it no call waits: see
// [Pool.Try].
type Clock struct{ now time.Time }

// NewClock makes a clock that shows this time.
func NewClock(now time.Time) *Clock { return &Clock{now} }

// Now is what the clock shows.
func (c *Clock) Now() time.Time { return c.now }

// Advance moves the clock to a later time.
func (c *Clock) Advance(to time.Time) {
	if to.After(c.now) {
		c.now = to
	}
}

func (s *Set) now() time.Time {
	if s.clock != nil {
		return s.clock.now
	}
	return time.Now()
}

// since is the moment now.
func (s *Set) since() time.Duration {
	if s.clock != nil {
		return s.clock.now.Sub(s.start)
	}
	return time.Since(s.start)
}

// Try takes for a call that nobody waits before, as Take does, but does not wait. If the
// call cannot go yet, ok is false and at is when to ask again, or zero if only the end
// of a call under way can make room.
func (p *Pool) Try(r Request) (g Grant, at time.Time, ok bool, err error) {
	items := max(r.Items, 1)
	if err := p.possible(items); err != nil {
		return Grant{}, time.Time{}, false, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.tick()
	u := p.user(r.User)
	moment := p.earliest(now, r.Lane, 1, int64(items))
	if !p.open(u, items) {
		moment = max(moment, p.vacant(u, items))
	}
	if moment <= now {
		return p.take(now, now, u, items), time.Time{}, true, nil
	}
	p.forget(u)
	if moment == never {
		return Grant{}, time.Time{}, false, nil
	}
	return Grant{}, p.time(moment), false, nil
}

// vacant is when the windows of a user have room for so many items.
func (p *Pool) vacant(u *user, items int) (at time.Duration) {
	for i := range p.windows {
		if w := &p.windows[i]; w.PerUser && !w.fits(u.held[i], w.cost(items)) {
			at = max(at, w.freed(min(u.held[i]+w.cost(items)-w.n, u.held[i]), u))
		}
	}
	return at
}
