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
	until map[string]time.Time // by key
	lost  map[string]int64     // by pool: when its counters were lost, as far as is known
}

// mostKept bounds the memory: beyond it, what has passed is forgotten.
const mostKept = 1000

func (k *kept) has(key string, now time.Time) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now.Before(k.until[key]) {
		return 1
	}
	return 0
}

func (k *kept) note(key string, from time.Time, d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.until) >= mostKept {
		maps.DeleteFunc(k.until, func(_ string, until time.Time) bool { return !from.Before(until) })
	}
	if len(k.until) >= mostKept {
		return
	}
	if k.until == nil {
		k.until = make(map[string]time.Time)
	}
	if until := from.Add(d); until.After(k.until[key]) {
		k.until[key] = until
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
