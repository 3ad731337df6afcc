package quota

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// spread is the longest period whose calls are spread for both lanes. In
// longer ones a foreground call has only the ledger to wait for: nobody
// wants the second of five calls a minute to be held for twelve seconds.
const spread = time.Second

// pace spreads the calls of a window over the time that the ledger holds them
// for, so that the ledger frees places one by one and a foreground call finds
// one soon. Were it any faster, the ledger would copy each gap and each
// cluster of the last period forever. Its tokens accrue without a gap: what a
// late timer misses is there at the next look, if the burst has room for it.
type pace struct {
	bucket *rate.Limiter
	full   float64 // tokens a second by the window's limit
	spare  int     // burst beyond the largest cost, for late timers
	burst  int
	both   bool // obeyed by the foreground too
}

// newPace returns nil for windows that are not paced: those of one user have
// few calls, and at a day's pace a job of three calls would take an hour.
func newPace(l Limit) *pace {
	if l.PerUser || l.Per >= Day {
		return nil
	}
	p := &pace{full: float64(l.N) / l.Per.Seconds(), both: l.Per <= spread}
	if p.both {
		p.spare = (l.N + 99) / 100
	}
	p.burst = 1 + p.spare
	p.bucket = rate.NewLimiter(rate.Limit(p.full), p.burst)
	return p
}

// wait is how long a cost has to wait for its tokens.
func (p *pace) wait(at time.Time, cost int) time.Duration {
	p.admit(at, cost)
	return p.lack(at, float64(cost), float64(p.bucket.Limit()))
}

// lack is how long so much takes at a rate, with the tokens that are there.
func (p *pace) lack(at time.Time, cost, perSecond float64) time.Duration {
	const rounding = 1e-6
	short := cost - p.bucket.TokensAt(at)
	if short < rounding {
		return 0
	}
	return time.Duration(min(math.Ceil(short/perSecond*float64(time.Second)), float64(longest)))
}

// take charges a cost, into debt if need be.
func (p *pace) take(at time.Time, cost int) {
	p.admit(at, cost)
	p.bucket.ReserveN(at, cost)
}

// admit widens the burst for a cost larger than any before.
func (p *pace) admit(at time.Time, cost int) {
	if cost+p.spare > p.burst {
		p.burst = cost + p.spare
		p.bucket.SetBurstAt(at, p.burst)
	}
}

// set sets the pace to a part of the full rate.
func (p *pace) set(at time.Time, part float64) {
	p.bucket.SetLimitAt(at, rate.Limit(p.full*part))
}
