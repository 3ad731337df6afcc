package redisquota

import (
	"maps"
	"sync"
	"time"
)

// kept knows which windows cannot be empty, since this process has taken from them:
// counters that are lost without an error, as by FLUSHALL, are found out so.
type kept struct {
	mu    sync.Mutex
	taken map[string]taken // by key
	lost  map[string]int64 // by pool: when its counters were lost, as far as is known
}

// taken is what a window holds for this process.
type taken struct {
	at    int64 // by Redis's clock, in microseconds: a day ends by that
	until time.Time
}

// mostKept bounds the memory: beyond it, what has passed is forgotten.
const mostKept = 1000

// latest is when this process took what is in a window still; 0: nothing is.
func (k *kept) latest(key string, now time.Time) int64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	if have := k.taken[key]; now.Before(have.until) {
		return have.at
	}
	return 0
}

// note says that this process took something from a window at a moment of Redis's clock.
func (k *kept) note(key string, at int64, now, until time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.taken) >= mostKept {
		maps.DeleteFunc(k.taken, func(_ string, t taken) bool { return !now.Before(t.until) })
	}
	if len(k.taken) >= mostKept {
		return
	}
	if k.taken == nil {
		k.taken = make(map[string]taken)
	}
	if until.After(k.taken[key].until) {
		k.taken[key] = taken{at, until}
	}
}

// news reports whether the loss of a pool's counters at a moment was not known yet.
func (k *kept) news(pool string, lost int64) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if lost == 0 || k.lost[pool] == lost {
		return false
	}
	if k.lost == nil || len(k.lost) >= mostKept {
		k.lost = make(map[string]int64)
	}
	k.lost[pool] = lost
	return true
}
