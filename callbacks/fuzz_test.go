package callbacks_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
	"github.com/imrest/im-go/internal/test/corpus"
	"github.com/imrest/im-go/messages"
)

// FuzzParse decodes bodies. Any JSON object is an event that keeps its body, goes into JSON
// and comes back; nothing else is.
func FuzzParse(f *testing.F) {
	corpus.Add(f)
	for _, kind := range callbackstest.Kinds() {
		f.Add(callbackstest.Example(kind).JSON())
	}
	f.Add(callbackstest.Example(callbacks.KindGroupOpMuteAdd).With("timestamp", int64(270000000000000)).
		With("payload", map[string]any{"type": "ADD", "expire_timestamp": int64(-1 << 60)}).JSON()) // no year that JSON can hold
	f.Fuzz(func(t *testing.T, body []byte) {
		var object map[string]json.RawMessage
		isObject := json.Unmarshal(body, &object) == nil && object != nil
		e, err := callbacks.Parse(body)
		if (err == nil) != isObject {
			t.Fatalf("an object: %t, error: %v", isObject, err)
		}
		if err != nil {
			return
		}
		if e.Kind() == "" || e.Head().Key == "" || string(e.Head().Raw) != string(body) {
			t.Errorf("%s lacks its key or body", e.Kind())
		}
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var back struct {
			Kind callbacks.Kind  `json:"kind"`
			Raw  json.RawMessage `json:"raw"`
		}
		if err := json.Unmarshal(text, &back); err != nil || back.Kind != e.Kind() {
			t.Errorf("%s comes back as %s: %v", e.Kind(), back.Kind, err)
		}
	})
}

// FuzzServe sends bodies to a handler. Only what is signed, or of a kind that comes unsigned,
// reaches a function.
func FuzzServe(f *testing.F) {
	corpus.Add(f)
	for _, kind := range callbackstest.Kinds() {
		f.Add(callbackstest.Example(kind).JSON())
		f.Add(callbackstest.Example(kind).Sign(secret).JSON())
	}
	h, err := callbacks.New(callbacks.Config{Secrets: []string{secret}, Decision: callbacks.Decision{Deadline: time.Minute}})
	if err != nil {
		f.Fatal(err)
	}
	var handled callbacks.Event
	callbacks.On(h, func(_ context.Context, e callbacks.Event) error { handled = e; return nil })
	h.Decide(func(_ context.Context, o *callbacks.Outgoing) callbacks.Verdict {
		handled = o
		return callbacks.Deliver()
	})
	unsigned := map[callbacks.Kind]bool{
		callbacks.KindNotifyReaction: true, callbacks.KindNotifyThread: true, callbacks.KindPushSuccess: true,
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		handled = nil
		w := serve(h, post(string(body)))
		switch w.Code {
		case http.StatusOK, http.StatusBadRequest, http.StatusUnauthorized:
		default:
			t.Errorf("status %d", w.Code)
		}
		if w.Body.Len() >= 1000 {
			t.Errorf("a response of %d bytes", w.Body.Len())
		}
		if handled == nil {
			return
		}
		if !callbacks.Verified(body, secret) && !unsigned[handled.Kind()] {
			t.Errorf("%s was handled without a signature", handled.Kind())
		}
		if w.Code != http.StatusOK {
			t.Errorf("handled, and status %d", w.Code)
		}
	})
}

// FuzzVerdict rewrites messages and rejects them. Every response is valid and short enough, and
// a rejection is never anything else.
func FuzzVerdict(f *testing.F) {
	corpus.Add(f)
	f.Add([]byte(`{"bodies":[{"type":"txt","msg":"hi"}]}`), "text", "code")
	f.Add([]byte(`{"type":"txt","msg":"hi","ext":{"a":1}}`), "text", "")
	f.Add([]byte(`{"type":"img","url":"u"}`), "", "\xff")
	f.Fuzz(func(t *testing.T, payload []byte, text, code string) {
		b := callbackstest.Example(callbacks.KindPreSendMessage)
		var object map[string]json.RawMessage
		if json.Unmarshal(payload, &object) != nil {
			return
		}
		request := b.With("payload", object).Sign(secret).JSON()
		for _, v := range []callbacks.Verdict{
			callbacks.Deliver(), callbacks.Reject(code), callbacks.Rewrite(messages.Text(text)), callbacks.Rewrite(nil).WithExt(map[string]any{code: text}),
		} {
			h, err := callbacks.New(callbacks.Config{Secrets: []string{secret}, Decision: callbacks.Decision{Deadline: time.Minute}})
			if err != nil {
				t.Fatal(err)
			}
			h.Decide(func(context.Context, *callbacks.Outgoing) callbacks.Verdict { return v })
			w := serve(h, post(string(request)))
			var response struct {
				Valid *bool `json:"valid"`
			}
			if err := json.Unmarshal(w.Body.Bytes(), &response); w.Body.Len() == 0 {
				continue // no decision was asked for
			} else if err != nil || response.Valid == nil {
				t.Fatalf("%s: %v", w.Body, err)
			}
			if *response.Valid != (v.String() != "reject") {
				t.Errorf("%s became valid: %t", v, *response.Valid)
			}
			if n := len(utf16.Encode([]rune(w.Body.String()))); n >= 1000 {
				t.Errorf("a response of %d characters", n)
			}
		}
	})
}
