package faults

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/page"
)

// callKind is one kind of call on the wire: with and without a body, idempotent or
// not, streamed or not.
type callKind struct {
	name       string
	idempotent bool
	do         func(context.Context, *im.Client) error
}

var callKinds = []callKind{
	{"GET", true, func(ctx context.Context, c *im.Client) error {
		_, err := c.Users.Get(ctx, "alice")
		return err
	}},
	{"PUT with a body", true, func(ctx context.Context, c *im.Client) error { return c.Users.SetPassword(ctx, "alice", "new") }},
	{"POST with a body", false, func(ctx context.Context, c *im.Client) error {
		_, err := c.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{Body: messages.Text("hi")})
		return err
	}},
	{"DELETE without a body", false, func(ctx context.Context, c *im.Client) error {
		_, err := c.Users.DeleteOldest(ctx, page.Options{Limit: 1})
		return err
	}},
	{"POST without a body", false, rawPost(nil)},
	{"POST without a body, Idempotency-Key", false, rawPost(http.Header{"Idempotency-Key": {"k"}})},
	{"POST without a body, X-Idempotency-Key", false, rawPost(http.Header{"X-Idempotency-Key": {"k"}})},
	{"upload", false, func(ctx context.Context, c *im.Client) error {
		_, err := c.Messages.UploadFile(ctx, file.Bytes("b.txt", []byte(fileText)), messages.UploadOptions{})
		return err
	}},
}

func rawPost(header http.Header) func(context.Context, *im.Client) error {
	return func(ctx context.Context, c *im.Client) error {
		_, err := im.Raw[struct{}](ctx, c, im.RawCall{Method: http.MethodPost, Path: "/odd/things", Header: header})
		return err
	}
}

// at is a client that waits little between attempts. Its attempts end by themselves: what is to time out has a limit of its own.
func at(t *testing.T, url string, hc *http.Client, options ...im.Option) *im.Client {
	t.Helper()
	all := []im.Option{im.WithoutQuotas(), im.WithMaxRetryWait(5 * time.Millisecond), im.WithTimeout(time.Minute)}
	if hc != nil {
		all = append(all, im.WithHTTPClient(hc))
	}
	return clientAt(t, url, im.StaticToken("a-token"), append(all, options...)...)
}

// attemptsOf returns how many attempts an observer has seen.
func attemptsOf() (im.Option, *atomic.Int64) {
	n := new(atomic.Int64)
	return im.WithObserver(func(context.Context, im.Event) { n.Add(1) }), n
}

// On HTTP/2 each attempt is one request at the server, whatever becomes of its stream;
// and what may have been carried out is not retried.
func TestPromiseOneRequestPerAttemptOnHTTP2(t *testing.T) {
	protocolError := func(st *h2stream) { st.reset(http2.ErrCodeProtocol) }
	for name, c := range map[string]struct {
		respond func(*h2stream)
		refused bool // the server says that it has not looked at the request
	}{
		"reset with PROTOCOL_ERROR":      {respond: protocolError},
		"reset with INTERNAL_ERROR":      {respond: func(st *h2stream) { st.reset(http2.ErrCodeInternal) }},
		"reset with CANCEL":              {respond: func(st *h2stream) { st.reset(http2.ErrCodeCancel) }},
		"reset with NO_ERROR":            {respond: func(st *h2stream) { st.reset(http2.ErrCodeNo) }},
		"reset with ENHANCE_YOUR_CALM":   {respond: func(st *h2stream) { st.reset(http2.ErrCodeEnhanceYourCalm) }},
		"reset with HTTP_1_1_REQUIRED":   {respond: func(st *h2stream) { st.reset(http2.ErrCodeHTTP11Required) }},
		"reset with REFUSED_STREAM":      {respond: func(st *h2stream) { st.reset(http2.ErrCodeRefusedStream) }, refused: true},
		"reset within the response":      {respond: func(st *h2stream) { st.headers(200, 100); protocolError(st) }},
		"GOAWAY above the stream":        {respond: func(st *h2stream) { st.goAway(st.id, http2.ErrCodeNo); st.hangUp() }},
		"GOAWAY above it, with an error": {respond: func(st *h2stream) { st.goAway(st.id, http2.ErrCodeInternal); st.hangUp() }},
		"GOAWAY below the stream":        {respond: func(st *h2stream) { st.goAway(st.id-1, http2.ErrCodeNo) }, refused: true},
		"closed":                         {respond: func(st *h2stream) { st.hangUp() }},
		"a record that is none": {respond: func(st *h2stream) {
			_, _ = st.raw.(*tls.Conn).NetConn().Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			st.hangUp()
		}},
	} {
		for _, how := range []string{overTLS, overTCP, byXNet, wrapping} {
			if how == overTCP && name == "a record that is none" {
				continue
			}
			for _, k := range callKinds {
				t.Run(how+"/"+name+"/"+k.name, func(t *testing.T) {
					t.Parallel()
					oneRequestPerAttempt(t, how, k, c.respond, c.refused)
				})
			}
		}
	}
}

func oneRequestPerAttempt(t *testing.T, how string, k callKind, respond func(*h2stream), refused bool) {
	srv := h2over(t, how, func(st *h2stream) {
		if st.number == 1 {
			st.ok()
			return
		}
		respond(st)
	})
	observer, attempts := attemptsOf()
	client := at(t, srv.url, srv.client, observer)
	require.NoError(t, readAlice(t.Context(), client), "so that there is a connection")

	err := k.do(t.Context(), client)
	require.Error(t, err)
	assert.Equal(t, srv.arrivals.Load(), attempts.Load(), "one request per attempt: %v", err)
	failure, ok := errors.AsType[*im.Error](err)
	require.True(t, ok)
	assert.EqualValues(t, failure.Attempts+1, attempts.Load())
	switch {
	case k.idempotent:
		assert.Equal(t, 4, failure.Attempts, "retried")
	case failure.Attempts > 1:
		assert.True(t, refused, "only what was turned away is retried: %v", err)
		require.NotErrorIs(t, err, im.ErrOutcomeUnknown)
	default: // where net/http does not say why, a refused call is of unknown outcome, too
		require.ErrorIs(t, err, im.ErrOutcomeUnknown)
	}
}

// A request that an HTTP/2 server turned away is retried, within WithRetries.
func TestRefusedStreamsAreRetried(t *testing.T) {
	for name, turnAway := range map[string]func(*h2stream){
		"REFUSED_STREAM": func(st *h2stream) { st.reset(http2.ErrCodeRefusedStream) },
		"GOAWAY":         func(st *h2stream) { st.goAway(st.id-1, http2.ErrCodeNo) },
	} {
		t.Run(name, func(t *testing.T) {
			srv := newH2Server(t, func(st *h2stream) {
				if st.number == 2 {
					turnAway(st)
					return
				}
				st.ok()
			})
			client := at(t, srv.url, srv.client)
			require.NoError(t, readAlice(t.Context(), client))
			require.NoError(t, sendToBob(t.Context(), client))
			assert.EqualValues(t, 3, srv.arrivals.Load())

			srv = newH2Server(t, turnAway)
			client = at(t, srv.url, srv.client, im.WithRetries(0))
			require.Error(t, sendToBob(t.Context(), client))
			assert.EqualValues(t, 1, srv.arrivals.Load())
		})
	}
}

// A GOAWAY for the first stream is told with its code, which may be one that nobody
// knows.
func TestGoAwayWithAnUnknownCode(t *testing.T) {
	srv := newH2Server(t, func(st *h2stream) {
		if st.number == 1 {
			st.goAway(0, 0xff)
			return
		}
		st.ok()
	})
	require.NoError(t, sendToBob(t.Context(), at(t, srv.url, srv.client)))
	assert.EqualValues(t, 2, srv.arrivals.Load())
}

// A RoundTripper that sends each request twice at once never makes a success of it.
func TestTwoRequestsAtOnceAreNoSuccess(t *testing.T) {
	transport := new(http.Transport)
	t.Cleanup(transport.CloseIdleConnections)
	hc := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		body, _ := io.ReadAll(r.Body)
		results := make(chan *http.Response, 2)
		for range 2 {
			go func() {
				again := r.Clone(r.Context())
				again.Body = io.NopCloser(bytes.NewReader(body))
				res, _ := transport.RoundTrip(again) //nolint:bodyclose // one is read, the context ends the other
				results <- res
			}()
		}
		for range 2 {
			if res := <-results; res != nil {
				return res, nil
			}
		}
		return nil, errors.New("neither")
	})}
	for range 20 {
		var arrivals atomic.Int64
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			arrivals.Add(1)
			for arrivals.Load() < 2 && r.Context().Err() == nil { // one that ends before the other is sent is a success
				time.Sleep(time.Millisecond)
			}
			_, _ = io.WriteString(w, goodForAll)
		}))
		err := sendToBob(t.Context(), at(t, srv.URL, hc))
		require.False(t, err == nil && arrivals.Load() > 1)
		srv.Close()
	}
}

func readAlice(ctx context.Context, c *im.Client) error { return callKinds[0].do(ctx, c) }
func sendToBob(ctx context.Context, c *im.Client) error { return callKinds[2].do(ctx, c) }

// A GOAWAY that quotes the name of another error proves nothing.
func TestGoAwayTextIsNotBelieved(t *testing.T) {
	srv := newH2Server(t, func(st *h2stream) {
		st.goAway(st.id, http2.ErrCodeEnhanceYourCalm) // its debug text is REFUSED_STREAM
		st.hangUp()
	})
	err := sendToBob(t.Context(), at(t, srv.url, srv.client))
	require.ErrorIs(t, err, im.ErrOutcomeUnknown)
	assert.EqualValues(t, 1, srv.arrivals.Load())
}

// After a timeout the next attempt leaves the dead connection, however many calls
// share it; a connection on which others are served stays.
func TestDeadHTTP2ConnectionIsLeft(t *testing.T) {
	for _, how := range []string{overTLS, overTCP, byXNet, wrapping} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			srv := h2over(t, how, func(st *h2stream) {
				if st.conn > 1 || st.number == 1 {
					st.ok()
				}
			})
			client := at(t, srv.url, srv.client, im.WithTimeout(time.Second))
			require.NoError(t, readAlice(t.Context(), client))
			var wg sync.WaitGroup
			for i := range 3 {
				wg.Go(func() {
					time.Sleep(time.Duration(i) * 50 * time.Millisecond) // they begin, and time out, one after another
					assert.NoError(t, readAlice(t.Context(), client))
				})
			}
			wg.Wait()
			assert.LessOrEqual(t, srv.arrivals.Load(), int64(1+3+3), "one attempt per call on the dead connection")
			assert.GreaterOrEqual(t, srv.conns.Load(), int64(2))
		})
	}
}

func TestSlowCallDoesNotBreakTheConnectionOfOthers(t *testing.T) {
	srv := newH2Server(t, func(st *h2stream) {
		if st.body == "" { // the read; the send gets no response
			st.ok()
		}
	})
	client := at(t, srv.url, srv.client, im.WithTimeout(time.Second))
	require.NoError(t, readAlice(t.Context(), client)) // two calls at once would each dial
	done := make(chan struct{})
	go func() {
		defer close(done)
		assert.ErrorIs(t, sendToBob(t.Context(), client), im.ErrOutcomeUnknown)
	}()
	for running := true; running; {
		select {
		case <-done:
			running = false
		case <-time.After(10 * time.Millisecond):
			require.NoError(t, readAlice(t.Context(), client))
		}
	}
	require.NoError(t, readAlice(t.Context(), client))
	assert.EqualValues(t, 1, srv.conns.Load())
}

// A caller who gives up early does not break the connection of those who wait.
func TestCancelledCallDoesNotBreakTheConnectionOfOthers(t *testing.T) {
	timeout := errorsOfOthers(t)["timeout"]
	for name, giveUp := range map[string]func() (context.Context, context.CancelFunc){
		"a deadline": func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(t.Context(), 20*time.Millisecond)
		},
		"a timeout of another call": func() (context.Context, context.CancelFunc) {
			return context.WithTimeoutCause(t.Context(), 20*time.Millisecond, timeout)
		},
	} {
		t.Run(name, func(t *testing.T) {
			srv := newH2Server(t, func(st *h2stream) {
				if st.body == "" {
					return // the read is cancelled
				}
				go func() {
					time.Sleep(200 * time.Millisecond)
					st.ok()
				}()
			})
			client := at(t, srv.url, srv.client)
			result := make(chan error, 1)
			go func() { result <- sendToBob(t.Context(), client) }()
			for srv.arrivals.Load() == 0 {
				time.Sleep(time.Millisecond)
			}
			ctx, cancel := giveUp()
			defer cancel()
			require.ErrorIs(t, readAlice(ctx, client), im.ErrCanceled)
			require.NoError(t, <-result)
		})
	}
}

// tlsRaw accepts TLS, reads one request per connection and hands the connection over.
func tlsRaw(t *testing.T, spoil func(*tls.Conn)) (url string, hc *http.Client, arrivals *atomic.Int64) {
	t.Helper()
	listener, ca := listenTLS(t)
	arrivals = new(atomic.Int64)
	go serveRaw(listener, arrivals, func(c net.Conn) { spoil(c.(*tls.Conn)) })
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.pool}}
	t.Cleanup(transport.CloseIdleConnections)
	return "https://" + listener.Addr().String(), &http.Client{Transport: transport}, arrivals
}

// serveRaw reads a whole request from each connection, counts it, and spoils the rest.
func serveRaw(listener net.Listener, arrivals *atomic.Int64, spoil func(net.Conn)) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			r := bufio.NewReader(conn)
			for {
				req, err := http.ReadRequest(r)
				if err != nil {
					return
				}
				if _, err := io.Copy(io.Discard, req.Body); err != nil {
					return
				}
				arrivals.Add(1)
				spoil(conn)
			}
		}()
	}
}

// A record that cannot be read, after the request was carried out, does not count as
// "nothing was sent".
func TestPromiseOneRequestPerAttemptOnTLS(t *testing.T) {
	for name, junk := range map[string]string{
		"plain text":        "HTTP/1.1 200 OK\r\n\r\n",
		"zeros":             "\x00\x00\x00\x00\x00\x00",
		"unknown version":   "\x17\x09\x09\x00\x05hello",
		"overlong":          "\x17\x03\x03\xff\xff",
		"bad MAC":           "\x17\x03\x03\x00\x20aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"a plaintext alert": "\x15\x03\x03\x00\x02\x02\x28",
		"nothing":           "",
	} {
		for _, k := range callKinds {
			t.Run(name+"/"+k.name, func(t *testing.T) {
				t.Parallel()
				url, hc, arrivals := tlsRaw(t, func(c *tls.Conn) {
					_, _ = c.NetConn().Write([]byte(junk))
					_ = c.NetConn().Close()
				})
				observer, attempts := attemptsOf()
				err := k.do(t.Context(), at(t, url, hc, observer))
				require.Error(t, err)
				assert.Equal(t, arrivals.Load(), attempts.Load())
				if !k.idempotent {
					assert.EqualValues(t, 1, arrivals.Load())
					require.ErrorIs(t, err, im.ErrOutcomeUnknown)
				}
			})
		}
	}
}

// Idle connections that the server closes as requests come in: one request per
// attempt, and the attempt after the first has a new connection.
func TestPromiseOneRequestPerAttemptOnStaleConnections(t *testing.T) {
	for _, k := range callKinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			const idle = 50
			var stale atomic.Bool
			var arrivals atomic.Int64
			var all sync.WaitGroup
			all.Add(idle)
			srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				if !stale.Load() {
					all.Done()
					all.Wait() // so that each has a connection of its own
				} else if arrivals.Add(1); r.Context().Value(connKey{}).(*connState).old.Load() {
					conn, _, _ := w.(http.Hijacker).Hijack()
					_ = conn.Close()
					return
				}
				_, _ = io.WriteString(w, goodForAll)
			}))
			states := make(chan *connState, 10*idle)
			srv.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
				s := new(connState)
				states <- s
				return context.WithValue(ctx, connKey{}, s)
			}
			srv.Start()
			t.Cleanup(srv.Close)
			observer, attempts := attemptsOf()
			client := at(t, srv.URL, nil, observer)
			together(idle, idle, func(int) { assert.NoError(t, readAlice(t.Context(), client)) })
			stale.Store(true)
			for range idle {
				(<-states).old.Store(true)
			}
			attempts.Store(0)
			err := k.do(t.Context(), client)
			assert.Equal(t, arrivals.Load(), attempts.Load(), "%v", err)
			if k.idempotent {
				require.NoError(t, err)
				assert.EqualValues(t, 2, arrivals.Load())
			} else {
				require.ErrorIs(t, err, im.ErrOutcomeUnknown)
				assert.EqualValues(t, 1, arrivals.Load())
			}
		})
	}
}

type (
	connKey   struct{}
	connState struct{ old atomic.Bool }
)

// A request without a body says so: it is not chunked, and has no length that is left
// open.
func TestRequestsWithoutABody(t *testing.T) {
	for _, method := range []string{"GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"} {
		var got *http.Request
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got = r
			_, _ = io.WriteString(w, `{}`)
		}))
		_, _ = im.Raw[struct{}](t.Context(), at(t, srv.URL, nil), im.RawCall{Method: method, Path: "/odd/things"})
		srv.Close()
		require.NotNil(t, got, method)
		assert.Empty(t, got.TransferEncoding, method)
		assert.Zero(t, got.ContentLength, method)
		if method == "POST" || method == "PUT" || method == "PATCH" {
			assert.Equal(t, "0", got.Header.Get("Content-Length"), method)
		}
	}
}
