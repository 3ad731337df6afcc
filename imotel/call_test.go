package imotel_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imotel"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

func send(ctx context.Context, client *im.Client) error {
	_, err := client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{From: "alice", Body: messages.Text("hi")})
	return err
}

// attributes of a span, by name.
func attributes(list []attribute.KeyValue) map[string]any {
	found := make(map[string]any)
	for _, kv := range list {
		found[string(kv.Key)] = kv.Value.AsInterface()
	}
	return found
}

// point returns the value of the data point with these attributes: a sum, a gauge, or the
// count of a histogram. It is -1 if there is none.
func point(t *testing.T, data metricdata.Aggregation, with ...attribute.KeyValue) float64 {
	t.Helper()
	want := attribute.NewSet(with...)
	is := func(s attribute.Set) bool { return s.Equals(&want) }
	switch data := data.(type) {
	case metricdata.Sum[int64]:
		for _, p := range data.DataPoints {
			if is(p.Attributes) {
				return float64(p.Value)
			}
		}
	case metricdata.Gauge[int64]:
		for _, p := range data.DataPoints {
			if is(p.Attributes) {
				return float64(p.Value)
			}
		}
	case metricdata.Gauge[float64]:
		for _, p := range data.DataPoints {
			if is(p.Attributes) {
				return p.Value
			}
		}
	case metricdata.Histogram[float64]:
		for _, p := range data.DataPoints {
			if is(p.Attributes) {
				return float64(p.Count)
			}
		}
	}
	return -1
}

func str(key, value string) attribute.KeyValue { return attribute.String(key, value) }

// A call is a span with its attempts as children, in the trace of its caller, at the times at which
// they were.
func TestSpansOfACall(t *testing.T) {
	srv := imtest.NewServer(t)
	c := collect(t, imotel.Options{App: "main"})
	client := c.client(t, srv)
	require.NoError(t, send(t.Context(), client)) // has the token
	require.NoError(t, c.Flush(t.Context()))
	c.spans.Reset()
	srv.Fault(imtest.OnEndpoint("messages.send_users"), imtest.First(1), imtest.RateLimited())

	ctx, parent := sdktrace.NewTracerProvider().Tracer("the app's").Start(t.Context(), "request")
	begun := time.Now()
	require.NoError(t, send(im.WithLane(ctx, im.Background), client))
	ended := time.Now()
	require.NoError(t, c.Flush(t.Context()))

	spans := c.spans.GetSpans().Snapshots()
	require.Len(t, spans, 3)
	first, second, call := spans[0], spans[1], spans[2]
	assert.Equal(t, []string{"POST /messages/users", "POST /messages/users", "messages.send_users"}, []string{first.Name(), second.Name(), call.Name()})
	assert.Equal(t, parent.SpanContext().SpanID(), call.Parent().SpanID())
	assert.Equal(t, parent.SpanContext().TraceID(), call.SpanContext().TraceID())
	for _, attempt := range spans[:2] {
		assert.Equal(t, call.SpanContext().SpanID(), attempt.Parent().SpanID())
		assert.Equal(t, trace.SpanKindClient, attempt.SpanKind())
		assert.False(t, attempt.StartTime().Before(call.StartTime()))
		assert.False(t, attempt.EndTime().After(call.EndTime()))
	}
	assert.False(t, call.StartTime().Before(begun) || call.EndTime().After(ended))
	assert.False(t, second.StartTime().Before(first.EndTime()))

	got := attributes(call.Attributes())
	assert.Equal(t, map[string]any{
		"im.app": "main", "im.endpoint": "messages.send_users", "im.lane": "background", "im.pool": "messages_users", "im.items": int64(1),
		"im.attempts": int64(2), "im.quota.wait": got["im.quota.wait"],
	}, got)
	assert.Positive(t, got["im.quota.wait"])
	assert.Equal(t, codes.Unset, call.Status().Code)
	require.NotEmpty(t, call.Events())
	for _, event := range call.Events() { // the first attempt may have waited a little as well
		assert.Equal(t, "im.quota.wait", event.Name)
	}

	got = attributes(first.Attributes())
	assert.Positive(t, got["server.port"])
	assert.Positive(t, got["im.quota.pause"])
	assert.Equal(t, map[string]any{
		"im.app": "main", "im.endpoint": "messages.send_users", "http.request.method": "POST", "url.template": "/messages/users",
		"server.address": "127.0.0.1", "server.port": got["server.port"], "http.response.status_code": int64(429), "error.type": "429",
		"im.quota.pause": got["im.quota.pause"],
	}, got)
	assert.Equal(t, sdktrace.Status{Code: codes.Error}, first.Status(), "and no text")
	got = attributes(second.Attributes())
	assert.Equal(t, []any{int64(1), int64(200), nil}, []any{got["http.request.resend_count"], got["http.response.status_code"], got["error.type"]})
}

// What is counted of calls.
func TestMetricsOfCalls(t *testing.T) {
	srv := imtest.NewServer(t)
	c := collect(t, imotel.Options{})
	client := c.client(t, srv)
	srv.Fault(imtest.OnEndpoint("messages.send_users"), imtest.First(1), imtest.RateLimited())
	require.NoError(t, send(t.Context(), client))
	srv.Fault(imtest.OnEndpoint("messages.send_users"), imtest.First(1), imtest.CutAfterProcessing())
	require.ErrorIs(t, send(t.Context(), client), im.ErrOutcomeUnknown)
	_, err := client.Users.Get(t.Context(), "nobody")
	require.ErrorIs(t, err, im.ErrNotFound)
	_, err = client.Users.Get(t.Context(), "..")
	require.ErrorIs(t, err, im.ErrInvalidArgument)

	m := c.metrics(t)
	sending, reading := str("im.endpoint", "messages.send_users"), str("im.endpoint", "users.get")
	calls := m["im.client.call.duration"]
	assert.InDelta(t, 1, point(t, calls, sending), 0)
	assert.InDelta(t, 1, point(t, calls, sending, str("error.type", "unavailable")), 0)
	assert.InDelta(t, 1, point(t, calls, reading, str("error.type", "not_found")), 0)
	assert.InDelta(t, 1, point(t, calls, reading, str("error.type", "invalid_argument")), 0)
	assert.InDelta(t, 1, point(t, m["im.client.outcome_unknown"], sending), 0)
	assert.InDelta(t, 1, point(t, m["im.client.retries"], sending, str("error.type", "429")), 0)
	pool := str("im.pool", "messages_users")
	assert.InDelta(t, 1, point(t, m["im.client.quota.wait"], pool), 0)
	assert.InDelta(t, 3, point(t, m["im.client.quota.granted"], pool), 0)
	assert.InDelta(t, 1, point(t, m["im.client.quota.refused"], pool), 0)
	assert.InDelta(t, 0, point(t, m["im.client.waiting"], pool, str("im.lane", "foreground")), 0)
	assert.InDelta(t, 0, point(t, m["im.client.waiting"], pool, str("im.lane", "background")), 0)
	perUser := attribute.Bool("im.quota.per_user", false)
	byItem := []attribute.KeyValue{pool, str("im.quota.window", "1m0s"), str("im.quota.unit", "items"), perUser}
	byCall := []attribute.KeyValue{pool, str("im.quota.window", "1s"), str("im.quota.unit", "calls"), perUser}
	assert.InDelta(t, 3, point(t, m["im.client.quota.used"], byItem...), 0)
	assert.Positive(t, point(t, m["im.client.quota.left"], byItem...))
	assert.Positive(t, point(t, m["im.client.quota.left"], byCall...))
	assert.InDelta(t, -1, point(t, m["im.client.quota.granted"], str("im.pool", "users.list")), 0, "a pool that was not used")
	attempts := m["http.client.request.duration"].(metricdata.Histogram[float64])
	n := map[int64]uint64{}
	for _, p := range attempts.DataPoints {
		if v, _ := p.Attributes.Value("im.endpoint"); v.AsString() == "messages.send_users" {
			status, _ := p.Attributes.Value("http.response.status_code")
			n[status.AsInt64()] += p.Count
		}
	}
	assert.Equal(t, map[int64]uint64{200: 1, 429: 1, 0: 1}, n)
}

// An unknown outcome is an attribute of its own.
func TestOutcomeUnknown(t *testing.T) {
	srv := imtest.NewServer(t)
	c := collect(t, imotel.Options{})
	client := c.client(t, srv)
	srv.Fault(imtest.OnEndpoint("messages.send_users"), imtest.CutAfterProcessing())
	require.ErrorIs(t, send(t.Context(), client), im.ErrOutcomeUnknown)
	spans := c.ended(t)
	got := attributes(spans["messages.send_users"].Attributes)
	assert.Equal(t, []any{true, "unavailable"}, []any{got["im.outcome_unknown"], got["error.type"]})
	assert.Equal(t, "unavailable", attributes(spans["POST /messages/users"].Attributes)["error.type"])
	_, err := client.Users.Get(t.Context(), "nobody")
	require.Error(t, err)
	got = attributes(c.ended(t)["users.get"].Attributes)
	assert.Equal(t, []any{false, "not_found"}, []any{got["im.outcome_unknown"], got["error.type"]})
}

// A fetch of a token is an event of the call that needed it, and a span below it.
func TestTokenFetch(t *testing.T) {
	srv := imtest.NewServer(t)
	c := collect(t, imotel.Options{})
	client := c.client(t, srv)
	require.NoError(t, send(t.Context(), client))
	spans := c.ended(t)
	call := spans["messages.send_users"]
	require.Len(t, call.Events, 1)
	assert.Equal(t, "im.token.fetch", call.Events[0].Name)
	assert.Equal(t, call.SpanContext.SpanID(), spans["auth.app_token"].Parent.SpanID())
	m := c.metrics(t)
	assert.InDelta(t, 1, point(t, m["im.client.token.fetch.duration"]), 0)
	assert.GreaterOrEqual(t, point(t, m["im.client.token.age"]), 0.0)
}

// The age of the token, and fetches that fail; on the fake clock.
func TestTokenAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := collect(t, imotel.Options{})
		good := true
		config := cannedConfig()
		config.Token = im.TokenFunc(func(context.Context) (im.Token, error) {
			if !good {
				return im.Token{}, errors.New("the key store is locked")
			}
			return im.Token{Value: "t", Expires: time.Now().Add(time.Hour)}, nil
		})
		client, err := c.NewClient(config, im.WithHTTPClient(&http.Client{Transport: canned{}}))
		require.NoError(t, err)
		get := func() error { _, err := client.Users.Get(t.Context(), "alice"); return err }
		require.NoError(t, get())
		time.Sleep(10 * time.Minute)
		assert.InDelta(t, 600, point(t, c.metrics(t)["im.client.token.age"]), 1)
		good = false
		time.Sleep(time.Hour)
		require.NoError(t, get(), "with the old token")
		m := c.metrics(t)
		assert.InDelta(t, 4200, point(t, m["im.client.token.age"]), 1)
		assert.InDelta(t, 1, point(t, m["im.client.token.fetch.duration"], str("error.type", "_OTHER")), 0)
	})
}

// A path of im.Raw may hold what its caller wrote there: it is not shown.
func TestRaw(t *testing.T) {
	srv := imtest.NewServer(t)
	c := collect(t, imotel.Options{})
	client := c.client(t, srv)
	_, err := im.Raw[struct{}](t.Context(), client, im.RawCall{Method: "GET", Path: "/users/alice-the-user"})
	require.Error(t, err)
	_, err = im.Raw[struct{}](t.Context(), client, im.RawCall{Method: "FROB", Path: "/users/alice-the-user"})
	require.Error(t, err)
	spans := c.ended(t)
	assert.Contains(t, spans, "raw")
	assert.Contains(t, spans, "GET")
	assert.Equal(t, "_OTHER", attributes(spans["HTTP"].Attributes)["http.request.method"])
	assert.NotContains(t, c.everything(t), "alice-the-user")
}

// A span is there for whoever asks for it within the call: a transport that traces hangs its spans on
// the call's.
func TestSpanWithinTheCall(t *testing.T) {
	srv := imtest.NewServer(t)
	c := collect(t, imotel.Options{})
	var within trace.SpanContext
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		within = trace.SpanContextFromContext(r.Context())
		trace.SpanFromContext(r.Context()).AddEvent("of the transport")
		return http.DefaultTransport.RoundTrip(r)
	})
	client := c.client(t, srv, im.WithHTTPClient(&http.Client{Transport: transport}))
	_, err := client.Users.Get(t.Context(), "nobody")
	require.Error(t, err)
	call := c.ended(t)["users.get"]
	assert.Equal(t, call.SpanContext.SpanID(), within.SpanID())
	names := make([]string, len(call.Events))
	for i, e := range call.Events {
		names[i] = e.Name
	}
	assert.Contains(t, names, "of the transport")
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A hook and an observer of the user's work beside those of the Telemetry.
func TestOwnHookAndObserver(t *testing.T) {
	srv := imtest.NewServer(t)
	c := collect(t, imotel.Options{})
	seen := 0
	client := c.client(t, srv, im.WithObserver(func(context.Context, im.Event) { seen++ }),
		im.WithHook(func(ctx context.Context, _ im.CallInfo) (context.Context, func(im.CallEnd)) {
			return trace.ContextWithSpan(ctx, noop.Span{}), func(im.CallEnd) { seen++ }
		}))
	_, err := client.Users.Get(t.Context(), "nobody")
	require.Error(t, err)
	assert.Equal(t, 5, seen, "two calls, two attempts, a token")
	assert.Contains(t, c.ended(t), "GET /users/{username}")
}
