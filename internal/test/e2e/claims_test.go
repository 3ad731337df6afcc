package e2e

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/users"
)

// tally counts what became of the attempts of a client.
type tally struct {
	ok, refusals atomic.Int64
	mu           sync.Mutex
	waits        []time.Duration // for the quota, of successes
}

func (c *tally) note(_ context.Context, e im.Event) {
	if e.Endpoint == "auth.app_token" {
		return
	}
	switch e.Status {
	case 200:
		c.ok.Add(1)
		c.mu.Lock()
		c.waits = append(c.waits, e.Waited)
		c.mu.Unlock()
	case 403, 429:
		c.refusals.Add(1)
	}
}

// counted makes a client of the server that counts.
func counted(t *testing.T, srv *imtest.Server, options ...im.Option) (*im.Client, *tally) {
	t.Helper()
	c := new(tally)
	client, err := im.New(srv.Config(), append(options, im.WithObserver(c.note))...)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return client, c
}

// countedOnAFakeClock makes a client that counts, in a bubble of synctest, of a server that was made outside it. Requests
// are 5 ms on their way, and responses too.
func countedOnAFakeClock(t *testing.T, srv *imtest.Server, options ...im.Option) (*im.Client, *tally) {
	t.Helper()
	distant := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(5 * time.Millisecond)
		srv.ServeHTTP(w, r)
		time.Sleep(5 * time.Millisecond)
	})
	return counted(t, srv, append(options, im.WithHTTPClient(&http.Client{Transport: inProcess(func() http.Handler { return distant })}))...)
}

// during calls from so many goroutines at once, without a pause, for a time.
func during(t *testing.T, d time.Duration, goroutines int, call func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for ctx.Err() == nil {
				if err := call(ctx); err != nil && ctx.Err() == nil {
					assert.ErrorIs(t, err, context.DeadlineExceeded) // the next turn would come after the end
					return
				}
			}
		})
	}
	wg.Wait()
}

// README: "Quotas kept without a thought". Clients at full speed against a server that counts: no call is refused, and
// nearly all of the quota is used.
func TestQuotasAreKept(t *testing.T) {
	t.Parallel()
	const length = time.Minute
	for name, c := range map[string]struct {
		quota int // in the time of the test
		items int // a call
		call  func(context.Context, *im.Client) error
	}{
		"100 calls a second": {6000, 1, func(ctx context.Context, client *im.Client) error {
			_, err := client.Users.Get(ctx, "alice")
			return err
		}},
		"50 calls a second": {3000, 1, func(ctx context.Context, client *im.Client) error {
			_, err := client.Users.GetStatusBatch(ctx, []string{"alice"})
			return err
		}},
		"20 group messages a second, 3 a call, of which 6 fit": {6 * 3 * 60, 3, func(ctx context.Context, client *im.Client) error {
			_, err := client.Messages.SendToGroups(ctx, []string{"1", "2", "3"}, messages.Message{Body: messages.Text("x")})
			return err
		}},
		"6,000 messages to users a minute, 40 a call": {6000, 40, func(ctx context.Context, client *im.Client) error {
			_, err := client.Messages.SendToUsers(ctx, names(40), messages.Message{Body: messages.Text("x")})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := imtest.NewServer(t, imtest.WithQuotas())
			srv.AddUsers("alice")
			synctest.Test(t, func(t *testing.T) {
				client, seen := countedOnAFakeClock(t, srv)
				during(t, length, 16, func(ctx context.Context) error { return c.call(ctx, client) })
				used := int(seen.ok.Load()) * c.items
				t.Logf("%d of %d in %s, %d refusals", used, c.quota, length, seen.refusals.Load())
				assert.Zero(t, seen.refusals.Load())
				assert.Greater(t, used, c.quota*95/100)
			})
		})
	}
}

// README: "background jobs give way". A nightly job that asks for more than there
// is costs the foreground next to nothing, and gets what is left over.
func TestNightlyLane(t *testing.T) {
	t.Parallel()
	srv := imtest.NewServer(t, imtest.WithQuotas())
	srv.AddUsers("alice")
	synctest.Test(t, func(t *testing.T) {
		client, seen := countedOnAFakeClock(t, srv)
		ctx, cancel := context.WithCancel(im.WithLane(t.Context(), im.Background))
		defer cancel()
		var nightly atomic.Int64
		var wg sync.WaitGroup
		for range 40 {
			wg.Go(func() {
				for ctx.Err() == nil {
					if _, err := client.Users.Get(ctx, "alice"); err != nil {
						return
					}
					nightly.Add(1)
				}
			})
		}
		time.Sleep(time.Second) // the job has used up what was saved
		nightly.Store(0)
		start := time.Now()
		var slowest, sum time.Duration
		const calls = 100
		for range calls {
			started := time.Now()
			_, err := client.Users.Get(t.Context(), "alice")
			require.NoError(t, err)
			took := time.Since(started)
			slowest, sum = max(slowest, took), sum+took
			time.Sleep(30 * time.Millisecond)
		}
		length := time.Since(start)
		cancel()
		wg.Wait()
		t.Logf("foreground: %d calls in %s each, slowest %s; nightly: %d calls in %s; %d refusals",
			calls, sum/calls, slowest, nightly.Load(), length, seen.refusals.Load())
		assert.Zero(t, seen.refusals.Load())
		assert.Less(t, sum/calls, 25*time.Millisecond, "10 ms are on the way; behind 40 others in one line it would be 400 ms")
		assert.Greater(t, float64(nightly.Load()+calls), 95*length.Seconds(), "of 100 a second")
		pools := client.Quotas()
		at := slices.IndexFunc(pools, func(p im.PoolStatus) bool { return p.Pool == "users.get" })
		require.NotEqual(t, -1, at)
		assert.GreaterOrEqual(t, int64(pools[at].Granted), seen.ok.Load(), "client.Quotas() shows the same, and what the end cut off")
		assert.Zero(t, pools[at].Refused)
	})
}

// docs/quotas.md: processes that take a fixed share each are not refused together.
func TestQuotaShares(t *testing.T) {
	t.Parallel()
	srv := imtest.NewServer(t, imtest.WithQuotas())
	srv.AddUsers("alice")
	synctest.Test(t, func(t *testing.T) {
		const length = 30 * time.Second
		var wg sync.WaitGroup
		var all [2]*tally
		for i := range all {
			client, seen := countedOnAFakeClock(t, srv, im.WithQuotaShare(0.5))
			all[i] = seen
			wg.Go(func() {
				during(t, length, 4, func(ctx context.Context) error {
					_, err := client.Users.Get(ctx, "alice")
					return err
				})
			})
		}
		wg.Wait()
		for _, seen := range all {
			assert.Zero(t, seen.refusals.Load())
			assert.Greater(t, seen.ok.Load(), int64(95*50*length.Seconds()/100))
		}
	})
}

// README: "No message sent twice, none lost in silence". What the client says of
// each way to break is what happened.
func TestNoMessageTwice(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault     imtest.Fault
		kind      error // nil: the client has overcome it
		unknown   bool
		delivered int
		requests  int
	}{
		"cut after":     {imtest.CutAfterProcessing(), im.ErrUnavailable, true, 1, 1},
		"cut before":    {imtest.CutBeforeProcessing(), im.ErrUnavailable, true, 0, 1},
		"bad gateway":   {imtest.BadGateway(), im.ErrUnavailable, true, 0, 1},
		"truncated":     {imtest.TruncatedJSON(), im.ErrBadResponse, true, 1, 1},
		"server error":  {imtest.ServerError(), im.ErrInternal, true, 0, 1},
		"rate limited":  {imtest.RateLimited(), nil, false, 1, 2},
		"403 for rate":  {imtest.MessagesLimited(), nil, false, 1, 2},
		"plan limited":  {imtest.PlanLimited(), im.ErrPlanLimit, false, 0, 1},
		"expired token": {imtest.ExpiredToken(), nil, false, 1, 2},
		"content type":  {imtest.WrongContentType(), nil, false, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := imtest.NewServer(t)
			client, _ := counted(t, srv)
			srv.Fault(imtest.OnEndpoint("messages.send_users"), imtest.First(1), c.fault)
			_, err := client.Messages.SendToUsers(t.Context(), []string{"bob"}, messages.Message{Body: messages.Text("once")})
			if c.kind == nil {
				require.NoError(t, err)
			} else {
				refused(t, err, c.kind)
				if c.unknown {
					require.ErrorIs(t, err, im.ErrOutcomeUnknown)
				} else {
					require.NotErrorIs(t, err, im.ErrOutcomeUnknown)
				}
			}
			assert.Len(t, srv.Messages("bob"), c.delivered)
			assert.Len(t, srv.RequestsTo("messages.send_users"), c.requests)
		})
	}
}

// README, table of errors: what may be retried is, and comes out right.
func TestReadsAreRepeated(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]imtest.Fault{
		"cut after": imtest.CutAfterProcessing(), "cut before": imtest.CutBeforeProcessing(), "bad gateway": imtest.BadGateway(),
		"unavailable": imtest.Unavailable(0), "truncated": imtest.TruncatedJSON(), "rate limited": imtest.RateLimited(), "expired": imtest.ExpiredToken(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := imtest.NewServer(t)
			srv.AddUsers("alice")
			client, _ := counted(t, srv)
			srv.Fault(imtest.OnEndpoint("users.get"), imtest.First(1), fault)
			u, err := client.Users.Get(t.Context(), "alice")
			require.NoError(t, err)
			assert.Equal(t, "alice", u.Username)
			assert.Len(t, srv.RequestsTo("users.get"), 2)
		})
	}
}

// Nothing was sent where nobody listens: any call is retried, and its outcome is
// known.
func TestRefusedConnection(t *testing.T) {
	t.Parallel()
	srv := imtest.NewServer(t)
	client, _ := counted(t, srv)
	_, err := client.Users.Register(t.Context(), users.NewUser{Username: "alice", Password: "p"})
	require.NoError(t, err)
	srv.RefuseConnections()
	client.Close() // forgets the connection that the server has closed: what is written there may have been read
	restart := time.AfterFunc(100*time.Millisecond, func() { assert.NoError(t, srv.AcceptConnections()) })
	defer restart.Stop()
	_, err = client.Messages.SendToUsers(t.Context(), []string{"alice"}, messages.Message{Body: messages.Text("once")})
	require.NoError(t, err)
	assert.Len(t, srv.Messages("alice"), 1)
}
