package imtest

import (
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// StoredCallbacks is a set of callbacks that could not be delivered.
type StoredCallbacks struct {
	Start  time.Time // of the 10 minutes that it is for
	Size   int       // number of callbacks
	Resent int       // how often it was resent
	Target string    // URL of the last resend, "": that of the rule
}

// AddStoredCallbacks stores a set of failed callbacks, in place of one of the
// same 10 minutes. It returns the date key of the set.
func (srv *Server) AddStoredCallbacks(set StoredCallbacks) string {
	return srv.world.StoreCallbacks(world.StoredCallbacks(set))
}

// StoredCallbacks returns the sets of failed callbacks.
func (srv *Server) StoredCallbacks() []StoredCallbacks {
	return world.Convert(srv.world.StoredCallbacks(), func(set world.StoredCallbacks) StoredCallbacks { return StoredCallbacks(set) })
}
