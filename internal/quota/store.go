package quota

import (
	"context"
	"sync"
	"time"

	"github.com/imrest/im-go/internal/guard"
)

// Store holds the counters of quotas that several processes share.
type Store interface {
	// Take takes all or nothing. A positive wait means nothing, and when to
	// ask again.
	Take(ctx context.Context, pool string, takes []Take) (wait time.Duration, err error)
	// Pause lets nobody take from the pool for a while.
	Pause(ctx context.Context, pool string, d time.Duration) error
}

// Take is what one or several calls take from one window.
type Take struct {
	Limit
	User  string // in a window per user
	Cost  int
	Slack time.Duration // hold it so much longer than Per: calls of this pool may come that much closer together on their way
	Renew bool          // for calls that were let through before: to be counted however full the window is
}

const (
	patience = 500 * time.Millisecond // with a store that does not respond
	retry    = time.Second            // until a store that failed is asked again
	quarter  = 0.25                   // of the quota, for Options.LocalShare

	hiccup      = 3 * time.Millisecond   // of the store, always reckoned with
	firstJitter = 100 * time.Millisecond // of calls that open connections, before any response came
	look        = time.Minute            // the store is asked as often at least: it may have been emptied
)

// shared is the store of a set, as far as it works.
type shared struct {
	Options
	mu    sync.Mutex
	down  error         // nil: it works
	again time.Duration // while it is down, nobody asks before
	told  time.Duration // when OnLongWait was called; 0: never
	lost  time.Duration // when it lost its counters; 0: never
}

// put puts a question to the store, whose code may be anybody's. It is bounded by
// patience.
func (s *shared) put(ctx context.Context, question func(context.Context) (time.Duration, error)) (time.Duration, error) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	return guard.Run(ctx, "the store", func() (time.Duration, error) { return question(ctx) }, nil)
}

// failure is the latest error of a store that does not work, else nil.
func (s *shared) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.down
}

// probe reports whether the caller shall see if the store is back.
func (s *shared) probe(now time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down == nil || now < s.again {
		return false
	}
	s.again = now + patience + retry // of the one that asks now
	return true
}

// next is when the store is asked again.
func (s *shared) next() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.again
}

// responded notes whether the store works, and reports a change.
func (s *shared) responded(now time.Duration, err error) {
	s.mu.Lock()
	changed := (s.down == nil) != (err == nil)
	s.down = err
	s.again = now + retry
	s.mu.Unlock()
	switch {
	case !changed:
	case err != nil && s.OnStoreError != nil:
		s.OnStoreError(err)
	case err == nil && s.OnStoreBack != nil:
		s.OnStoreBack()
	}
}

// Lost says that the store has lost its counters. For a period, the ledgers rule
// as well.
func (s *Set) Lost() {
	s.shared.mu.Lock()
	defer s.shared.mu.Unlock()
	s.shared.lost = max(time.Since(s.start), 1)
}

// state is whether the store fails, and when it lost its counters.
func (s *shared) state() (down bool, lost time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.down != nil, s.lost
}

// consult looks who rules, the store or the ledger, and reports a change.
func (p *Pool) consult() bool {
	local, lost := p.set.shared.state()
	forgot := lost > p.lost
	if local == p.local && !forgot {
		return false
	}
	if local || forgot {
		p.share = p.set.shared.LocalShare
	}
	if !local {
		p.returned, p.again = time.Since(p.set.start), 0
		p.rejoin(p.returned, forgot)
	}
	p.local, p.lost = local, lost
	return true
}

// bounded reports whether the ledger binds a window: while the store fails, and
// for one more period, for a store that was restarted knows nothing of what was
// taken meanwhile, here and in processes that have not yet seen it return. Not
// for a whole day: there the store is trusted to have kept its counters.
func (p *Pool) bounded(w *window, now time.Duration) bool {
	return p.local || w.Per < Day && now < p.returned+patience+retry+w.Per+w.guard()
}

// storeError is the error of all calls while the store fails, if the user
// wants that.
func (p *Pool) storeError() error {
	if s := p.set.shared; s != nil && s.FailWithoutStore && p.local {
		return &StoreError{Pool: p.name, Err: s.failure()}
	}
	return nil
}

// tellLongWait reports a wait that was cut.
func (s *shared) tellLongWait(now time.Duration, pool string, asked, waited time.Duration) {
	s.mu.Lock()
	tell := s.OnLongWait != nil && (s.told == 0 || now-s.told >= look)
	if tell {
		s.told = max(now, 1)
	}
	s.mu.Unlock()
	if tell {
		s.OnLongWait(pool, asked, waited)
	}
}
