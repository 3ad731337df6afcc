package quota

import "time"

// Stats is how a pool stands.
type Stats struct {
	Pool        string
	Windows     []WindowStats
	Waiting     [lanes]int // by lane
	PausedUntil time.Time  // zero: not paused
	Granted     uint64
	Refused     uint64 // by the server
}

// WindowStats is how one window of a pool stands.
type WindowStats struct {
	Limit
	Effective int // what may be used now of N: less for a while after a refusal
	Left      int // what is left of it; in a window per user, to the user with least
}

// Stats is how the pool stands now.
func (p *Pool) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.tick()
	s := Stats{Pool: p.name, Waiting: p.waiting, Granted: p.granted, Refused: p.refused}
	if p.paused > now {
		s.PausedUntil = time.Now().Add(p.paused - now)
	}
	s.Windows = make([]WindowStats, len(p.windows))
	for i := range p.windows {
		w := &p.windows[i]
		held := w.held
		if w.PerUser {
			held = 0
			for h := range w.tally {
				held = max(held, h)
			}
		}
		s.Windows[i] = WindowStats{Limit: w.Limit, Effective: w.n, Left: max(w.n-held, 0)}
	}
	return s
}
