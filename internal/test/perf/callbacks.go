package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
)

const ruleSecret = "rule-secret-1"

// bare decodes the JSON of a callback, and does nothing else.
func bare(response string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var event map[string]any
		if err := json.Unmarshal(must(io.ReadAll(r.Body)), &event); err != nil {
			panic(err)
		}
		_, _ = io.WriteString(w, response)
	}
}

func receiver() *callbacks.Handler {
	h := must(callbacks.New(callbacks.Config{Secrets: []string{ruleSecret}}))
	callbacks.On(h, func(context.Context, *callbacks.Message) error { return nil })
	h.Decide(func(context.Context, *callbacks.Outgoing) callbacks.Verdict { return callbacks.Deliver() })
	return h
}

// received compares the handler with a bare one, without a network. The rate is that of the
// median of many short runs, which take turns; what the test itself costs is in neither.
func received() []row {
	const run, runs = 500, 201
	bodies := make([][]byte, run)
	for i := range bodies {
		bodies[i] = callbackstest.Example(callbacks.KindMessageText).With("callId", strconv.Itoa(i)).Sign(ruleSecret).JSON()
	}
	handlers := []func() http.Handler{
		func() http.Handler { return http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}) },
		func() http.Handler { return bare("") },
		func() http.Handler { return receiver() }, // of its own each time: duplicates would cost less
	}
	times, allocations := make([][]time.Duration, len(handlers)), make([]float64, len(handlers))
	for i, fresh := range handlers {
		next, h := 0, fresh()
		allocations[i] = testing.AllocsPerRun(run-1, func() { serve(h, bodies[next]); next++ })
	}
	for range runs {
		for i, fresh := range handlers {
			h := fresh()
			start := time.Now()
			for _, body := range bodies {
				serve(h, body)
			}
			times[i] = append(times[i], time.Since(start)/run)
		}
	}
	own := func(i int) time.Duration { return median(times[i]) - median(times[0]) }
	rate := float64(own(1)) / float64(own(2))
	n := allocations[2] - allocations[0]
	return []row{
		{"a callback received: allocations", fmt.Sprint(n), fmt.Sprint(allocations[1] - allocations[0]), "–", "at most 60", n <= 60},
		{"a callback received: time, median of 201 interleaved runs", own(2).String(), own(1).String(), "–",
			fmt.Sprintf("at least 0.6 of the rate of a bare handler (%.2f)", rate), rate >= 0.6},
	}
}

func serve(h http.Handler, body []byte) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/", bytes.NewReader(body)))
	if w.Code != http.StatusOK {
		panic(w.Code)
	}
}

// decided compares the slowest of a hundred decisions, over loopback at 2,000 a second. The two
// handlers take turns of 50 ms, since a shared machine drifts.
func decided() []row {
	const turns, perTurn = 200, 100
	bodies := make([][]byte, 0, turns*perTurn)
	for i := range turns * perTurn {
		bodies = append(bodies, callbackstest.Example(callbacks.KindPreSendMessage).With("callId", strconv.Itoa(i)).Sign(ruleSecret).JSON())
	}
	var slowest [2]time.Duration
	servers := [2]*httptest.Server{httptest.NewServer(bare(`{"valid":true}`)), httptest.NewServer(receiver())}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1000}}
	var times [2][]time.Duration
	for turn := range turns {
		for i, srv := range servers {
			times[i] = append(times[i], atRate(client, srv.URL, bodies[turn*perTurn:][:perTurn])...)
		}
	}
	for i, srv := range servers {
		srv.Close()
		slices.Sort(times[i])
		slowest[i] = times[i][len(times[i])*99/100]
	}
	share := float64(slowest[1]) / float64(slowest[0])
	return []row{{"decisions at 2,000 a second, over loopback: 99th percentile", slowest[1].String(), slowest[0].String(), "–",
		fmt.Sprintf("at most 2 × a bare handler (%.2f ×)", share), share <= 2}}
}

// atRate sends the bodies at 2,000 a second, whether or not the responses keep up. The time of each
// counts from the moment when it was due.
func atRate(client *http.Client, url string, bodies [][]byte) []time.Duration {
	results := make(chan time.Duration, len(bodies))
	start := time.Now()
	for i, body := range bodies {
		due := start.Add(time.Duration(i) * 500 * time.Microsecond)
		time.Sleep(time.Until(due))
		go func() {
			request := must(http.NewRequestWithContext(context.Background(), http.MethodPost, url, bytes.NewReader(body)))
			resp := must(client.Do(request)) //nolint:bodyclose // below, which must hides
			defer resp.Body.Close()
			if text := must(io.ReadAll(resp.Body)); string(text) != `{"valid":true}` {
				panic(string(text))
			}
			results <- time.Since(due)
		}()
	}
	times := make([]time.Duration, 0, len(bodies))
	for range bodies {
		times = append(times, <-results)
	}
	return times
}
