package callbacks_test

import (
	"bytes"
	"context"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"runtime"
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

// A timestamp so far ahead that the difference does not fit into a Duration is too far ahead, too.
func TestFreshnessOfAnyTimestamp(t *testing.T) {
	h := newHandler(t, callbacks.Config{MaxAge: time.Hour})
	now := time.Now()
	for at, want := range map[int64]int{
		now.UnixMilli():                      http.StatusOK,
		now.Add(4 * time.Minute).UnixMilli(): http.StatusOK,
		now.Add(6 * time.Minute).UnixMilli(): http.StatusUnauthorized,
		now.AddDate(300, 0, 0).UnixMilli():   http.StatusUnauthorized,
		now.AddDate(7000, 0, 0).UnixMilli():  http.StatusUnauthorized,
		now.AddDate(-400, 0, 0).UnixMilli():  http.StatusUnauthorized,
		1<<63 - 1:                            http.StatusUnauthorized,
		-1 << 63:                             http.StatusUnauthorized,
		0:                                    http.StatusUnauthorized,
	} {
		assert.Equal(t, want, serve(h, signed(recall.With("timestamp", at))).Code, at)
	}
}

// A body of any length up to the limit is read, whether its length is known before or not.
func TestLimitsOfTheBody(t *testing.T) {
	body := recall.With("padding", strings.Repeat("x", 100_000)).Sign(secret).JSON()
	n := len(body)
	for limit, want := range map[int]int{
		math.MaxInt: http.StatusOK, n + 1: http.StatusOK, n: http.StatusOK, n - 1: http.StatusRequestEntityTooLarge, 1: http.StatusRequestEntityTooLarge,
	} {
		h := newHandler(t, callbacks.Config{MaxBody: limit})
		for _, length := range []int64{int64(n), -1} {
			r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
			r.ContentLength = length
			assert.Equal(t, want, serve(h, r).Code, "limit %d, length %d", limit, length)
		}
	}
}

// A callback about what has happened does not become a question whether it may, however strange its fields are:
// nobody would handle it.
func TestStrangeEventsAreNotDecidedAbout(t *testing.T) {
	h := newHandler(t, callbacks.Config{})
	h.Decide(func(context.Context, *callbacks.Outgoing) callbacks.Verdict {
		t.Error("was asked")
		return callbacks.Deliver()
	})
	var got []callbacks.Event
	callbacks.On(h, func(_ context.Context, e callbacks.Event) error { got = append(got, e); return nil })
	push := callbackstest.Example(callbacks.KindPushFail).With("chat_type", "chat").With("detail", []int{1}).
		With("payload", map[string]any{"bodies": []any{textBody}})
	group := callbackstest.Example(callbacks.KindGroupOpCreate).With("chat_type", "groupchat").With("operator", []int{1})
	for _, b := range []callbackstest.Body{push, group} {
		w := serve(h, signed(b))
		assert.Equal(t, http.StatusOK, w.Code)
		assert.Empty(t, w.Body.String())
	}
	require.Len(t, got, 2)
	assert.Equal(t, callbacks.KindUnknown, got[0].Kind())
	assert.Equal(t, callbacks.KindUnknown, got[1].Kind())
}

// A message of several bodies is not decided about by the first of them.
func TestSeveralBodiesAreNotHidden(t *testing.T) {
	h := newHandler(t, callbacks.Config{Decision: callbacks.Decision{Fallback: callbacks.Reject("E1")}})
	var body messages.Body
	verdict := callbacks.Deliver()
	h.Decide(func(_ context.Context, o *callbacks.Outgoing) callbacks.Verdict {
		body = o.Record.Body
		assert.Equal(t, "v", o.Record.Ext["k"])
		return verdict
	})
	b := callbackstest.Example(callbacks.KindPreSendMessage).With("payload", map[string]any{
		"from": "mia", "to": "noah", "ext": map[string]any{"k": "v"}, "bodies": []any{textBody, map[string]any{"type": "txt", "msg": "the other"}},
	})
	assert.JSONEq(t, `{"valid":true}`, serve(h, signed(b)).Body.String())
	require.IsType(t, messages.RawBody{}, body)
	assert.Contains(t, string(body.(messages.RawBody).JSON), "the other")
	verdict = callbacks.Rewrite(messages.Text("***"))
	assert.JSONEq(t, `{"valid":false,"code":"E1"}`, serve(h, signed(b)).Body.String(), "it cannot be rewritten")
}

// The same body under a key that was seen with another one is handled once.
func TestSuspiciousEventsAreHandledOnce(t *testing.T) {
	other := recall.With("recall_id", "1999")
	t.Run("at once", func(t *testing.T) {
		h := newHandler(t, callbacks.Config{})
		n := map[string]int{}
		callbacks.On(h, func(_ context.Context, e *callbacks.Recalled) error { n[e.RecalledID]++; return nil })
		for _, b := range []callbackstest.Body{recall, other, other, recall, other} {
			assert.Equal(t, http.StatusOK, serve(h, signed(b)).Code)
		}
		assert.Equal(t, map[string]int{"1337058112345678901": 1, "1999": 1}, n)
		assert.Equal(t, int64(1), h.Stats().Suspicious)
		assert.Equal(t, int64(3), h.Stats().Repeated)
	})
	t.Run("in memory", func(t *testing.T) {
		m := callbacks.NewMemory(callbacks.MemoryOptions{})
		h := newHandler(t, callbacks.Config{Store: m, StoreFailure: callbacks.StoreFailureReject})
		for _, b := range []callbackstest.Body{recall, other, other, recall, other} {
			assert.Equal(t, http.StatusOK, serve(h, signed(b)).Code)
		}
		assert.Equal(t, 2, m.Len())
	})
}

// A function that ends its goroutine has decided nothing.
func TestDecisionThatNeverReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHandler(t, callbacks.Config{Decision: callbacks.Decision{Fallback: callbacks.Reject("E1"), MaxConcurrent: 1}})
		h.Decide(func(context.Context, *callbacks.Outgoing) callbacks.Verdict {
			runtime.Goexit()
			return callbacks.Deliver()
		})
		for range 2 {
			assert.JSONEq(t, `{"valid":false,"code":"E1"}`, serve(h, signed(outgoing(textBody))).Body.String())
		}
	})
}

// ext is a value of the user's that writes itself.
type ext func() []byte

func (f ext) MarshalJSON() ([]byte, error) { return f(), nil }

// The response is a part of the decision: one that panics when it is encoded, or takes too long, gives way to the
// fallback at the deadline.
func TestResponseThatCannotBeEncoded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHandler(t, callbacks.Config{Decision: callbacks.Decision{Fallback: callbacks.Reject("E1"), Deadline: time.Second}})
		for want, verdict := range map[time.Duration]callbacks.Verdict{
			0:           callbacks.Rewrite(nil).WithExt(map[string]any{"a": ext(func() []byte { panic("parcel") })}),
			time.Second: callbacks.Rewrite(nil).WithExt(map[string]any{"a": ext(func() []byte { time.Sleep(time.Hour); return []byte("1") })}),
		} {
			h.Decide(func(context.Context, *callbacks.Outgoing) callbacks.Verdict { return verdict })
			start := time.Now()
			assert.JSONEq(t, `{"valid":false,"code":"E1"}`, serve(h, signed(outgoing(textBody))).Body.String())
			assert.Equal(t, want, time.Since(start))
		}
		h.Decide(func(context.Context, *callbacks.Outgoing) callbacks.Verdict {
			return callbacks.Rewrite((*messages.TextBody)(nil))
		})
		assert.JSONEq(t, `{"valid":false,"code":"E1"}`, serve(h, signed(outgoing(textBody))).Body.String())
		time.Sleep(2 * time.Hour)
	})
}

// An event without a time has no lag, rather than one of 292 years in the metrics.
func TestLagWithoutTime(t *testing.T) {
	var seen callbacks.Observation
	h := newHandler(t, callbacks.Config{Observe: func(_ context.Context, o callbacks.Observation) { seen = o }})
	serve(h, signed(recall.With("timestamp", 0)))
	assert.Equal(t, http.StatusOK, seen.Status)
	assert.Zero(t, seen.Lag)
	serve(h, signed(outgoing(textBody).With("timestamp", 0)))
	assert.Equal(t, "deliver", seen.Verdict)
	assert.Zero(t, seen.Lag)
}

// Whoever knows neither token nor secret writes nothing into the store, and drives nothing out of the quarantine.
func TestQuarantineKeepsWhatIsSigned(t *testing.T) {
	m := callbacks.NewMemory(callbacks.MemoryOptions{})
	h := newHandler(t, callbacks.Config{Tokens: []string{"t"}, Store: m, StoreFailure: callbacks.StoreFailureReject, MaxBody: 10_000})
	for h.Stats().FailuresLeft > 0 {
		assert.Equal(t, http.StatusUnauthorized, serve(h, post("{}")).Code)
	}
	withToken := func(body string) *http.Request {
		r := post(body)
		r.URL.RawQuery = "token=t"
		return r
	}
	for _, r := range []*http.Request{
		post("{}"), post(string(recall.With("security", "x").JSON())), post(strings.Repeat("x", 10_001)), withToken(strings.Repeat("x", 10_001)), withToken("[]"),
		signed(outgoing(textBody)),
	} {
		assert.Equal(t, http.StatusOK, serve(h, r).Code)
	}
	assert.Empty(t, m.Quarantined())
	assert.Equal(t, http.StatusOK, serve(h, signed(recall)).Code, "the token was forgotten in the rule")
	kept := m.Quarantined()
	require.Len(t, kept, 1)
	assert.JSONEq(t, string(recall.Sign(secret).JSON()), string(kept[0].Body))
	assert.Equal(t, callbacks.ErrToken.Error(), kept[0].Quarantined)
	assert.False(t, kept[0].Received.IsZero())
	assert.Zero(t, m.Len())
}

// The call id of a push is that of the message, which is pushed to every member of a group and to all devices of
// each: none of these is a forgery of another.
func TestPushesOfOneMessage(t *testing.T) {
	for _, kind := range []callbacks.Kind{callbacks.KindPushSuccess, callbacks.KindPushFail} {
		h := newHandler(t, callbacks.Config{})
		n := 0
		callbacks.On(h, func(context.Context, *callbacks.Pushed) error { n++; return nil })
		push := callbackstest.Example(kind)
		for _, b := range []callbackstest.Body{
			push.With("target", "bob").With("device_id", "1"), push.With("target", "bob").With("device_id", "2"), push.With("target", "carol").With("device_id", "1"),
			push.With("target", "carol").With("device_id", "1").With("status", "error"), push.With("target", "bob").With("device_id", "2"),
		} {
			assert.Equal(t, http.StatusOK, serve(h, signed(b)).Code)
		}
		assert.Equal(t, 4, n)
		assert.Zero(t, h.Stats().Suspicious)
		assert.Equal(t, int64(1), h.Stats().Repeated)
	}
}

// A middleware that panics while it is put in place is an error like any other, and leaves the handler usable.
func TestMiddlewareThatPanicsAtOnce(t *testing.T) {
	h := newHandler(t, callbacks.Config{})
	h.Use(func(callbacks.HandlerFunc) callbacks.HandlerFunc { panic("parcel") })
	assert.Equal(t, http.StatusInternalServerError, serve(h, signed(recall)).Code)
	registered := make(chan struct{})
	go func() { h.Otherwise(nil); close(registered) }()
	select {
	case <-registered:
	case <-time.After(time.Minute):
		t.Error("the handler is locked")
	}
}

// A function that ends its goroutine has handled nothing, and the retry does not wait for it.
func TestFunctionThatNeverReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHandler(t, callbacks.Config{})
		n := 0
		callbacks.On(h, func(context.Context, *callbacks.Recalled) error {
			if n++; n == 1 {
				runtime.Goexit()
			}
			return nil
		})
		go serve(h, signed(recall))
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		assert.Equal(t, http.StatusOK, serve(h, signed(recall).WithContext(ctx)).Code)
		assert.Equal(t, 2, n)
	})
}

// A function that ends its goroutine does not end the worker of the store.
func TestKeptFunctionThatNeverReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := callbacks.NewMemory(callbacks.MemoryOptions{Workers: 1})
		var log bytes.Buffer
		h := newHandler(t, callbacks.Config{
			Store: m, StoreFailure: callbacks.StoreFailureReject, Logger: slog.New(slog.NewTextHandler(&log, nil)),
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		n := 0
		callbacks.On(h, func(context.Context, *callbacks.Recalled) error {
			if n++; n == 1 {
				runtime.Goexit()
			}
			cancel()
			return nil
		})
		assert.Equal(t, http.StatusOK, serve(h, signed(recall)).Code)
		require.NoError(t, h.Run(ctx))
		assert.Equal(t, 2, n)
		assert.Zero(t, m.Len())
		assert.Contains(t, log.String(), "a function ended its goroutine")
	})
}

// The lag is that of verified events: whoever forges an unsigned one does not set it.
func TestLagOfQuarantinedEvents(t *testing.T) {
	h := newHandler(t, callbacks.Config{Unsigned: callbacks.UnsignedQuarantine})
	body := callbackstest.Example(callbacks.KindNotifyReaction).With("security", nil)
	assert.Equal(t, http.StatusOK, serve(h, post(string(body.JSON()))).Code)
	assert.Equal(t, int64(1), h.Stats().Quarantined)
	assert.Zero(t, h.Stats().Lag)
}
