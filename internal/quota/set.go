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
	Store            Store       // counts for several processes; nil: this process counts for itself
	LocalShare       float64     // the part of each quota to use while the store fails; 0: a quarter
	FailWithoutStore bool        // calls fail while the store does, instead
	OnStoreError     func(error) // the store has begun to fail
	OnStoreBack      func()      // the store works again
}

// Set holds the pools of one client. It runs no goroutine.
type Set struct {
	start time.Time // moments are counted from here, by the monotonic clock

	mu    sync.Mutex
	pools map[string]*Pool

	shared *shared // nil without a store
}

// NewSet makes a set without pools.
func NewSet(o Options) *Set {
	s := &Set{start: time.Now(), pools: make(map[string]*Pool)}
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
	p := s.pools[name]
	if p == nil {
		p = newPool(s, name, limits)
		s.pools[name] = p
	}
	return p
}

// Pools tells of all pools, by name.
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
