package world

import (
	"context"
	"iter"
	"sync"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

// keptEvents is how many events the world keeps for readers.
const keptEvents = 10_000

// eventLog keeps the newest events. Whoever adds one waits for no reader.
type eventLog struct {
	mu   sync.Mutex
	ring []event.Event // grows to keptEvents, then goes round
	last int64         // Seq of the newest event
	wake chan struct{} // closed by the next event; nil: nobody waits for it

	watch func(event.Event) // is given every event at once; nil: nobody
}

// Watch calls a function with every event to come, in their order. The function must neither wait nor
// ask the world. It is set before the world is used.
func (w *World) Watch(watch func(event.Event)) { w.events.watch = watch }

// emit notes what has just happened. The caller holds mu for writing, so that
// events are in the order of the changes.
func (w *World) emit(data event.Data) { w.events.add(w.Now, data) }

func (l *eventLog) add(now func() time.Time, data event.Data) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	e := event.Event{Seq: l.last, Time: now(), Data: data}
	if len(l.ring) < keptEvents {
		l.ring = append(l.ring, e)
	} else {
		l.ring[(e.Seq-1)%keptEvents] = e
	}
	if l.wake != nil {
		close(l.wake)
		l.wake = nil
	}
	if l.watch != nil {
		l.watch(e)
	}
}

// after returns up to a page of the events behind one. If there is none yet,
// next is closed by the one to come.
func (l *eventLog) after(seq int64) (list []event.Event, next <-chan struct{}) {
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
		list = append(list, event.Event{Seq: oldest, Time: l.ring[oldest%keptEvents].Time, Data: event.Missed{Count: oldest - seq}})
		seq = oldest
	}
	for ; seq < l.last && len(list) < page; seq++ {
		list = append(list, l.ring[seq%keptEvents])
	}
	return list, nil
}

// Events yields what has happened after the event with a Seq, 0 for all.
func (w *World) Events(after int64) iter.Seq[event.Event] {
	return func(yield func(event.Event) bool) {
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

// LastEvent returns the Seq of the newest event, 0 if there is none.
func (w *World) LastEvent() int64 { return w.events.newest() }

func (l *eventLog) newest() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

// Follow is Events that then waits for what happens, until the context is done.
func (w *World) Follow(ctx context.Context, after int64) iter.Seq[event.Event] {
	return func(yield func(event.Event) bool) {
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
