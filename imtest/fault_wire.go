package imtest

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

// This file does to the bytes of a response what faults ask for.

// connection is the key of a request's net.Conn in its context.
type connection struct{}

func withConnection(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connection{}, conn)
}

// hangUp breaks the connection without a response, on HTTP/2 the stream.
func hangUp(w http.ResponseWriter, _ *http.Request, _ *wire.Reply) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2, or a recorder: the server breaks the stream itself
	}
	reset(conn)
}

// cutConnection breaks the connection, on HTTP/2 with all of its streams.
func cutConnection(w http.ResponseWriter, r *http.Request, whole *wire.Reply) {
	if conn, ok := r.Context().Value(connection{}).(net.Conn); ok {
		reset(conn)
	}
	hangUp(w, r, whole)
}

// reset closes a connection with a reset, not an orderly end.
func reset(conn net.Conn) {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// halfWay breaks the connection, on HTTP/2 the stream, after half of the response.
func halfWay(w http.ResponseWriter, r *http.Request, whole *wire.Reply) {
	w.Header().Set("Content-Type", whole.ContentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(whole.Body)))
	w.WriteHeader(whole.Status)
	_, _ = w.Write(whole.Body[:len(whole.Body)/2]) // as Reply.Write
	_ = http.NewResponseController(w).Flush()
	hangUp(w, r, whole)
}

func trickle(w http.ResponseWriter, r *http.Request, whole *wire.Reply, pause time.Duration) {
	w.Header().Set("Content-Type", whole.ContentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(whole.Body)))
	w.WriteHeader(whole.Status)
	out := http.NewResponseController(w)
	for i := range whole.Body {
		if _, err := w.Write(whole.Body[i : i+1]); err != nil { // as Reply.Write
			return
		}
		_ = out.Flush() // a client that is gone is seen by the next write
		select {
		case <-time.After(pause):
		case <-r.Context().Done():
			return
		}
	}
}

func unavailable(retryAfter time.Duration) func(http.ResponseWriter, *http.Request, *wire.Reply) {
	return func(w http.ResponseWriter, _ *http.Request, whole *wire.Reply) {
		if retryAfter > 0 {
			w.Header().Set("Retry-After", strconv.FormatInt(int64(retryAfter/time.Second), 10))
		}
		w.Header().Set("Content-Type", whole.ContentType)
		w.WriteHeader(whole.Status)
	}
}

func huge(w http.ResponseWriter, whole *wire.Reply, n int64) {
	w.Header().Set("Content-Type", whole.ContentType)
	w.WriteHeader(whole.Status)
	blanks := bytes.Repeat([]byte(" "), 64<<10)
	for ; n > 0; n -= int64(len(blanks)) {
		if _, err := w.Write(blanks[:min(n, int64(len(blanks)))]); err != nil {
			return
		}
	}
	_, _ = w.Write(whole.Body) // the response as it is; a client that is gone hears nothing
}
