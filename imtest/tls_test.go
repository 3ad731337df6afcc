package imtest_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
)

// On each road the server speaks its version of HTTP, to its own client and to
// package im, and the addresses in its responses lead back over the same road.
func TestRoads(t *testing.T) {
	for road, want := range map[string]struct {
		scheme string
		major  int
	}{"HTTP/1.1": {"http", 1}, "TLS": {"https", 1}, "HTTP/2": {"https", 2}} {
		t.Run(road, func(t *testing.T) {
			clock := imtest.NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
			c := newClient(t, append(roads[road], imtest.WithClock(clock))...)
			srv := c.srv
			assert.True(t, strings.HasPrefix(srv.URL(), want.scheme+"://127.0.0.1:"), srv.URL())
			srv.AddUsers("alice")
			response := c.send("GET", "/users/alice", "")
			assert.Equal(t, srv.URL()+"/acme/demo/users/alice", response.path("uri"))
			assert.Equal(t, want.major, c.major(t, srv.HTTPClient()))
			assert.Equal(t, want.scheme, lookup(t, srv))
			say(c, "users", "alice", "hi")
			clock.Advance(time.Hour)
			history := c.send("GET", "/chatmessages/2026030109", "").path("data", 0, "url").(string)
			assert.True(t, strings.HasPrefix(history, srv.URL()+"/"), history)

			client, err := im.New(srv.Config(), im.WithHTTPClient(srv.HTTPClient()))
			require.NoError(t, err)
			defer client.Close()
			u, err := client.Users.Get(t.Context(), "alice")
			require.NoError(t, err)
			assert.Equal(t, "alice", u.Username)
		})
	}
}

// major is the version of HTTP that a client gets.
func (c *client) major(t *testing.T, hc *http.Client) int {
	t.Helper()
	req, err := http.NewRequest("GET", c.srv.URL()+c.prefix+"/users/alice", nil)
	require.NoError(t, err)
	resp, err := hc.Do(req)
	require.NoError(t, err)
	resp.Body.Close()
	return resp.ProtoMajor
}

// lookup asks for the app's hosts and returns the protocol of the first.
func lookup(t *testing.T, srv *imtest.Server) string {
	t.Helper()
	c := &client{t: t, srv: srv} // without a prefix
	response := c.send("GET", "/easemob/server.json?app_key=acme%23demo", "")
	return response.path("rest", "hosts", 0, "protocol").(string)
}

// Nobody else trusts the server, and a server without HTTP/2 gives nobody any.
func TestCertificate(t *testing.T) {
	srv := imtest.NewServer(t, imtest.WithTLS())
	_, err := http.Get(srv.URL()) //nolint:bodyclose // there is none
	require.ErrorContains(t, err, "certificate")

	hc := srv.HTTPClient()
	trust := hc.Transport.(*http.Transport).TLSClientConfig.Clone()
	both := &http.Transport{TLSClientConfig: trust, ForceAttemptHTTP2: true}
	defer both.CloseIdleConnections()
	both.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, strings.TrimPrefix(srv.URL(), "https://"))
	}
	for _, host := range []string{"localhost", "example.com", "im.example.com", "127.0.0.1", "[::1]"} {
		resp, err := (&http.Client{Transport: both}).Get("https://" + host + "/acme/demo/users")
		if assert.NoError(t, err, host) {
			resp.Body.Close()
			assert.Equal(t, 1, resp.ProtoMajor)
		}
	}
	conn, err := tls.Dial("tcp", strings.TrimPrefix(srv.URL(), "https://"), &tls.Config{RootCAs: trust.RootCAs, NextProtos: []string{"h2"}})
	if err == nil {
		_ = conn.Close()
	}
	assert.Error(t, err, "HTTP/2 alone")
	other := imtest.NewServer(t, imtest.WithTLS())
	_, err = hc.Get(other.URL()) //nolint:bodyclose // there is none
	require.ErrorContains(t, err, "certificate", "another server's")
}

// A stream that is reset leaves the other calls of its connection alone; a
// connection that is cut takes them along.
func TestFaultsBesideOtherCalls(t *testing.T) {
	for name, row := range map[string]struct {
		fault imtest.Fault
		delay time.Duration // of the other call, which is not over before its connection breaks
		other int
	}{"stream": {imtest.CutAfterProcessing(), 500 * time.Millisecond, 200}, "connection": {imtest.CutConnection(), time.Hour, 0}} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, imtest.WithHTTP2())
			c.srv.AddUsers("alice")
			waits := c.srv.Fault(imtest.OnEndpoint("users.get"), imtest.Delay(row.delay))
			c.srv.Fault(imtest.OnEndpoint("messages.send_users"), row.fault)
			var wg sync.WaitGroup
			wg.Go(func() {
				req, err := http.NewRequest("GET", c.srv.URL()+c.prefix+"/users/alice", nil)
				assert.NoError(t, err)
				req.Header.Set("Authorization", "Bearer "+c.token)
				status := 0
				if resp, err := c.srv.HTTPClient().Do(req); err == nil {
					status = resp.StatusCode
					resp.Body.Close()
				}
				assert.Equal(t, row.other, status)
			})
			require.Eventually(t, func() bool { return waits() == 1 }, time.Minute, time.Millisecond)
			_, _, _, err := c.try(t.Context(), time.Minute)
			assert.True(t, brokenOff(err), "%v", err)
			wg.Wait()
		})
	}
}

// The last call on a connection is responded to, and the next one dials.
func TestEndConnection(t *testing.T) {
	for road, options := range roads {
		t.Run(road, func(t *testing.T) {
			c := newClient(t, options...)
			c.srv.Fault(imtest.OnEndpoint("messages.send_users"), imtest.Nth(2), imtest.EndConnection())
			var reused []bool
			trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { reused = append(reused, info.Reused) }}
			for range 4 {
				status, _, _, err := c.try(httptrace.WithClientTrace(t.Context(), trace), time.Minute)
				require.NoError(t, err)
				require.Equal(t, 200, status)
			}
			assert.Equal(t, []bool{true, true, false, true}, reused)
		})
	}
}
