package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"reflect"
	"sync"
)

// attempt watches one request on its way through net/http, which sends some requests
// again by itself: without a body, or with an Idempotency-Key, after a broken
// connection. Once the header has left, a further connection ends the attempt.
type attempt struct {
	sender  *Sender
	abandon context.CancelCauseFunc

	mu     sync.Mutex
	asked  bool     // for a connection
	got    bool     // a connection
	conn   net.Conn // the last one; nil: it cannot be told from others
	reused bool
	wrote  bool // the header has left; on HTTP/1.1 into a buffer, on HTTP/2 a little earlier than this
	resent bool // net/http was about to send once more
	over   bool // net/http has returned
	joined bool // the connection, which others may use too
	signs  int  // of life on it before this attempt, and by this attempt
}

func (a *attempt) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: a.getConn, GotConn: a.gotConn, WroteHeaders: a.wroteHeaders,
	})
}

func (a *attempt) getConn(string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = true
	if a.wrote || a.over {
		a.stop()
	}
}

func (a *attempt) gotConn(info httptrace.GotConnInfo) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.wrote || a.over {
		a.stop()
		if !isHTTP2(info.Conn) {
			closeConn(info.Conn) // HTTP/1.1 does not look at the context before it writes
		}
		return
	}
	a.leave()
	a.got, a.conn, a.reused = true, nil, info.Reused
	if reflect.ValueOf(info.Conn).Comparable() { // a transport of the user's shows what it likes
		a.conn = info.Conn
	}
	if a.joined = !a.sender.exclusive(a.conn); a.joined {
		a.signs = a.sender.shared.join(a.conn)
	}
}

func (a *attempt) wroteHeaders() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.wrote { // a RoundTripper of the user's has sent two at once
		a.stop()
	}
	a.wrote = true
}

// progress is a part of the request's body that was taken. It shows others that the
// connection lives, and nothing to this attempt: the part may be in a buffer.
func (a *attempt) progress() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.joined {
		a.sender.shared.sign(a.conn)
		a.signs++
	}
}

// leave ends the wait on a connection that others may use, and reports whether there
// was no sign of life on it.
func (a *attempt) leave() (silent bool) {
	if !a.joined {
		return false
	}
	a.joined = false
	return a.sender.shared.leave(a.conn) == a.signs
}

// end is for a panic or Goexit in the user's RoundTripper.
func (a *attempt) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
	a.leave()
}

// stop ends the attempt before a second request leaves.
func (a *attempt) stop() {
	a.resent = true
	a.abandon(errResent)
}

var errResent = errors.New("the connection broke after the request had left, or the transport sends requests twice")

// responded ends the watch over an attempt that has a response, and reports whether the request was sent more than once:
// net/http may return a response even after the context was cancelled for that.
func (a *attempt) responded() (resent bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.joined {
		a.sender.shared.sign(a.conn)
		a.leave()
	}
	return a.resent
}

// failed ends the watch over an attempt without a response, and says what is known
// of it.
func (a *attempt) failed(ctx context.Context, err error) *Error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
	if a.leave() && timedOut(ctx, err) {
		closeConn(a.conn) // nothing came, for any attempt on it: the next one is to have another
	}
	if a.reused && (ctx.Err() == nil || a.resent) {
		a.sender.CloseIdle() // where one idle connection was broken, the others may be, too
	}
	if a.resent {
		return &Error{Err: errResent}
	}
	e := newError(err)
	e.Unread = e.Unread && ctx.Err() == nil // net/http returns the cause of a context, which may be any error
	e.Unsent = (a.asked || a.sender.own) && (!a.got || !a.wrote && a.sender.exclusive(a.conn))
	e.Hopeless = e.Unsent && hopeless(e.Err)
	e.Err = endOf(ctx, e.Err)
	return e
}

// closeConn closes a connection that a transport has shown. One of HTTP/3 shows something that
// panics instead, and must be left as it is.
func closeConn(conn net.Conn) {
	defer func() { _ = recover() }()
	_ = conn.Close()
}

// exclusive reports whether the connection is certain to carry one request at a time,
// as in HTTP/1.1.
func (s *Sender) exclusive(conn net.Conn) bool {
	if s.own {
		return true
	}
	if _, ok := conn.(*tls.Conn); ok {
		return !isHTTP2(conn)
	}
	t, ok := s.base.(*http.Transport)
	return ok && (t.Protocols == nil || !t.Protocols.UnencryptedHTTP2())
}

func isHTTP2(conn net.Conn) bool {
	c, ok := conn.(*tls.Conn)
	return ok && c.ConnectionState().NegotiatedProtocol == "h2"
}
