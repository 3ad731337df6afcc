package imotel_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"net/http"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imotel"
)

// shakyStore is a store of quotas that can be switched off.
type shakyStore struct{ off atomic.Bool }

func (s *shakyStore) Take(ctx context.Context, _, _ string, _ []im.QuotaTake) (time.Duration, error) {
	if s.off.Load() {
		return 0, errors.New("connection refused")
	}
	im.ReportQuotaStore(ctx, im.QuotaStoreWarning{Problem: "a clock is odd"})
	return 0, nil
}
func (s *shakyStore) Pause(context.Context, string, string, time.Duration) error { return nil }

// The fallback of a store that fails, and its end; a warning is neither.
func TestStoreFallback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := collect(t, imotel.Options{})
		store := &shakyStore{}
		client, err := c.NewClient(cannedConfig(), im.WithHTTPClient(&http.Client{Transport: canned{}}), im.WithQuotaStore(store))
		require.NoError(t, err)
		get := func() { _, err := client.Users.Get(t.Context(), "alice"); require.NoError(t, err) }
		state := func() (fallback, failures float64) {
			m := c.metrics(t)
			return point(t, m["im.client.quota.fallback"]), point(t, m["im.client.store.failures"], str("im.store", "quota_store"))
		}
		get()
		fallback, failures := state()
		assert.Equal(t, []float64{0, -1}, []float64{fallback, failures})
		store.off.Store(true)
		time.Sleep(time.Minute)
		get()
		fallback, failures = state()
		assert.Equal(t, []float64{1, 1}, []float64{fallback, failures})
		store.off.Store(false)
		time.Sleep(time.Minute)
		get()
		time.Sleep(time.Minute)
		get()
		fallback, failures = state()
		assert.Equal(t, []float64{0, 1}, []float64{fallback, failures})
	})
}

// The rows of a job are counted by state, and its own Report goes on.
func TestJob(t *testing.T) {
	c := collect(t, imotel.Options{})
	items := func(yield func(int, error) bool) {
		for i := range 10 {
			if !yield(i, nil) {
				return
			}
		}
	}
	reported := map[batch.State]int{}
	_, err := batch.Run(t.Context(), items, imotel.Job(c.Telemetry, "register", batch.Job[int]{
		Max: 2, Key: func(i int) string { return fmt.Sprint("user-", i) },
		Call: func(_ context.Context, list []int) (batch.Result, error) {
			if slices.Contains(list, 3) {
				return nil, &im.Error{Status: 400, Code: "illegal_argument", Description: "user-3"}
			}
			return nil, nil
		},
		Report: func(_ int, row batch.Row) error { reported[row.State]++; return nil },
	}))
	require.Error(t, err)
	assert.Equal(t, []int{9, 1}, []int{reported[batch.StateDone], reported[batch.StateRefused]}, maps.Collect(maps.All(reported)))
	m := c.metrics(t)["im.batch.rows"]
	for state, want := range map[string]float64{"done": 9, "refused": 1, "unknown": 0, "pending": 0} {
		assert.InDelta(t, want, point(t, m, attribute.String("im.job", "register"), attribute.String("im.row.state", state)), 0, state)
	}
	assert.NotContains(t, c.everything(t), "user-3")
}
