package imtest

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest/internal/wire"
)

func TestLayersStandAroundEndpoints(t *testing.T) {
	srv := NewServer(t)
	var order []string
	note := func(name string) layer {
		return func(c *wire.Call, next func() *wire.Reply) *wire.Reply {
			order = append(order, name+" "+c.ID())
			return next()
		}
	}
	ask := func() *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		srv.ServeHTTP(rec, httptest.NewRequest("POST", "/acme/demo/token", strings.NewReader(`{"grant_type":"password"}`)))
		return rec
	}
	srv.outer = []layer{note("outer 1"), note("outer 2")}
	srv.inner = []layer{note("inner")}
	assert.Equal(t, 404, ask().Code)
	assert.Equal(t, []string{"outer 1 auth.user_token_password", "outer 2 auth.user_token_password", "inner auth.user_token_password"}, order)

	order = nil
	rec := httptest.NewRecorder()
	srv.ServeHTTP(rec, httptest.NewRequest("GET", "/nowhere", nil))
	assert.Equal(t, []string{"outer 1 ", "outer 2 "}, order, "also around calls that lead nowhere")

	// A layer responds in place of the endpoint.
	srv.inner = []layer{func(c *wire.Call, _ func() *wire.Reply) *wire.Reply { return c.Fail(wire.ErrMethodNotAllowed()) }}
	assert.Equal(t, 405, ask().Code)

	// A layer changes how the response is written.
	srv.outer = []layer{func(_ *wire.Call, next func() *wire.Reply) *wire.Reply {
		rep := next()
		rep.Spoil = func(w http.ResponseWriter, _ *http.Request, whole *wire.Reply) {
			w.WriteHeader(502)
			_, _ = w.Write(whole.Body[:5])
		}
		return rep
	}}
	rec = ask()
	assert.Equal(t, 502, rec.Code)
	assert.Equal(t, 5, rec.Body.Len())
}

// A call that is found wrong after its window has passed has nothing to give back:
// what it took was forgotten.
func TestGivenBackTooLate(t *testing.T) {
	clock := NewClock(time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC))
	srv := NewServer(t, WithQuotas(), WithClock(clock))
	send := func() *wire.Call {
		c := srv.newCall(httptest.NewRequest("POST", "/acme/demo/messages/chatgroups", nil))
		c.Body = []byte(`{"to":["1","2","3"]}`)
		return c
	}
	e := srv.quotas.byID["messages.send_groups"]
	wrong, err := srv.quotas.take(e, send())
	require.Nil(t, err)
	clock.Advance(2 * time.Second)
	for range 6 {
		_, err = srv.quotas.take(e, send())
		require.Nil(t, err)
	}
	srv.quotas.giveBack(wrong)
	_, err = srv.quotas.take(e, send())
	require.Nil(t, err, "18 of 20")
	_, err = srv.quotas.take(e, send())
	assert.NotNil(t, err, "21 of 20")
}

// A call that waits for the lock counts when it has it. By a time read before, it would be refused because of the calls
// that others made while it waited, in the period after.
func TestQuotaCountsACallWhenItIsItsTurn(t *testing.T) {
	srv := NewServer(t, WithQuotas())
	c := srv.newCall(httptest.NewRequest("GET", "/acme/demo/users/alice", nil))
	looks := 0
	c.App.Now = func() time.Time {
		looks++
		if srv.quotas.mu.TryLock() {
			srv.quotas.mu.Unlock()
			assert.Fail(t, "the time is read before the lock is held")
		}
		return time.Now()
	}
	srv.quotas.count(c, func() *wire.Reply { return &wire.Reply{Status: 200} })
	assert.Equal(t, 1, looks)
}

// The windows of users in which nothing counts any more do not fill the memory.
func TestOldWindowsAreForgotten(t *testing.T) {
	clock := NewClock(time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC))
	srv := NewServer(t, WithQuotas(), WithClock(clock))
	e := srv.quotas.byID["messages.list_conversations"]
	c := srv.newCall(httptest.NewRequest("GET", "/acme/demo/user/u/user_channels", nil))
	for i := range 25_000 {
		c.Values = []string{strconv.Itoa(i)}
		_, err := srv.quotas.take(e, c)
		require.Nil(t, err)
		clock.Advance(time.Second)
	}
	assert.LessOrEqual(t, len(srv.quotas.windows), 15_000)
	assert.Len(t, srv.QuotaUse(), 59, "those of a minute, and not of the app's second")
}

// A reset takes a clock that was started at a time back to that time, and the machine's to the machine's.
func TestRestoredClocksBeginAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ran, err := ParseClock("2026-03-01T09:00:00Z")
		require.NoError(t, err)
		for clock, lasting := range map[*Clock]time.Duration{ran: 0, NewClock(time.Now()): 0, {}: time.Minute} {
			state, then := clock.state(), clock.Now()
			time.Sleep(time.Minute)
			clock.Advance(time.Hour)
			clock.restore(state, then)
			assert.Equal(t, then.Add(lasting), clock.Now())
			assert.Equal(t, state.fixed.IsZero(), clock.Runs())
		}
	})
}
