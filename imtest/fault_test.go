package imtest_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// try sends a message under a time limit and gives what came back.
func (c *client) try(ctx context.Context, limit time.Duration) (status int, header http.Header, body string, err error) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	text := `{"to":["bob"],"type":"txt","body":{"msg":"hi"}}`
	req, err := http.NewRequestWithContext(ctx, "POST", c.srv.URL()+c.prefix+"/messages/users", strings.NewReader(text))
	require.NoError(c.t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.token)
	resp, err := c.srv.HTTPClient().Do(req)
	if err != nil {
		return 0, nil, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header, string(b), err
}

// roads are the ways to reach a server.
var roads = map[string][]imtest.Option{
	"HTTP/1.1": nil,
	"TLS":      {imtest.WithTLS()},
	"HTTP/2":   {imtest.WithHTTP2()},
}

// brokenCall is what comes of a call with a fault.
type brokenCall struct {
	fault  imtest.Fault
	status int    // 0: no whole response
	body   string // what it holds
	err    func(error) bool
	done   bool
	limit  time.Duration // 0: a long one
}

var brokenCalls = map[string]brokenCall{
	"cut before":   {fault: imtest.CutBeforeProcessing(), err: brokenOff},
	"cut after":    {fault: imtest.CutAfterProcessing(), err: brokenOff, done: true},
	"cut in it":    {fault: imtest.CutInResponse(), status: 200, err: brokenOff, done: true},
	"connection":   {fault: imtest.CutConnection(), err: brokenOff, done: true},
	"last":         {fault: imtest.EndConnection(), status: 200, body: `"bob"`, done: true},
	"short delay":  {fault: imtest.Delay(time.Millisecond), status: 200, body: `"bob"`, done: true},
	"long delay":   {fault: imtest.Delay(time.Hour), err: timedOut, done: true, limit: 3 * time.Second},
	"trickle":      {fault: imtest.Trickle(time.Microsecond), status: 200, body: `"bob"`, done: true},
	"slow trickle": {fault: imtest.Trickle(time.Hour), status: 200, err: timedOut, done: true, limit: 3 * time.Second},
	"429":          {fault: imtest.RateLimited(), status: 429, body: `"error":"reach_limit"`},
	"403":          {fault: imtest.MessagesLimited(), status: 403, body: `"error":"message_send_error"`},
	"plan":         {fault: imtest.PlanLimited(), status: 429, body: `"error":"resource_limited"`},
	"500":          {fault: imtest.ServerError(), status: 500, body: `"error"`},
	"502":          {fault: imtest.BadGateway(), status: 502, body: "<html>"},
	"503":          {fault: imtest.Unavailable(7 * time.Second), status: 503},
	"truncated":    {fault: imtest.TruncatedJSON(), status: 200, body: `{`, done: true},
	"wrong type":   {fault: imtest.WrongContentType(), status: 200, body: `"bob"`, done: true},
	"huge":         {fault: imtest.HugeBody(1 << 20), status: 200, body: `"bob"`, done: true},
	"expired":      {fault: imtest.ExpiredToken(), status: 401},
	"clock":        {fault: imtest.ClockSkew(imtest.DefaultTokenLifetime + time.Hour), status: 401},
}

// Each fault breaks a call as its name says, on every road, and it is carried
// out once or not at all.
func TestFaults(t *testing.T) {
	for road, options := range roads {
		for name, row := range brokenCalls {
			t.Run(road+"/"+name, func(t *testing.T) {
				if row.limit > 0 {
					t.Parallel() // they wait for the same time
				}
				row.test(t, name, options)
			})
		}
	}
}

func (row brokenCall) test(t *testing.T, name string, options []imtest.Option) {
	c := newClient(t, options...)
	fired := c.srv.Fault(imtest.OnEndpoint("messages.send_users"), imtest.Nth(1), row.fault)
	status, header, body, err := c.try(t.Context(), cmp.Or(row.limit, time.Minute))
	assert.Equal(t, row.status, status)
	assert.Contains(t, body, row.body)
	assert.Equal(t, 1, fired())
	if row.err == nil {
		require.NoError(t, err)
	} else {
		require.True(t, row.err(err), "%v", err)
	}
	switch name {
	case "503":
		assert.Equal(t, "7", header.Get("Retry-After"))
	case "truncated":
		assert.NotContains(t, body, "}}")
	case "wrong type", "502":
		assert.Equal(t, "text/html", header.Get("Content-Type"))
	case "huge":
		assert.Greater(t, len(body), 1<<20)
	}
	want := 0
	if row.done {
		want = 1
	}
	assert.Eventually(t, func() bool { return len(c.srv.Messages("bob")) == want }, time.Minute, time.Millisecond)

	c.srv.ClearFaults()
	c.token = c.appToken()
	status, _, _, err = c.try(t.Context(), time.Minute)
	require.NoError(t, err)
	assert.Equal(t, 200, status, "the next call is whole again")
}

func brokenOff(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		err != nil && strings.Contains(err.Error(), "stream error") // net/http does not export the type
}

func timedOut(err error) bool { return errors.Is(err, context.DeadlineExceeded) }

// Which calls break is chosen by endpoint, count and seed, the same in every run.
func TestWhichCallsBreak(t *testing.T) {
	for name, row := range map[string]struct {
		parts []imtest.Fault
		want  string // x: broken
	}{
		"all":       {nil, "xxxxxx"},
		"nth":       {[]imtest.Fault{imtest.Nth(3)}, "..x..."},
		"first":     {[]imtest.Fault{imtest.First(2)}, "xx...."},
		"every":     {[]imtest.Fault{imtest.Every(2)}, ".x.x.x"},
		"never":     {[]imtest.Fault{imtest.Chance(0, 1)}, "......"},
		"surely":    {[]imtest.Fault{imtest.Chance(1, 1)}, "xxxxxx"},
		"elsewhere": {[]imtest.Fault{imtest.OnEndpoint("users.get", "users.list")}, "......"},
		"here":      {[]imtest.Fault{imtest.OnEndpoint("users.get", "messages.send_users"), imtest.Nth(1)}, "x....."},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t)
			fired := c.srv.Fault(append(row.parts, imtest.BadGateway())...)
			assert.Equal(t, row.want, c.pattern(t, 6))
			assert.Equal(t, strings.Count(row.want, "x"), fired())
		})
	}
}

// pattern sends messages and reports which of them broke.
func (c *client) pattern(t *testing.T, n int) string {
	t.Helper()
	var b strings.Builder
	for range n {
		status, _, _, err := c.try(t.Context(), time.Minute)
		require.NoError(t, err)
		if status == 200 {
			b.WriteByte('.')
		} else {
			b.WriteByte('x')
		}
	}
	return b.String()
}

func TestChanceIsTheSameForASeed(t *testing.T) {
	var patterns []string
	for _, seed := range []uint64{1, 1, 2} {
		c := newClient(t)
		c.srv.Fault(imtest.Chance(0.5, seed), imtest.ServerError())
		patterns = append(patterns, c.pattern(t, 64))
	}
	assert.Equal(t, patterns[0], patterns[1])
	assert.NotEqual(t, patterns[0], patterns[2])
	assert.InDelta(t, 32, strings.Count(patterns[0], "x"), 16)
}

// The first fault that is due acts, those before it that are not have counted.
func TestFaultsInTheirOrder(t *testing.T) {
	c := newClient(t)
	c.srv.Fault(imtest.Nth(2), imtest.RateLimited())
	c.srv.Fault(imtest.ServerError())
	var got []int
	for range 3 {
		status, _, _, err := c.try(t.Context(), time.Minute)
		require.NoError(t, err)
		got = append(got, status)
	}
	assert.Equal(t, []int{500, 429, 500}, got)
}

func TestFaultsThatCouldNeverAct(t *testing.T) {
	srv := imtest.NewServer(t)
	assert.Panics(t, func() { srv.Fault(imtest.Nth(1)) }, "no way to break")
	assert.Panics(t, func() { imtest.OnEndpoint("messages.send_user") }, "no such endpoint")
	assert.PanicsWithValue(t, "imtest: Every is 0, must be at least 1", func() { imtest.Every(0) })
	assert.PanicsWithValue(t, "imtest: Nth is 0, must be at least 1", func() { imtest.Nth(0) })
	assert.PanicsWithValue(t, "imtest: First is -1, must be at least 1", func() { imtest.First(-1) })
	assert.PanicsWithValue(t, "imtest: Chance is 1.5, must be from 0 to 1", func() { imtest.Chance(1.5, 1) })
	assert.Panics(t, func() { imtest.Chance(math.NaN(), 1) })
}

// Nobody else gets the port of a server that refuses connections, which is to have it again. One that is closed holds none.
func TestPortOfRefusedConnections(t *testing.T) {
	for _, at := range []string{"127.0.0.1:0", ":0"} {
		srv, err := imtest.Start(imtest.WithAddr(at))
		require.NoError(t, err)
		t.Cleanup(srv.Close)
		addr := strings.TrimPrefix(srv.URL(), "http://")
		for range 2 {
			srv.RefuseConnections()
			_, err := net.Listen("tcp", addr)
			require.Error(t, err, at)
		}
		_, err = net.Dial("tcp", addr)
		require.Error(t, err, at)
		require.NoError(t, srv.AcceptConnections())
		conn, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		conn.Close()
		srv.Close()
		srv.RefuseConnections()
		free, err := net.Listen("tcp", addr)
		require.NoError(t, err, at)
		free.Close()
	}
}

// A server that refuses connections keeps its address and all that it holds; one
// that is closed stays so.
func TestRefusedConnections(t *testing.T) {
	for road, options := range roads {
		t.Run(road, func(t *testing.T) {
			c := newClient(t, options...)
			c.srv.AddUsers("alice")
			c.srv.HTTPClient().CloseIdleConnections() // a connection that breaks is another fault
			c.srv.RefuseConnections()
			_, _, _, err := c.try(t.Context(), time.Minute)
			require.ErrorIs(t, err, syscall.ECONNREFUSED)
			require.NoError(t, c.srv.AcceptConnections())
			require.NoError(t, c.srv.AcceptConnections(), "it listens already")
			assert.Equal(t, 200, c.send("GET", "/users/alice", "").status)
			c.srv.Close()
			require.Error(t, c.srv.AcceptConnections())
			_, _, _, err = c.try(t.Context(), time.Minute)
			require.ErrorIs(t, err, syscall.ECONNREFUSED)
		})
	}
}
