package transport

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// frugal is a transport that opens no more connections than there are requests.
// Left alone, net/http dials whenever no connection is idle at that moment, and
// a burst of calls ends with many more than it needs: a request that waits for
// its dial gets a connection that another has just finished with, and the dial
// goes on for nobody.
type frugal struct {
	*http.Transport
	dialer   net.Dialer
	requests atomic.Int64 // under way, until their answer's body is closed
	conns    atomic.Int64 // open or being dialled
}

// A dial that seems not to be needed waits a little before it goes on all the
// same: the count knows nothing of connections that have broken unnoticed.
const (
	dialPatience = 50 * time.Millisecond
	dialPoll     = time.Millisecond
)

func (f *frugal) RoundTrip(r *http.Request) (*http.Response, error) {
	f.requests.Add(1)
	res, err := f.Transport.RoundTrip(r)
	if err != nil {
		f.requests.Add(-1)
		return nil, err
	}
	res.Body = &countedBody{res.Body, &f.requests, false}
	return res, nil
}

func (f *frugal) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	for waited := time.Duration(0); waited < dialPatience; waited += dialPoll {
		if n := f.conns.Load(); n < f.requests.Load() && f.conns.CompareAndSwap(n, n+1) {
			return f.open(ctx, network, addr)
		}
		time.Sleep(dialPoll)
	}
	f.conns.Add(1)
	return f.open(ctx, network, addr)
}

func (f *frugal) open(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := f.dialer.DialContext(ctx, network, addr)
	if err != nil {
		f.conns.Add(-1)
		return nil, err
	}
	return &countedConn{Conn: conn, conns: &f.conns}, nil
}

type countedConn struct {
	net.Conn
	conns  *atomic.Int64
	closed atomic.Bool
}

func (c *countedConn) Close() error {
	if c.closed.CompareAndSwap(false, true) {
		c.conns.Add(-1)
	}
	return c.Conn.Close()
}

// countedBody is closed by one goroutine, the one whose call it is.
type countedBody struct {
	io.ReadCloser
	requests *atomic.Int64
	closed   bool
}

func (b *countedBody) Close() error {
	if !b.closed {
		b.closed = true
		b.requests.Add(-1)
	}
	return b.ReadCloser.Close()
}
