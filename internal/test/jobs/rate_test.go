// Package jobs measures what package batch promises: on the fake clock, and with
// processes that are killed.
package jobs

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/users"
)

// newUsers are n users, made as they are asked for.
func newUsers(n int) iter.Seq2[users.NewUser, error] {
	return func(yield func(users.NewUser, error) bool) {
		for i := range n {
			if !yield(newUser(i), nil) {
				return
			}
		}
	}
}

func newUser(i int) users.NewUser {
	return users.NewUser{Username: fmt.Sprintf("user-%07d", i), Password: "S3cret.pass"}
}

// registry is a server far away: it registers users, and counts the calls that go beyond
// 100 a second.
type registry struct {
	mu     sync.Mutex
	random *rand.Rand
	newest [100]time.Time
	calls  int
	beyond int
	users  int
}

func (s *registry) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	there, back := s.trip(), s.trip()
	s.mu.Unlock()
	time.Sleep(there)
	s.arrive()
	time.Sleep(back)
	var list []struct {
		Username string `json:"username"`
	}
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for i, u := range list {
		fmt.Fprintf(&b, `%c{"uuid":"u","username":%q,"activated":true}`, ",["[btoi(i == 0)], u.Username)
	}
	s.mu.Lock()
	s.users += len(list)
	s.mu.Unlock()
	return &http.Response{
		StatusCode: http.StatusOK, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(`{"entities":` + b.String() + `]}`)),
	}, nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// trip is 10 to 30 ms each way.
func (s *registry) trip() time.Duration {
	return 10*time.Millisecond + time.Duration(s.random.Int64N(int64(20*time.Millisecond)))
}

func (s *registry) arrive() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	oldest := &s.newest[s.calls%len(s.newest)]
	if now.Sub(*oldest) < time.Second {
		s.beyond++
	}
	*oldest = now
	s.calls++
}

func registration(t *testing.T, transport http.RoundTripper) batch.Job[users.NewUser] {
	client, err := im.New(im.Config{
		Host: "a1.easemob.com", Org: "acme", App: "demo", Platform: im.Easemob, Token: im.StaticToken("t"),
	}, im.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	return batch.Job[users.NewUser]{
		Name: "register", Max: 60, Key: func(u users.NewUser) string { return u.Username },
		Call: func(ctx context.Context, chunk []users.NewUser) (batch.Result, error) {
			return batch.WithoutValues(client.Users.RegisterBatch(ctx, chunk))
		},
	}
}

// A million users are registered at the rate of the quota and in little memory, and as
// the plan says.
func TestMillionRegistrations(t *testing.T) {
	n := 1_000_000
	if os.Getenv("IM_TORTURE") == "" {
		n = 40_000
	}
	synctest.Test(t, func(t *testing.T) {
		server := &registry{random: rand.New(rand.NewPCG(1, 2))}
		j := registration(t, server)
		estimate, err := batch.Plan(t.Context(), newUsers(n), j)
		require.NoError(t, err)
		assert.Zero(t, server.calls, "a plan sends nothing")

		var heap uint64
		var binds int
		j.Total, j.Journal = n, t.TempDir()+"/journal"
		j.Progress = func(p batch.Progress) {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			heap = max(heap, m.HeapAlloc)
			if p.Pool == "user_management" {
				binds++
			}
		}
		start := time.Now()
		sum, err := batch.Run(t.Context(), newUsers(n), j)
		require.NoError(t, err)
		took := time.Since(start)
		rate := float64(n) / took.Seconds()
		t.Logf("%d users in %s: %.0f a second, %.1f %% of 6,000; heap at most %.1f MiB; %d calls, %d beyond the quota",
			n, took.Round(time.Millisecond), rate, rate/60, float64(heap)/(1<<20), server.calls, server.beyond)
		t.Logf("the plan: %d calls, %s, %+.2f %%", estimate.Calls, estimate.Time.Round(time.Millisecond),
			100*(estimate.Time.Seconds()/took.Seconds()-1))
		assert.Equal(t, n, server.users)
		assert.Equal(t, n, sum.Done)
		assert.GreaterOrEqual(t, rate, 0.95*6000)
		assert.LessOrEqual(t, heap, uint64(32<<20))
		assert.Zero(t, server.beyond)
		assert.Equal(t, sum.Calls, estimate.Calls)
		assert.InEpsilon(t, took.Seconds(), estimate.Time.Seconds(), 0.05)
		assert.Equal(t, "user_management", estimate.Pool)
		assert.GreaterOrEqual(t, binds, int(took.Seconds())-1, "the pool that binds is named")
	})
}
