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
	resent := StoredCallbacks{start, 3, 1, "http://x"}
	assert.Equal(t, []StoredCallbacks{resent}, w.StoredCallbacks(), "an inspection sees expired ones")
	assert.Equal(t, []event.Data{event.CallbacksStored{Key: key, Size: 3}, event.CallbacksResent{Key: key, Target: "http://x"}}, happened(w, 0))
}
