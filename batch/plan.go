package batch

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/job"
	"github.com/imrest/im-go/internal/quota"
)

// Estimate is what [Plan] expects of a job.
type Estimate struct {
	Rows     int            `json:"rows"`               // of the input
	Calls    int            `json:"calls"`              // that Run would make
	Refused  int            `json:"refused"`            // rows that the client rejects before anything is sent
	Rejected []Row          `json:"rejected,omitempty"` // the first few of those
	Pools    []PoolEstimate `json:"pools"`              // that the calls wait for
	Pool     string         `json:"pool"`               // of quotas, the one that the calls would wait for most; empty: the quotas do not hold the job up
	Time     time.Duration  `json:"time"`               // by the quotas, if nobody else uses them, and RoundTrip
}

// PoolEstimate is what the calls of a job take from a pool of quotas.
type PoolEstimate struct {
	Pool   string        `json:"pool"`   // its name, as in PoolStatus of package im
	Calls  int           `json:"calls"`  // that wait for it
	Items  int           `json:"items"`  // what the calls count for in quotas by item, such as the targets of a message
	Waited time.Duration `json:"waited"` // all calls together
}

// RoundTrip is how long [Plan] takes a call to be under way.
const RoundTrip = 50 * time.Millisecond

// mostRejected is how many rows an Estimate shows.
const mostRejected = 10

// Plan goes through the items of a job without sending anything, and says how many
// calls [Run] would make, what they would take from each pool of quotas, and how long that
// would take: the calls go through the quotas of the client, as they stand when unused, on a clock
// that does not wait. Items that the client rejects are found on the way, so that it is
// also a check of the input.
//
// It calls Job.Call, whose first API call fails with an error that Call must return as
// it is; further calls of the same Call are not planned. Of the job it uses Max, Key, Check,
// Call and Workers: there is no journal and no report. A mistake in the arguments that concerns
// all items is Refused for each.
func Plan[T any](ctx context.Context, items iter.Seq2[T, error], j Job[T]) (Estimate, error) {
	if err := j.check(ctx); err != nil {
		return Estimate{}, err
	}
	if items == nil {
		return Estimate{}, invalid("items must not be nil")
	}
	p := &plan[T]{job: j, quotas: newSimulation(j.Workers)}
	p.ctx = job.With(ctx, &job.Job{Plan: func(c job.Cost) { p.cost, p.sent = c, true }})
	list := make([]T, 0, j.Max)
	for item, err := range items {
		if ctx.Err() != nil {
			return p.estimate(), ended(ctx)
		}
		if err != nil {
			return p.estimate(), &SourceError{Row: p.rows + len(list) + 1, Err: err}
		}
		if list = append(list, item); len(list) == j.Max {
			if err := p.add(list); err != nil {
				return p.estimate(), err
			}
			list = make([]T, 0, j.Max)
		}
	}
	if len(list) > 0 {
		if err := p.add(list); err != nil {
			return p.estimate(), err
		}
	}
	return p.estimate(), nil
}

type plan[T any] struct {
	job      Job[T]
	ctx      context.Context //nolint:containedctx // the caller's, with the plan
	quotas   *simulation
	rows     int
	refused  int
	rejected []Row
	cost     job.Cost // of the last call
	sent     bool
}

// add plans the calls for the next items: those that Job.Check finds wrong need none.
func (p *plan[T]) add(items []T) error {
	numbers := make([]int, 0, len(items))
	right := make([]T, 0, len(items))
	for _, item := range items {
		p.rows++
		if p.job.Check != nil {
			if err := p.job.Check(item); err != nil {
				p.refuse(p.rows, item, err)
				continue
			}
		}
		numbers, right = append(numbers, p.rows), append(right, item)
	}
	if len(right) == 0 {
		return nil
	}
	return p.chunk(right, numbers)
}

// chunk plans the calls for some items, with their numbers, all of which come before the next.
func (p *plan[T]) chunk(items []T, numbers []int) error {
	p.sent = false
	_, err := p.job.Call(p.ctx, items)
	switch {
	case errors.Is(err, job.ErrPlanned):
		return p.quotas.call(p.cost)
	case err == nil || p.sent:
		return invalid("Job.Call must return the error of its API call as it is, but returned: %v", err)
	case judge(err) != refused:
		return err
	case len(items) > 1:
		half := len(items) / 2
		if err := p.chunk(items[:half], numbers[:half]); err != nil {
			return err
		}
		return p.chunk(items[half:], numbers[half:])
	}
	p.refuse(numbers[0], items[0], err)
	return nil
}

// refuse counts a row that the client rejects, and keeps the first few.
func (p *plan[T]) refuse(number int, item T, err error) {
	p.refused++
	if len(p.rejected) < mostRejected {
		row := Row{Number: number, Key: p.job.Key(item)}
		row.refuse(err)
		p.rejected = append(p.rejected, row)
	}
}

func (p *plan[T]) estimate() Estimate {
	e := Estimate{Rows: p.rows, Refused: p.refused, Rejected: p.rejected, Time: p.quotas.finish()}
	var most time.Duration
	for _, pool := range slices.SortedFunc(maps.Values(p.quotas.pools), func(a, b *PoolEstimate) int { return strings.Compare(a.Pool, b.Pool) }) {
		e.Pools = append(e.Pools, *pool)
		e.Calls += pool.Calls
		if pool.Waited > most && pool.Waited >= e.Time {
			most, e.Pool = pool.Waited, pool.Pool
		}
	}
	return e
}

// simulation has some workers make calls, on a clock of its own.
type simulation struct {
	clock   *quota.Clock
	start   time.Time
	set     *quota.Set
	workers int
	under   []underway // calls, in the order in which they end
	free    []time.Time
	pools   map[string]*PoolEstimate
}

type underway struct {
	ends  time.Time
	grant quota.Grant
}

func newSimulation(workers int) *simulation {
	clock := quota.NewClock(time.Now())
	return &simulation{
		clock: clock, start: clock.Now(), set: quota.NewSet(quota.Options{Clock: clock}),
		workers: workers, pools: make(map[string]*PoolEstimate),
	}
}

// call has the next free worker make a call, which may have to wait. Workers who wait
// stand in line, so one after the other will do; how long each has waited follows from
// when it was free.
func (s *simulation) call(c job.Cost) error {
	pool := s.pools[c.Pool]
	if pool == nil {
		pool = &PoolEstimate{Pool: c.Pool}
		s.pools[c.Pool] = pool
	}
	pool.Calls++
	pool.Items += c.Items
	asked := s.start
	if len(s.free) == s.workers {
		asked, s.free = s.free[0], s.free[1:]
		s.advance(asked)
	}
	grant, err := s.take(c)
	if err != nil {
		return err
	}
	pool.Waited += s.clock.Now().Sub(asked)
	ends := s.clock.Now().Add(RoundTrip)
	s.free = append(s.free, ends)
	s.under = append(s.under, underway{ends, grant})
	return nil
}

func (s *simulation) take(c job.Cost) (quota.Grant, error) {
	if len(c.Limits) == 0 {
		return quota.Grant{}, nil
	}
	pool := s.set.Pool(c.Pool, c.Limits)
	for {
		grant, at, ok, err := pool.Try(quota.Request{Items: c.Items, User: c.User, Lane: quota.Background})
		if ok || err != nil {
			return grant, err
		}
		if at.IsZero() && len(s.under) == 0 {
			return grant, errors.New("im: batch: a call does not fit into its quota " + c.Pool)
		}
		if len(s.under) > 0 && (at.IsZero() || s.under[0].ends.Before(at)) {
			at = s.under[0].ends
		}
		s.advance(at)
	}
}

// advance moves the clock, and ends the calls whose time has come.
func (s *simulation) advance(to time.Time) {
	for len(s.under) > 0 && !s.under[0].ends.After(to) {
		s.clock.Advance(s.under[0].ends)
		s.under[0].grant.Done()
		s.under = s.under[1:]
	}
	s.clock.Advance(to)
}

// finish ends all calls, and says how long everything has taken.
func (s *simulation) finish() time.Duration {
	if len(s.under) > 0 {
		s.advance(s.under[len(s.under)-1].ends)
	}
	return s.clock.Now().Sub(s.start)
}
