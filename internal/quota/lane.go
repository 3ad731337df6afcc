package quota

import "time"

// Lane says whose turn it is when calls wait for the same pool.
type Lane int

// The lanes. Background calls get what the foreground leaves over.
const (
	Foreground Lane = iota
	Background
	lanes = 2
)

// waiter is a call in a queue. Its goroutine sleeps on ready; whoever sends
// there has taken it out of its queue, so that it happens once.
type waiter struct {
	next, prev      *waiter
	in              *queue
	user            *user
	items           int
	lane            Lane
	since, deadline time.Duration
	asks            *question   // the store is being asked for it
	out             *time.Timer // brings it back to the line
	gone            bool        // it was given up
	ready           chan verdict
}

// verdict ends a wait.
type verdict struct {
	grant Grant
	err   error
}

// queue is a list of waiters, first come first served, that any of them can
// leave at no cost.
type queue struct {
	first, last *waiter
	n, items    int64
}

// put adds w at the end, or in front of all others.
func (q *queue) put(w *waiter, front bool) {
	w.in = q
	switch {
	case q.first == nil:
		q.first, q.last = w, w
	case front:
		w.next, q.first.prev = q.first, w
		q.first = w
	default:
		w.prev, q.last.next = q.last, w
		q.last = w
	}
	q.n++
	q.items += int64(w.items)
}

// leave takes w out of the queue that it is in, if any.
func (w *waiter) leave() {
	q := w.in
	if q == nil {
		return
	}
	if w.prev == nil {
		q.first = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		q.last = w.prev
	} else {
		w.next.prev = w.prev
	}
	q.n--
	q.items -= int64(w.items)
	w.in, w.next, w.prev = nil, nil, nil
}

// line is the queue of a lane: those who come back from the wait for their own
// user's window stand before those who have just arrived.
type line struct{ back, fresh queue }

func (l *line) head() *waiter {
	if l.back.first != nil {
		return l.back.first
	}
	return l.fresh.first
}
