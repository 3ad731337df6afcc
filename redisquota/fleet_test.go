package redisquota_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/redisquota"
)

// listen accepts connections and never responds.
func listen(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var group sync.WaitGroup
	group.Go(func() {
		var all []net.Conn
		for {
			c, err := l.Accept()
			if err != nil {
				break
			}
			all = append(all, c)
		}
		for _, c := range all {
			_ = c.Close()
		}
	})
	t.Cleanup(func() { _ = l.Close(); group.Wait() })
	return l.Addr().String()
}

// strict is a server, as a RoundTripper, that refuses what is beyond its limit in
// any sliding window.
type strict struct {
	limit im.Quota

	mu      sync.Mutex
	start   time.Time
	counted []time.Duration
	first   int // of counted in the window
	refused []time.Duration
	fetches int
}

func (s *strict) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := http.StatusOK, `{"entities":[{"uuid":"u","username":"alice","activated":true}]}`
	s.mu.Lock()
	now := time.Since(s.start)
	for s.first < len(s.counted) && s.counted[s.first] <= now-s.limit.Per {
		s.first++
	}
	switch {
	case strings.HasSuffix(r.URL.Path, "/token"):
		s.fetches++
		body = `{"access_token":"t","expires_in":3600}`
	case len(s.counted)-s.first >= s.limit.N:
		s.refused = append(s.refused, now)
		status, body = http.StatusTooManyRequests, `{"error":"reach_limit"}`
	default:
		s.counted = append(s.counted, now)
	}
	s.mu.Unlock()
	if r.Body != nil {
		_ = r.Body.Close()
	}
	return &http.Response{
		StatusCode: status, Request: r, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}, nil
}

// between counts what was let through from one moment to another.
func (s *strict) between(from, to time.Duration) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, at := range s.counted {
		if at >= from && at < to {
			n++
		}
	}
	return n
}

// fleet runs clients, each with its own connections, until the context ends. It
// returns how many calls failed.
func fleet(ctx context.Context, t *testing.T, b *backend, prefix string, server *strict, n int, options ...im.Option) (failed int64) {
	var wrong atomic.Int64
	var group sync.WaitGroup
	for range n {
		store := &redisquota.Store{Redis: b.connect(t), Prefix: prefix}
		client, err := im.New(im.Config{
			Host: "a1.example.com", Org: "acme", App: "demo", Platform: im.Agora,
			Token: im.SharedToken(store, im.ClientCredentials{ID: "id", Secret: "s"}),
		}, append([]im.Option{im.WithHTTPClient(&http.Client{Transport: server}), im.WithQuotaStore(store)}, options...)...)
		require.NoError(t, err)
		for range 8 {
			group.Go(func() {
				for ctx.Err() == nil {
					if _, err := client.Users.Get(ctx, "alice"); err != nil && ctx.Err() == nil && !strings.Contains(err.Error(), "outlasts") {
						wrong.Add(1)
						t.Log(err)
					}
				}
			})
		}
	}
	group.Wait()
	return wrong.Load()
}

// unless returns the strict figure with make torture, and otherwise one that holds
// when the machine stalls: these tests run on the real clock beside others.
func unless(strict, stalled int) int {
	if os.Getenv("IM_TORTURE") != "" {
		return strict
	}
	return stalled
}

func TestFleetUsesOneQuotaAndOneToken(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		s, _ := b.store(t)
		server := &strict{limit: perSecond(100), start: time.Now()}
		ctx, end := context.WithTimeout(t.Context(), 3*time.Second)
		defer end()
		failed := fleet(ctx, t, b, s.Prefix, server, 4)
		assert.Zero(t, failed)
		assert.LessOrEqual(t, len(server.refused), unless(0, 3))
		assert.Greater(t, len(server.counted), unless(240, 150), "of 300")
		assert.Equal(t, 1, server.fetches)
	})
}

func TestRestartOfRedis(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		if b.kill == nil {
			t.Skip("not ours to restart")
		}
		s, _ := b.store(t)
		server := &strict{limit: perSecond(100), start: time.Now()}
		var down, back atomic.Int64
		var killed, ruled time.Duration // since the start
		ctx, end := context.WithCancel(t.Context())
		defer end()
		var group sync.WaitGroup
		group.Go(func() {
			defer end()
			since := func() time.Duration { return time.Since(server.start) }
			until := func(what string, ok func() bool) {
				begun := since()
				for !ok() && assert.Less(t, since()-begun, time.Minute, what) {
					time.Sleep(10 * time.Millisecond)
				}
			}
			time.Sleep(1500 * time.Millisecond)
			killed = since()
			b.kill()
			time.Sleep(1500 * time.Millisecond)
			until("every process notices", func() bool { return down.Load() >= 4 })
			b.restart()
			until("every process goes back", func() bool { return back.Load() >= 4 })
			ruled = since()
			until("the store rules again; a process's own share is 25", func() bool {
				return server.between(max(ruled, since()-time.Second), time.Hour) > unless(75, 50)
			})
			assert.Less(t, since(), time.Duration(unless(8, 120))*time.Second)
		})
		failed := fleet(ctx, t, b, s.Prefix, server, 4, im.WithObserver(func(_ context.Context, e im.Event) {
			switch {
			case e.Endpoint != im.QuotaStoreEvent:
			case e.Err != nil:
				down.Add(1)
			default:
				back.Add(1)
			}
		}))
		group.Wait()
		assert.Zero(t, failed, "no call is lost")
		outside := 0
		for _, at := range server.refused {
			if at < killed || at > ruled+time.Second {
				outside++
			}
		}
		assert.LessOrEqual(t, outside, unless(0, 3))
		t.Logf("refused %d, let through %d; back %v after the kill", len(server.refused), len(server.counted), ruled-killed)
	})
}

func TestClientKillStorm(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		if b.name == "miniredis" {
			t.Skip("miniredis kills no clients")
		}
		s, c := b.store(t)
		server := &strict{limit: perSecond(100), start: time.Now()}
		ctx, stop := context.WithTimeout(t.Context(), 3*time.Second)
		defer stop()
		var group sync.WaitGroup
		group.Go(func() {
			for ctx.Err() == nil {
				c.Do(ctx, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
				time.Sleep(20 * time.Millisecond)
			}
		})
		failed := fleet(ctx, t, b, s.Prefix, server, 4)
		group.Wait()
		assert.Zero(t, failed)
		assert.Greater(t, len(server.counted), 150, "of 300")
		t.Logf("refused %d, let through %d", len(server.refused), len(server.counted))
	})
}
