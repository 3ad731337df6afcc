package faults

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/messages"
)

// untouchable is the connection of an HTTP/3 transport, which shows one that is none.
type untouchable struct{ net.Conn }

func (*untouchable) Close() error { panic("connection operation prohibited") }

// incomparable cannot be the key of a map.
type incomparable struct {
	net.Conn
	_ []int
}

func (incomparable) Close() error { panic("connection operation prohibited") }

// A connection that a transport shows as nil is one all the same: the request has left on it.
func TestTraceOfANilConnectionIsNoProofOfNone(t *testing.T) {
	requests := 0
	hc := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		trace := httptrace.ContextClientTrace(r.Context())
		trace.GetConn("host:443")
		trace.GotConn(httptrace.GotConnInfo{})
		trace.WroteHeaders()
		requests++
		return nil, io.ErrUnexpectedEOF
	})}
	require.ErrorIs(t, sendToBob(t.Context(), at(t, "https://a1.example.com", hc)), im.ErrOutcomeUnknown)
	assert.Equal(t, 1, requests)
}

// The connection that a transport shows in its trace is its own: it may be of any type, or none, and may not like to be
// closed. The transport sends once, or twice.
func TestTracesMayShowAnyConnection(t *testing.T) {
	for name, conn := range map[string]net.Conn{"untouchable": &untouchable{}, "incomparable": incomparable{}, "nil": nil} {
		for _, sends := range []int{1, 2} {
			hc := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				trace := httptrace.ContextClientTrace(r.Context())
				for range sends {
					trace.GetConn("host:443")
					trace.GotConn(httptrace.GotConnInfo{Conn: conn, Reused: true})
					trace.WroteHeaders()
				}
				if r.Header.Get("Authorization") != "" && r.Method == http.MethodGet && sends == 1 {
					return &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: -1, Request: r,
						Body: io.NopCloser(strings.NewReader(goodForAll))}, nil
				}
				<-r.Context().Done()
				return nil, context.Cause(r.Context())
			})}
			client := at(t, "https://a1.example.com", hc, im.WithTimeout(50*time.Millisecond))
			assert.NotPanics(t, func() {
				require.ErrorIs(t, sendToBob(t.Context(), client), im.ErrOutcomeUnknown, name)
				if sends == 1 {
					require.NoError(t, readAlice(t.Context(), client), name)
				}
			}, name)
		}
	}
}

// A transport of the user's that does what none may do.
var careless = map[string]func(*http.Request) (*http.Response, error){
	"neither response nor error": func(*http.Request) (*http.Response, error) { return nil, nil },
	"an error at once":           func(*http.Request) (*http.Response, error) { return nil, errors.New("the circuit is open") },
	"a response without a body":  func(r *http.Request) (*http.Response, error) { return &http.Response{StatusCode: 200, Request: r}, nil },
	"a response at once": func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: -1, Body: io.NopCloser(strings.NewReader(uploaded)), Request: r}, nil
	},
	"a panic":                  func(*http.Request) (*http.Response, error) { panic("of the user's") },
	"the end of the goroutine": func(*http.Request) (*http.Response, error) { runtime.Goexit(); return nil, nil },
}

// The source of an upload is closed once the call has returned, even where the transport does not close the body of the
// request.
func TestSourceIsClosedWhateverTheTransportDoes(t *testing.T) {
	for name, trip := range careless {
		t.Run(name, func(t *testing.T) {
			client := at(t, "https://a1.example.com", &http.Client{Transport: roundTripper(trip)})
			var opened, closed atomic.Int64
			done := make(chan struct{})
			go func() {
				defer close(done)
				defer func() { _ = recover() }()
				_ = upload(t.Context(), client, 3, func() (io.ReadCloser, error) {
					opened.Add(1)
					return &dripping{n: 3, close: func() error { closed.Add(1); return nil }}, nil
				})
			}()
			<-done
			assert.Positive(t, opened.Load())
			assert.Equal(t, opened.Load(), closed.Load())
		})
	}
}

// A transport that changes the values of a header in place, so as to log it perhaps, changes those of its own request only.
func TestHeaderIsTheRequestsOwn(t *testing.T) {
	var seen []string
	hc := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		for _, values := range r.Header {
			seen = append(seen, values...)
			for i := range values {
				values[i] = "changed"
			}
		}
		return careless["a response at once"](r)
	})}
	client := at(t, "https://a1.example.com", hc)
	for range 2 {
		require.NoError(t, upload(t.Context(), client, 3, func() (io.ReadCloser, error) { return &dripping{n: 3}, nil }))
		require.NoError(t, readAlice(t.Context(), client))
		_, err := client.Messages.DownloadFile(t.Context(), "f", io.Discard, messages.DownloadOptions{})
		require.NoError(t, err)
	}
	assert.NotContains(t, seen, "changed")
	assert.Contains(t, seen, "Bearer a-token")
}
