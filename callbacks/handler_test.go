package callbacks_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
	"github.com/imrest/im-go/internal/api"
)

const secret = "rule-secret-1"

var recall = callbackstest.Example(callbacks.KindMessageRecall)

func newHandler(t *testing.T, c callbacks.Config) *callbacks.Handler {
	t.Helper()
	if c.Secrets == nil {
		c.Secrets = []string{secret}
	}
	if c.Decision.Deadline == 0 {
		c.Decision.Deadline = time.Hour // a machine that stalls must decide nothing
	}
	h, err := callbacks.New(c)
	require.NoError(t, err)
	return h
}

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func post(body string) *http.Request {
	return httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
}

func signed(b callbackstest.Body) *http.Request { return callbackstest.Request(secret, b) }

func TestHandlerDispatches(t *testing.T) {
	h := newHandler(t, callbacks.Config{})
	var got []string
	callbacks.On(h, func(_ context.Context, e *callbacks.Recalled) error {
		got = append(got, "recalled "+e.RecalledID)
		assert.True(t, e.Signed)
		return nil
	})
	callbacks.On(h, func(_ context.Context, e callbacks.Event) error {
		if e.Kind() == callbacks.KindUserLogin || e.Kind() == callbacks.KindMessageRecall {
			got = append(got, "any")
		}
		return nil
	})
	h.Otherwise(func(context.Context, callbacks.Event) error { got = append(got, "otherwise"); return nil })
	for i := range 2 {
		h.Use(func(next callbacks.HandlerFunc) callbacks.HandlerFunc {
			return func(ctx context.Context, e callbacks.Event) error {
				got = append(got, []string{"outer", "inner"}[i])
				return next(ctx, e)
			}
		})
	}
	w := serve(h, signed(recall))
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Empty(t, w.Body.String())
	assert.Equal(t, []string{"outer", "inner", "recalled 1337058112345678901", "any"}, got)

	h = newHandler(t, callbacks.Config{})
	rest := 0
	callbacks.On(h, func(context.Context, *callbacks.Recalled) error { return nil })
	h.Otherwise(func(context.Context, callbacks.Event) error { rest++; return nil })
	serve(h, signed(recall))
	serve(h, signed(callbackstest.Example(callbacks.KindUserLogin)))
	assert.Equal(t, 1, rest)
}

// Every kind is accepted when it is signed, and reaches its function.
func TestHandlerTakesEveryKind(t *testing.T) {
	h := newHandler(t, callbacks.Config{Secrets: []string{"old", secret, "new"}})
	seen := 0
	callbacks.On(h, func(_ context.Context, e callbacks.Event) error {
		seen++
		assert.True(t, e.Head().Signed)
		return nil
	})
	before := 0
	for _, kind := range callbackstest.Kinds() {
		w := serve(h, signed(callbackstest.Example(kind)))
		assert.Equal(t, http.StatusOK, w.Code, kind)
		if strings.HasPrefix(string(kind), "pre_send.") {
			before++
			assert.JSONEq(t, `{"valid":true}`, w.Body.String())
		}
	}
	assert.Equal(t, 3, before)
	assert.Equal(t, 95, seen)
}

func TestHandlerRejects(t *testing.T) {
	var log bytes.Buffer
	h := newHandler(t, callbacks.Config{
		Tokens: []string{"t1", "t2"}, MaxBody: 2000, Unsigned: callbacks.UnsignedReject, Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	callbacks.On(h, func(_ context.Context, e callbacks.Event) error { t.Error("was handled: ", e); return nil })
	text := callbackstest.Example(callbacks.KindMessageText)
	wrong := text.Sign("rule-secret-2")
	for name, c := range map[string]struct {
		request *http.Request
		want    int
	}{
		"GET":            {httptest.NewRequest(http.MethodGet, "/?token=t1", http.NoBody), http.StatusMethodNotAllowed},
		"no JSON":        {post("parcel"), http.StatusBadRequest},
		"an array":       {post("[]"), http.StatusBadRequest},
		"two objects":    {post("{}{}"), http.StatusBadRequest},
		"empty":          {post(""), http.StatusBadRequest},
		"wrong secret":   {post(string(wrong.JSON())), http.StatusUnauthorized},
		"no signature":   {post(string(text.JSON())), http.StatusUnauthorized},
		"other time":     {post(string(text.Sign(secret).With("timestamp", 1).JSON())), http.StatusUnauthorized},
		"other call id":  {post(string(text.Sign(secret).With("callId", "x").JSON())), http.StatusUnauthorized},
		"unsigned push":  {post(string(callbackstest.Example(callbacks.KindPushSuccess).JSON())), http.StatusUnauthorized},
		"unsigned order": {post(string(callbackstest.Example(callbacks.KindPreSendMessage).JSON())), http.StatusUnauthorized},
		"long":           {post(`{"x":"` + strings.Repeat("x", 2000) + `"}`), http.StatusRequestEntityTooLarge},
		"cut":            {cut(), http.StatusBadRequest},
		"long, chunked":  {chunked(3000), http.StatusRequestEntityTooLarge},
	} {
		c.request.URL.RawQuery = "token=t2"
		w := serve(h, c.request)
		assert.Equal(t, c.want, w.Code, name)
		assert.Empty(t, w.Body.String(), name)
	}
	for _, query := range []string{"", "token=", "token=t3", "token=t1t2"} {
		r := signed(text)
		r.URL.RawQuery = query
		assert.Equal(t, http.StatusUnauthorized, serve(h, r).Code, query)
	}
	assert.NotContains(t, log.String(), "parcel")
	assert.NotContains(t, log.String(), "mia")
	assert.Contains(t, log.String(), "status=401")
}

func cut() *http.Request {
	r := post(`{"a":1}`)
	r.ContentLength = 100
	return r
}

func chunked(n int) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", io.MultiReader(strings.NewReader(`{"x":"`), strings.NewReader(strings.Repeat("x", n))))
	r.ContentLength = -1
	return r
}

func TestUnsignedKinds(t *testing.T) {
	kinds := []callbacks.Kind{callbacks.KindNotifyReaction, callbacks.KindNotifyThread, callbacks.KindPushSuccess}
	for policy, want := range map[callbacks.Unsigned]struct{ status, handled, quarantined int }{
		callbacks.UnsignedDeliver:    {http.StatusOK, 3, 0},
		callbacks.UnsignedQuarantine: {http.StatusOK, 0, 3},
		callbacks.UnsignedReject:     {http.StatusUnauthorized, 0, 0},
	} {
		m := callbacks.NewMemory(callbacks.MemoryOptions{})
		var handled atomic.Int32
		h := newHandler(t, callbacks.Config{Unsigned: policy, Store: m, StoreFailure: callbacks.StoreFailureReject})
		callbacks.On(h, func(_ context.Context, e callbacks.Event) error {
			assert.False(t, e.Head().Signed)
			handled.Add(1)
			return nil
		})
		for _, kind := range kinds {
			assert.Equal(t, want.status, serve(h, post(string(callbackstest.Example(kind).JSON()))).Code)
			assert.Equal(t, http.StatusUnauthorized, serve(h, callbackstest.Request("wrong", callbackstest.Example(kind))).Code)
		}
		runUntilEmpty(t, h, m)
		assert.Equal(t, want.handled, int(handled.Load()), policy)
		assert.Len(t, m.Quarantined(), want.quarantined, policy)
	}
}

func runUntilEmpty(t *testing.T, h *callbacks.Handler, m *callbacks.Memory) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	require.Eventually(t, func() bool { return m.Len() == 0 }, time.Minute, time.Millisecond)
	cancel()
	require.NoError(t, <-done)
}

func TestFreshness(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHandler(t, callbacks.Config{MaxAge: time.Hour})
		for age, want := range map[time.Duration]int{
			0: 200, 59 * time.Minute: 200, 61 * time.Minute: 401, -4 * time.Minute: 200, -6 * time.Minute: 401,
		} {
			b := recall.With("timestamp", time.Now().Add(-age).UnixMilli()).With("callId", age.String())
			assert.Equal(t, want, serve(h, signed(b)).Code, age)
		}
	})
}

func TestDuplicates(t *testing.T) {
	var seen []callbacks.Observation
	h := newHandler(t, callbacks.Config{Observe: func(_ context.Context, o callbacks.Observation) { seen = append(seen, o) }})
	calls, suspicious, fail := 0, 0, true
	callbacks.On(h, func(_ context.Context, e *callbacks.Recalled) error {
		calls++
		if e.Suspicious {
			suspicious++
		}
		if fail {
			return errors.New("database is away")
		}
		return nil
	})
	assert.Equal(t, 500, serve(h, signed(recall)).Code)
	fail = false
	for range 3 {
		assert.Equal(t, 200, serve(h, signed(recall)).Code)
	}
	assert.Equal(t, 2, calls, "the one that failed, and the first that did not")
	assert.True(t, seen[2].Repeated)
	changed := recall.With("recall_id", "77")
	assert.Equal(t, 200, serve(h, signed(changed)).Code)
	assert.Equal(t, 1, suspicious)
	assert.True(t, seen[4].Suspicious)
	// The signature of another secret does not make it another body.
	two := newHandler(t, callbacks.Config{Secrets: []string{"a", "b"}})
	n := 0
	callbacks.On(two, func(context.Context, *callbacks.Recalled) error { n++; return nil })
	serve(two, callbackstest.Request("a", recall))
	serve(two, callbackstest.Request("b", recall))
	assert.Equal(t, 1, n)
	// Other members' offline copies, other operations and other rules are other events.
	for _, r := range []*http.Request{
		signed(recall.With("to", "pia")), signed(recall.With("eventType", "chat_offline")), signed(recall.With("callId", "2")),
	} {
		r.URL.Path = "/rule2"
		serve(h, r)
	}
	assert.Equal(t, 6, calls)
	r := signed(recall)
	r.URL.Path = "/rule3"
	serve(h, r)
	assert.Equal(t, 7, calls, "the same event by another rule")
}

// Of two that come at once, one is handled; the other waits, and is handled if that fails.
func TestDuplicatesAtOnce(t *testing.T) {
	for _, fails := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			h := newHandler(t, callbacks.Config{})
			var mu sync.Mutex
			calls := 0
			callbacks.On(h, func(context.Context, *callbacks.Recalled) error {
				mu.Lock()
				calls++
				first := calls == 1
				mu.Unlock()
				time.Sleep(time.Second)
				if first && fails {
					return io.ErrUnexpectedEOF
				}
				return nil
			})
			codes := make(chan int, 2)
			for range 2 {
				go func() { codes <- serve(h, signed(recall)).Code }()
			}
			sum := <-codes + <-codes
			assert.Equal(t, map[bool]int{false: 400, true: 700}[fails], sum)
			assert.Equal(t, map[bool]int{false: 1, true: 2}[fails], calls)
		})
	}
}

func TestPanicsAreErrors(t *testing.T) {
	var seen callbacks.Observation
	h := newHandler(t, callbacks.Config{Observe: func(_ context.Context, o callbacks.Observation) { seen = o }})
	callbacks.On(h, func(context.Context, *callbacks.Recalled) error { panic(io.ErrNoProgress) })
	assert.Equal(t, 500, serve(h, signed(recall)).Code)
	var p *callbacks.PanicError
	require.ErrorAs(t, seen.Err, &p)
	require.ErrorIs(t, seen.Err, io.ErrNoProgress)
	assert.NotEmpty(t, p.Stack)
	assert.Equal(t, 44, seen.FailuresLeft)
}

// However handlers fail, and whatever comes in, no 30 seconds hold half of what bans.
func TestBanGuard(t *testing.T) {
	for _, replicas := range []int{1, 3, 100} {
		synctest.Test(t, func(t *testing.T) {
			h := newHandler(t, callbacks.Config{Replicas: replicas, MaxBody: 2000})
			broken, handled := true, map[string]bool{}
			var mu sync.Mutex
			callbacks.On(h, func(_ context.Context, e *callbacks.Recalled) error {
				mu.Lock()
				defer mu.Unlock()
				if broken {
					return io.ErrUnexpectedEOF
				}
				handled[e.CallID] = true
				return nil
			})
			var failures []time.Time
			accepted := map[string]bool{}
			long := `{"x":"` + strings.Repeat("x", 2000) + `"}`
			for i := range 600 {
				id := "c" + time.Duration(i).String()
				for _, r := range []*http.Request{
					signed(recall.With("callId", id)), post("no JSON"), callbackstest.Request("wrong", recall), post(long),
				}[:1+3*(i%2)] {
					if code := serve(h, r).Code; code != 200 {
						failures = append(failures, time.Now())
					} else if r.ContentLength < 2000 && r.ContentLength > 100 {
						accepted[id] = true
					}
				}
				time.Sleep(time.Second)
			}
			for i := range failures {
				n := 0
				for _, at := range failures[i:] {
					if at.Sub(failures[i]) < 30*time.Second {
						n++
					}
				}
				require.LessOrEqual(t, n*replicas, 45)
			}
			mu.Lock()
			broken = false
			mu.Unlock()
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error)
			go func() { done <- h.Run(ctx) }()
			time.Sleep(time.Hour)
			cancel()
			require.NoError(t, <-done)
			assert.NotEmpty(t, handled)
			assert.Less(t, len(handled), 601)
			for id := range handled {
				assert.True(t, accepted[id])
			}
			if replicas == 100 {
				assert.Len(t, handled, 600)
			}
		})
	}
}

// Each replica has its share of half of the limit, and has it again after exactly 30 seconds. A 405 does not count.
func TestBanGuardShares(t *testing.T) {
	for replicas, share := range map[int]int{1: 45, 2: 22, 5: 9, 45: 1, 46: 0} {
		synctest.Test(t, func(t *testing.T) {
			h := newHandler(t, callbacks.Config{Replicas: replicas, Tokens: []string{"t"}, MaxBody: 1000})
			ask := func(i int) int {
				return serve(h, []*http.Request{
					httptest.NewRequest(http.MethodPost, "/?token=t", strings.NewReader("no JSON")),
					httptest.NewRequest(http.MethodPost, "/?token=t", strings.NewReader(`{"callId":"c"}`)),
					httptest.NewRequest(http.MethodPost, "/?token=t", strings.NewReader(strings.Repeat(" ", 1001))),
					httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}")),
				}[i%4]).Code
			}
			for i := range share {
				assert.Equal(t, share-i, h.Stats().FailuresLeft)
				assert.Equal(t, []int{400, 401, 413, 401}[i%4], ask(i))
				assert.Equal(t, 405, serve(h, httptest.NewRequest(http.MethodGet, "/", http.NoBody)).Code)
			}
			for _, wait := range []time.Duration{0, 30*time.Second - 1} {
				time.Sleep(wait)
				for i := range 4 {
					assert.Equal(t, 200, ask(i))
				}
			}
			time.Sleep(time.Nanosecond)
			assert.Equal(t, share, h.Stats().FailuresLeft)
		})
	}
}

// The failure of a duplicate whose caller no longer waits counts like any other.
func TestDuplicateThatNobodyWaitsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHandler(t, callbacks.Config{})
		callbacks.On(h, func(context.Context, callbacks.Event) error { time.Sleep(time.Minute); return nil })
		var group sync.WaitGroup
		group.Go(func() { assert.Equal(t, 200, serve(h, signed(recall)).Code) })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		assert.Equal(t, 500, serve(h, signed(recall).WithContext(ctx)).Code)
		assert.Equal(t, 44, h.Stats().FailuresLeft)
		group.Wait()
	})
}

// Where there is no room for what failed while a ban was near, the observation has both errors, and StoreFailure decides.
func TestNoRoomWhileABanIsNear(t *testing.T) {
	for policy, want := range map[callbacks.StoreFailure]int{callbacks.StoreFailureLose: 200, callbacks.StoreFailureReject: 500} {
		var seen callbacks.Observation
		h := newHandler(t, callbacks.Config{StoreFailure: policy, Observe: func(_ context.Context, o callbacks.Observation) { seen = o }})
		callbacks.On(h, func(context.Context, callbacks.Event) error { return io.ErrNoProgress })
		for i := 0; !errors.Is(seen.Err, callbacks.ErrFull); i++ {
			if serve(h, signed(recall.With("callId", strconv.Itoa(i)))); i > 10_100 {
				t.Fatal("there is room for ever, or nobody hears of it")
			}
		}
		assert.Equal(t, want, seen.Status)
		assert.ErrorIs(t, seen.Err, io.ErrNoProgress)
	}
}

func TestStoreFailure(t *testing.T) {
	for policy, want := range map[callbacks.StoreFailure]int{callbacks.StoreFailureLose: 200, callbacks.StoreFailureReject: 500} {
		m := callbacks.NewMemory(callbacks.MemoryOptions{Events: 1})
		h := newHandler(t, callbacks.Config{Store: m, StoreFailure: policy})
		assert.Equal(t, 200, serve(h, signed(recall)).Code)
		assert.Equal(t, want, serve(h, signed(recall.With("callId", "2"))).Code)
		assert.Equal(t, 200, serve(h, signed(recall)).Code, "a duplicate needs no room")
	}
}

type panickingStore struct{ *callbacks.Memory }

func (panickingStore) Keep(context.Context, callbacks.Kept) (callbacks.Seen, error) { panic("parcel") }

// A store that panics has failed: the connection does not break, which the guard could not count.
func TestStorePanics(t *testing.T) {
	for policy, want := range map[callbacks.StoreFailure]int{callbacks.StoreFailureLose: 200, callbacks.StoreFailureReject: 500} {
		var seen callbacks.Observation
		h := newHandler(t, callbacks.Config{
			Store: panickingStore{callbacks.NewMemory(callbacks.MemoryOptions{})}, StoreFailure: policy, Unsigned: callbacks.UnsignedQuarantine,
			Observe: func(_ context.Context, o callbacks.Observation) { seen = o },
		})
		var p *callbacks.PanicError
		assert.Equal(t, want, serve(h, signed(recall)).Code)
		require.ErrorAs(t, seen.Err, &p)
		assert.Equal(t, 200, serve(h, post(string(callbackstest.Example(callbacks.KindPushSuccess).JSON()))).Code)
		require.ErrorAs(t, seen.Err, &p)
		assert.Equal(t, callbacks.KindPushSuccess, seen.Kind)
	}
}

func TestConfigIsChecked(t *testing.T) {
	good := []string{secret}
	for field, c := range map[string]callbacks.Config{
		"Secrets":             {},
		"Secrets[1]":          {Secrets: []string{"a", ""}},
		"Tokens[0]":           {Secrets: good, Tokens: []string{""}},
		"MaxAge":              {Secrets: good, MaxAge: -1},
		"MaxBody":             {Secrets: good, MaxBody: -1},
		"Replicas":            {Secrets: good, Replicas: -1},
		"Unsigned":            {Secrets: good, Unsigned: "maybe"},
		"StoreFailure":        {Secrets: good, Store: callbacks.NewMemory(callbacks.MemoryOptions{})},
		"Decision.Deadline":   {Secrets: good, Decision: callbacks.Decision{Deadline: -1}},
		"Decision.Fallback":   {Secrets: good, Decision: callbacks.Decision{Fallback: callbacks.Rewrite(nil)}},
		"Decision.Rewritable": {Secrets: good, Decision: callbacks.Decision{Rewritable: append(rewritable, "cmd")}},
		"Verdict":             {Secrets: good, Decision: callbacks.Decision{Fallback: callbacks.Reject(strings.Repeat("x", 999))}},
	} {
		_, err := callbacks.New(c)
		require.ErrorIs(t, err, api.ErrInvalidArgument, field)
		require.ErrorContains(t, err, "callbacks: New: "+field+":")
	}
	_, err := callbacks.New(callbacks.Config{Secrets: good, Decision: callbacks.Decision{Fallback: callbacks.Deliver().WithExt(nil)}})
	require.ErrorContains(t, err, "without an ext")
	for _, text := range []string{
		callbacks.Config{Secrets: []string{"s3cr3t"}, Tokens: []string{"t0k3n"}}.LogValue().String(),
	} {
		assert.NotContains(t, text, "s3cr3t")
		assert.NotContains(t, text, "t0k3n")
	}
}

// Neither a handler nor what is kept prints secrets or content.
func TestPrinting(t *testing.T) {
	h := newHandler(t, callbacks.Config{Tokens: []string{"t0k3n"}})
	k := callbacks.Kept{Key: "noah", Digest: "abc", Body: []byte("parcel")}
	for _, v := range []any{h, k, &k, []callbacks.Kept{k}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			text := fmt.Sprintf(verb, v)
			for _, word := range []string{secret, "t0k3n", "noah", "parcel", "112 97", "706172"} {
				assert.NotContains(t, text, word, "%T with %s", v, verb)
			}
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "handler", h, "kept", k)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "handler", h, "kept", k)
	for _, word := range []string{secret, "t0k3n", "noah", "parcel"} {
		assert.NotContains(t, log.String(), word)
	}
}

// The reports of one push to several members, and to several devices of one, are no copies.
func TestPushReportsAreToldApart(t *testing.T) {
	h := newHandler(t, callbacks.Config{})
	n := 0
	callbacks.On(h, func(context.Context, *callbacks.Pushed) error { n++; return nil })
	push := callbackstest.Example(callbacks.KindPushSuccess).With("callId", "acme#demo_7")
	for _, body := range []string{
		string(push.With("target", "mia").JSON()), string(push.With("target", "noah").JSON()),
		string(push.With("target", "noah").With("device_id", "2").JSON()), string(push.With("target", "mia").JSON()),
	} {
		assert.Equal(t, 200, serve(h, post(body)).Code)
	}
	assert.Equal(t, 3, n)
	assert.Equal(t, int64(1), h.Stats().Repeated)
	assert.Zero(t, h.Stats().Suspicious)
}

// Keys are short, whatever they are made of: they stay in memory for long.
func TestKeysAreShort(t *testing.T) {
	m := callbacks.NewMemory(callbacks.MemoryOptions{Workers: 1})
	h := newHandler(t, callbacks.Config{Store: m, StoreFailure: callbacks.StoreFailureReject})
	keys := map[string]bool{}
	h.Otherwise(func(_ context.Context, e callbacks.Event) error {
		keys[e.Head().Key] = true
		return nil
	})
	push := callbackstest.Example(callbacks.KindPushSuccess)
	for _, to := range []string{strings.Repeat("x", 100_000), strings.Repeat("x", 100_001), "short"} {
		assert.Equal(t, 200, serve(h, post(string(push.With("target", to).JSON()))).Code)
	}
	runUntilEmpty(t, h, m)
	assert.Len(t, keys, 3)
	for key := range keys {
		assert.LessOrEqual(t, len(key), 255)
	}
}

// However many failures there are, counting them costs no more.
func TestGuardIsBounded(t *testing.T) {
	m := callbacks.NewMemory(callbacks.MemoryOptions{Events: 1})
	h := newHandler(t, callbacks.Config{Store: m, StoreFailure: callbacks.StoreFailureReject})
	serve(h, signed(recall))
	fail := func() { assert.Equal(t, 500, serve(h, signed(recall.With("callId", "2"))).Code) }
	for range 5000 {
		fail()
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	fail()
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(40<<10), "the times of 5,000 failures have 120 KB")
	assert.Zero(t, h.Stats().FailuresLeft)
}

// A body of any length, and one that decodes to far more than it is, cost a bounded amount.
func TestHostileBodiesAreCheap(t *testing.T) {
	h := newHandler(t, callbacks.Config{Secrets: []string{secret}})
	deep := `{"eventType":"chat","chat_type":"notify","timestamp":1,"payload":{"type":"reaction","data":`
	const n = 1<<20 - 200
	large := callbackstest.Example(callbacks.KindMessageText)
	for name, body := range map[string]func() io.Reader{
		"1 GiB":        func() io.Reader { return io.LimitReader(endless{}, 1<<30) },
		"nested":       func() io.Reader { return strings.NewReader(deep + strings.Repeat("[", n)) },
		"many objects": func() io.Reader { return strings.NewReader(deep + "[" + strings.Repeat("{},", n/3) + "{}]}}") },
		"few objects":  func() io.Reader { return strings.NewReader(deep + "[" + strings.Repeat("{},", 9000) + "{}]}}") },
		"long text":    func() io.Reader { return strings.NewReader(deep + `"` + strings.Repeat("x", n) + `"}}`) },
		"a large ext": func() io.Reader {
			values := make(map[string]any)
			for i := range 9_900 {
				values[strconv.Itoa(i)] = i
			}
			return bytes.NewReader(large.With("payload", map[string]any{"ext": values}).Sign(secret).JSON())
		},
		"a large list": func() io.Reader {
			return bytes.NewReader(large.With("payload", map[string]any{"ext": map[string]any{"a": make([][]int, 19_000)}}).Sign(secret).JSON())
		},
		"an escaped object": func() io.Reader { // JSON in a text, with nothing of JSON in it
			const entry = "\\u0022%d\\u0022\\u003a1\\u002c"
			ext := strings.Builder{}
			ext.WriteString(`\u007b\u0022properties\u0022\u003a\u007b`)
			for i := range (n - 5000) / 30 {
				fmt.Fprintf(&ext, entry, i)
			}
			ext.WriteString(`\u0022x\u0022\u003a1\u007d\u007d`)
			payload := `{"operation":"set_metadata","event_info":{"type":"event_none","ext":"` + ext.String() + `"}}`
			set := callbackstest.Example(callbacks.KindMUCSetMetadata).With("payload", json.RawMessage(payload))
			return bytes.NewReader(set.Sign(secret).JSON())
		},
		"a large group": func() io.Reader {
			members := make([]string, 15_000)
			for i := range members {
				members[i] = "member-" + strconv.Itoa(i)
			}
			gone := callbackstest.Example(callbacks.KindGroupOpLeaveDelete)
			return bytes.NewReader(gone.With("payload", map[string]any{"member": members, "type": "DELETE"}).Sign(secret).JSON())
		},
		"only announced": func() io.Reader { return strings.NewReader("{") },
		"many keys":      func() io.Reader { return strings.NewReader("{" + strings.Repeat(`"a":1,`, n/6) + `"a":1}`) },
	} {
		for _, length := range []int64{-1, 1} {
			b := body()
			r := httptest.NewRequest(http.MethodPost, "/", b)
			if s, ok := b.(interface{ Size() int64 }); ok && length > 0 {
				r.ContentLength = s.Size()
			} else {
				r.ContentLength = -1
			}
			limit := uint64(4 << 20)
			if name == "only announced" {
				r.ContentLength, limit = 1<<20, 100<<10
			}
			w := httptest.NewRecorder()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			h.ServeHTTP(w, r)
			runtime.ReadMemStats(&after)
			cost := after.TotalAlloc - before.TotalAlloc
			t.Logf("%s: status %d, %d KiB", name, w.Code, cost>>10)
			assert.Less(t, cost, limit, name)
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
