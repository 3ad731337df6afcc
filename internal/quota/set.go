// Package quota makes calls wait for their quotas.
//
// A [Pool] is a family of windows, all of which a call takes from or none.
// Nothing is ever reserved ahead: the head of a pool's queue takes when it can
// go at once, so that a call that gives up has taken nothing. Beside a bucket
// of [golang.org/x/time/rate], which spreads the calls, each window has a
// strict ledger, because no bucket can use a whole quota without passing it
// when the network presses calls together.
package quota

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// Options are what the pools of a [Set] have in common. The zero Options are
// those of a process that has the quotas for itself.
type Options struct {
	MaxPause         time.Duration // the longest pause after a refusal; 0: a minute
	Store            Store         // counts for several processes; nil: this process counts for itself
	LocalShare       float64       // the part of each quota to use while the store fails; 0: a quarter
	FailWithoutStore bool          // calls fail while the store does, instead
	OnStoreError     func(error)   // the store has begun to fail
	OnStoreBack      func()        // the store works again

	// OnLongWait reports, at most once a minute, that the store asked for a longer
	// wait than a window can make necessary, and how long the wait is instead.
	OnLongWait func(pool string, asked, waited time.Duration)

	Clock *Clock // nil: the machine's; not with a Store
}

// Set holds the pools of one client. It runs no goroutine except for questions to a
// store, half a second each at most.
type Set struct {
	start time.Time // moments are counted from here, by the monotonic clock
	clock *Clock    // nil: the machine's

	mu    sync.Mutex
	pools map[string]*Pool
	brief map[string]*Pool // of pools, those that Brief has made

	maxPause time.Duration
	shared   *shared // nil without a store
}

// NewSet makes a set without pools.
func NewSet(o Options) *Set {
	s := &Set{clock: o.Clock, pools: make(map[string]*Pool), brief: make(map[string]*Pool), maxPause: o.MaxPause}
	s.start = s.now()
	if s.maxPause <= 0 {
		s.maxPause = time.Minute
	}
	if o.Store != nil {
		if o.LocalShare <= 0 || o.LocalShare > 1 {
			o.LocalShare = quarter
		}
		s.shared = &shared{Options: o}
	}
	return s
}

// Pool returns the pool of that name, made with these limits if it is new.
func (s *Set) Pool(name string, limits []Limit) *Pool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pool(name, limits)
}

func (s *Set) pool(name string, limits []Limit) *Pool {
	p := s.pools[name]
	if p == nil {
		p = newPool(s, name, limits)
		s.pools[name] = p
	}
	return p
}

// MostBrief is how many pools of Brief there are at a time.
const MostBrief = 1000

// Brief is Pool for names that come and go: one in whose place another is needed
// is forgotten once nothing of it is held. Where all are in use, nil.
func (s *Set) Brief(name string, limits []Limit) *Pool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pools[name]
	if p == nil {
		if len(s.brief) >= MostBrief && !s.evict() {
			return nil
		}
		p = s.pool(name, limits)
		s.brief[name] = p
	}
	p.looked = s.since()
	return p
}

// evict forgets one pool, if there is an idle one among a few that are looked at.
func (s *Set) evict() bool {
	const few = 16
	n := 0
	for name, p := range s.brief {
		if s.since()-p.looked > time.Second && p.idle() { // whoever has it from Brief has taken by now
			delete(s.brief, name)
			delete(s.pools, name)
			return true
		}
		if n++; n == few {
			break
		}
	}
	return false
}

// Pools returns the state of all pools, sorted by name.
func (s *Set) Pools() []Stats {
	s.mu.Lock()
	pools := make([]*Pool, 0, len(s.pools))
	for _, p := range s.pools {
		pools = append(pools, p)
	}
	s.mu.Unlock()
	slices.SortFunc(pools, func(a, b *Pool) int { return strings.Compare(a.name, b.name) })
	all := make([]Stats, len(pools))
	for i, p := range pools {
		all[i] = p.Stats()
	}
	return all
}
