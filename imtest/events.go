package imtest

import (
	"context"
	"iter"

	"github.com/imrest/im-go/imtest/event"
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
