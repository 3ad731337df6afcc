package faults

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

// together calls f(0) to f(n-1) from so many goroutines.
func together(workers, n int, f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
}

// No message is sent twice, and none is lost in silence: what the caller was told
// of each send agrees with what the server holds.
func TestPromiseNoMessageTwiceOrLostInSilence(t *testing.T) {
	onEachRoad(t, func(t *testing.T, r road) {
		t.Run("5% cut after processing", func(t *testing.T) {
			srv := imtest.NewServer(t, r.options...)
			srv.Fault(imtest.OnEndpoint("messages.send_users"), imtest.Chance(0.04, 1), imtest.CutAfterProcessing())
			srv.Fault(imtest.OnEndpoint("messages.send_users"), imtest.Chance(0.01, 2), imtest.CutConnection())
			sendsToEmulator(t, srv, scale(4000, 100_000))
		})
		t.Run("all faults", func(t *testing.T) {
			srv := imtest.NewServer(t, r.options...)
			for i, fault := range []imtest.Fault{
				imtest.CutBeforeProcessing(), imtest.CutAfterProcessing(), imtest.CutInResponse(), imtest.Delay(time.Hour),
				imtest.RateLimited(), imtest.MessagesLimited(), imtest.PlanLimited(), imtest.ServerError(), imtest.BadGateway(),
				imtest.Unavailable(0), imtest.TruncatedJSON(), imtest.WrongContentType(), imtest.HugeBody(256 << 10),
				imtest.ExpiredToken(), imtest.CutConnection(), imtest.EndConnection(),
			} {
				srv.Fault(imtest.OnEndpoint("messages.send_users"), imtest.Chance(0.01, uint64(i+1)), fault)
			}
			sendsToEmulator(t, srv, scale(2000, 20_000))
		})
	})
	t.Run("HTTP/2, 5% of the streams reset after processing", func(t *testing.T) {
		b := new(book)
		srv := newH2Server(t, func(st *h2stream) {
			b.note(st.body)
			if b.random() >= 0.05 {
				st.ok()
				return
			}
			spoilStream(st, b.pick(5))
		})
		sends(t, at(t, srv.url, srv.client), b.held, scale(4000, 100_000))
	})
	t.Run("TLS, 5% of the records broken", func(t *testing.T) {
		b := new(book)
		url, hc := tlsBook(t, b)
		sends(t, at(t, url, hc), b.held, scale(4000, 100_000))
	})
}

func sendsToEmulator(t *testing.T, srv *imtest.Server, n int) {
	client := newClient(t, srv, im.WithTimeout(500*time.Millisecond), im.WithMaxRetryWait(50*time.Millisecond), im.WithMaxResponse(64<<10))
	sends(t, client, func() (texts []string) {
		srv.ClearFaults()
		for _, m := range srv.Messages("bob") {
			texts = append(texts, m.Text())
		}
		return texts
	}, n)
}

// sends compares what the caller of each of n messages was told with what the server
// holds.
func sends(t *testing.T, client *im.Client, holds func() []string, n int) {
	told := make([]error, n)
	together(64, n, func(i int) {
		_, told[i] = client.Messages.SendToUsers(t.Context(), []string{"bob"}, messages.Message{Body: messages.Text(strconv.Itoa(i))})
	})
	held := make([]int, n)
	for _, text := range holds() {
		i, err := strconv.Atoi(text)
		require.NoError(t, err)
		held[i]++
	}
	var doubles, contradictions, succeeded, unknown, arrived int
	for i, err := range told {
		switch {
		case held[i] > 1:
			doubles++
		case err == nil && held[i] == 0, err != nil && !errors.Is(err, im.ErrOutcomeUnknown) && held[i] > 0:
			contradictions++
			t.Logf("message %d: told %v, held %d times", i, err, held[i])
		}
		switch {
		case err == nil:
			succeeded++
		case errors.Is(err, im.ErrOutcomeUnknown):
			unknown++
			arrived += held[i]
		}
	}
	t.Logf("%d sends: %d succeeded, %d of unknown outcome (of which %d had arrived), %d failed for certain; %d doubles, %d contradictions",
		n, succeeded, unknown, arrived, n-succeeded-unknown, doubles, contradictions)
	assert.Zero(t, doubles)
	assert.Zero(t, contradictions)
	assert.Greater(t, unknown, n/100, "the faults have struck")
}

// Work that can be retried is: with 10 % faults and default retries at least
// 99.9 % of idempotent calls succeed.
func TestPromiseIdempotentCallsSucceed(t *testing.T) {
	faults := []imtest.Fault{
		imtest.CutBeforeProcessing(), imtest.CutAfterProcessing(), imtest.CutInResponse(), imtest.RateLimited(),
		imtest.BadGateway(), imtest.Unavailable(0), imtest.TruncatedJSON(),
	}
	srv := imtest.NewServer(t)
	srv.AddUser(imtest.User{Username: "alice", Password: alicePassword})
	struck := make([]func() int, len(faults))
	left := 1.0
	for i, fault := range faults { // the parts add up to 10 %
		part := 0.10 / float64(len(faults))
		struck[i] = srv.Fault(imtest.OnEndpoint("users.get", "users.set_password"), imtest.Chance(part/left, uint64(i+1)), fault)
		left -= part
	}
	client := newClient(t, srv)
	n := scale(4000, 100_000)
	var failed, attempts atomic.Int64
	together(scale(512, 1024), n, func(i int) {
		var err error
		if i%2 == 0 {
			_, err = client.Users.Get(t.Context(), "alice")
		} else {
			err = client.Users.SetPassword(t.Context(), "alice", "p"+strconv.Itoa(i))
		}
		if failure, ok := errors.AsType[*im.Error](err); ok {
			failed.Add(1)
			attempts.Add(int64(failure.Attempts))
			t.Log(err)
		}
	})
	hits := 0
	for _, fired := range struck {
		hits += fired()
	}
	t.Logf("%d calls, %d faults, %d calls failed: %.4f %% succeeded; four faults in a row are expected for %.4f %%",
		n, hits, failed.Load(), 100*(1-float64(failed.Load())/float64(n)), 100*0.1*0.1*0.1*0.1)
	assert.GreaterOrEqual(t, float64(hits), 0.09*float64(n), "10 % faults")
	assert.LessOrEqual(t, float64(failed.Load()), 0.001*float64(n))
}

// A storm of expiring tokens is one fetch at a time, and no call fails for it.
func TestPromiseTokenStorm(t *testing.T) {
	srv := imtest.NewServer(t)
	srv.AddUsers("alice")
	client := newClient(t, srv)
	fetches := srv.Fault(imtest.OnEndpoint("auth.app_token"), imtest.ClockSkew(0)) // counts, and changes nothing
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(scale(1, 10))*time.Second)
	defer cancel()

	expiries := 0
	var expirer sync.WaitGroup
	expirer.Go(func() {
		for tick := time.NewTicker(50 * time.Millisecond); ctx.Err() == nil; <-tick.C {
			srv.ExpireTokens()
			expiries++
		}
	})
	var calls, failed atomic.Int64
	var first sync.Once
	var workers sync.WaitGroup
	for range 1000 {
		workers.Go(func() {
			for ctx.Err() == nil {
				calls.Add(1)
				if _, err := client.Users.Get(t.Context(), "alice"); err != nil {
					failed.Add(1)
					first.Do(func() { t.Log(err) })
				}
			}
		})
	}
	workers.Wait()
	expirer.Wait()
	t.Logf("%d calls by 1,000 goroutines, %d failed; %d expiries, %d fetches", calls.Load(), failed.Load(), expiries, fetches())
	assert.Zero(t, failed.Load())
	assert.LessOrEqual(t, fetches(), expiries+1)
	assert.Greater(t, fetches(), 1, "the expiries have struck")
}
