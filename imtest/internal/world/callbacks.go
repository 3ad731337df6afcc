package world

import (
	"time"

	"github.com/imrest/im-go/imtest/event"
)

const (
	storedKey      = "200601021504" // the start of 10 minutes
	storedSlot     = 10 * time.Minute
	storedLifetime = 3 * 24 * time.Hour
)

// callbacksState holds the sets of callbacks that could not be delivered, by
// the start of their slot. Its zone is not documented: UTC.
type callbacksState struct {
	Stored Book[*StoredCallbacks]
}

// StoredCallbacks are the callbacks of 10 minutes that could not be delivered.
type StoredCallbacks struct {
	Start  time.Time
	Size   int
	Resent int
	Target string // of the last resend, "": the URL of the rule
}

// Key names the set by its start.
func (s *StoredCallbacks) Key() string { return s.Start.UTC().Format(storedKey) }

func (s *StoredCallbacks) expired(now time.Time) bool { return now.After(s.Start.Add(storedLifetime)) }

// StoreCallbacks stores a set, in place of one of the same 10 minutes, and returns
// its key.
func (w *World) StoreCallbacks(set StoredCallbacks) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	set.Start = set.Start.Truncate(storedSlot)
	w.keepCallbacks(set)
	w.emit(event.CallbacksStored{Key: set.Key(), Size: set.Size})
	return set.Key()
}

func (w *World) keepCallbacks(set StoredCallbacks) { w.callbacks.Stored.Put(set.Key(), &set) }

// StoredCallbacks returns all sets, the expired ones too.
func (w *World) StoredCallbacks() []StoredCallbacks {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.dumpCallbacks()
}

// ListCallbacks returns the sets that can be resent still.
func (w *World) ListCallbacks() []StoredCallbacks {
	w.mu.RLock()
	defer w.mu.RUnlock()
	list := []StoredCallbacks{}
	for set := range w.callbacks.Stored.All {
		if !set.expired(w.Now()) {
			list = append(list, *set)
		}
	}
	return list
}

// ResendCallbacks sends a set to a URL once more, and reports whether there is one
// that has not expired.
func (w *World) ResendCallbacks(key, target string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	set := w.callbacks.Stored.Get(key)
	if set == nil || set.expired(w.Now()) {
		return false
	}
	set.Resent++
	set.Target = target
	w.emit(event.CallbacksResent{Key: key, Target: target})
	return true
}

// dumpCallbacks copies the sets for Dump. The caller holds mu.
func (w *World) dumpCallbacks() []StoredCallbacks {
	return Convert(w.callbacks.Stored.List(), func(set *StoredCallbacks) StoredCallbacks { return *set })
}

// RestoreCallbacks takes in a set that Dump has copied.
func (w *World) RestoreCallbacks(set StoredCallbacks) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.keepCallbacks(set)
}
