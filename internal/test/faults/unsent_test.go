package faults

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/messages"
)

// listen accepts connections, hands them to f and counts them.
func listen(t *testing.T, f func(net.Conn)) (addr string, conns *atomic.Int64) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	conns = new(atomic.Int64)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conns.Add(1)
			go func() {
				defer conn.Close()
				f(conn)
			}()
		}
	}()
	return listener.Addr().String(), conns
}

// proxy refuses each tunnel with a status.
func proxy(t *testing.T, status int) (addr string, asked *atomic.Int64) {
	t.Helper()
	return listen(t, func(c net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
			_, _ = fmt.Fprintf(c, "HTTP/1.1 %d %s\r\nContent-Length: 0\r\n\r\n", status, http.StatusText(status))
		}
	})
}

// through is a user's client that goes through a proxy.
func through(t *testing.T, proxyURL string) *http.Client {
	t.Helper()
	u, err := url.Parse(proxyURL)
	require.NoError(t, err)
	transport := &http.Transport{Proxy: http.ProxyURL(u)}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// What was provably not sent is never of unknown outcome. It is retried, for any kind
// of call, except where the next attempt would end alike.
func TestPromiseUnsentIsKnown(t *testing.T) {
	for name, c := range map[string]struct {
		make     func(t *testing.T) (url string, hc *http.Client, attempts func() int64)
		hopeless bool
		endless  bool // it ends with the attempt
	}{
		"connection refused": {make: func(*testing.T) (string, *http.Client, func() int64) {
			return "http://" + refusedAddress, nil, nil
		}},
		"unknown host": {make: func(*testing.T) (string, *http.Client, func() int64) { return "https://no-such-host.invalid", nil, nil }},
		"closed before the handshake": {make: func(t *testing.T) (string, *http.Client, func() int64) {
			addr, conns := listen(t, func(net.Conn) {})
			return "https://" + addr, nil, conns.Load
		}},
		"closed within the handshake": {make: func(t *testing.T) (string, *http.Client, func() int64) {
			addr, conns := listen(t, func(c net.Conn) {
				_, _ = c.Read(make([]byte, 100))
				_, _ = c.Write([]byte("\x16\x03\x03\x00\x10"))
			})
			return "https://" + addr, nil, conns.Load
		}},
		"junk in the handshake": {make: func(t *testing.T) (string, *http.Client, func() int64) {
			addr, conns := listen(t, func(c net.Conn) { _, _ = c.Write([]byte("SSH-2.0-OpenSSH_9.9\r\n")) })
			return "https://" + addr, nil, conns.Load
		}},
		"http behind https": {hopeless: true, make: func(t *testing.T) (string, *http.Client, func() int64) {
			addr, conns := listen(t, func(c net.Conn) { _, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")) })
			return "https://" + addr, nil, conns.Load
		}},
		"handshake without end": {endless: true, make: func(t *testing.T) (string, *http.Client, func() int64) {
			addr, conns := listen(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
			return "https://" + addr, nil, conns.Load
		}},
		"dial without end": {endless: true, make: func(t *testing.T) (string, *http.Client, func() int64) { return "http://" + fullBacklog(t), nil, nil }},
		"tunnel refused with 407": {hopeless: true, make: func(t *testing.T) (string, *http.Client, func() int64) {
			addr, asked := proxy(t, 407)
			return "https://a1.example.com", through(t, "http://"+addr), asked.Load
		}},
		"tunnel refused with 502": {make: func(t *testing.T) (string, *http.Client, func() int64) {
			addr, asked := proxy(t, 502)
			return "https://a1.example.com", through(t, "http://"+addr), asked.Load
		}},
		"tunnel refused with 503": {make: func(t *testing.T) (string, *http.Client, func() int64) {
			addr, asked := proxy(t, 503)
			return "https://a1.example.com", through(t, "http://"+addr), asked.Load
		}},
		"proxy that is not there": {make: func(t *testing.T) (string, *http.Client, func() int64) {
			return "https://a1.example.com", through(t, "http://"+refusedAddress), nil
		}},
		"SOCKS proxy that is not there": {make: func(t *testing.T) (string, *http.Client, func() int64) {
			return "https://a1.example.com", through(t, "socks5://"+refusedAddress), nil
		}},
		"SOCKS proxy that refuses": {make: func(t *testing.T) (string, *http.Client, func() int64) {
			addr, conns := listen(t, func(c net.Conn) {
				_, _ = c.Read(make([]byte, 3))
				_, _ = c.Write([]byte{5, 0})
				_, _ = c.Read(make([]byte, 300))
				_, _ = c.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0}) // connection refused
			})
			return "https://a1.example.com", through(t, "socks5://"+addr), conns.Load
		}},
	} {
		for _, k := range callKinds {
			t.Run(name+"/"+k.name, func(t *testing.T) {
				t.Parallel()
				u, hc, attempts := c.make(t)
				limit := time.Minute
				if c.endless {
					limit = 300 * time.Millisecond
				}
				err := k.do(t.Context(), at(t, u, hc, im.WithRetries(1), im.WithTimeout(limit)))
				require.ErrorIs(t, err, im.ErrUnavailable)
				require.NotErrorIs(t, err, im.ErrOutcomeUnknown)
				failure, _ := errors.AsType[*im.Error](err)
				want := 2
				if c.hopeless {
					want = 1
				}
				assert.Equal(t, want, failure.Attempts, "%v", err)
				if attempts != nil { // the system connects, and the server hears of it later
					assert.Eventually(t, func() bool { return attempts() >= int64(want) }, time.Minute, time.Millisecond)
					assert.EqualValues(t, want, attempts())
				}

				ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
				defer cancel()
				err = k.do(ctx, at(t, u, hc, im.WithMaxRetryWait(time.Minute)))
				require.Error(t, err)
				require.NotErrorIs(t, err, im.ErrOutcomeUnknown, "the caller's own context ended")
			})
		}
	}
}

// refusedAddress is one at which nobody listens. A port that was free a moment ago may be that of another test by now.
const refusedAddress = "127.0.0.1:1"

// A transport that reports no trace events, such as a recorder, proves nothing.
func TestTransportWithoutTraceProvesNothing(t *testing.T) {
	hc := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	})}
	err := sendToBob(t.Context(), at(t, "https://a1.example.com", hc))
	require.ErrorIs(t, err, im.ErrOutcomeUnknown)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A protocol that nobody asked to switch to ends the call at once.
func TestSwitchedProtocolIsRejectedAtOnce(t *testing.T) {
	addr, _ := listen(t, func(c net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
		_, _ = io.Copy(io.Discard, c)
	})
	begun := time.Now()
	err := sendToBob(t.Context(), at(t, "http://"+addr, nil))
	require.ErrorIs(t, err, im.ErrBadResponse)
	require.ErrorIs(t, err, im.ErrOutcomeUnknown)
	_, err = at(t, "http://"+addr, nil).Messages.DownloadFile(t.Context(), "f", io.Discard, messages.DownloadOptions{})
	require.ErrorIs(t, err, im.ErrBadResponse)
	assert.Less(t, time.Since(begun), time.Minute, "the limit of an attempt")
	failure, _ := errors.AsType[*im.Error](err)
	assert.Equal(t, 101, failure.Status)
}

// The body of a response ends with the attempt, also where the user's transport does
// not look at the context.
func TestBodyEndsWithTheContext(t *testing.T) {
	for name, body := range map[string]func() io.ReadCloser{
		"silent": func() io.ReadCloser { body, _ := io.Pipe(); return body }, // nobody writes
		"idle":   func() io.ReadCloser { return new(idle) },
	} {
		t.Run(name, func(t *testing.T) { bodyEndsWithTheContext(t, body) })
	}
}

// idle is a body that returns nothing, over and over, and does not close.
type idle struct{ reads int }

func (i *idle) Read([]byte) (int, error) {
	if i.reads++; i.reads > 20_000 {
		return 0, io.ErrNoProgress
	}
	time.Sleep(time.Millisecond)
	return 0, nil
}

func (*idle) Close() error { return nil }

func bodyEndsWithTheContext(t *testing.T, body func() io.ReadCloser) {
	hc := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: body(), ContentLength: -1, Request: r}, nil
	})}
	for name, do := range map[string]func(context.Context, *im.Client) error{
		"read": readAlice, "send": sendToBob,
		"download": func(ctx context.Context, c *im.Client) error {
			_, err := c.Messages.DownloadFile(ctx, "f", io.Discard, messages.DownloadOptions{})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			require.ErrorIs(t, do(t.Context(), at(t, "https://a1.example.com", hc, im.WithRetries(0), im.WithTimeout(50*time.Millisecond))), im.ErrUnavailable)
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			require.ErrorIs(t, do(ctx, at(t, "https://a1.example.com", hc)), context.DeadlineExceeded)
			assert.Less(t, time.Since(begun), 15*time.Second)
		})
	}
}

// panics is JSON whose decoding panics.
type panics struct{}

func (*panics) UnmarshalJSON([]byte) error { panic("of the user's") }

type exits struct{}

func (*exits) UnmarshalJSON([]byte) error { runtime.Goexit(); return nil }

type panicsWriting struct{}

func (panicsWriting) Write([]byte) (int, error) { panic("of the user's") }

type panicsReading struct{ end func() }

func (p panicsReading) Read([]byte) (int, error) { p.end(); return 0, io.EOF }
func (panicsReading) Close() error               { return nil }

// panicsClosing is shorter than it should be, too.
type panicsClosing struct{ end func() }

func (panicsClosing) Read([]byte) (int, error) { return 0, io.EOF }
func (p panicsClosing) Close() error           { p.end(); return nil }

// A panic, or the end of the goroutine, in the user's code gives back the place in
// the quota.
func TestPanicsGiveBackTheQuota(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, goodForAll)
	}))
	t.Cleanup(srv.Close)
	upload := func(open func() (io.ReadCloser, error)) func(context.Context, *im.Client) {
		return func(ctx context.Context, c *im.Client) {
			_, err := c.Messages.UploadFile(ctx, file.Source{Name: "a", Size: 3, Open: open}, messages.UploadOptions{})
			if err == nil || !errors.Is(err, im.ErrInvalidArgument) {
				panic(fmt.Sprint("an error of the source is wanted: ", err))
			}
			if strings.Contains(err.Error(), "of the user's") {
				panic("the value of a panic may hold a secret")
			}
		}
	}
	for name, c := range map[string]struct {
		pool    string
		misdeed func(context.Context, *im.Client)
		options []im.Option
	}{
		"UnmarshalJSON panics": {pool: "users.get", misdeed: func(ctx context.Context, c *im.Client) {
			_, _ = im.Raw[panics](ctx, c, im.RawCall{Method: "GET", Path: "/users/{username}", Params: []string{"alice"}})
		}},
		"UnmarshalJSON exits": {pool: "users.get", misdeed: func(ctx context.Context, c *im.Client) {
			_, _ = im.Raw[exits](ctx, c, im.RawCall{Method: "GET", Path: "/users/{username}", Params: []string{"alice"}})
		}},
		"writer panics": {pool: "messages.download_file", misdeed: func(ctx context.Context, c *im.Client) {
			_, _ = c.Messages.DownloadFile(ctx, "f", panicsWriting{}, messages.DownloadOptions{})
		}},
		"Open panics":           {pool: "messages.upload_file", misdeed: upload(func() (io.ReadCloser, error) { panic("of the user's") })},
		"Open returns nil, nil": {pool: "messages.upload_file", misdeed: upload(func() (io.ReadCloser, error) { return nil, nil })},
		"Read panics": {pool: "messages.upload_file", misdeed: upload(func() (io.ReadCloser, error) {
			return panicsReading{func() { panic("of the user's") }}, nil
		})},
		"Close panics": {pool: "messages.upload_file", misdeed: upload(func() (io.ReadCloser, error) {
			return panicsClosing{func() { panic("of the user's") }}, nil
		})},
		"Close exits": {pool: "messages.upload_file", misdeed: upload(func() (io.ReadCloser, error) { return panicsClosing{runtime.Goexit}, nil })},
		"Read exits":  {pool: "messages.upload_file", misdeed: upload(func() (io.ReadCloser, error) { return panicsReading{runtime.Goexit}, nil })},
		"observer panics": {pool: "users.get", misdeed: func(ctx context.Context, c *im.Client) { _ = readAlice(ctx, c) },
			options: []im.Option{im.WithObserver(func(context.Context, im.Event) { panic("of the user's") })}},
	} {
		t.Run(name, func(t *testing.T) {
			options := append(c.options, im.WithQuota(c.pool, im.Quota{N: 50, Per: 50 * time.Millisecond}))
			client := clientAt(t, srv.URL, im.StaticToken("a-token"), options...)
			for range 60 { // a place that is not given back is held for good
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				done := make(chan any, 1)
				go func() {
					defer func() { done <- recover() }()
					c.misdeed(ctx, client)
				}()
				if v := <-done; v != nil {
					require.Equal(t, "of the user's", v)
				}
				require.NoError(t, ctx.Err(), "it waited for a place")
				cancel()
			}
		})
	}
}
