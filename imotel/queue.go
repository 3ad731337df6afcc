package imotel

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
)

// note is what a call or a callback leaves for the providers.
type note interface{ hand() }

const (
	delay    = 50 * time.Millisecond // until notes are handed on
	maxNotes = 1 << 14               // that wait at a time
)

// queue hands notes to the providers, which may take as long as they like: nobody
// waits for them. It has no goroutine while there is nothing to hand on.
type queue struct {
	mu      sync.Mutex
	notes   []note
	spare   []note // what notes is to be next
	timer   *time.Timer
	armed   bool
	dropped uint64

	work sync.Mutex // held by the goroutine that hands on
}

// add never waits.
func (q *queue) add(n note) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.notes) >= maxNotes {
		q.dropped++
		return
	}
	q.push(n, delay)
}

func (q *queue) push(n note, after time.Duration) {
	q.notes = append(q.notes, n)
	switch {
	case q.timer == nil:
		q.timer = time.AfterFunc(after, q.drain)
	case !q.armed || after == 0:
		q.timer.Reset(after)
	}
	q.armed = true
}

// drain hands on what has come so far, in its order.
func (q *queue) drain() {
	q.work.Lock()
	defer q.work.Unlock()
	q.mu.Lock()
	notes := q.notes
	q.notes, q.armed = q.spare[:0], false
	q.mu.Unlock()
	for i, n := range notes {
		guarded(n.hand)
		notes[i] = nil
	}
	q.mu.Lock()
	q.spare = notes
	q.mu.Unlock()
}

func (q *queue) droppedSoFar() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.dropped
}

// reached is a note that says that all before it are handed on.
type reached chan struct{}

func (r reached) hand() { close(r) }

// flush waits until what has come so far is handed on, or ctx ends.
func (q *queue) flush(ctx context.Context) error {
	end := make(reached)
	q.mu.Lock()
	q.push(end, 0)
	q.mu.Unlock()
	select {
	case <-end:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// guarded runs what calls a provider: its panic must not end the process.
func guarded(f func()) {
	defer func() {
		if p := recover(); p != nil {
			otel.Handle(fmt.Errorf("imotel: a provider panics: %T", p))
		}
	}()
	f()
}
