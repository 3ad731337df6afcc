package quota

import (
	"context"
	"math"
	"time"
)

// adapt follows what the server grants when others use the same quota. Like
// CUBIC, it halves the rate, comes back fast to somewhat below the rate of the
// refusal, dwells there, and probes beyond ever more boldly.
type adapt struct {
	unit  time.Duration // the pool's shortest period: all of this goes by it
	cut   bool          // the rate is below the full one
	since time.Duration // the last cut
	goal  float64       // the part of the full rate to come back to
	wait  float64       // in units, until the goal
}

const (
	steep = 0.002 // of the full rate, per cubic unit; the simulation of a fleet chose it
	shy   = 0.9   // of the rate of the refusal
)

// refuse cuts the rate after a call was refused that was sent at a moment,
// when used was the part of the full rate in use. The server's window shows
// a cut only when it has gone by once: until then, refusals belong to the
// same cut.
func (a *adapt) refuse(now, sent time.Duration, used float64) {
	if a.cut && sent < a.since+a.unit {
		return
	}
	a.cut, a.since = true, now
	a.goal = shy * used
	a.wait = math.Cbrt((a.goal - used/2) / steep)
}

// part is the part of the full rate that may be used.
func (a *adapt) part(now time.Duration) float64 {
	if !a.cut {
		return 1
	}
	t := float64(now-a.since)/float64(a.unit) - a.wait
	return min(a.goal+steep*t*t*t, 1)
}

// Refused says that the server refused the granted call for its rate, perhaps
// with the time to wait, of which at most Options.MaxPause counts. It pauses the pool and slows it down, here and, for the
// pause, wherever the store is shared. It returns the pause and the part of the
// full rate that is left. The grant is ended as always, before or after.
func (g Grant) Refused(ctx context.Context, retryAfter time.Duration) (pause time.Duration, rate float64) {
	p := g.pool
	if p == nil {
		return 0, 1
	}
	pause = min(max(retryAfter, p.recess()), p.set.maxPause)
	pause, rate = p.slowDown(g.sent, pause)
	if s := p.set.shared; s != nil && s.failure() == nil {
		// Also for a call that is being canceled: others are to know.
		_, err := s.put(context.WithoutCancel(ctx), func(ctx context.Context) (time.Duration, error) {
			return 0, s.Store.Pause(ctx, p.name, pause)
		})
		s.responded(time.Since(p.set.start), err)
	}
	return pause, rate
}

// slowDown reacts to the refusal of a call sent at a moment. It returns what is
// left of the pause, which may be an earlier one's, and of the rate.
func (p *Pool) slowDown(sent, pause time.Duration) (time.Duration, float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.tick()
	p.refused++
	p.adapt.refuse(now, sent, p.used(now))
	p.resize(now)
	p.paused = max(p.paused, now+pause)
	p.dispatch(now)
	return p.paused - now, p.adapt.part(now)
}

// recess is the least pause after a refusal. It is short, for a sliding window
// frees places all the time; one that still is full refuses again.
func (p *Pool) recess() time.Duration {
	const longest = 5 * time.Second
	return min(p.adapt.unit/4, longest)
}

// used is the part of the full rate that the pool really used when the server
// refused: what the fullest window holds is our share of the server's window.
// An idle pool is not taken at its word, for it would take long to recover.
func (p *Pool) used(now time.Duration) float64 {
	part := p.adapt.part(now)
	fullest := 0.0
	for i := range p.windows {
		if w := &p.windows[i]; w.adapts() {
			fullest = max(fullest, float64(w.held)/float64(w.N))
		}
	}
	return min(part, max(fullest, part/4))
}

// adapts reports whether a refusal says anything about the window: hardly
// about that of one user, and a day's lasts too long to learn from it.
func (w *window) adapts() bool { return !w.PerUser && w.Per < Day }

// resize fits the ledgers to the part of the rate that may be used now, and the
// paces to the ledgers. Now and then is often enough, unless the part changes.
func (p *Pool) resize(now time.Duration) {
	part := p.adapt.part(now)
	p.adapt.cut = part < 1
	p.resized = now
	extra := p.trips.extra(now)
	if p.set.shared != nil {
		extra = p.trips.usual
	}
	for i := range p.windows {
		w, part := &p.windows[i], part
		if !w.adapts() {
			part = 1
		}
		if p.bounded(w, now) {
			part *= p.share
		}
		w.n = max(int(math.Ceil(float64(w.N)*part)), 1)
		if w.pace != nil {
			held := w.Per + w.guard() + extra + w.Per/200 // half a percent slower than the ledger, so that clusters dissolve
			w.pace.set(p.time(now), part*float64(w.Per)/float64(held))
		}
	}
}
