package imtest

import (
	"context"
	"errors"
	"iter"
	"net/http"

	"github.com/imrest/im-go/imtest/event"
	"github.com/imrest/im-go/imtest/internal/wire"
)

// Events yields what has happened so far, oldest first: see package event. A server
// that starts from saved data begins without events.
func (srv *Server) Events() iter.Seq[event.Event] { return srv.EventsAfter(0) }

// EventsAfter yields the events behind the one with this Seq.
func (srv *Server) EventsAfter(seq int64) iter.Seq[event.Event] { return srv.world.Events(seq) }

// FollowEvents is EventsAfter that then waits for further events, until the context
// is done.
func (srv *Server) FollowEvents(ctx context.Context, after int64) iter.Seq[event.Event] {
	return srv.world.Follow(ctx, after)
}

// writeEvents writes events as JSON lines: those behind ?after=SEQ, and with
// ?follow=1 also those to come, until the client ends the connection.
func (srv *Server) writeEvents(w http.ResponseWriter, r *http.Request) {
	after, follow, err := eventsQuery(r)
	if err != nil {
		writeControl(w, http.StatusBadRequest, controlError{err.Error()})
		return
	}
	events := srv.EventsAfter(after)
	if follow {
		events = srv.FollowEvents(r.Context(), after)
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.WriteHeader(http.StatusOK)
	out := http.NewResponseController(w)
	if follow {
		_ = out.Flush() // the client is to know that it follows; errors show when lines are written
	}
	for e := range events {
		if _, err := w.Write(append(wire.Encode(e), '\n')); err != nil {
			return
		}
		if follow {
			_ = out.Flush() // as above
		}
	}
}

func eventsQuery(r *http.Request) (after int64, follow bool, err error) {
	if after, err = afterQuery(r, "the seq of an event"); err != nil {
		return 0, false, err
	}
	switch r.URL.Query().Get("follow") {
	case "", "0", "false":
	case "1", "true":
		follow = true
	default:
		return 0, false, errors.New(`"follow" must be 1 or 0`)
	}
	return after, follow, nil
}
