package callbacks_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
	"github.com/imrest/im-go/messages"
)

// The counts say what happened, and the failures that are left come back with time.
func TestStats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHandler(t, callbacks.Config{
			Unsigned: callbacks.UnsignedQuarantine, Decision: callbacks.Decision{Fallback: callbacks.Reject("later")},
		})
		callbacks.On(h, func(_ context.Context, e *callbacks.Recalled) error {
			if e.CallID == "bad" {
				return io.ErrNoProgress
			}
			return nil
		})
		verdict := callbacks.Deliver()
		h.Decide(func(context.Context, *callbacks.Outgoing) callbacks.Verdict { return verdict })
		assert.Equal(t, callbacks.Stats{FailuresLeft: 45}, h.Stats())

		at := func(b callbackstest.Body) *http.Request { return signed(b.With("timestamp", time.Now().UnixMilli())) }
		for _, r := range []*http.Request{
			at(recall), at(recall), at(recall.With("recall_id", "other")), at(recall.With("callId", "bad")),
			post("no JSON"), post(string(callbackstest.Example(callbacks.KindPushSuccess).JSON())),
		} {
			serve(h, r)
		}
		for _, v := range []callbacks.Verdict{verdict, callbacks.Reject(""), callbacks.Rewrite(messages.Text("***")), callbacks.Rewrite(nil)} {
			verdict = v
			serve(h, signed(outgoing(textBody).With("timestamp", time.Now().Add(-3*time.Second).UnixMilli())))
		}
		assert.Equal(t, callbacks.Stats{
			Received: 10, Rejected: 1, Failed: 1, Repeated: 1, Suspicious: 1, Quarantined: 1,
			Delivered: 1, Refused: 2, Rewritten: 1, FellBack: 1, Lag: 3 * time.Second, FailuresLeft: 43,
		}, h.Stats())
		time.Sleep(30 * time.Second)
		assert.Equal(t, 45, h.Stats().FailuresLeft, "without another callback")
	})
}

// Spans can be opened around functions and around decisions: the context goes through.
func TestMiddleware(t *testing.T) {
	type key struct{}
	m := callbacks.NewMemory(callbacks.MemoryOptions{Workers: 1})
	h := newHandler(t, callbacks.Config{Store: m, StoreFailure: callbacks.StoreFailureReject})
	var order []string
	for _, name := range []string{"outer", "inner"} {
		h.UseDecision(func(next callbacks.DecisionFunc) callbacks.DecisionFunc {
			return func(ctx context.Context, o *callbacks.Outgoing) callbacks.Verdict {
				v := next(context.WithValue(ctx, key{}, name), o)
				order = append(order, name+" "+v.String())
				return v
			}
		})
	}
	h.Decide(func(ctx context.Context, _ *callbacks.Outgoing) callbacks.Verdict {
		assert.Equal(t, "inner", ctx.Value(key{}))
		deadline, ok := ctx.Deadline()
		assert.True(t, ok)
		assert.LessOrEqual(t, time.Until(deadline), time.Hour)
		return callbacks.Reject("")
	})
	serve(h, signed(outgoing(textBody)))
	assert.Equal(t, []string{"inner reject", "outer reject"}, order)

	var around error
	h.Use(func(next callbacks.HandlerFunc) callbacks.HandlerFunc {
		return func(ctx context.Context, e callbacks.Event) error {
			around = next(context.WithValue(ctx, key{}, "span"), e)
			return nil
		}
	})
	callbacks.On(h, func(ctx context.Context, _ *callbacks.Recalled) error {
		assert.Equal(t, "span", ctx.Value(key{}))
		return io.ErrNoProgress
	})
	serve(h, signed(recall))
	runUntilEmpty(t, h, m)
	require.ErrorIs(t, around, io.ErrNoProgress, "of a kept event, too")
}

// Whatever goes wrong, the log shows neither payloads nor what the user's errors say.
func TestLogIsAnAllowList(t *testing.T) {
	var log bytes.Buffer
	m := callbacks.NewMemory(callbacks.MemoryOptions{Workers: 1, Attempts: 1})
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	fail := func(context.Context, *callbacks.Message) error { return errors.New("cannot store parcel") }
	direct, kept := newHandler(t, callbacks.Config{Logger: logger}),
		newHandler(t, callbacks.Config{Logger: logger, Store: m, StoreFailure: callbacks.StoreFailureReject})
	text := callbackstest.Example(callbacks.KindMessageText)
	for _, h := range []*callbacks.Handler{direct, kept} {
		callbacks.On(h, fail)
		callbacks.On(h, func(context.Context, *callbacks.Recalled) error { panic("parcel") })
		h.Decide(func(context.Context, *callbacks.Outgoing) callbacks.Verdict {
			return callbacks.Rewrite(messages.Text(strings.Repeat("parcel", 1000)))
		})
		for _, r := range []*http.Request{
			signed(text), signed(recall), signed(callbackstest.Example(callbacks.KindPreSendMessage)), post("parcel"), post(`{"msg":"parcel"`),
			callbackstest.Request("wrong", text), callbackstest.Request("wrong", text.With("callId", strings.Repeat("x", 1000))), cut(), chunked(2 << 20),
			signed(text.With("payload", map[string]any{"bodies": []any{map[string]any{"type": "txt", "msg": "other parcel"}}})),
		} {
			serve(h, r)
		}
	}
	runUntilEmpty(t, kept, m)
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	assert.Greater(t, len(lines), 15)
	for _, line := range lines {
		assert.Less(t, len(line), 500)
		for _, word := range []string{"parcel", "mia", "noah", secret} {
			assert.NotContains(t, line, word)
		}
	}
}
