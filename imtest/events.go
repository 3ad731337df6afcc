package imtest

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// Event is a change of the server, whatever caused it: a call, a method of
// [Server], or the page. Its JSON form is a line of GET /_im/events.
type Event struct {
	Seq  int64     `json:"seq"`  // 1 for the first, then rising by one
	Time time.Time `json:"time"` // of the server's clock
	Kind string    `json:"kind"` // such as "user_registered"; a kind does not change
	// Data says what happened: a struct such as [UserRegistered]. A kind without a
	// struct of its own has the JSON object itself, a json.RawMessage.
	Data any `json:"data"`
}

// Missed stands for events that a reader came too late for: the server keeps the
// newest 10,000. Its Event has the Seq of the last one missed.
type Missed struct {
	Count int64 `json:"count"`
}

// Events yields what has happened so far, oldest first. A server that starts
// from saved data begins without events.
//
//	for e := range srv.Events() {
//		switch what := e.Data.(type) {
//		case imtest.UserRegistered:
//			log.Println(e.Time, what.User)
//		}
//	}
func (srv *Server) Events() iter.Seq[Event] { return srv.EventsAfter(0) }

// EventsAfter yields the events behind the one with this Seq.
func (srv *Server) EventsAfter(seq int64) iter.Seq[Event] { return shownEvents(srv.world.Events(seq)) }

// FollowEvents is EventsAfter that then waits for further events, until the context
// is done.
func (srv *Server) FollowEvents(ctx context.Context, after int64) iter.Seq[Event] {
	return shownEvents(srv.world.Follow(ctx, after))
}

func shownEvents(events iter.Seq[world.Event]) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for e := range events {
			kind, fields := eventFields(e.What)
			if !yield(Event{e.Seq, e.Time, kind, eventData(kind, fields)}) {
				return
			}
		}
	}
}

// UnmarshalJSON reads a line of GET /_im/events, with the struct of its kind in Data.
func (e *Event) UnmarshalJSON(text []byte) error {
	type plain Event // without this method
	var data json.RawMessage
	read := plain{Data: &data}
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	*e = Event(read)
	e.Data = eventData(e.Kind, bytes.Clone(data))
	return nil
}

// eventData makes the struct of a kind out of its JSON form.
func eventData(kind string, fields json.RawMessage) any {
	decode, ok := eventKinds()[kind]
	if !ok {
		return fields
	}
	data, err := decode(fields)
	if err != nil { // a line that another version wrote
		return fields
	}
	return data
}
