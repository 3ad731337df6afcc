package callbacks

import (
	"cmp"
	"container/heap"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// MemoryOptions bound a [Memory]; a field that is not positive takes its default.
type MemoryOptions struct {
	Events   int           `json:"events,omitempty"`   // kept at once; default 10,000
	Bytes    int           `json:"bytes,omitempty"`    // of their bodies, and as many of those aside; default 64 MiB
	Keys     int           `json:"keys,omitempty"`     // remembered to recognize duplicates; default 100,000
	Workers  int           `json:"workers,omitempty"`  // events handled at once; default 4
	Attempts int           `json:"attempts,omitempty"` // before an event is given up; default 30, which takes about 2 hours
	Backoff  time.Duration `json:"backoff,omitempty"`  // before the second attempt, doubled for each one up to 5 minutes; default 1 s
	Aside    int           `json:"aside,omitempty"`    // given up or quarantined events kept to look at, of each the latest; default 1,000
}

// Memory is a [Store] in memory. What it keeps is lost when the process ends. When it is full,
// Keep returns [ErrFull].
type Memory struct {
	o     MemoryOptions
	keys  *keys
	wake  chan struct{}
	mu    sync.Mutex
	queue dueQueue
	count int // waiting or being handled
	bytes int

	failed, quarantined aside
}

// aside keeps the latest of what is only to be looked at.
type aside struct {
	list  []Kept
	bytes int
}

func (a *aside) add(k Kept, o *MemoryOptions) {
	a.list, a.bytes = append(a.list, k), a.bytes+len(k.Body)
	for len(a.list) > o.Aside || a.bytes > o.Bytes && len(a.list) > 1 {
		a.bytes -= len(a.list[0].Body)
		a.list[0] = Kept{} // the array may stay for long
		a.list = a.list[1:]
	}
}

// NewMemory returns an empty store.
func NewMemory(o MemoryOptions) *Memory {
	o.Events, o.Bytes, o.Keys = cmp.Or(max(0, o.Events), 10_000), cmp.Or(max(0, o.Bytes), 64<<20), cmp.Or(max(0, o.Keys), defaultKeys)
	o.Workers, o.Attempts, o.Backoff = cmp.Or(max(0, o.Workers), 4), cmp.Or(max(0, o.Attempts), 30), cmp.Or(max(0, o.Backoff), time.Second)
	o.Aside = cmp.Or(max(0, o.Aside), 1000)
	return &Memory{o: o, keys: newKeys(o.Keys), wake: make(chan struct{}, 1)}
}

// Keep implements Store.
func (m *Memory) Keep(_ context.Context, k Kept) (Seen, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k.Quarantined != "" {
		m.quarantined.add(k, &m.o)
		return SeenNew, nil
	}
	seen := m.keys.seen(k.Key, k.Digest)
	switch {
	case seen == SeenRepeated:
		return seen, nil
	case m.count >= m.o.Events || m.bytes+len(k.Body) > m.o.Bytes:
		return seen, ErrFull
	}
	k.Suspicious = k.Suspicious || seen == SeenSuspicious
	m.keys.add(k.Key, k.Digest)
	m.count, m.bytes = m.count+1, m.bytes+len(k.Body)
	heap.Push(&m.queue, &waiting{kept: k, due: time.Now()})
	m.signal()
	return seen, nil
}

// Len returns the number of events that wait or are being handled.
func (m *Memory) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.count
}

// Failed returns the latest events that were given up.
func (m *Memory) Failed() []Kept {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.failed.list)
}

// Quarantined returns the latest callbacks that were accepted without being verified.
func (m *Memory) Quarantined() []Kept {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.quarantined.list)
}

// Run implements Store. When ctx ends it waits for the events that are being handled, whose
// context ends as well; the others stay in memory for another Run.
func (m *Memory) Run(ctx context.Context, handle func(context.Context, Kept) error) error {
	if handle == nil {
		return api.Invalid("handle", "must not be nil")
	}
	var workers sync.WaitGroup
	for range m.o.Workers {
		workers.Go(func() { m.work(ctx, handle) })
	}
	workers.Wait()
	return nil
}

func (m *Memory) work(ctx context.Context, handle func(context.Context, Kept) error) {
	for ctx.Err() == nil {
		next, wait := m.next()
		if next == nil {
			timer := time.NewTimer(wait)
			select {
			case <-m.wake:
			case <-timer.C:
			case <-ctx.Done():
			}
			timer.Stop()
			continue
		}
		m.done(next, handle(ctx, next.kept), ctx.Err() != nil)
	}
}

// next takes the event that is due, or says how long there is none.
func (m *Memory) next() (*waiting, time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.queue) == 0 {
		return nil, time.Hour // or until the wake-up
	}
	if wait := time.Until(m.queue[0].due); wait > 0 {
		return nil, wait
	}
	next := heap.Pop(&m.queue).(*waiting) //nolint:forcetypeassert // it holds nothing else
	if len(m.queue) > 0 {
		m.signal()
	}
	return next, 0
}

// done settles an event. A failure at the end of the process is not its own.
func (m *Memory) done(w *waiting, err error, ending bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil && ending {
		heap.Push(&m.queue, w)
		return
	}
	w.attempts++
	if err != nil && w.attempts < m.o.Attempts {
		w.due = time.Now().Add(m.backoff(w.attempts))
		heap.Push(&m.queue, w)
		m.signal()
		return
	}
	if err != nil {
		m.failed.add(w.kept, &m.o)
	}
	m.count, m.bytes = m.count-1, m.bytes-len(w.kept.Body)
}

const maxBackoff = 5 * time.Minute

func (m *Memory) backoff(attempts int) time.Duration {
	d := m.o.Backoff
	for range attempts - 1 {
		if d >= maxBackoff {
			break
		}
		d *= 2
	}
	return min(d, maxBackoff)
}

// signal wakes one worker, which wakes the next.
func (m *Memory) signal() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// waiting is an event in the queue.
type waiting struct {
	kept     Kept
	due      time.Time
	attempts int
}

// dueQueue is a heap by due time.
type dueQueue []*waiting //nolint:recvcheck // as container/heap has it

func (q dueQueue) Len() int           { return len(q) }
func (q dueQueue) Less(i, j int) bool { return q[i].due.Before(q[j].due) }
func (q dueQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }

// Push implements heap.Interface.
func (q *dueQueue) Push(x any) { *q = append(*q, x.(*waiting)) } //nolint:forcetypeassert // see next

// Pop implements heap.Interface.
func (q *dueQueue) Pop() any {
	last := len(*q) - 1
	x := (*q)[last]
	(*q)[last], *q = nil, (*q)[:last]
	return x
}
