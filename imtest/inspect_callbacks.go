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
	s := srv.world
	s.Mu.Lock()
	defer s.Mu.Unlock()
	stored := &world.StoredCallbacks{Start: set.Start.Truncate(world.StoredSlot), Size: set.Size, Resent: set.Resent, Target: set.Target}
	s.Callbacks.Stored.Put(stored.Key(), stored)
	return stored.Key()
}

// StoredCallbacks returns the sets of failed callbacks.
func (srv *Server) StoredCallbacks() []StoredCallbacks {
	s := srv.world
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	return world.Convert(s.Callbacks.Stored.List(), func(set *world.StoredCallbacks) StoredCallbacks {
		return StoredCallbacks{set.Start, set.Size, set.Resent, set.Target}
	})
}
