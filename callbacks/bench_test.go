package callbacks_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
)

// BenchmarkReceive compares the handler with a bare one that decodes the same JSON.
func BenchmarkReceive(b *testing.B) {
	bodies := make([]string, 20_000)
	for i := range bodies {
		id := strconv.Itoa(i)
		bodies[i] = string(callbackstest.Example(callbacks.KindMessageText).With("callId", id).Sign(secret).JSON())
	}
	b.Run("test", func(b *testing.B) { // what the test itself costs
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			w := httptest.NewRecorder()
			respondEmpty(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(bodies[i%len(bodies)])))
		}
	})
	run := func(h http.Handler) func(*testing.B) {
		return func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(bodies[i%len(bodies)])))
			}
		}
	}
	b.Run("bare", run(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		var event map[string]any
		if json.Unmarshal(text, &event) != nil {
			w.WriteHeader(http.StatusBadRequest)
		}
	})))
	b.Run("handler", func(b *testing.B) {
		// A round of bodies each: duplicates would cost less.
		h, err := callbacks.New(callbacks.Config{Secrets: []string{secret}})
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		callbacks.On(h, func(context.Context, *callbacks.Message) error { n++; return nil })
		run(h)(b)
		if b.N < len(bodies) && n < b.N {
			b.Fatalf("%d of %d handled", n, b.N)
		}
	})
}

func respondEmpty(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }
