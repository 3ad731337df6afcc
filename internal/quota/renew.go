package quota

import (
	"context"
	"time"
)

// A store frees a place some time after it was taken, not after the response, of
// which it knows nothing. So each process compares what the store holds for it with
// what its own ledger holds, a moment ahead, and has the store count the difference
// once more: calls that are still under way, or were for long. That is one
// question for all of them; and what a process held that has crashed is free after
// a period.

// own notes that the store holds what a question has asked for.
func (p *Pool) own(q *question) {
	k := 0
	for i := range p.windows {
		w := &p.windows[i]
		if !w.PerUser {
			p.hold(w, i, nil, q.takes[k], q.put)
			k++
			continue
		}
		for ; k < len(q.takes) && q.takes[k].Limit == w.Limit; k++ {
			if u := p.users[q.takes[k].User]; u != nil { // else it has given up
				p.hold(w, i, u, q.takes[k], q.put)
			}
		}
	}
}

// hold notes that the store holds what was asked for at a moment. It counted that
// half a round trip later.
func (p *Pool) hold(w *window, i int, u *user, t Take, asked time.Duration) {
	until := asked + p.asked.least(asked)/2 + t.Per + t.Slack
	if t.Per == Day {
		until = w.over(asked, asked, time.Now())
	}
	w.stored.held += t.Cost
	w.stored.keep(hold{until: until, cost: t.Cost, user: u})
	if u != nil {
		u.stored[i] += t.Cost
	}
}

// ahead is how long before the store frees places they are renewed: far less than
// the period, whatever the store is like, or what was just renewed would be again.
func (p *Pool) ahead(w *window) time.Duration {
	return min(w.Per/20, time.Second/2) + min(2*p.asked.usual, w.Per/4, patience)
}

// renew sees to it that the store holds no less for this process than the ledger,
// at each moment at which the store frees something.
func (p *Pool) renew(now time.Duration) {
	var takes []Take
	for i := range p.windows {
		w := &p.windows[i]
		ahead := now + p.ahead(w)
		for range atOnce {
			h, ok := w.stored.drop(ahead)
			if !ok {
				break
			}
			held, stored := w.held, w.stored.held
			if h.user != nil {
				h.user.stored[i] -= h.cost
				held, stored = h.user.held[i], h.user.stored[i]
			}
			if lacks := held - w.goneBy(h.until, h.user) - stored; lacks > 0 && !p.local {
				t := Take{Limit: w.Limit, Cost: lacks, Slack: p.slack(w), Renew: true}
				if h.user != nil {
					t.User = h.user.key
				}
				p.hold(w, i, h.user, t, now)
				takes = merge(takes, t)
			}
		}
	}
	p.tell(takes)
}

// tell has the store count what it has to, however full the windows are.
func (p *Pool) tell(takes []Take) {
	if takes == nil {
		return
	}
	go func() {
		_, err := p.set.shared.put(context.Background(), func(ctx context.Context) (time.Duration, error) {
			return p.set.shared.Store.Take(ctx, p.name, takes)
		})
		p.set.shared.responded(time.Since(p.set.start), err)
	}()
}

// merge adds a take, to one of the same window if there is any.
func merge(takes []Take, t Take) []Take {
	for i := range takes {
		if o := &takes[i]; o.Limit == t.Limit && o.User == t.User {
			o.Cost += t.Cost
			return takes
		}
	}
	return append(takes, t)
}

// rejoin is for a store that is back, or has forgotten what it held. What was taken
// by the ledger's count goes on to be bounded by that for a period, see bounded; of
// the day the store is informed.
func (p *Pool) rejoin(now time.Duration, forgot bool) {
	var takes []Take
	for i := range p.windows {
		w := &p.windows[i]
		if w.PerUser {
			continue
		}
		if forgot || w.Per < Day {
			w.stored = ledger{}
		}
		if w.held == w.stored.held {
			continue
		}
		t := Take{Limit: w.Limit, Cost: w.held - w.stored.held, Slack: p.slack(w), Renew: true}
		p.hold(w, i, nil, t, now)
		if w.Per >= Day {
			takes = append(takes, t)
		}
	}
	p.tell(takes)
}
