package quota

// user is the state of one user in a pool with windows per user. It is there
// as long as anything of that user is held or waits.
type user struct {
	key    string
	held   []int // by window
	stored []int // by window: what the shared store holds
	waits  int   // calls in a queue
	rows   [lanes]row
}

// charge adds to what a user holds in the i-th window, w.
func (w *window) charge(u *user, i, cost int) {
	if h := u.held[i]; h > 0 {
		if w.tally[h]--; w.tally[h] == 0 {
			delete(w.tally, h)
		}
	}
	u.held[i] += cost
	if h := u.held[i]; h > 0 {
		w.tally[h]++
	}
}

// row is where the calls of one user and lane wait for the user's own
// windows, out of the way of everybody else. One at a time is called back to
// the line.
type row struct {
	parked queue
	called *waiter
}

func (r *row) empty() bool { return r.called == nil && r.parked.n == 0 }

// user finds or makes the state of a user; nil in a pool that needs none.
func (p *Pool) user(key string) *user {
	if p.users == nil {
		return nil
	}
	u := p.users[key]
	if u == nil {
		n := len(p.windows)
		counts := make([]int, 2*n)
		u = &user{key: key, held: counts[:n:n], stored: counts[n:]}
		p.users[key] = u
	}
	return u
}

// forget drops a user of whom nothing is left.
func (p *Pool) forget(u *user) {
	if u == nil || u.waits > 0 {
		return
	}
	for _, h := range u.held {
		if h > 0 {
			return
		}
	}
	delete(p.users, u.key)
}

// open reports whether the user's own windows have room for a call.
func (p *Pool) open(u *user, items int) bool {
	if u == nil {
		return true
	}
	for i := range p.windows {
		if w := &p.windows[i]; w.PerUser && !w.fits(u.held[i], w.cost(items)) {
			return false
		}
	}
	return true
}

// enter puts a new waiter in the line of its lane.
func (p *Pool) enter(w *waiter) {
	p.lines[w.lane].fresh.put(w, false)
	p.waiting[w.lane]++
	if w.user != nil {
		w.user.waits++
	}
}

// quit is exit for a waiter that takes nothing.
func (p *Pool) quit(w *waiter) {
	p.exit(w)
	p.call(w.user)
	p.forget(w.user)
}

// exit takes a waiter out of wherever it waits. Call and forget follow, when
// it has taken what it may take.
func (p *Pool) exit(w *waiter) {
	w.leave()
	p.waiting[w.lane]--
	if u := w.user; u != nil {
		u.waits--
		if r := &u.rows[w.lane]; r.called == w {
			r.called = nil
		}
	}
}

// head is the waiter whose turn it is. Those that only their own user's
// windows hold up step out of the line on the way.
func (p *Pool) head() *waiter {
	for l := range p.lines {
		for {
			w := p.lines[l].head()
			if w == nil {
				break
			}
			if w.user == nil || !p.park(w) {
				return w
			}
		}
	}
	return nil
}

// park moves a waiter from the line to its user's row if it cannot go or others
// of that user and lane stand before it.
func (p *Pool) park(w *waiter) bool {
	r := &w.user.rows[w.lane]
	called := r.called == w
	if (called || r.empty()) && p.open(w.user, w.items) {
		return false
	}
	if called {
		r.called = nil
	}
	w.leave()
	r.parked.put(w, called)
	return true
}

// call brings the next of a user's parked calls back to the line once the
// user's windows have room for it.
func (p *Pool) call(u *user) {
	if u == nil {
		return
	}
	for l := range u.rows {
		r := &u.rows[l]
		if r.called != nil {
			return
		}
		if w := r.parked.first; w != nil {
			if p.open(u, w.items) {
				w.leave()
				p.lines[l].back.put(w, false)
				r.called = w
			}
			return
		}
	}
}
