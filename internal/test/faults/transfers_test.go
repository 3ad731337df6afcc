package faults

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
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

// dripping is a source of n bytes, one every so often.
type dripping struct {
	n     int
	every time.Duration
	close func() error
}

func (d *dripping) Read(p []byte) (int, error) {
	if d.n == 0 {
		return 0, io.EOF
	}
	time.Sleep(d.every)
	d.n--
	return copy(p, "x"), nil
}

func (d *dripping) Close() error {
	if d.close == nil {
		return nil
	}
	return d.close()
}

func upload(ctx context.Context, c *im.Client, size int64, open func() (io.ReadCloser, error)) error {
	_, err := c.Messages.UploadFile(ctx, file.Source{Name: "a.txt", Size: size, Open: open}, messages.UploadOptions{})
	return err
}

// A call that gets no response in time does not break the transfer that shares its
// HTTP/2 connection, whose bytes show that the connection lives.
func TestSlowCallDoesNotBreakTheTransfersOfOthers(t *testing.T) {
	const n, every = 12, 200 * time.Millisecond
	for _, how := range []string{overTLS, overTCP, byXNet, wrapping} {
		for name, transfer := range map[string]func(context.Context, *im.Client) error{
			"download": func(ctx context.Context, c *im.Client) error {
				_, err := c.Messages.DownloadFile(ctx, "f", io.Discard, messages.DownloadOptions{})
				return err
			},
			"upload": func(ctx context.Context, c *im.Client) error {
				return upload(ctx, c, n, func() (io.ReadCloser, error) { return &dripping{n: n, every: every}, nil })
			},
		} {
			t.Run(how+"/"+name, func(t *testing.T) {
				t.Parallel()
				srv := h2over(t, how, func(st *h2stream) {
					switch {
					case !strings.Contains(st.path, "/chatfiles"): // no response
					case st.body != "":
						st.headers(http.StatusOK, len(uploaded))
						st.data(uploaded, true)
					default:
						st.headers(http.StatusOK, n)
						go func() {
							for i := range n {
								time.Sleep(every)
								st.data("x", i == n-1)
							}
						}()
					}
				})
				client := at(t, srv.url, srv.client, im.WithTimeout(time.Second), im.WithRetries(0))
				result := make(chan error, 1)
				go func() { result <- transfer(t.Context(), client) }()
				for srv.begun.Load() == 0 { // two calls at once would each dial
					time.Sleep(time.Millisecond)
				}
				require.ErrorIs(t, sendToBob(t.Context(), client), im.ErrOutcomeUnknown)
				require.NoError(t, <-result)
				assert.EqualValues(t, 1, srv.conns.Load())
			})
		}
	}
}

// uploaded is the response to an upload.
const uploaded = `{"uri":"https://a1.example.com/acme/demo/chatfiles","entities":[{"uuid":"u","share-secret":"s"}]}`

// exclusive is a source whose second Read waits, and that notes a Close during a Read.
type exclusive struct {
	wait, closed  chan struct{}
	reading, both atomic.Bool
	reads         atomic.Int64
}

func (e *exclusive) Read(p []byte) (int, error) {
	e.reading.Store(true)
	defer e.reading.Store(false)
	if e.reads.Add(1) > 1 {
		<-e.wait
	}
	return copy(p, "x"), nil
}

func (e *exclusive) Close() error {
	e.both.Store(e.reading.Load())
	close(e.closed)
	return nil
}

// A source is closed once, and never while it is read: over HTTP/2 net/http closes the body of a
// request during a Read, once the response is there.
func TestSourceIsNotClosedWhileItIsRead(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		e := &exclusive{wait: make(chan struct{}), closed: make(chan struct{})}
		srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for e.reads.Load() < 2 && r.Context().Err() == nil {
				time.Sleep(time.Millisecond)
			}
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}))
		srv.EnableHTTP2 = http2
		srv.StartTLS()
		t.Cleanup(srv.Close)
		err := upload(t.Context(), at(t, srv.URL, srv.Client(), im.WithRetries(0)), 1<<20, func() (io.ReadCloser, error) { return e, nil })
		require.ErrorIs(t, err, im.ErrTooLarge)
		close(e.wait)
		<-e.closed
		assert.False(t, e.both.Load(), "http2: %v", http2)
		assert.EqualValues(t, 2, e.reads.Load(), "nothing is read once the call has ended")
	}
}

// A source that does not close, or that panics, does no harm to an upload of which the
// server has every byte, nor to the process. One that does not open ends with the
// attempt.
func TestSourcesThatMisbehave(t *testing.T) {
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	for _, r := range []string{"HTTP/1.1", overTLS, overTCP, byXNet} {
		client := func(t *testing.T) *im.Client {
			if r != "HTTP/1.1" {
				srv := h2over(t, r, func(st *h2stream) { st.headers(http.StatusOK, len(uploaded)); st.data(uploaded, true) })
				return at(t, srv.url, srv.client, im.WithTimeout(2*time.Second))
			}
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				_, _ = io.WriteString(w, uploaded)
			}))
			t.Cleanup(srv.Close)
			return at(t, srv.URL, nil, im.WithTimeout(2*time.Second))
		}
		for name, misdeed := range map[string]func() error{
			"hangs":  func() error { <-hang; return nil },
			"panics": func() error { panic("hush") },
			"exits":  func() error { runtime.Goexit(); return nil },
			"fails":  func() error { return errors.New("of the user's") },
		} {
			t.Run(r+"/Close "+name, func(t *testing.T) {
				t.Parallel()
				require.NoError(t, upload(t.Context(), client(t), 3, func() (io.ReadCloser, error) { return &dripping{n: 3, close: misdeed}, nil }))
			})
			t.Run(r+"/Open "+name, func(t *testing.T) {
				t.Parallel()
				c, open := client(t), func() (io.ReadCloser, error) { return nil, misdeed() }
				err := upload(t.Context(), c, 3, open)
				require.ErrorIs(t, err, im.ErrInvalidArgument)
				require.NotErrorIs(t, err, im.ErrOutcomeUnknown)
				assert.NotContains(t, err.Error(), "hush")
				if name != "hangs" {
					return
				}
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
				defer cancel()
				err = upload(ctx, c, 3, open)
				require.ErrorIs(t, err, im.ErrCanceled)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.NotErrorIs(t, err, im.ErrOutcomeUnknown)
			})
		}
	}
}
