package im_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/users"
)

func TestObserverSeesEachTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events []im.Event
		server := &script{responses: []response{{status: 429, body: reachLimit}, {status: 200, body: sentResponse}}}
		client := server.client(t, im.WithObserver(func(_ context.Context, e im.Event) { events = append(events, e) }))
		_, err := client.Messages.SendToUsers(t.Context(), []string{"bob"}, messages.Message{Body: messages.Text("hi")})
		require.NoError(t, err)
		require.Len(t, events, 2)
		first, second := events[0], events[1]
		assert.Equal(t, "messages.send_users", first.Endpoint)
		assert.Equal(t, 1, first.Attempt)
		assert.Equal(t, "a1.example.com:443", first.Server)
		assert.Equal(t, 429, first.Status)
		assert.Equal(t, "reach_limit", first.Code)
		assert.True(t, first.Retried)
		require.ErrorIs(t, first.Err, im.ErrRateLimited)
		assert.Equal(t, 2, second.Attempt)
		assert.Equal(t, 200, second.Status)
		require.NoError(t, second.Err)
		assert.Positive(t, second.Waited, "the pool paused")
	})
}

// Several observers see the same events, in the order of the options.
func TestObservers(t *testing.T) {
	var seen []string
	note := func(name string) im.Option {
		return im.WithObserver(func(_ context.Context, e im.Event) { seen = append(seen, name+" "+e.Endpoint) })
	}
	server := &script{responses: []response{success}}
	require.NoError(t, get(t.Context(), server.client(t, note("first"), note("second"), note("third"))))
	assert.Equal(t, []string{"first users.get", "second users.get", "third users.get"}, seen)
}

func TestObserverSeesRefusedWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events []im.Event
		server := &script{responses: []response{success}}
		client := server.client(t, im.WithQuota("users.get", im.Quota{N: 1, Per: time.Hour}),
			im.WithObserver(func(_ context.Context, e im.Event) { events = append(events, e) }))
		require.NoError(t, get(t.Context(), client))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun := time.Now()
		err := get(ctx, client)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, im.ErrRateLimited)
		assert.Zero(t, time.Since(begun), "a hopeless wait is not begun")
		assert.Len(t, server.requests, 1)
		require.Len(t, events, 2)
		require.Error(t, events[1].Err)
		assert.NotEmpty(t, events[0].Server)
		assert.Empty(t, events[1].Server, "nothing was sent")
	})
}

// What is logged is an allow-list: a user's name, a message, a password, a token
// or a URL never come up, whatever the server responds.
func TestLogsNameNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		echo := response{status: 503, body: `{"error":"x","error_description":"alice-the-user app-token hunter2 the-message"}`}
		server := &script{responses: []response{echo, echo, {status: 400, body: echo.body}}}
		client := server.client(t, im.WithLogger(logger))
		_, err := client.Users.RegisterBatch(t.Context(), []users.NewUser{{Username: "alice-the-user", Password: "hunter2"}})
		require.Error(t, err)
		logger.Info("failed", "error", err)
		_, err = client.Messages.SendToUsers(t.Context(), []string{"alice-the-user"}, messages.Message{Body: messages.Text("the-message")})
		require.Error(t, err)

		for _, secret := range []string{"alice-the-user", "hunter2", "app-token", "the-message", "example.com", "Bearer"} {
			assert.NotContains(t, log.String(), secret)
		}
		var levels []string
		for line := range strings.Lines(log.String()) {
			var record map[string]any
			require.NoError(t, json.Unmarshal([]byte(line), &record))
			levels = append(levels, record["level"].(string))
		}
		assert.Equal(t, []string{"WARN", "WARN", "DEBUG", "INFO", "DEBUG"}, levels, "one Warn per retry, one Debug per attempt")
	})
}

func TestSilenceByDefault(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	defer slog.SetDefault(before)
	server := &script{responses: []response{{status: 404, body: `{"error":"service_resource_not_found"}`}}}
	require.Error(t, get(t.Context(), server.client(t)))
	assert.Empty(t, log.String())
}

func TestWithResponse(t *testing.T) {
	server := &script{responses: []response{{status: 200,
		body: `{"action":"get","entities":[{"username":"alice"}],"timestamp":1697600000123,"duration":5,"cursor":"abc"}`}}}
	var meta im.Response
	_, err := server.client(t).Users.Get(im.WithResponse(t.Context(), &meta), "alice")
	require.NoError(t, err)
	assert.Equal(t, 200, meta.Status)
	assert.Equal(t, time.UnixMilli(1697600000123), meta.Timestamp)
	assert.Equal(t, 5*time.Millisecond, meta.Duration)
	assert.Equal(t, "abc", meta.Cursor)
	assert.Equal(t, "get", meta.Action)
	assert.JSONEq(t, server.responses[0].body, string(meta.Body))
}

// The server of an event has a port, whatever the host is.
func TestObserverSeesTheServer(t *testing.T) {
	for host, want := range map[string]string{
		"a1.example.com": "a1.example.com:443", "https://a1.example.com:8443": "a1.example.com:8443", "http://127.0.0.1": "127.0.0.1:80",
		"http://[::1]": "[::1]:80", "http://[::1]:8080": "[::1]:8080",
	} {
		var seen string
		server := &script{responses: []response{success}}
		client, err := im.New(im.Config{Host: host, Org: "acme", App: "demo", Platform: im.Easemob, Token: im.StaticToken("t")},
			im.WithHTTPClient(&http.Client{Transport: server}), im.WithObserver(func(_ context.Context, e im.Event) { seen = e.Server }))
		require.NoError(t, err)
		require.NoError(t, get(t.Context(), client))
		assert.Equal(t, want, seen)
	}
}
