package imotel_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
	"github.com/imrest/im-go/imotel"
)

const ruleSecret = "rule-secret-1"

// receiver is a handler with telemetry.
func receiver(t *testing.T, c *collected, config callbacks.Config) (*callbacks.Handler, func(callbackstest.Body) int) {
	t.Helper()
	config.Secrets, config.Decision.Deadline = []string{ruleSecret}, time.Hour // a machine that stalls must decide nothing
	h, err := callbacks.New(c.Callbacks(config))
	require.NoError(t, err)
	served := c.Receive(h)
	return h, func(b callbackstest.Body) int {
		w := httptest.NewRecorder()
		served.ServeHTTP(w, callbackstest.Request(ruleSecret, b))
		return w.Code
	}
}

// An event is a span of a consumer without links, and so is its handling; a duplicate is seen as such.
func TestCallback(t *testing.T) {
	c := collect(t, imotel.Options{})
	observed := 0
	h, post := receiver(t, c, callbacks.Config{Observe: func(context.Context, callbacks.Observation) { observed++ }})
	var within trace.SpanContext
	callbacks.On(h, func(ctx context.Context, _ *callbacks.Recalled) error {
		within = trace.SpanContextFromContext(ctx)
		return nil
	})
	recall := callbackstest.Example(callbacks.KindMessageRecall)
	assert.Equal(t, http.StatusOK, post(recall))
	spans := c.ended(t)
	received, processed := spans["receive message.recall"], spans["process message.recall"]
	for _, s := range []trace.SpanKind{received.SpanKind, processed.SpanKind} {
		assert.Equal(t, trace.SpanKindConsumer, s)
	}
	assert.Empty(t, received.Links)
	assert.Equal(t, received.SpanContext.SpanID(), processed.Parent.SpanID())
	assert.Equal(t, processed.SpanContext.SpanID(), within.SpanID(), "what the function does hangs on the handling")
	assert.Equal(t, map[string]any{
		"messaging.system": "im", "messaging.operation.name": "receive", "messaging.operation.type": "receive",
		"im.callback.kind": "message.recall", "im.callback.result": "accepted", "http.response.status_code": int64(200),
	}, attributes(received.Attributes))

	assert.Equal(t, http.StatusOK, post(recall))
	assert.Equal(t, 2, observed)
	m := c.metrics(t)
	kind := str("im.callback.kind", "message.recall")
	assert.InDelta(t, 1, point(t, m["im.callback.received"], kind, str("im.callback.result", "accepted")), 0)
	assert.InDelta(t, 1, point(t, m["im.callback.received"], kind, str("im.callback.result", "repeated")), 0)
	assert.InDelta(t, 2, point(t, m["im.callback.lag"], kind), 0)
	assert.InDelta(t, 1, point(t, m["im.callback.handling.duration"], kind), 0)
	assert.InDelta(t, 45, point(t, m["im.callback.failures_left"]), 0)
}

// A decision is a span of a server with the verdict, and says whether the fallback counts.
func TestDecision(t *testing.T) {
	c := collect(t, imotel.Options{})
	h, post := receiver(t, c, callbacks.Config{})
	verdict := func() callbacks.Verdict { return callbacks.Reject("no") }
	h.Decide(func(ctx context.Context, _ *callbacks.Outgoing) callbacks.Verdict {
		assert.True(t, trace.SpanContextFromContext(ctx).IsValid(), "what decides can hang spans on the decision")
		return verdict()
	})
	body := callbackstest.Example(callbacks.KindPreSendMessageFlat)
	post(body)
	s := c.ended(t)["decide pre_send.message_flat"]
	assert.Equal(t, trace.SpanKindServer, s.SpanKind)
	got := attributes(s.Attributes)
	assert.Equal(t, []any{"reject", false, "decide"}, []any{got["im.verdict"], got["im.fell_back"], got["messaging.operation.name"]})
	verdict = func() callbacks.Verdict { panic("a name of a user") }
	post(body)
	s = c.ended(t)["decide pre_send.message_flat"]
	got = attributes(s.Attributes)
	assert.Equal(t, []any{"deliver", true, "panic"}, []any{got["im.verdict"], got["im.fell_back"], got["error.type"]})
	m := c.metrics(t)
	assert.InDelta(t, 1, point(t, m["im.callback.verdicts"], str("im.verdict", "reject"), attribute.Bool("im.fell_back", false)), 0)
	assert.InDelta(t, 1, point(t, m["im.callback.verdicts"], str("im.verdict", "deliver"), attribute.Bool("im.fell_back", true)), 0)
	assert.InDelta(t, 1, point(t, m["im.callback.decision.duration"], str("im.verdict", "reject"), attribute.Bool("im.fell_back", false)), 0)
	assert.NotContains(t, c.everything(t), "a name")
}

// What is refused or fails, and how far a ban is, which is forgotten after half a minute.
func TestCallbackFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := collect(t, imotel.Options{})
		h, post := receiver(t, c, callbacks.Config{})
		callbacks.On(h, func(context.Context, *callbacks.Recalled) error {
			return errors.New("the database says alice-the-user")
		})
		assert.Equal(t, http.StatusInternalServerError, post(callbackstest.Example(callbacks.KindMessageRecall)))
		w := httptest.NewRecorder()
		c.Receive(h).ServeHTTP(w, callbackstest.Request("another-secret", callbackstest.Example(callbacks.KindMessageText)))
		assert.Equal(t, http.StatusUnauthorized, w.Code)
		spans := c.ended(t)
		assert.Equal(t, codes.Error, spans["process message.recall"].Status.Code)
		assert.Equal(t, "signature", attributes(spans["receive unknown"].Attributes)["error.type"])
		m := c.metrics(t)
		assert.InDelta(t, 1, point(t, m["im.callback.received"], str("im.callback.kind", "unknown"), str("im.callback.result", "refused"), str("error.type", "signature")), 0)
		assert.InDelta(t, 1, point(t, m["im.callback.received"], str("im.callback.kind", "message.recall"), str("im.callback.result", "refused"), str("error.type", "_OTHER")), 0)
		assert.InDelta(t, 43, point(t, m["im.callback.failures_left"]), 0)
		time.Sleep(time.Minute)
		assert.InDelta(t, 45, point(t, c.metrics(t)["im.callback.failures_left"]), 0)
		assert.NotContains(t, c.everything(t), "alice-the-user")
	})
}

// What comes out of a store is a span of its own; without Receive there are metrics alone.
func TestStoredCallback(t *testing.T) {
	c := collect(t, imotel.Options{})
	h, post := receiver(t, c, callbacks.Config{Store: callbacks.NewMemory(callbacks.MemoryOptions{}), StoreFailure: callbacks.StoreFailureReject})
	done := make(chan struct{})
	callbacks.On(h, func(context.Context, *callbacks.Recalled) error { close(done); return nil })
	post(callbackstest.Example(callbacks.KindMessageRecall))
	assert.NotContains(t, c.ended(t), "process message.recall")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- h.Run(ctx) }()
	<-done
	cancel()
	require.NoError(t, <-ended)
	spans := c.ended(t)
	assert.False(t, spans["process message.recall"].Parent.IsValid())

	plain, err := callbacks.New(c.Callbacks(callbacks.Config{Secrets: []string{ruleSecret}}))
	require.NoError(t, err)
	c.spans.Reset()
	plain.ServeHTTP(httptest.NewRecorder(), callbackstest.Request(ruleSecret, callbackstest.Example(callbacks.KindMessageEdit)))
	assert.Empty(t, c.ended(t))
	assert.InDelta(t, 1, point(t, c.metrics(t)["im.callback.received"], str("im.callback.kind", "message.edit"), str("im.callback.result", "accepted")), 0)
}
