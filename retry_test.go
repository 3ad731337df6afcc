package im_test

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/page"
)

const (
	reachLimit   = `{"error":"reach_limit","error_description":"This request has reached api limit"}`
	planLimit    = `{"error":"resource_limited","error_description":"You have exceeded the limit of the free edition."}`
	sendLimit    = `{"error":"message_send_error","error_description":"message send reach limit"}`
	sentResponse = `{"data":{"bob":"1312740985563217920"}}`
)

// The three kinds of call whose retries differ.
var calls = map[string]func(context.Context, *im.Client) error{
	"read": func(ctx context.Context, c *im.Client) error {
		_, err := c.Users.Get(ctx, "alice")
		return err
	},
	"idempotent write": func(ctx context.Context, c *im.Client) error {
		return c.Users.SetPassword(ctx, "alice", "new")
	},
	"send": func(ctx context.Context, c *im.Client) error {
		_, err := c.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{Body: messages.Text("hi")})
		return err
	},
	"delete": func(ctx context.Context, c *im.Client) error {
		_, err := c.Users.DeleteOldest(ctx, page.Options{Limit: 1})
		return err
	},
}

func idempotent(call string) bool { return call == "read" || call == "idempotent write" }

// success is the response to every call of the tests.
var success = response{status: 200, body: `{"entities":[{"username":"alice"}],"data":{"bob":"1312740985563217920"}}`}

// DESIGN.md's table, row by row: is the call retried, and what is said when it
// is not.
func TestRetries(t *testing.T) {
	dial := &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	for name, row := range map[string]struct {
		first   response
		retried func(call string) bool
		kind    error
		// unknown: the outcome is, for calls that are not retried
		unknown bool
	}{
		"429 reach_limit":          {response{status: 429, body: reachLimit}, always, im.ErrRateLimited, false},
		"429 without a code":       {response{status: 429, body: `{}`}, always, im.ErrRateLimited, false},
		"403 message reach limit":  {response{status: 403, body: sendLimit}, always, im.ErrRateLimited, false},
		"429 resource_limited":     {response{status: 429, body: planLimit}, never, im.ErrPlanLimit, false},
		"400 too many queries":     {response{status: 400, body: `{"error_description":"too many queries"}`}, always, im.ErrRateLimited, false},
		"502 HTML":                 {response{status: 502, body: `<html>`}, idempotent, im.ErrUnavailable, true},
		"503":                      {response{status: 503}, idempotent, im.ErrUnavailable, true},
		"504":                      {response{status: 504}, idempotent, im.ErrUnavailable, true},
		"408":                      {response{status: 408}, idempotent, im.ErrUnavailable, true},
		"connection broken":        {response{err: errBroken}, idempotent, im.ErrUnavailable, true},
		"EOF":                      {response{err: io.EOF}, idempotent, im.ErrUnavailable, true},
		"dial error":               {response{err: dial, unsent: true}, always, im.ErrUnavailable, false},
		"dial error, untraced":     {response{err: dial}, idempotent, im.ErrUnavailable, true}, // a recorder, HTTP/3: proves nothing
		"bad certificate":          {response{err: x509.UnknownAuthorityError{}, unsent: true}, never, im.ErrUnavailable, false},
		"http behind https":        {response{err: http.ErrSchemeMismatch, unsent: true}, never, im.ErrUnavailable, false},
		"500":                      {response{status: 500, body: `{"error":"INTERNAL_SERVER_ERROR"}`}, never, im.ErrInternal, true},
		"500 that means bad path":  {response{status: 500, body: `{"error":"web_application"}`}, never, im.ErrUnsupported, false},
		"409":                      {response{status: 409, body: `{"error":"concurrent_operation_error"}`}, idempotent, im.ErrConflict, false},
		"200 cut off":              {response{status: 200, body: `{"entities":[{"user`}, idempotent, im.ErrBadResponse, true},
		"200 HTML":                 {response{status: 200, body: `<html>`}, idempotent, im.ErrBadResponse, true},
		"200 empty":                {response{status: 200}, idempotent, im.ErrBadResponse, true},
		"302":                      {response{status: 302, header: http.Header{"Location": {"https://elsewhere.example.com/"}}}, never, im.ErrBadResponse, false},
		"404":                      {response{status: 404, body: `{"error":"service_resource_not_found"}`}, never, im.ErrNotFound, false},
		"401 not in this room":     {response{status: 401, body: `{"error":"MetadataException","error_description":"user is not in chatroom"}`}, never, im.ErrNotFound, false},
		"401 without the right":    {response{status: 401, body: `{"error":"unauthorized","error_description":"No admin user access authorized"}`}, never, im.ErrForbidden, false},
		"503 with long RetryAfter": {response{status: 503, header: http.Header{"Retry-After": {"3600"}}}, never, im.ErrUnavailable, true},
	} {
		for call, do := range calls {
			t.Run(name+"/"+call, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server := &script{responses: []response{row.first, success}}
					err := do(t.Context(), server.client(t))
					if row.retried(call) {
						require.NoError(t, err)
						require.Len(t, server.requests, 2)
						assert.Equal(t, server.requests[0].body, server.requests[1].body, "the whole body goes out again")
						return
					}
					require.ErrorIs(t, err, row.kind)
					assert.Len(t, server.requests, 1)
					assert.Equal(t, row.unknown && !idempotent(call), errors.Is(err, im.ErrOutcomeUnknown))
				})
			})
		}
	}
}

func always(string) bool { return true }
func never(string) bool  { return false }

func TestRetriesEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &script{responses: []response{{status: 503}}}
		_, err := server.client(t).Users.Get(t.Context(), "alice")
		require.ErrorIs(t, err, im.ErrUnavailable)
		failure, _ := errors.AsType[*im.Error](err)
		assert.Equal(t, 4, failure.Attempts)
		assert.Len(t, server.requests, 4)
	})
}

func TestWithoutRetry(t *testing.T) {
	server := &script{responses: []response{{status: 503}, success}}
	_, err := server.client(t).Users.Get(im.WithoutRetry(t.Context()), "alice")
	require.ErrorIs(t, err, im.ErrUnavailable)
	assert.Len(t, server.requests, 1)
}

func TestRetryAfterIsWaited(t *testing.T) {
	for header, want := range map[string]time.Duration{"7": 7 * time.Second, "Fri, 31 Dec 1999 23:59:59 GMT": 0} {
		synctest.Test(t, func(t *testing.T) {
			server := &script{responses: []response{{status: 503, header: http.Header{"Retry-After": {header}}}, success}}
			begun := time.Now()
			_, err := server.client(t).Users.Get(t.Context(), "alice")
			require.NoError(t, err)
			assert.InDelta(t, want, time.Since(begun), float64(200*time.Millisecond))
		})
	}
}

func TestRetryAfterBeyondTheCapIsHandedOut(t *testing.T) {
	server := &script{responses: []response{{status: 429, body: reachLimit, header: http.Header{"Retry-After": {"3600"}}}}}
	_, err := server.client(t).Users.Get(t.Context(), "alice")
	failure, ok := errors.AsType[*im.Error](err)
	require.True(t, ok)
	assert.Equal(t, time.Hour, failure.RetryAfter)
	assert.Len(t, server.requests, 1)
}

// The waits between attempts double, within their jitter.
func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		server := &script{responses: []response{{do: func(*http.Request) *response {
			at = append(at, time.Now())
			return &response{status: 503}
		}}}}
		_, err := server.client(t).Users.Get(t.Context(), "alice")
		require.Error(t, err)
		require.Len(t, at, 4)
		for i, most := range []time.Duration{200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond} {
			wait := at[i+1].Sub(at[i])
			assert.LessOrEqual(t, wait, most+50*time.Millisecond) // the pace of the quota may add a little
			assert.GreaterOrEqual(t, wait, most/2)
		}
	})
}

// A wait that would outlast the deadline is not begun.
func TestHopelessDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		server := &script{responses: []response{{status: 503, header: http.Header{"Retry-After": {"10"}}}}}
		begun := time.Now()
		_, err := server.client(t).Users.Get(ctx, "alice")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, im.ErrUnavailable)
		assert.Zero(t, time.Since(begun))
	})
}

// endsWith calls a function at its end.
type endsWith struct {
	io.Reader
	then func()
}

func (e endsWith) Read(p []byte) (int, error) {
	n, err := e.Reader.Read(p)
	if err == io.EOF {
		e.then()
	}
	return n, err
}

// A call that is cancelled when it is about to be retried says that it was cancelled, and what the last response was.
func TestCancelledBeforeARetry(t *testing.T) {
	renewed := config
	renewed.Token = im.TokenFunc(func(context.Context) (im.Token, error) { return im.Token{Value: rand.Text()}, nil })
	for name, c := range map[string]struct {
		failure response
		kind    error
	}{
		"429": {response{status: 429, body: reachLimit}, im.ErrRateLimited},
		"503": {response{status: 503, body: "{}"}, im.ErrUnavailable},
		"401": {response{status: 401, body: `{"error":"auth_bad_access_token","error_description":"Unable to authenticate due to expired access token"}`}, im.ErrUnauthorized},
	} {
		for _, options := range [][]im.Option{nil, {im.WithoutQuotas()}} {
			ctx, cancel := context.WithCancel(t.Context())
			failure := c.failure
			failure.from = endsWith{strings.NewReader(failure.body), cancel}
			server := &script{responses: []response{failure, success}}
			_, err := server.clientFor(t, renewed, options...).Users.Get(ctx, "alice")
			for _, want := range []error{im.ErrCanceled, context.Canceled, c.kind} {
				require.ErrorIs(t, err, want, name)
			}
			assert.Len(t, server.requests, 1)
		}
	}
}

func TestTimeoutPerAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := func(r *http.Request) *response {
			<-r.Context().Done()
			return &response{err: context.Cause(r.Context())}
		}
		server := &script{responses: []response{{do: hang}, success}}
		begun := time.Now()
		_, err := server.client(t, im.WithTimeout(2*time.Second)).Users.Get(t.Context(), "alice")
		require.NoError(t, err, "the second attempt succeeds")
		assert.InDelta(t, 2*time.Second, time.Since(begun), float64(300*time.Millisecond))

		server = &script{responses: []response{{do: hang}}}
		_, err = server.client(t, im.WithTimeout(2*time.Second)).Messages.SendToUsers(t.Context(), []string{"bob"}, messages.Message{Body: messages.Text("hi")})
		require.ErrorIs(t, err, im.ErrOutcomeUnknown)
		assert.Contains(t, err.Error(), "no response in time")
	})
}

// A source that is shorter or longer than it said, or that fails, fails the call,
// and is not retried.
func TestBadSources(t *testing.T) {
	broken := errors.New("disk on fire")
	for name, c := range map[string]struct {
		src  file.Source
		want error
	}{
		"short":       {source(10, strings.NewReader("12345")), io.ErrUnexpectedEOF},
		"long":        {source(3, strings.NewReader("12345")), nil},
		"fails":       {source(10, io.MultiReader(strings.NewReader("12"), failing{broken})), broken},
		"cannot open": {file.Source{Name: "a", Open: func() (io.ReadCloser, error) { return nil, os.ErrPermission }}, os.ErrPermission},
	} {
		t.Run(name, func(t *testing.T) {
			server := &script{responses: []response{success}}
			_, err := server.client(t).Messages.UploadFile(t.Context(), c.src, messages.UploadOptions{})
			require.ErrorIs(t, err, im.ErrInvalidArgument)
			require.NotErrorIs(t, err, im.ErrOutcomeUnknown)
			if c.want != nil {
				require.ErrorIs(t, err, c.want)
			}
			assert.Empty(t, server.requests, "no request came through whole")
		})
	}
}

// A source that hangs does not hold the call: neither its own time limit nor a
// cancel waits for it. It is closed when it comes back.
func TestSourceThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &hangingSource{}
		file := file.Source{Name: "a.bin", Size: 10, Open: func() (io.ReadCloser, error) { return src, nil }}
		server := &script{responses: []response{success}}
		client := server.client(t, im.WithTimeout(2*time.Second))
		begun := time.Now()
		_, err := client.Messages.UploadFile(t.Context(), file, messages.UploadOptions{})
		require.ErrorIs(t, err, im.ErrUnavailable)
		assert.Contains(t, err.Error(), "no progress in time")
		assert.InDelta(t, 2*time.Second, time.Since(begun), float64(10*time.Millisecond))
		assert.False(t, src.closed.Load())
		time.Sleep(time.Hour)
		assert.True(t, src.closed.Load())
	})
}

// A file that goes or comes slowly, but does, is no timeout, however long it takes.
func TestSlowTransfers(t *testing.T) {
	for name, transfer := range map[string]func(context.Context, *im.Client) error{
		"upload": func(ctx context.Context, c *im.Client) error {
			_, err := c.Messages.UploadFile(ctx, source(10, &slow{left: 10}), messages.UploadOptions{})
			return err
		},
		"download": func(ctx context.Context, c *im.Client) error {
			n, err := c.Messages.DownloadFile(ctx, "u-1", io.Discard, messages.DownloadOptions{})
			assert.EqualValues(t, 10, n)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &script{responses: []response{{do: func(r *http.Request) *response {
					if r.Method == http.MethodGet {
						return &response{status: 200, from: &slow{left: 10}}
					}
					return &response{status: 200, body: `{"uri":"https://x/chatfiles","entities":[{"uuid":"u-1"}]}`}
				}}}}
				begun := time.Now()
				require.NoError(t, transfer(t.Context(), server.client(t, im.WithTimeout(30*time.Second))))
				assert.GreaterOrEqual(t, time.Since(begun), 200*time.Second)
				assert.Len(t, server.requests, 1)
			})
		})
	}
}

// slow returns a byte each 20 seconds.
type slow struct{ left int }

func (s *slow) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	s.left--
	time.Sleep(20 * time.Second)
	return copy(p, "x"), nil
}

// hangingSource returns a byte, and hangs for an hour.
type hangingSource struct {
	begun  bool
	closed atomic.Bool
}

func (h *hangingSource) Close() error {
	h.closed.Store(true)
	return nil
}

func (h *hangingSource) Read(p []byte) (int, error) {
	if h.begun {
		time.Sleep(time.Hour)
	}
	h.begun = true
	return copy(p, "x"), nil
}

func source(size int64, r io.Reader) file.Source {
	return file.Source{Name: "a.bin", Size: size, Open: func() (io.ReadCloser, error) { return io.NopCloser(r), nil }}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// Each attempt of an upload opens the source anew and sends all of it.
func TestUploadIsReopened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opened := 0
		src := file.Source{Name: "a.txt", Size: 5, Open: func() (io.ReadCloser, error) {
			opened++
			return io.NopCloser(strings.NewReader("hello")), nil
		}}
		server := &script{responses: []response{{status: 429, body: reachLimit}, {status: 200, body: `{"uri":"https://x/chatfiles","entities":[{"uuid":"u-1"}]}`}}}
		up, err := server.client(t).Messages.UploadFile(t.Context(), src, messages.UploadOptions{})
		require.NoError(t, err)
		assert.Equal(t, "https://x/chatfiles/u-1", up.URL)
		assert.Equal(t, 2, opened)
		require.Len(t, server.requests, 2)
		assert.Contains(t, server.requests[1].body, "\r\n\r\nhello\r\n--")
		assert.EqualValues(t, len(server.requests[1].body), server.requests[1].ContentLength)
	})
}
