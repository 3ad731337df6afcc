package world

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/imrest/im-go/imtest/event"
)

func TestStoredCallbacksExpire(t *testing.T) {
	clock := new(testClock)
	w := newWorld(clock)
	start := clock.Now()
	key := w.StoreCallbacks(StoredCallbacks{Start: start.Add(7 * time.Minute), Size: 3})
	assert.Equal(t, "202601151200", key)
	stored := StoredCallbacks{Start: start, Size: 3}
	assert.Equal(t, []StoredCallbacks{stored}, w.ListCallbacks())
	assert.False(t, w.ResendCallbacks("202601151210", ""))
	assert.True(t, w.ResendCallbacks(key, "http://x"))
	clock.Advance(storedLifetime + 1)
	assert.Empty(t, w.ListCallbacks())
	assert.False(t, w.ResendCallbacks(key, ""))
	resent := StoredCallbacks{Start: start, Size: 3, Resent: 1, Target: "http://x"}
	assert.Equal(t, []StoredCallbacks{resent}, w.StoredCallbacks(), "an inspection sees expired ones")
	assert.Equal(t, []event.Data{event.CallbacksStored{Key: key, Size: 3}, event.CallbacksResent{Key: key, Target: "http://x"}}, happened(w, 0))
}

func TestCallbacksAreStoredBySlot(t *testing.T) {
	clock := new(testClock)
	w := newWorld(clock)
	first, second := StoredCallback{Rule: "a", CallID: "1", Body: "{}"}, StoredCallback{Rule: "b", CallID: "2", Body: "{}"}
	w.StoreCallback(first)
	w.StoreCallback(second)
	clock.Advance(storedSlot)
	w.StoreCallback(first)
	assert.Equal(t, []StoredCallback{first, second}, w.StoredSet("202601151200"))
	assert.Equal(t, []StoredCallback{first}, w.StoredSet("202601151210"))
	assert.Empty(t, w.StoredSet("202601151220"))
	assert.Equal(t, 2, w.ListCallbacks()[0].Size)
	assert.Len(t, happened(w, 0), 3)
}
