package callbacks_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/callbacks"
)

func kept(key string) callbacks.Kept {
	return callbacks.Kept{Key: key, Digest: "d", Body: []byte("12345")}
}

func TestMemoryBounds(t *testing.T) {
	for _, o := range []callbacks.MemoryOptions{{Events: 2}, {Bytes: 10}} {
		m := callbacks.NewMemory(o)
		for _, key := range []string{"a", "b"} {
			_, err := m.Keep(t.Context(), kept(key))
			require.NoError(t, err)
		}
		_, err := m.Keep(t.Context(), kept("c"))
		require.ErrorIs(t, err, callbacks.ErrFull)
		seen, err := m.Keep(t.Context(), kept("a"))
		require.NoError(t, err)
		assert.Equal(t, callbacks.SeenRepeated, seen)
		assert.Equal(t, 2, m.Len())
		ctx, cancel := context.WithCancel(t.Context())
		var n atomic.Int32
		require.NoError(t, m.Run(ctx, func(context.Context, callbacks.Kept) error {
			if n.Add(1) == 2 {
				cancel()
			}
			return nil
		}))
		_, err = m.Keep(t.Context(), kept("c"))
		require.NoError(t, err, "what was not kept is not known, and there is room again")
	}
}

// What is set aside is bounded in number and in bytes; the latest stays.
func TestMemoryAside(t *testing.T) {
	for _, o := range []callbacks.MemoryOptions{{Aside: 3}, {Bytes: 15}} {
		m := callbacks.NewMemory(o)
		for i := range 100 {
			k := kept(strconv.Itoa(i))
			k.Quarantined = "no signature"
			_, err := m.Keep(t.Context(), k)
			require.NoError(t, err)
		}
		list := m.Quarantined()
		require.Len(t, list, 3)
		assert.Equal(t, "99", list[2].Key)
	}
}

// Options that make no sense take the defaults: a store without workers would handle nothing.
func TestMemoryDefaults(t *testing.T) {
	m := callbacks.NewMemory(callbacks.MemoryOptions{Events: -1, Bytes: -1, Keys: -1, Workers: -1, Attempts: -1, Backoff: -1, Aside: -1})
	_, err := m.Keep(t.Context(), kept("a"))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	require.NoError(t, m.Run(ctx, func(context.Context, callbacks.Kept) error { cancel(); return nil }))
	assert.Zero(t, m.Len())
}

func TestMemorySuspicious(t *testing.T) {
	m := callbacks.NewMemory(callbacks.MemoryOptions{Keys: 2})
	_, err := m.Keep(t.Context(), kept("a"))
	require.NoError(t, err)
	other := kept("a")
	other.Digest = "e"
	seen, err := m.Keep(t.Context(), other)
	require.NoError(t, err)
	assert.Equal(t, callbacks.SeenSuspicious, seen)
	assert.Equal(t, 2, m.Len())
	for i := range 2 {
		_, _ = m.Keep(t.Context(), kept(strconv.Itoa(i)))
	}
	seen, _ = m.Keep(t.Context(), kept("a"))
	assert.Equal(t, callbacks.SeenNew, seen, "the oldest key was forgotten")
}

// What fails is handled again, later and later, and given up in the end.
func TestMemoryRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := callbacks.NewMemory(callbacks.MemoryOptions{Attempts: 4, Backoff: time.Second, Aside: 1})
		start := time.Now()
		var mu sync.Mutex
		at := map[string][]time.Duration{}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			done <- m.Run(ctx, func(_ context.Context, k callbacks.Kept) error {
				mu.Lock()
				defer mu.Unlock()
				at[k.Key] = append(at[k.Key], time.Since(start))
				if k.Key == "good" || k.Key == "once" && len(at[k.Key]) > 1 {
					return nil
				}
				return errors.New("no")
			})
		}()
		for _, key := range []string{"good", "once", "never"} {
			_, err := m.Keep(ctx, kept(key))
			require.NoError(t, err)
		}
		time.Sleep(time.Minute)
		cancel()
		require.NoError(t, <-done)
		assert.Equal(t, map[string][]time.Duration{
			"good": {0}, "once": {0, time.Second}, "never": {0, time.Second, 3 * time.Second, 7 * time.Second},
		}, at)
		assert.Zero(t, m.Len())
		require.Len(t, m.Failed(), 1)
		assert.Equal(t, "never", m.Failed()[0].Key)
	})
}

// What fails because the process ends is left for the next Run.
func TestMemoryEnds(t *testing.T) {
	m := callbacks.NewMemory(callbacks.MemoryOptions{Attempts: 1, Workers: 1})
	_, err := m.Keep(t.Context(), kept("a"))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	require.NoError(t, m.Run(ctx, func(ctx context.Context, _ callbacks.Kept) error { cancel(); return ctx.Err() }))
	assert.Equal(t, 1, m.Len())
	assert.Empty(t, m.Failed())
}
