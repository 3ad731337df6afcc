package callbacks_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/messages"
)

var rewritable = []messages.Type{messages.TypeText, messages.TypeLocation, messages.TypeCustom}

func outgoing(body map[string]any) callbackstest.Body {
	b := callbackstest.Example(callbacks.KindPreSendMessage)
	return b.With("payload", map[string]any{"from": "mia", "to": "noah", "ext": map[string]any{"k": "v"}, "bodies": []any{body}})
}

var textBody = map[string]any{"type": "txt", "msg": "hi"}

// decided returns the response to a message, and what was observed.
func decided(t *testing.T, c callbacks.Decision, b callbackstest.Body, v callbacks.Verdict) (string, callbacks.Observation) {
	t.Helper()
	var seen callbacks.Observation
	h := newHandler(t, callbacks.Config{Decision: c, Observe: func(_ context.Context, o callbacks.Observation) { seen = o }})
	h.Decide(func(_ context.Context, o *callbacks.Outgoing) callbacks.Verdict {
		assert.Equal(t, "mia", o.Record.From)
		return v
	})
	w := serve(h, signed(b))
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
	assert.Less(t, len([]rune(w.Body.String())), 1000)
	return w.Body.String(), seen
}

func TestVerdicts(t *testing.T) {
	location := map[string]any{"type": "loc", "lat": 1.5, "lng": 2, "addr": "there"}
	custom := map[string]any{"type": "custom", "customEvent": "order", "v2:customExts": map[string]any{"a": "b"}}
	flat := callbackstest.Example(callbacks.KindPreSendMessageFlat)
	for name, c := range map[string]struct {
		message callbackstest.Body
		verdict callbacks.Verdict
		want    string
	}{
		"deliver":  {outgoing(textBody), callbacks.Deliver(), `{"valid":true}`},
		"zero":     {outgoing(textBody), callbacks.Verdict{}, `{"valid":true}`},
		"priority": {outgoing(textBody), callbacks.Deliver().WithPriority(messages.PriorityLow), `{"valid":true,"chatroom_msg_level":"low"}`},
		"reject":   {outgoing(textBody), callbacks.Reject("<E42>"), `{"valid":false,"code":"<E42>"}`},
		"silently": {outgoing(textBody), callbacks.Reject(""), `{"valid":false}`},
		"rewrite": {
			outgoing(textBody), callbacks.Rewrite(messages.Text("***")),
			`{"valid":true,"payload":{"from":"mia","to":"noah","ext":{"k":"v"},"bodies":[{"type":"txt","msg":"***"}]}}`,
		},
		"ext": {
			outgoing(textBody), callbacks.Rewrite(nil).WithExt(nil),
			`{"valid":true,"payload":{"from":"mia","to":"noah","ext":{},"bodies":[{"type":"txt","msg":"hi"}]}}`,
		},
		"flat": {
			flat, callbacks.Rewrite(messages.Text("***")).WithExt(map[string]any{"x": 1}),
			`{"valid":true,"payload":{"type":"txt","msg":"***","ext":{"x":1}}}`,
		},
		"location": {
			outgoing(location), callbacks.Rewrite(messages.Location(3.5, 4, "here")),
			`{"valid":true,"payload":{"from":"mia","to":"noah","ext":{"k":"v"},"bodies":[{"type":"loc","lat":3.5,"lng":4,"addr":"here"}]}}`,
		},
		"custom": {
			outgoing(custom), callbacks.Rewrite(messages.Custom("order", map[string]string{"a": "c"})),
			`{"valid":true,"payload":{"from":"mia","to":"noah","ext":{"k":"v"},"bodies":[{"type":"custom","customEvent":"order","v2:customExts":{"a":"c"},"customExts":[{"a":"c"}]}]}}`,
		},
		"custom without entries": {
			outgoing(custom), callbacks.Rewrite(messages.Custom("order", nil)),
			`{"valid":true,"payload":{"from":"mia","to":"noah","ext":{"k":"v"},"bodies":[{"type":"custom","customEvent":"order","v2:customExts":{},"customExts":[]}]}}`,
		},
	} {
		got, seen := decided(t, callbacks.Decision{Rewritable: rewritable}, c.message, c.verdict)
		assert.JSONEq(t, c.want, got, name)
		assert.NoError(t, seen.Err, name)
		assert.False(t, seen.FellBack, name)
		assert.Equal(t, c.verdict.String(), seen.Verdict)
	}
}

// What may not be sent gives way to the fallback; a rejection stays one.
func TestVerdictsAreChecked(t *testing.T) {
	fallback := callbacks.Reject("later")
	command := map[string]any{"type": "cmd", "action": "x"}
	image := map[string]any{"type": "img", "url": "u"}
	for name, c := range map[string]struct {
		message map[string]any
		verdict callbacks.Verdict
		want    string
	}{
		"long text":      {textBody, callbacks.Rewrite(messages.Text(strings.Repeat("x", 950))), "later"},
		"just too long":  {textBody, callbacks.Rewrite(messages.Text(strings.Repeat("界", 950))), "later"},
		"bytes":          {textBody, callbacks.Rewrite(messages.Text(strings.Repeat("界", 400))), "later"},
		"other type":     {textBody, callbacks.Rewrite(messages.Command("x")), "later"},
		"command":        {command, callbacks.Rewrite(messages.Command("y")), "later"},
		"not rewritable": {image, callbacks.Rewrite(nil).WithExt(map[string]any{"a": 1}), "later"},
		"nothing":        {textBody, callbacks.Rewrite(nil), "later"},
		"empty":          {textBody, callbacks.Rewrite(messages.Text("")), "later"},
		"priority":       {textBody, callbacks.Deliver().WithPriority("urgent"), "later"},
		"ext alone":      {textBody, callbacks.Deliver().WithExt(map[string]any{"a": 1}), "later"},
		"broken ext":     {textBody, callbacks.Rewrite(nil).WithExt(map[string]any{"a": "\xff"}), "later"},
		"no JSON":        {textBody, callbacks.Rewrite(nil).WithExt(map[string]any{"a": func() {}}), "later"},
		"long code":      {textBody, callbacks.Reject(strings.Repeat("x", 1000)), ""},
		"broken code":    {textBody, callbacks.Reject("\xff"), ""},
	} {
		got, seen := decided(t, callbacks.Decision{Fallback: fallback}, outgoing(c.message), c.verdict)
		var response struct {
			Valid bool   `json:"valid"`
			Code  string `json:"code"`
		}
		require.NoError(t, json.Unmarshal([]byte(got), &response))
		assert.False(t, response.Valid, name)
		assert.Equal(t, c.want, response.Code, name)
		assert.ErrorIs(t, seen.Err, api.ErrInvalidArgument, name)
		assert.Equal(t, c.want != "", seen.FellBack, name)
	}
}

// A message that cannot be read does not pass by: it is asked about with all that is known.
func TestStrangeMessagesAreDecided(t *testing.T) {
	many := strings.Split(strings.Repeat("x,", 30_000), ",")
	for name, b := range map[string]callbackstest.Body{
		"type":     outgoing(textBody).With("payload", map[string]any{"type": map[string]any{}, "bodies": []any{textBody}}),
		"no body":  outgoing(textBody).With("payload", "parcel"),
		"null":     outgoing(textBody).With("payload", map[string]any{"bodies": nil}),
		"too many": outgoing(map[string]any{"type": "txt", "msg": "hi", "more": many}),
		"host":     outgoing(textBody).With("host", []any{}),
	} {
		h := newHandler(t, callbacks.Config{})
		callbacks.On(h, func(_ context.Context, e callbacks.Event) error { t.Error(name, e); return nil })
		h.Decide(func(_ context.Context, o *callbacks.Outgoing) callbacks.Verdict {
			assert.Equal(t, []string{"mia", "noah"}, []string{o.From, o.Record.To}, name)
			assert.IsType(t, messages.RawBody{}, o.Record.Body, name)
			return callbacks.Reject("unreadable")
		})
		assert.JSONEq(t, `{"valid":false,"code":"unreadable"}`, serve(h, signed(b)).Body.String(), name)
	}
}

// The longest response that is allowed is sent, the next one is not.
func TestLongestResponse(t *testing.T) {
	const frame = len(`{"valid":false,"code":""}`)
	got, _ := decided(t, callbacks.Decision{}, outgoing(textBody), callbacks.Reject(strings.Repeat("界", 999-frame)))
	assert.Len(t, []rune(got), 999)
	got, _ = decided(t, callbacks.Decision{}, outgoing(textBody), callbacks.Reject(strings.Repeat("界", 1000-frame)))
	assert.JSONEq(t, `{"valid":false}`, got)
	markup := strings.Repeat("<&>", 200)
	got, seen := decided(t, callbacks.Decision{}, outgoing(textBody), callbacks.Rewrite(messages.Text(markup)))
	assert.Contains(t, got, markup, "each counts as one")
	assert.False(t, seen.FellBack)
}

func TestDecisionFallsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen callbacks.Observation
		var log bytes.Buffer
		h, err := callbacks.New(callbacks.Config{
			Secrets: []string{secret}, Decision: callbacks.Decision{Fallback: callbacks.Reject("busy"), MaxConcurrent: 1},
			Observe: func(_ context.Context, o callbacks.Observation) { seen = o }, Logger: slog.New(slog.NewTextHandler(&log, nil)),
		})
		require.NoError(t, err)
		var work atomic.Value // what takes too long goes on while the next is asked
		work.Store(func() {})
		h.Decide(func(context.Context, *callbacks.Outgoing) callbacks.Verdict {
			work.Load().(func())()
			return callbacks.Deliver()
		})
		ask := func() string { return serve(h, signed(outgoing(textBody))).Body.String() }
		const fallback = `{"valid":false,"code":"busy"}`

		assert.JSONEq(t, `{"valid":true}`, ask())
		work.Store(func() { panic("x") })
		assert.JSONEq(t, fallback, ask())
		var p *callbacks.PanicError
		require.ErrorAs(t, seen.Err, &p)

		work.Store(func() { time.Sleep(time.Second) }) // does not obey its context
		start := time.Now()
		assert.JSONEq(t, fallback, ask())
		assert.Equal(t, callbacks.DefaultDeadline, time.Since(start))
		require.ErrorIs(t, seen.Err, callbacks.ErrDeadline)

		start = time.Now()
		assert.JSONEq(t, fallback, ask())
		assert.Zero(t, time.Since(start))
		require.ErrorIs(t, seen.Err, callbacks.ErrOverloaded)

		time.Sleep(2 * time.Second)
		work.Store(func() {})
		assert.JSONEq(t, `{"valid":true}`, ask())
		assert.Equal(t, 45, seen.FailuresLeft, "decisions do not count as failures after the event")

		log.Reset()
		work.Store(func() { time.Sleep(time.Second); panic("parcel") })
		assert.JSONEq(t, fallback, ask())
		time.Sleep(2 * time.Second)
		synctest.Wait()
		assert.Equal(t, 2, strings.Count(log.String(), "\n"))
		assert.Contains(t, log.String(), "took too long")
		assert.Contains(t, log.String(), "panic of type string")
	})
}
