package im_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/page"
)

// onEasemob is a client of Easemob's whose calls on users are counted by second.
type onEasemob struct {
	*im.Client
	start time.Time
	mu    sync.Mutex
	count map[time.Duration]map[string]int // by second, of GET and DELETE
	fail  bool                             // responds that the rate is too high
}

func easemobClient(t *testing.T, options ...im.Option) *onEasemob {
	t.Helper()
	o := &onEasemob{start: time.Now(), count: make(map[time.Duration]map[string]int)}
	s := &script{responses: []response{{do: func(r *http.Request) *response {
		o.mu.Lock()
		defer o.mu.Unlock()
		second := time.Since(o.start) / time.Second
		if o.count[second] == nil {
			o.count[second] = make(map[string]int)
		}
		o.count[second][r.Method]++
		if o.fail {
			return &response{status: 429, body: tooFast}
		}
		return &response{status: 200, body: aliceResponse}
	}}}}
	c := config
	c.Platform = im.Easemob
	o.Client = s.clientFor(t, c, options...)
	return o
}

func (o *onEasemob) pool(t *testing.T, name string) *im.PoolStatus {
	t.Helper()
	for _, p := range o.Quotas() {
		if p.Pool == name {
			return &p
		}
	}
	return nil
}

// Calls on users take from one budget, whichever they are, and those with a lower quota of
// their own keep to that as well.
func TestEasemobBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := easemobClient(t)
		var group sync.WaitGroup
		for range 300 {
			group.Go(func() { _, _ = c.Users.Get(t.Context(), "alice") })
			group.Go(func() { _, _ = c.Users.DeleteOldest(t.Context(), page.Options{Limit: 1}) })
		}
		group.Wait()
		all, deleted := 0, 0
		for second, n := range c.count {
			assert.LessOrEqual(t, n["GET"]+n["DELETE"], 100, "second %d", second)
			assert.LessOrEqual(t, n["DELETE"], 30, "second %d", second)
			all, deleted = all+n["GET"]+n["DELETE"], deleted+n["DELETE"]
		}
		assert.Equal(t, 600, all)
		assert.Equal(t, 300, deleted)
		assert.Less(t, time.Since(c.start), 14*time.Second, "3 s behind the others, then 30 deletions a second")
		assert.Nil(t, c.pool(t, "users.get"), "would allow as much as the budget")
		assert.EqualValues(t, 600, c.pool(t, "user_management").Granted)
		assert.EqualValues(t, 300, c.pool(t, "users.delete_batch").Granted)
	})
}

// The budget can be raised, and an endpoint held below it.
func TestEasemobBudgetChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := easemobClient(t, im.WithQuota("user_management", im.Quota{N: 150, Per: time.Second}), im.WithQuota("users.get", im.Quota{N: 10, Per: time.Second}))
		for range 20 {
			_, err := c.Users.Get(t.Context(), "alice")
			require.NoError(t, err)
		}
		assert.GreaterOrEqual(t, time.Since(c.start), time.Second)
		assert.Equal(t, 150, c.pool(t, "user_management").Windows[0].N)
		assert.EqualValues(t, 20, c.pool(t, "user_management").Granted)
		assert.EqualValues(t, 20, c.pool(t, "users.get").Granted)
	})
	_, err := im.New(config, im.WithQuota("user_management", im.Quota{N: 150, Per: time.Second}))
	require.ErrorContains(t, err, `"user_management" is neither an endpoint nor a pool`, "Agora has no such budget")
}

// The wait for the budget is seen where it ends without a turn.
func TestEasemobBudgetWaited(t *testing.T) {
	for name, call := range map[string]func(context.Context, *im.Client) error{
		"within the budget": func(ctx context.Context, c *im.Client) error {
			_, err := c.Users.Get(ctx, "alice")
			return err
		},
		"with a quota of its own, too": func(ctx context.Context, c *im.Client) error {
			_, err := c.Users.DeleteOldest(ctx, page.Options{Limit: 1})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var h hooked
				c := easemobClient(t, h.option(), im.WithQuota("user_management", im.Quota{N: 1, Per: time.Minute}))
				require.NoError(t, call(t.Context(), c.Client))
				ctx, stop := context.WithCancel(t.Context())
				time.AfterFunc(300*time.Millisecond, stop)
				require.ErrorIs(t, call(ctx, c.Client), im.ErrCanceled)
				assert.Equal(t, 300*time.Millisecond, h.ends[1].Waited)
			})
		})
	}
}

// A call that cannot wait for the budget gives back what it took of its own pool.
func TestEasemobBudgetTakesAllOrNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := easemobClient(t)
		for range 100 {
			_, _ = c.Users.Get(t.Context(), "alice")
		}
		ctx, stop := context.WithTimeout(t.Context(), time.Microsecond)
		defer stop()
		_, err := c.Users.DeleteOldest(ctx, page.Options{Limit: 1})
		require.ErrorIs(t, err, im.ErrRateLimited)
		p := c.pool(t, "users.delete_batch")
		assert.Zero(t, p.Granted)
		assert.Equal(t, 30, p.Windows[0].Left)
	})
}

// The server does not say which quota a refusal is about: both pause.
func TestEasemobBudgetPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := easemobClient(t)
		c.fail = true
		_, err := c.Users.DeleteOldest(im.WithoutRetry(t.Context()), page.Options{Limit: 1})
		require.ErrorIs(t, err, im.ErrRateLimited)
		for _, name := range []string{"users.delete_batch", "user_management"} {
			p := c.pool(t, name)
			assert.EqualValues(t, 1, p.Refused, name)
			assert.True(t, p.PausedUntil.After(time.Now()), name)
		}
	})
}

// A hook is told the pool that Client.Quotas names, and a raw call takes from it.
func TestEasemobBudgetIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var pools []string
		c := easemobClient(t, im.WithHook(func(ctx context.Context, i im.CallInfo) (context.Context, func(im.CallEnd)) {
			pools = append(pools, i.Pool)
			return ctx, nil
		}))
		_, _ = c.Users.Get(t.Context(), "alice")
		_, _ = c.Users.DeleteOldest(t.Context(), page.Options{Limit: 1})
		_, _ = im.Raw[struct{}](t.Context(), c.Client, im.RawCall{Method: "GET", Path: "/users/{x}", Params: []string{"alice"}})
		assert.Equal(t, []string{"user_management", "users.delete_batch", "user_management"}, pools)
		assert.EqualValues(t, 3, c.pool(t, "user_management").Granted)
	})
}
