package imtest

import "time"

// StoredCallbacks is a set of callbacks that could not be delivered.
type StoredCallbacks struct {
	Start  time.Time // of the 10 minutes that it is for
	Size   int
	Resent int    // how often it was resent
	Target string // URL of the last resend, "": that of the rule
}

// AddStoredCallbacks stores a set of failed callbacks, in place of one of the
// same 10 minutes. It returns the date key of the set.
func (srv *Server) AddStoredCallbacks(set StoredCallbacks) string {
	s := srv.state
	s.mu.Lock()
	defer s.mu.Unlock()
	stored := &storedCallbacks{set.Start.Truncate(storedSlot), set.Size, set.Resent, set.Target}
	s.callbacks.stored.put(stored.key(), stored)
	return stored.key()
}

// StoredCallbacks returns the sets of failed callbacks.
func (srv *Server) StoredCallbacks() []StoredCallbacks {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	return convert(s.callbacks.stored.list(), func(set *storedCallbacks) StoredCallbacks {
		return StoredCallbacks{set.start, set.size, set.resent, set.target}
	})
}
