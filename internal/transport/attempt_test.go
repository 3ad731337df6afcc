package transport

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// HTTP/1.1 writes without a look at the context, so a connection that net/http gets
// after the request has left, or after the attempt is over, is closed.
func TestFurtherConnectionIsClosed(t *testing.T) {
	for name, prepare := range map[string]func(*attempt){
		"after the header has left":   func(a *attempt) { a.wroteHeaders() },
		"after net/http has returned": func(a *attempt) { _ = a.failed(t.Context(), context.Canceled) },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			a := &attempt{sender: New(nil), abandon: cancel}
			first, _ := net.Pipe()
			a.getConn("host:443")
			a.gotConn(httptrace.GotConnInfo{Conn: first})
			prepare(a)
			second, _ := net.Pipe()
			a.gotConn(httptrace.GotConnInfo{Conn: second})
			_, err := second.Write([]byte("GET"))
			require.Error(t, err)
			assert.ErrorIs(t, context.Cause(ctx), errResent)
		})
	}
}

// Before the header has left, net/http may look for another connection.
func TestAnotherConnectionBeforeTheHeader(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	a := &attempt{sender: New(nil), abandon: cancel}
	for range 2 {
		conn, _ := net.Pipe()
		a.getConn("host:443")
		a.gotConn(httptrace.GotConnInfo{Conn: conn})
	}
	require.NoError(t, ctx.Err())
}

// The client's own transport keeps the status with which a proxy refuses a tunnel.
func TestRefusedTunnel(t *testing.T) {
	for status, hopeless := range map[int]bool{http.StatusProxyAuthRequired: true, http.StatusBadGateway: false, http.StatusServiceUnavailable: false} {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		own := newTransport()
		at, err := url.Parse(proxy.URL)
		require.NoError(t, err)
		own.Proxy = http.ProxyURL(at)
		ctx, cancel := context.WithCancelCause(t.Context())
		_, err = New(&http.Client{Transport: own}).Send(ctx, &Request{Method: "POST", URL: "https://a1.example.com/", Header: http.Header{}, Abandon: cancel}) //nolint:bodyclose // there is none
		failure, ok := errors.AsType[*Error](err)
		require.True(t, ok)
		assert.True(t, failure.Unsent)
		assert.Equal(t, hopeless, failure.Hopeless)
		assert.Contains(t, failure.Error(), http.StatusText(status))
		cancel(nil)
		proxy.Close()
	}
}

// A RoundTripper that panics leaves nothing behind of its attempt.
func TestPanicLeavesTheConnection(t *testing.T) {
	conn, _ := net.Pipe()
	s := New(&http.Client{Transport: panicking{conn}})
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	require.PanicsWithValue(t, "of the user's", func() {
		_, _ = s.Send(ctx, &Request{Method: "POST", URL: "https://a1.example.com/", Header: http.Header{}, Abandon: cancel}) //nolint:bodyclose // there is none
	})
	assert.Empty(t, s.shared.conns)
}

type panicking struct{ conn net.Conn }

func (p panicking) RoundTrip(r *http.Request) (*http.Response, error) {
	httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{Conn: p.conn})
	panic("of the user's")
}

// An address of a proxy that cannot be parsed is not shown, since it may hold a
// password; nothing was sent, and would not be by the next attempt.
func TestBadProxyAddressIsNotShown(t *testing.T) {
	own := newTransport()
	own.Proxy = func(*http.Request) (*url.URL, error) {
		return nil, errors.New(`invalid proxy address "http://user:hush@proxy:x": parse: invalid port`) // as of http.ProxyFromEnvironment
	}
	s := New(&http.Client{Transport: own})
	s.own = true
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	_, err := s.Send(ctx, &Request{Method: "POST", URL: "https://a1.example.com/", Header: http.Header{}, Abandon: cancel}) //nolint:bodyclose // there is none
	failure, ok := errors.AsType[*Error](err)
	require.True(t, ok)
	assert.NotContains(t, failure.Error(), "hush")
	assert.True(t, failure.Unsent)
	assert.True(t, failure.Hopeless)
}
