package callbacks_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
)

// receiving makes a handler, and a function that sends it one new message after the other.
func receiving(tb testing.TB, n int) func() {
	tb.Helper()
	h, err := callbacks.New(callbacks.Config{Secrets: []string{secret}})
	if err != nil {
		tb.Fatal(err)
	}
	handled, sent := 0, 0
	callbacks.On(h, func(context.Context, *callbacks.Message) error { handled++; return nil })
	bodies := make([]string, n)
	for i := range bodies {
		bodies[i] = string(callbackstest.Example(callbacks.KindMessageText).With("callId", strconv.Itoa(i)).Sign(secret).JSON())
	}
	return func() {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", strings.NewReader(bodies[sent])))
		if sent++; handled != sent {
			tb.Fatalf("%d of %d handled", handled, sent)
		}
	}
}

// BenchmarkReceive is for profiles; make bench compares with a bare handler.
func BenchmarkReceive(b *testing.B) {
	const round = 10_000
	b.ReportAllocs()
	send := receiving(b, round)
	for i := 1; b.Loop(); i++ {
		if send(); i%round == 0 {
			b.StopTimer()
			send = receiving(b, round)
			b.StartTimer()
		}
	}
}

// A message costs at most 60 allocations, verified, decoded and handled; the test itself has some.
func TestReceivingIsCheap(t *testing.T) {
	test := testing.AllocsPerRun(100, func() {
		httptest.NewRecorder().WriteHeader(http.StatusOK)
		httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}"))
	})
	n := testing.AllocsPerRun(100, receiving(t, 101)) - test
	t.Logf("%v allocations", n)
	assert.LessOrEqual(t, n, 60.0)
}
