package inbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/imrest/im-go/callbacks"
)

const (
	window      = 256    // events that are looked for at once
	maxExcluded = 10_000 // busy ones that a look leaves out: databases take some 30,000 values in a statement
)

// errEnding is the cause of the handlers' context when the grace is over.
var errEnding = errors.New("inbox: the process is ending")

// candidate is an event that may be handled.
type candidate struct {
	id   int64
	lane string
}

// name is what must not be handled twice at once: the lane, or an event without one.
func (c candidate) name() candidate {
	if c.lane != "" {
		c.id = 0
	}
	return c
}

// Run implements [callbacks.Store]: it handles what is kept until ctx ends. Then it takes no
// further event, and waits for the handlers at work; after the grace period their contexts
// end and their transactions are rolled back. Failures of the database are logged and do not end it. It
// fails at once if the tables are missing, or if it runs already.
func (s *Inbox) Run(ctx context.Context, handle func(context.Context, callbacks.Kept) error) error {
	if handle == nil {
		return invalid("handle", "must not be nil")
	}
	if !s.running.CompareAndSwap(false, true) {
		return errors.New("inbox: Run is already running")
	}
	defer s.running.Store(false)
	if _, err := s.due(ctx, nil); err != nil && ctx.Err() == nil {
		return fmt.Errorf("inbox: the tables cannot be read (Migrate creates them): %w", err)
	}
	working, end := s.graceful(ctx)
	defer end()
	groups := make(chan []candidate)
	var all sync.WaitGroup
	for range s.o.Workers {
		all.Go(func() {
			for g := range groups {
				s.settle(working, g, handle)
			}
		})
	}
	all.Go(func() { s.periodically(ctx, pruneEvery, "old keys cannot be deleted", s.prune) })
	all.Go(func() { s.periodically(ctx, clockEvery, "what waits cannot follow the clock", s.followClock) })
	s.feed(ctx, groups)
	close(groups)
	all.Wait()
	return nil
}

// graceful returns a context that ends some time after ctx.
func (s *Inbox) graceful(ctx context.Context) (context.Context, func()) {
	working, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(s.o.Grace)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel(errEnding)
		case <-working.Done():
		}
	})
	return working, func() { stop(); cancel(nil) }
}

// feed hands out the events that are due, until ctx ends.
func (s *Inbox) feed(ctx context.Context, groups chan<- []candidate) {
	for ctx.Err() == nil {
		found, err := s.due(ctx, s.busyNow())
		if err != nil {
			s.trouble(ctx, "events cannot be read", err)
		}
		work := s.grouped(found)
		if len(work) == 0 {
			s.rest(ctx)
		}
		for i, g := range work {
			select {
			case groups <- g:
			case <-ctx.Done():
				for _, g := range work[i:] {
					s.free(g)
				}
				return
			}
		}
	}
}

// rest waits for an event, or for the next look.
func (s *Inbox) rest(ctx context.Context) {
	timer := time.NewTimer(s.o.Poll)
	defer timer.Stop()
	select {
	case <-s.wake:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// trouble logs a failure of the database.
func (s *Inbox) trouble(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		s.log.WarnContext(ctx, "inbox: "+what, "error", err.Error())
	}
}

// due returns the first events that are due, except for busy ones, which could fill the window. In a lane with an
// event that waits for another attempt, none is.
func (s *Inbox) due(ctx context.Context, busy []candidate) ([]candidate, error) {
	now := micros(time.Now())
	ids, lanes := []any{int64(0)}, []any{[]byte{}}         // an event has neither: a list is never empty
	for _, c := range busy[:min(len(busy), maxExcluded)] { // grouped leaves out the others
		if c.lane == "" {
			ids = append(ids, c.id)
		} else {
			lanes = append(lanes, []byte(c.lane))
		}
	}
	statement, order := "SELECT id, lane FROM {}inbox e WHERE due <= ? AND id NOT IN "+tuples(1, len(ids)), "due, id"
	args := append([]any{now}, ids...)
	if s.o.OrderBy != nil {
		order = "id"
		statement += " AND (lane IS NULL OR lane NOT IN " + tuples(1, len(lanes)) +
			" AND NOT EXISTS (SELECT 1 FROM {}inbox p WHERE p.lane = e.lane AND p.id < e.id AND p.due > ?))"
		args = append(append(args, lanes...), now)
	}
	statement += " ORDER BY " + order + " LIMIT ?"
	rows, err := s.arrivals.QueryContext(ctx, s.text(statement), append(args, window)...)
	if err != nil {
		return nil, err
	}
	var found []candidate
	err = each(rows, func() error { // not within the return, whose order of evaluation is not defined
		var c candidate
		var lane sql.RawBytes
		err := rows.Scan(&c.id, &lane)
		if s.o.OrderBy != nil {
			c.lane = string(lane)
		}
		found = append(found, c)
		return err
	})
	return found, err
}

// grouped puts events together that a worker is to handle: all of a lane, and more up to
// the size of a batch. What became busy meanwhile is left out.
func (s *Inbox) grouped(found []candidate) [][]candidate {
	s.busyMu.Lock()
	defer s.busyMu.Unlock()
	lanes := make(map[candidate][]candidate)
	var names []candidate
	for _, c := range found {
		name := c.name()
		if _, busy := s.busy[name]; busy {
			continue
		}
		if lanes[name] == nil {
			names = append(names, name)
		}
		lanes[name] = append(lanes[name], c)
	}
	var groups [][]candidate
	var group []candidate
	for _, name := range names {
		s.busy[name] = time.Time{}
		if group = append(group, lanes[name]...); len(group) >= s.o.Batch {
			groups, group = append(groups, group), nil
		}
	}
	if len(group) > 0 {
		groups = append(groups, group)
	}
	return groups
}

// busyNow returns what is being handled, or rests because another process has it.
func (s *Inbox) busyNow() []candidate {
	s.busyMu.Lock()
	defer s.busyMu.Unlock()
	now := time.Now()
	maps.DeleteFunc(s.busy, func(_ candidate, until time.Time) bool { return !until.IsZero() && !until.After(now) })
	return slices.Collect(maps.Keys(s.busy))
}

func (s *Inbox) free(group []candidate) {
	s.busyMu.Lock()
	defer s.busyMu.Unlock()
	for _, c := range group {
		delete(s.busy, c.name())
	}
}

// leave lets what another process has alone for a while.
func (s *Inbox) leave(c candidate) {
	s.busyMu.Lock()
	defer s.busyMu.Unlock()
	s.busy[c.name()] = time.Now().Add(s.o.Poll)
}
