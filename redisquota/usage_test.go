package redisquota_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/redisquota"
)

// Usage says what Take has taken, without taking, and forgets it when it has left the window.
func TestUsage(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		store, _ := b.store(t)
		short, daily := im.Quota{N: 20, Per: 2 * time.Second, Items: true}, im.Quota{N: 1000, Per: 24 * time.Hour}
		own := im.Quota{N: 5, Per: time.Minute, PerUser: true}
		read := func() redisquota.Usage {
			u, err := store.Usage(t.Context(), app, pool, []im.Quota{short, own, daily})
			require.NoError(t, err)
			require.Len(t, u.Windows, 2, "without that per user")
			return u
		}
		assert.Zero(t, read().Windows[0].Used)
		for range 3 {
			wait, err := store.Take(t.Context(), app, pool, []im.QuotaTake{{Quota: short, Cost: 2}, {Quota: daily, Cost: 1}})
			require.NoError(t, err)
			require.Zero(t, wait)
		}
		assert.Equal(t, 6, read().Windows[0].Used)
		assert.Equal(t, 3, read().Windows[1].Used)
		assert.Equal(t, short, read().Windows[0].Quota)
		assert.Zero(t, read().Pauses)
		require.NoError(t, store.Pause(t.Context(), app, pool, time.Minute))
		assert.InDelta(t, time.Minute.Seconds(), read().Pauses.Seconds(), 2)
		assert.Eventually(t, func() bool { return read().Windows[0].Used == 0 }, time.Minute, 20*time.Millisecond)
		assert.Equal(t, 3, read().Windows[1].Used)
	})
	_, err := (&redisquota.Store{}).Usage(t.Context(), app, pool, nil)
	assert.Error(t, err)
}
