package world

import (
	"context"
	"iter"
	"sync"
	"time"
)

// An Event is something that happened in the world.
type Event struct {
	Seq  int64     // 1 for the first, then rising by one
	Time time.Time // of the world's clock
	What What
}

// What happened: each domain has types for it beside its rules, such as
// [UserRegistered]. They hold plain values, none that the world changes later.
type What interface{ what() }

// Missed stands for events that a reader came too late for: the world keeps the
// newest only. Its Event has the Seq of the last one missed.
type Missed struct{ Count int64 }

func (Missed) what() {}

// keptEvents is how many events the world keeps for readers.
const keptEvents = 10_000

// eventLog keeps the newest events. Whoever adds one waits for no reader.
type eventLog struct {
	mu   sync.Mutex
	ring []Event       // grows to keptEvents, then goes round
	last int64         // Seq of the newest event
	wake chan struct{} // closed by the next event; nil: nobody waits for it
}

// emit notes what has just happened. The caller holds mu for writing, so that
// events are in the order of the changes.
func (w *World) emit(what What) { w.events.add(w.Now(), what) }

func (l *eventLog) add(now time.Time, what What) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	e := Event{l.last, now, what}
	if len(l.ring) < keptEvents {
		l.ring = append(l.ring, e)
	} else {
		l.ring[(e.Seq-1)%keptEvents] = e
	}
	if l.wake != nil {
		close(l.wake)
		l.wake = nil
	}
}

// after returns up to a page of the events behind one. If there is none yet,
// next is closed by the one to come.
func (l *eventLog) after(seq int64) (list []Event, next <-chan struct{}) {
	const page = 256
	l.mu.Lock()
	defer l.mu.Unlock()
	if seq >= l.last {
		if l.wake == nil {
			l.wake = make(chan struct{})
		}
		return nil, l.wake
	}
	seq = max(seq, 0)
	if oldest := l.last - int64(len(l.ring)); seq < oldest {
		list = append(list, Event{oldest, l.ring[oldest%keptEvents].Time, Missed{oldest - seq}})
		seq = oldest
	}
	for ; seq < l.last && len(list) < page; seq++ {
		list = append(list, l.ring[seq%keptEvents])
	}
	return list, nil
}

// Events yields what has happened after the event with a Seq, 0 for all.
func (w *World) Events(after int64) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for {
			list, _ := w.events.after(after)
			if len(list) == 0 {
				return
			}
			for _, e := range list {
				if after = e.Seq; !yield(e) {
					return
				}
			}
		}
	}
}

// Follow is Events that then waits for what happens, until the context is done.
func (w *World) Follow(ctx context.Context, after int64) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for ctx.Err() == nil {
			list, next := w.events.after(after)
			for _, e := range list {
				if after = e.Seq; !yield(e) {
					return
				}
			}
			if next == nil {
				continue
			}
			select {
			case <-next:
			case <-ctx.Done():
			}
		}
	}
}
