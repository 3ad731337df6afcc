package quota

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// counted is a cost that the server counted at a moment.
type counted struct {
	at   time.Duration
	cost int
}

// server counts in strict sliding windows, and refuses what is beyond the limit
// if it is strict.
type server struct {
	limit  Limit
	strict bool

	mu      sync.Mutex
	start   time.Time
	log     []counted
	used    int // in the window that ends now
	old     int // so many of log have left that window
	refused []time.Duration
}

func newServer(l Limit, strict bool) *server {
	return &server{limit: l, strict: strict, start: time.Now()}
}

// count counts a call that arrives now, and reports whether it is let through.
func (s *server) count(cost int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Since(s.start)
	for s.old < len(s.log) && s.log[s.old].at <= now-s.limit.Per {
		s.used -= s.log[s.old].cost
		s.old++
	}
	if s.strict && s.used+cost > s.limit.N {
		s.refused = append(s.refused, now)
		return false
	}
	s.used += cost
	s.log = append(s.log, counted{now, cost})
	return true
}

// worst is the most that any window of the length Per holds.
func (s *server) worst() int {
	slices.SortFunc(s.log, func(a, b counted) int { return cmp.Compare(a.at, b.at) })
	worst, sum, first := 0, 0, 0
	for _, c := range s.log {
		sum += c.cost
		for s.log[first].at <= c.at-s.limit.Per {
			sum -= s.log[first].cost
			first++
		}
		worst = max(worst, sum)
	}
	return worst
}

// share is the part of the quota used from one moment to another.
func (s *server) share(from, to time.Duration) float64 {
	sum := 0
	for _, c := range s.log {
		if c.at >= from && c.at < to {
			sum += c.cost
		}
	}
	return float64(sum) / float64(s.limit.N) / (float64(to-from) / float64(s.limit.Per))
}

// way is the random time of one way.
type way struct{ least, jitter time.Duration }

func (w way) sleep(r *rand.Rand) {
	if d := w.least + time.Duration(r.Float64()*float64(w.jitter)); d > 0 {
		time.Sleep(d)
	}
}

// load is a number of goroutines that call without a pause until the time is up.
type load struct {
	pool    *Pool
	server  *server
	workers int
	lane    Lane
	items   int // of a call; or
	random  int // from 1 to so many
	there   way
	back    way
	seed    uint64
	length  time.Duration
}

// run lets the load run and returns the longest wait.
func (l load) run(t *testing.T) (longest time.Duration) {
	var group sync.WaitGroup
	var mu sync.Mutex
	end := time.Now().Add(l.length)
	for i := range l.workers {
		r := rand.New(rand.NewPCG(l.seed, uint64(i)))
		group.Go(func() {
			for {
				items := l.items
				if l.random > 0 {
					items = 1 + r.IntN(l.random)
				}
				ctx, stop := context.WithDeadline(t.Context(), end)
				g, err := l.pool.Take(ctx, Request{Items: items, Lane: l.lane})
				stop()
				if err != nil {
					return
				}
				mu.Lock()
				longest = max(longest, g.Waited())
				mu.Unlock()
				l.there.sleep(r)
				ok := l.server.count(max(items, 1))
				l.back.sleep(r)
				g.Done()
				if !ok {
					g.Refused(t.Context(), 0)
				}
			}
		})
	}
	group.Wait()
	return longest
}

// onePool is a pool by itself.
func onePool(limits ...Limit) *Pool { return NewSet(Options{}).Pool("test", limits) }

// perSecond is the commonest limit.
func perSecond(n int) Limit { return Limit{N: n, Per: time.Second} }

// bubble runs f on a fake clock.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}
