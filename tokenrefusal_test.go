package im_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
)

// gate is a server with a rule for which calls it accepts, and a count of fetches.
type gate struct {
	mu      sync.Mutex
	fetches int
	calls   int
	latency time.Duration
	life    string                                 // in the words of /token
	fails   bool                                   // /token returns 503
	accepts func(g *gate, token, path string) bool // with the lock held; the token without Bearer
}

func (g *gate) do(r *http.Request) *response {
	time.Sleep(g.latency)
	if strings.Contains(r.URL.Path, "slow") {
		time.Sleep(time.Second)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if strings.HasSuffix(r.URL.Path, "/token") {
		g.fetches++
		if g.fails {
			return &response{status: 503}
		}
		return &response{status: 200, body: fmt.Sprintf(`{"access_token":%q,%s}`, nth(g.fetches), cmp.Or(g.life, `"expires_in":86400`))}
	}
	g.calls++
	if !g.accepts(g, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), r.URL.RequestURI()) {
		return &response{status: 401, body: badToken}
	}
	return &response{status: 200, body: aliceResponse}
}

func (g *gate) client(t *testing.T, options ...im.Option) *im.Client {
	c := config
	c.Token = im.ClientCredentials{ID: "id", Secret: "s"}
	return (&script{responses: []response{{do: g.do}}}).clientFor(t, c, append([]im.Option{im.WithoutQuotas()}, options...)...)
}

func (g *gate) set(accepts func(g *gate, token, path string) bool) {
	g.mu.Lock()
	g.accepts = accepts
	g.mu.Unlock()
}

func everything(*gate, string, string) bool { return true }
func nothing(*gate, string, string) bool    { return false }

// nth is the token of a fetch; they sort.
func nth(fetch int) string { return fmt.Sprintf("t%04d", fetch) }

// newest accepts the latest token only.
func newest(g *gate, token, _ string) bool { return token == nth(g.fetches) }

// exceptBad accepts every token, but nothing below /bad or for a user bad….
func exceptBad(_ *gate, _, path string) bool { return !strings.Contains(path, "bad") }

// user is a call that the server may refuse by name.
func user(c *im.Client, name string) func() error {
	return func() error {
		_, err := c.Users.Get(context.Background(), name)
		return err
	}
}

// group is a call of another endpoint.
func group(c *im.Client, id string) func() error {
	return func() error {
		_, err := im.Raw[struct{}](context.Background(), c, im.RawCall{Method: "GET", Path: "/chatgroups/{id}/x", Params: []string{id}})
		return err
	}
}

// during runs f again and again in n goroutines for d, each once in every step.
func during(n int, d, step time.Duration, f func() error) (failed int64) {
	end := time.Now().Add(d)
	var count atomic.Int64
	together(n, func() error {
		for time.Now().Before(end) {
			if f() != nil {
				count.Add(1)
			}
			time.Sleep(step)
		}
		return nil
	})
	return count.Load()
}

// With every token refused, the fetches are few: one a second after the second, then
// fewer, whether tokens were accepted before or not.
func TestUselessTokensAreFewFetches(t *testing.T) {
	for _, before := range []bool{false, true} {
		for _, goroutines := range []int{1, 1000} {
			t.Run(fmt.Sprintf("accepted before %t, %d goroutines", before, goroutines), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server := &gate{latency: 10 * time.Millisecond, accepts: everything}
					client := server.client(t)
					if before {
						require.NoError(t, get(t.Context(), client))
						time.Sleep(time.Millisecond)
					}
					server.set(nothing)
					start := time.Now()
					assert.Positive(t, during(goroutines, 10*time.Second, 90*time.Millisecond, user(client, "alice")))
					t.Logf("%d fetches and %d calls in 10 s", server.fetches, server.calls)
					assert.LessOrEqual(t, server.fetches, 12)
					assert.Less(t, time.Since(start), 17*time.Second)

					fetches := server.fetches
					during(1, 10*time.Minute, 300*time.Millisecond, user(client, "alice"))
					assert.LessOrEqual(t, server.fetches-fetches, 22, "at most two a minute")

					server.set(newest) // and it recovers
					time.Sleep(30 * time.Second)
					assert.Zero(t, together(goroutines, user(client, "alice")))
				})
			})
		}
	}
}

// An endpoint's own 401 costs the others nothing, and is a fetch now and then.
func TestOwnRejectionKeepsTheToken(t *testing.T) {
	for name, bad := range map[string]func(*im.Client) func() error{
		"same endpoint":    func(c *im.Client) func() error { return user(c, "bad") },
		"another endpoint": func(c *im.Client) func() error { return group(c, "bad") },
		"many paths": func(c *im.Client) func() error {
			var n atomic.Int64
			return func() error { return group(c, fmt.Sprint("bad", n.Add(1)))() }
		},
	} {
		for _, goroutines := range []int{1, 500} {
			t.Run(fmt.Sprintf("%s, %d goroutines", name, goroutines), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server := &gate{latency: 10 * time.Millisecond, accepts: exceptBad}
					client := server.client(t)
					good, refused := user(client, "alice"), bad(client)
					require.NoError(t, good())
					both := func() error {
						err := refused()
						require.ErrorIs(t, err, im.ErrUnauthorized)
						return good()
					}
					assert.Zero(t, during(goroutines, 10*time.Second, 90*time.Millisecond, both))
					t.Logf("%d fetches, %d calls", server.fetches, server.calls)
					assert.LessOrEqual(t, server.fetches, 12)

					// a token that really ends is renewed at once all the same
					last := server.fetches
					server.set(func(g *gate, token, path string) bool {
						return exceptBad(g, token, path) && token > nth(last)
					})
					start := time.Now()
					assert.Zero(t, together(goroutines, good))
					assert.Equal(t, last+1, server.fetches)
					assert.Less(t, time.Since(start), time.Second)
				})
			})
		}
	}
}

// An endpoint that refuses a token on many paths and accepts it on others renews one
// that really ends.
func TestEndpointOfGoodAndBadPathsRenewsTheToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &gate{latency: 10 * time.Millisecond, accepts: exceptBad}
		client := server.client(t)
		var n atomic.Int64
		both := func() error {
			require.ErrorIs(t, user(client, fmt.Sprint("bad", n.Add(1)%20))(), im.ErrUnauthorized)
			return user(client, "alice")()
		}
		assert.Zero(t, during(10, 30*time.Second, 90*time.Millisecond, both))
		t.Logf("%d fetches, %d calls", server.fetches, server.calls)
		assert.LessOrEqual(t, server.fetches, 30)

		last := server.fetches
		server.set(func(g *gate, token, path string) bool { return exceptBad(g, token, path) && token > nth(last) })
		start := time.Now()
		assert.Zero(t, during(10, time.Second, 90*time.Millisecond, user(client, "alice")))
		assert.Equal(t, last+1, server.fetches)
		assert.Less(t, time.Since(start), 2*time.Second)
	})
}

// Good and bad calls beside each other, in goroutines of their own.
func TestGoodCallsBesideBadOnes(t *testing.T) {
	callers := 1000
	if testing.Short() {
		callers = 200 // the race detector takes a minute for more
	}
	synctest.Test(t, func(t *testing.T) {
		server := &gate{latency: 10 * time.Millisecond, accepts: exceptBad}
		client := server.client(t)
		var n, goodCalls, failed, slowest atomic.Int64
		end := time.Now().Add(10 * time.Second)
		together(callers, func() error {
			k := n.Add(1)
			for ; time.Now().Before(end); time.Sleep(40 * time.Millisecond) {
				if k%2 == 0 {
					require.Error(t, group(client, fmt.Sprint("bad", k%40))())
					continue
				}
				start := time.Now()
				if user(client, fmt.Sprint("user", k))() != nil {
					failed.Add(1)
				}
				goodCalls.Add(1)
				slowest.Store(max(slowest.Load(), int64(time.Since(start))))
			}
			return nil
		})
		t.Logf("%d good calls, %d fetches", goodCalls.Load(), server.fetches)
		assert.Zero(t, failed.Load())
		assert.LessOrEqual(t, server.fetches, 12)
		assert.Less(t, time.Duration(slowest.Load()), time.Second)
	})
}

// While an endpoint's own 401 is looked into, the token that serves others stays:
// /token is down, or gives tokens that nobody accepts.
func TestTokenThatServesIsNotLost(t *testing.T) {
	for name, broken := range map[string]func(*gate){
		"no token to be had": func(g *gate) { g.fails = true },
		"useless tokens": func(g *gate) {
			g.accepts = func(_ *gate, token, path string) bool { return token == nth(1) && !strings.Contains(path, "bad") }
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &gate{accepts: exceptBad}
				client := server.client(t, im.WithRetries(0))
				require.NoError(t, user(client, "alice")())
				broken(server)
				for range 100 {
					require.Error(t, user(client, "bad")())
					require.NoError(t, user(client, "alice")())
					time.Sleep(100 * time.Millisecond)
				}
				assert.LessOrEqual(t, server.fetches, 12)
			})
		})
	}
}

// One bad call with a fresh token is enough: it is told so after its second attempt.
func TestOwnRejectionIsReportedAfterOneExchange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &gate{accepts: exceptBad}
		client := server.client(t)
		require.NoError(t, user(client, "alice")())
		err := user(client, "bad")()
		failure, _ := errors.AsType[*im.Error](err)
		assert.Equal(t, []int{401, 2}, []int{failure.Status, failure.Attempts})
		assert.Equal(t, 2, server.fetches)
		require.NoError(t, user(client, "alice")())
		err = user(client, "bad")()
		failure, _ = errors.AsType[*im.Error](err)
		assert.Equal(t, []int{401, 1}, []int{failure.Status, failure.Attempts})
		assert.Equal(t, 2, server.fetches)
	})
}

// A call that is not to be retried sees to it that the next has a good token.
func TestWithoutRetryRenewsForTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &gate{accepts: everything}
		client := server.client(t)
		require.NoError(t, get(t.Context(), client))
		server.set(func(_ *gate, token, _ string) bool { return token == nth(2) })
		time.Sleep(time.Second)
		require.ErrorIs(t, get(im.WithoutRetry(t.Context()), client), im.ErrUnauthorized)
		synctest.Wait()
		require.NoError(t, get(im.WithoutRetry(t.Context()), client))
		assert.Equal(t, 2, server.fetches)
	})
}

// Where each token serves one call only, a call gives up once it has tried for as
// long as one attempt may take.
func TestStormOfRejectionsIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		used := map[string]bool{}
		server := &gate{latency: 10 * time.Millisecond, accepts: func(_ *gate, token, _ string) bool {
			first := !used[token]
			used[token] = true
			return first
		}}
		client := server.client(t, im.WithTimeout(5*time.Second))
		var longest atomic.Int64
		failed := together(1000, func() error {
			start := time.Now()
			err := get(t.Context(), client)
			longest.Store(max(longest.Load(), int64(time.Since(start))))
			return err
		})
		assert.Positive(t, failed)
		assert.Less(t, failed, int64(1000))
		assert.Less(t, time.Duration(longest.Load()), 8*time.Second)
	})
}

// Tokens that end again and again while a thousand calls use them fail no call.
func TestTokensThatEndUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		valid := ""
		server := &gate{latency: 5 * time.Millisecond, accepts: func(_ *gate, token, _ string) bool { return token >= valid }}
		client := server.client(t)
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range 40 {
				time.Sleep(500 * time.Millisecond)
				server.mu.Lock()
				valid = nth(server.fetches + 1)
				server.mu.Unlock()
			}
		}()
		var n atomic.Int64
		failed := during(100, 20*time.Second, 40*time.Millisecond, func() error { return user(client, fmt.Sprint("u", n.Add(1)))() })
		<-done
		assert.Zero(t, failed)
		assert.LessOrEqual(t, server.fetches, 42)
	})
}

// Where one path accepts some calls and refuses others, fetches stay at one a second,
// and a token that really ends is renewed within a second.
func TestPathThatAcceptsAndRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &gate{latency: time.Millisecond, accepts: exceptBad}
		client := server.client(t)
		call := func(q url.Values) error {
			_, err := im.Raw[struct{}](t.Context(), client, im.RawCall{Method: "GET", Path: "/mixed", Query: q})
			return err
		}
		for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
			require.NoError(t, call(nil))
			require.ErrorIs(t, call(url.Values{"bad": {"1"}}), im.ErrUnauthorized)
			time.Sleep(100 * time.Millisecond)
		}
		t.Logf("%d fetches", server.fetches)
		assert.LessOrEqual(t, server.fetches, 40)
		last := server.fetches
		server.set(func(_ *gate, token, _ string) bool { return token > nth(last) })
		start := time.Now()
		require.NoError(t, call(nil))
		assert.LessOrEqual(t, time.Since(start), 1100*time.Millisecond)
	})
}

// What was accepted late, but sent before the token ended, does not make the 401s of
// the others their endpoint's own.
func TestLateAcceptanceIsNoEvidence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &gate{accepts: everything}
		client := server.client(t, im.WithRetries(0))
		require.NoError(t, user(client, "alice")())
		time.Sleep(time.Second)
		slow := make(chan error)
		go func() { slow <- user(client, "slow")() }()
		synctest.Wait()
		server.set(func(_ *gate, token, path string) bool { return token > nth(1) || strings.Contains(path, "slow") })
		server.fails = true
		require.Error(t, user(client, "alice")())
		require.NoError(t, <-slow)
		server.fails = false
		time.Sleep(2 * time.Second)
		server.set(func(_ *gate, token, _ string) bool { return token > nth(2) })
		require.NoError(t, user(client, "alice")())
	})
}

// The call that tries a token for all may wait for its quota before that, but for
// nothing else.
func TestCallThatTriesATokenDoesNotWaitForItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &gate{latency: 10 * time.Millisecond, accepts: func(_ *gate, token, _ string) bool { return token >= nth(2) }}
		c := config
		c.Token = im.ClientCredentials{ID: "id", Secret: "s"}
		client := (&script{responses: []response{{do: server.do}}}).clientFor(t, c, im.WithQuota("users.get", im.Quota{N: 10, Per: time.Second}))
		start := time.Now() // no second of waiting for a response
		assert.Zero(t, together(6, user(client, "alice")))
		assert.Less(t, time.Since(start), 900*time.Millisecond)
	})
}

// While tokens help nobody, one call tries a new one for all.
func TestOneCallTriesANewToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &gate{latency: 10 * time.Millisecond, accepts: func(_ *gate, token, _ string) bool { return token >= nth(4) }}
		client := server.client(t)
		assert.Zero(t, together(1000, user(client, "alice")))
		assert.Equal(t, 4, server.fetches)
		assert.Less(t, server.calls, 2100, "a thousand with the first token, a thousand with the fourth")

		server.set(func(_ *gate, token, _ string) bool { return token >= nth(5) })
		start := time.Now() // tokens are of use again: no pause
		assert.Zero(t, together(1000, user(client, "alice")))
		assert.Less(t, time.Since(start), 200*time.Millisecond)
	})
}
