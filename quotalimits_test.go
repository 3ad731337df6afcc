package im_test

import (
	"context"
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
)

func TestExtremeQuotas(t *testing.T) {
	huge := im.Quota{N: math.MaxInt, Per: time.Duration(math.MaxInt64)}
	for _, options := range [][]im.Option{
		{im.WithQuotaShare(1e-12)},
		{im.WithQuotaShare(5e-324)},
		{im.WithQuota("users.get", huge)},
		{im.WithQuota("users.get", huge), im.WithQuotaShare(1e-12)},
		{im.WithQuota("users.get", im.Quota{N: math.MaxInt, Per: time.Millisecond})},
		{im.WithQuotaStore(&quotaMemory{}), im.WithQuota("users.get", huge)},
		{im.WithQuotaStore(&quotaMemory{err: errBroken}), im.WithQuotaFallback(1e-12)},
	} {
		s := &script{responses: []response{{status: 200, body: aliceResponse}}}
		c := s.client(t, options...)
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
		_, err := c.Users.Get(ctx, "alice") // the first always goes
		require.NoError(t, err)
		if _, err = c.Users.Get(ctx, "alice"); err != nil {
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.NotContains(t, err.Error(), "-")
		}
		stop()
		require.NotEmpty(t, c.Quotas())
		for _, p := range c.Quotas() {
			for _, w := range p.Windows {
				assert.GreaterOrEqual(t, w.Left, 0)
				assert.Positive(t, w.N)
				assert.Positive(t, w.Per)
			}
		}
	}
	for _, q := range []im.Quota{{N: 1, Per: time.Microsecond}, {N: 1, Per: -1}, {N: 1, Per: math.MinInt64}, {N: -1, Per: time.Second}, {N: math.MinInt, Per: time.Second}} {
		_, err := im.New(config, im.WithQuota("users.get", q))
		require.ErrorIs(t, err, im.ErrInvalidArgument)
		s := &script{responses: []response{{status: 200, body: `{}`}}}
		_, err = im.Raw[struct{}](t.Context(), s.client(t), im.RawCall{Method: "GET", Path: "/x", Quotas: []im.Quota{q}})
		require.ErrorIs(t, err, im.ErrInvalidArgument)
		assert.Empty(t, s.requests)
	}
}

// Values written into raw paths, which belong in Params, do not make pools for ever.
func TestPoolsOfRawCallsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: []response{{status: 200, body: `{}`}}}
		c := s.client(t)
		before := len(c.Quotas())
		get := func(path string) {
			_, err := im.Raw[struct{}](t.Context(), c, im.RawCall{Method: "GET", Path: path})
			require.NoError(t, err)
		}
		start := time.Now()
		for i := range 3000 {
			get(fmt.Sprintf("/users/user%d/badges", i))
		}
		assert.LessOrEqual(t, len(c.Quotas()), before+1001)
		assert.Greater(t, time.Since(start), time.Second, "those for which there is no room share 100 a second")
		time.Sleep(time.Minute)
		for i := range 3000 {
			get(fmt.Sprintf("/users/user%d/badges", i+3000))
			time.Sleep(10 * time.Millisecond)
		}
		assert.LessOrEqual(t, len(c.Quotas()), before+1001)
		assert.Less(t, time.Since(start), 3*time.Minute, "those that are idle make room")
		get("/users") // known: it keeps its own
		assert.LessOrEqual(t, len(c.Quotas()), before+1001)
	})
}
