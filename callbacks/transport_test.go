package callbacks_test

import (
	"bytes"
	"context"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
)

// road is one on which callbacks come.
type road struct {
	server *httptest.Server
	client *http.Client
}

// roads runs a test over TCP and TLS, with HTTP/1.1 and HTTP/2.
func roads(t *testing.T, handler func() http.Handler, test func(*testing.T, road)) {
	t.Helper()
	for name, o := range map[string]struct{ secure, two bool }{
		"HTTP/1.1": {}, "HTTP/1.1 over TLS": {secure: true}, "h2c": {two: true}, "HTTP/2 over TLS": {true, true},
	} {
		t.Run(name, func(t *testing.T) {
			p := new(http.Protocols)
			p.SetHTTP1(!o.two)
			p.SetHTTP2(o.two && o.secure)
			p.SetUnencryptedHTTP2(o.two && !o.secure)
			s := httptest.NewUnstartedServer(handler())
			s.Config.ErrorLog, s.Config.Protocols = log.New(io.Discard, "", 0), p
			s.EnableHTTP2 = o.two && o.secure
			start := s.Start
			if o.secure {
				start = s.StartTLS
			}
			start()
			transport := s.Client().Transport.(*http.Transport)
			transport.Protocols = p
			t.Cleanup(func() { transport.CloseIdleConnections(); s.Close() })
			test(t, road{s, s.Client()})
		})
	}
}

// post posts a body, and returns status and body of the response.
func (r road) post(ctx context.Context, body io.Reader, length int64) (int, string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.server.URL+"/im", body)
	if err != nil {
		return 0, "", err
	}
	request.ContentLength = length
	response, err := r.client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, string(text), err
}

// A callback gets the same response on each road, whether the length of its body is known before or not.
func TestRoads(t *testing.T) {
	type response struct {
		status int
		text   string
	}
	roads(t, func() http.Handler { return newHandler(t, callbacks.Config{MaxBody: 100_000}) }, func(t *testing.T, r road) {
		for body, want := range map[string]response{
			string(recall.Sign(secret).JSON()):             {http.StatusOK, ""},
			string(question()):                             {http.StatusOK, `{"valid":true}`},
			`{"x":"` + strings.Repeat("x", 100_000) + `"}`: {http.StatusRequestEntityTooLarge, ""},
			`{"callId":"c1"}`:                              {http.StatusUnauthorized, ""},
		} {
			for _, length := range []int64{int64(len(body)), -1} {
				status, text, err := r.post(t.Context(), strings.NewReader(body), length)
				require.NoError(t, err)
				assert.Equal(t, want, response{status, text})
			}
		}
	})
}

func question() []byte {
	return callbackstest.Example(callbacks.KindPreSendMessage).Sign(secret).JSON()
}

// A body that breaks off (HTTP/2 resets the stream) is a failure that counts, and has the same reason in the log on each road.
func TestBodyThatBreaksOff(t *testing.T) {
	var observed chan callbacks.Observation
	var logged bytes.Buffer
	roads(t, func() http.Handler {
		observed = make(chan callbacks.Observation, 1)
		h := newHandler(t, callbacks.Config{
			Observe: func(_ context.Context, o callbacks.Observation) { observed <- o },
			Logger:  slog.New(slog.NewTextHandler(&logged, nil)),
		})
		callbacks.On(h, func(context.Context, callbacks.Event) error { t.Error("was handled"); return nil })
		return h
	}, func(t *testing.T, r road) {
		for i, length := range []int64{400, 80_000, -1} {
			body, sender := io.Pipe()
			go func() {
				_, _ = sender.Write(recall.Sign(secret).JSON()[:100])
				_ = sender.CloseWithError(io.ErrNoProgress)
			}()
			_, _, err := r.post(t.Context(), body, length)
			require.ErrorIs(t, err, io.ErrNoProgress)
			o := <-observed
			assert.Equal(t, http.StatusBadRequest, o.Status)
			assert.Equal(t, 44-i, o.FailuresLeft)
			assert.Contains(t, logged.String(), `reason="callbacks: the body breaks off"`)
			logged.Reset()
		}
	})
}

// A decision ends when nobody waits for it any longer.
func TestNobodyWaitsForTheDecision(t *testing.T) {
	var observed chan callbacks.Observation
	var asked chan context.CancelFunc
	var end chan bool
	var logged bytes.Buffer
	roads(t, func() http.Handler {
		ended := make(chan bool) // of this road: the function may see it when the next has begun
		observed, asked, end = make(chan callbacks.Observation, 1), make(chan context.CancelFunc, 1), ended
		h := newHandler(t, callbacks.Config{
			Decision: callbacks.Decision{Deadline: time.Hour}, Logger: slog.New(slog.NewTextHandler(&logged, nil)),
			Observe: func(_ context.Context, o callbacks.Observation) { observed <- o },
		})
		h.Decide(func(ctx context.Context, _ *callbacks.Outgoing) callbacks.Verdict {
			(<-asked)()
			<-ctx.Done()
			<-ended // otherwise its verdict may be the first
			return callbacks.Deliver()
		})
		return h
	}, func(t *testing.T, r road) {
		ctx, cancel := context.WithCancel(t.Context())
		asked <- cancel
		_, _, _ = r.post(ctx, bytes.NewReader(question()), -1) // gets a response if that is the faster
		o := <-observed
		close(end)
		require.ErrorIs(t, o.Err, context.Canceled)
		assert.Contains(t, logged.String(), `reason="context canceled"`)
		logged.Reset()
		assert.Equal(t, 45, o.FailuresLeft, "a decision is never part of a ban")
	})
}

// A server that shuts down (HTTP/2 sends GOAWAY) still responds to what it is handling.
func TestShutdown(t *testing.T) {
	var begun, end chan bool
	roads(t, func() http.Handler {
		begun, end = make(chan bool), make(chan bool)
		h := newHandler(t, callbacks.Config{})
		callbacks.On(h, func(context.Context, *callbacks.Recalled) error { begun <- true; <-end; return nil })
		return h
	}, func(t *testing.T, r road) {
		status, down := make(chan int), make(chan error)
		go func() {
			got, _, err := r.post(t.Context(), bytes.NewReader(recall.Sign(secret).JSON()), -1)
			assert.NoError(t, err)
			status <- got
		}()
		<-begun
		r.server.Config.RegisterOnShutdown(func() { close(end) })
		go func() { down <- r.server.Config.Shutdown(t.Context()) }()
		assert.Equal(t, http.StatusOK, <-status)
		require.NoError(t, <-down)
	})
}
