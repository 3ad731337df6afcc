package callbacks_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

// server starts an emulator and a client. What refuse returns true for gets the response of a
// server that does not allow it.
func server(t *testing.T, refuse func(*http.Request) bool) (*imtest.Server, *messages.Service) {
	t.Helper()
	srv := imtest.NewServer(t)
	srv.AddUsers("mia", "noah")
	target, err := url.Parse(srv.URL())
	require.NoError(t, err)
	behind := httputil.NewSingleHostReverseProxy(target)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refuse(r) {
			forbid(w)
			return
		}
		behind.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	config := srv.Config()
	config.Host = proxy.URL
	client, err := im.New(config, im.WithoutQuotas())
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return srv, client.Messages
}

func forbid(w http.ResponseWriter) {
	w.WriteHeader(http.StatusForbidden)
	_, _ = io.WriteString(w, `{"error":"forbidden_op","error_description":"operation is illegal"}`)
}

func storage(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/callbacks/storage/info") }

func send(t *testing.T, s *messages.Service, texts ...string) (ids []string) {
	t.Helper()
	for _, text := range texts {
		sent, err := s.SendToUsers(t.Context(), []string{"noah"}, messages.Message{From: "mia", Body: messages.Text(text)})
		require.NoError(t, err)
		ids = append(ids, sent[0].Value)
	}
	return ids
}

func TestRecoverFromStorage(t *testing.T) {
	srv, service := server(t, func(*http.Request) bool { return false })
	h := newHandler(t, callbacks.Config{})
	now := time.Now()
	add := func(ago time.Duration, resent int) string {
		return srv.AddStoredCallbacks(imtest.StoredCallbacks{Start: now.Add(-ago), Size: 7, Resent: resent})
	}
	add(48*time.Hour, 0) // before since, in any time zone
	first, second, often := add(3*time.Hour, 0), add(2*time.Hour, 9), add(time.Hour, 10)

	got, err := callbacks.Recover(t.Context(), service, h, now.Add(-3*time.Hour), callbacks.RecoverOptions{URL: "https://hooks.example.com/im"})
	require.ErrorIs(t, err, callbacks.ErrIncomplete)
	require.NotErrorIs(t, err, im.ErrForbidden, "the server is not asked for an eleventh time")
	dates := func(sets []messages.CallbackSet) (dates []string) {
		for _, set := range sets {
			dates = append(dates, set.Date)
		}
		slices.Sort(dates)
		return dates
	}
	assert.Equal(t, []string{first, second}, dates(got.Resent))
	assert.Equal(t, []string{often}, dates(got.Left))
	assert.Empty(t, got.Holes)
	resent := 0
	for _, set := range srv.StoredCallbacks() {
		if set.Target != "" {
			resent++
			assert.Equal(t, "https://hooks.example.com/im", set.Target)
			assert.Contains(t, []int{1, 10}, set.Resent)
		}
	}
	assert.Equal(t, 2, resent)

	got, err = callbacks.Recover(t.Context(), service, h, now.Add(-96*time.Hour), callbacks.RecoverOptions{Until: now.Add(-40 * time.Hour)})
	require.NoError(t, err)
	assert.Len(t, got.Resent, 1)
	require.Len(t, got.Holes, 1, "what is older than 3 days is gone")
	assert.True(t, got.Holes[0].Messages)

	since, until := now.Add(-96*time.Hour).Truncate(time.Millisecond), now.Add(-90*time.Hour)
	got, err = callbacks.Recover(t.Context(), service, h, since, callbacks.RecoverOptions{Until: until})
	require.NoError(t, err)
	assert.Equal(t, []callbacks.Hole{{From: since, Until: until, Messages: true}}, got.Holes, "within the time that was asked for")
}

// One set that fails does not keep the others back.
func TestRecoverGoesOnWithTheNextSet(t *testing.T) {
	calls := 0
	srv, service := server(t, func(r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/retry") {
			calls++
		}
		return calls == 1
	})
	now := time.Now()
	for _, ago := range []time.Duration{time.Hour, 2 * time.Hour} {
		srv.AddStoredCallbacks(imtest.StoredCallbacks{Start: now.Add(-ago), Size: 7})
	}
	got, err := callbacks.Recover(t.Context(), service, newHandler(t, callbacks.Config{}), now.Add(-3*time.Hour), callbacks.RecoverOptions{})
	require.ErrorIs(t, err, callbacks.ErrIncomplete)
	require.ErrorIs(t, err, im.ErrForbidden)
	assert.Len(t, got.Resent, 1)
	assert.Len(t, got.Left, 1)
}

// callback is what the IM server would have sent for a message of the emulator.
func callback(srv *imtest.Server, id, text string) callbackstest.Body {
	return callbackstest.Example(callbacks.KindMessageText).With("callId", srv.Org()+"#"+srv.App()+"_"+id).With("msg_id", id).
		With("payload", map[string]any{"from": "mia", "to": "noah", "bodies": []any{map[string]any{"type": "txt", "msg": text}}})
}

// Without storage, the messages of which no callback came are found in the history: with a
// store of the user's, in memory, and without one.
func TestRecoverFromHistory(t *testing.T) {
	for _, kind := range []string{"none", "memory", "finder"} {
		t.Run(kind, func(t *testing.T) {
			srv, service := server(t, storage)
			memory := callbacks.NewMemory(callbacks.MemoryOptions{Workers: 1})
			config := callbacks.Config{StoreFailure: callbacks.StoreFailureReject}
			find := &finder{Memory: memory}
			switch kind {
			case "memory":
				config.Store = memory
			case "finder":
				config.Store = find
			}
			before := srv.Clock().Now().Truncate(time.Millisecond)
			ids := send(t, service, "one", "two", "three")
			srv.Clock().Advance(2 * time.Hour)

			h := newHandler(t, config)
			assert.Equal(t, 200, serve(h, signed(callback(srv, ids[1], "two"))).Code)
			if kind == "finder" { // another process goes on with the same store
				h = newHandler(t, config)
			}
			var handled []string
			callbacks.On(h, func(_ context.Context, e *callbacks.Message) error {
				assert.Equal(t, callbacks.KindMessageText, e.Kind())
				assert.Equal(t, []string{"mia", "noah"}, []string{e.From, e.To})
				assert.Equal(t, messages.ChatTypeUser, e.Record.ChatType)
				if e.Recovered {
					assert.NotEmpty(t, e.Key)
					assert.False(t, e.Signed)
					handled = append(handled, e.Record.Text())
				}
				return nil
			})
			until := before.Add(time.Hour)
			again := func() callbacks.Recovery {
				got, err := callbacks.Recover(t.Context(), service, h, before, callbacks.RecoverOptions{Until: until})
				if len(got.Waiting) > 0 {
					require.ErrorIs(t, err, callbacks.ErrIncomplete, "the second of the two hours may be without a file")
				} else {
					require.NoError(t, err)
				}
				if config.Store != nil {
					runUntilEmpty(t, h, memory)
				}
				slices.Sort(handled)
				return got
			}
			got := again()
			assert.Equal(t, []string{"one", "three"}, handled)
			assert.Equal(t, 2, got.Messages)
			assert.Equal(t, []callbacks.Hole{{From: before, Until: until}}, got.Holes)
			if kind == "finder" {
				assert.NotEmpty(t, find.asked)
				h = newHandler(t, config)
				handled = nil
			}
			assert.Zero(t, again().Messages, "a second call finds nothing")
		})
	}
}

// finder is a store that remembers messages, as a durable one does.
type finder struct {
	*callbacks.Memory
	ids   []string
	asked []string
}

func (f *finder) Keep(ctx context.Context, k callbacks.Kept) (callbacks.Seen, error) {
	f.ids = append(f.ids, k.MessageID)
	return f.Memory.Keep(ctx, k)
}

func (f *finder) FindMessages(_ context.Context, ids []string) (found []string, err error) {
	f.asked = append(f.asked, ids...)
	for _, id := range ids {
		if slices.Contains(f.ids, id) {
			found = append(found, id)
		}
	}
	return found, nil
}

// A function that fails ends the recovery; the next call goes on with that message. What the
// rules do not select is left out.
func TestRecoverGoesOn(t *testing.T) {
	srv, service := server(t, storage)
	before := srv.Clock().Now()
	send(t, service, "one", "other", "two", "three")
	srv.Clock().Advance(50 * time.Hour)
	var seen []callbacks.Observation
	h := newHandler(t, callbacks.Config{Observe: func(_ context.Context, o callbacks.Observation) { seen = append(seen, o) }})
	var handled []string
	fail := true
	callbacks.On(h, func(_ context.Context, e *callbacks.Message) error {
		if fail && e.Record.Text() == "two" {
			return io.ErrNoProgress
		}
		handled = append(handled, e.Record.Text())
		return nil
	})
	o := callbacks.RecoverOptions{
		Until:  before.Add(time.Minute),
		Select: func(r messages.Record) bool { return r.Text() != "other" },
	}
	got, err := callbacks.Recover(t.Context(), service, h, before, o)
	require.ErrorIs(t, err, io.ErrNoProgress)
	assert.Equal(t, 1, got.Messages)
	fail = false
	got, err = callbacks.Recover(t.Context(), service, h, before, o)
	require.NoError(t, err)
	assert.Equal(t, 2, got.Messages)
	assert.Equal(t, []string{"one", "two", "three"}, handled)
	require.Len(t, seen, 4)
	assert.True(t, seen[0].Recovered)
	assert.Equal(t, callbacks.KindMessageText, seen[0].Kind)
	require.ErrorIs(t, seen[1].Err, io.ErrNoProgress)
}

// Hours without a file are named: those to come, and those that are gone.
func TestRecoverNamesHours(t *testing.T) {
	srv, service := server(t, storage)
	now := srv.Clock().Now()
	h := newHandler(t, callbacks.Config{})
	got, err := callbacks.Recover(t.Context(), service, h, now.Add(-2*time.Hour), callbacks.RecoverOptions{Until: now})
	require.ErrorIs(t, err, callbacks.ErrIncomplete)
	assert.NotEmpty(t, got.Waiting)
	assert.Empty(t, got.Expired)

	since := now.AddDate(0, 0, -100).Truncate(time.Hour).Add(time.Minute)
	until := since.Add(time.Hour)
	got, err = callbacks.Recover(t.Context(), service, h, since, callbacks.RecoverOptions{Until: until})
	require.ErrorIs(t, err, callbacks.ErrIncomplete)
	require.Len(t, got.Expired, 2)
	assert.Equal(t, []callbacks.Hole{
		{From: since, Until: until}, {From: since, Until: got.Expired[1], Messages: true}, {From: got.Expired[1], Until: until, Messages: true},
	}, got.Holes, "within the time that was asked for")
}

func TestRecoverChecksItsArguments(t *testing.T) {
	_, service := server(t, func(*http.Request) bool { t.Error("was called"); return true })
	h := newHandler(t, callbacks.Config{})
	now := time.Now()
	for since, until := range map[time.Time]time.Time{
		{}: {}, now.Add(time.Hour): {}, now: now, now.Add(time.Nanosecond): now, time.Unix(0, 0): {}, time.Unix(1, 0): now.AddDate(1000, 0, 0),
		now.Add(-180*24*time.Hour - time.Hour - 1): now, now.AddDate(-300, 0, 0): now.AddDate(300, 0, 0),
	} {
		_, err := callbacks.Recover(t.Context(), service, h, since, callbacks.RecoverOptions{Until: until})
		require.ErrorIs(t, err, im.ErrInvalidArgument)
		require.ErrorContains(t, err, "callbacks: Recover: since: ")
	}
}

// All that a plan may keep can be asked for at once.
func TestRecoverTakesTheLongestHistory(t *testing.T) {
	_, service := server(t, func(*http.Request) bool { return false })
	_, err := callbacks.Recover(t.Context(), service, newHandler(t, callbacks.Config{}), time.Now().Add(-180*24*time.Hour), callbacks.RecoverOptions{})
	require.NoError(t, err)
}

// A context that ends also ends the recovery between two messages; the next call goes on from there.
func TestRecoverEndsWithItsContext(t *testing.T) {
	srv, service := server(t, storage)
	before := srv.Clock().Now()
	send(t, service, "one", "two", "three")
	srv.Clock().Advance(50 * time.Hour)
	h := newHandler(t, callbacks.Config{})
	ctx, cancel := context.WithCancel(t.Context())
	var handled []string
	callbacks.On(h, func(_ context.Context, e *callbacks.Message) error {
		handled = append(handled, e.Record.Text())
		cancel()
		return nil
	})
	o := callbacks.RecoverOptions{Until: before.Add(time.Minute)}
	got, err := callbacks.Recover(ctx, service, h, before, o)
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 1, got.Messages)
	assert.Equal(t, []string{"one"}, handled)
	got, err = callbacks.Recover(t.Context(), service, h, before, o)
	require.NoError(t, err)
	assert.Equal(t, 2, got.Messages)
	assert.Equal(t, []string{"one", "two", "three"}, handled)
}

// Recoveries that run at once, with clients of their own, hand each message over once.
func TestRecoverAtOnce(t *testing.T) {
	srv := imtest.NewServer(t, imtest.WithoutCallbackStorage())
	srv.AddUsers("mia", "noah")
	before := srv.Clock().Now()
	send(t, srv.Client().Messages, "1", "2", "3", "4", "5", "6", "7", "8", "9")
	srv.Clock().Advance(50 * time.Hour)
	for _, store := range []callbacks.Store{nil, callbacks.NewMemory(callbacks.MemoryOptions{})} {
		h := newHandler(t, callbacks.Config{Store: store, StoreFailure: callbacks.StoreFailureReject})
		var handled, counted atomic.Int64
		callbacks.On(h, func(context.Context, *callbacks.Message) error {
			handled.Add(1)
			time.Sleep(time.Millisecond)
			return nil
		})
		var group, read sync.WaitGroup
		read.Add(3)
		o := callbacks.RecoverOptions{Until: before.Add(time.Minute), Select: func(r messages.Record) bool {
			if r.Text() == "9" { // none hands over before all have read
				read.Done()
				read.Wait()
			}
			return true
		}}
		for range 3 {
			client, err := im.New(srv.Config(), im.WithoutQuotas())
			require.NoError(t, err)
			defer client.Close()
			group.Go(func() {
				got, err := callbacks.Recover(t.Context(), client.Messages, h, before, o)
				assert.NoError(t, err)
				counted.Add(int64(got.Messages))
			})
		}
		group.Wait()
		kept := 0
		if m, ok := store.(*callbacks.Memory); ok {
			kept = m.Len()
		}
		assert.Equal(t, int64(9), counted.Load())
		assert.Equal(t, 9, int(handled.Load())+kept)
	}
}

// Nobody can send what only Recover makes.
func TestRecoveredComesFromRecoverAlone(t *testing.T) {
	record := `{"msg_id":"7","timestamp":1700000000000,"chat_type":"chat","from":"mia","to":"noah","payload":{"bodies":[{"type":"txt","msg":"hi"}]}}`
	e, err := callbacks.Parse([]byte(`{"im-go:recovered":` + record + `}`))
	require.NoError(t, err)
	assert.True(t, e.Head().Recovered)
	h := newHandler(t, callbacks.Config{})
	var got callbacks.Event
	callbacks.On(h, func(_ context.Context, e callbacks.Event) error { got = e; return nil })
	b := callbackstest.Body{"callId": "x", "timestamp": 1, "im-go:recovered": json.RawMessage(record)}
	assert.Equal(t, 400, serve(h, signed(b)).Code)
	assert.Nil(t, got)
}

var errStore = errors.New("the disk is full")

type brokenFinder struct{ *callbacks.Memory }

func (brokenFinder) FindMessages(context.Context, []string) ([]string, error) { return nil, errStore }

// A store that cannot say what it has had ends the recovery: nothing is handed over twice.
func TestRecoverNeedsTheStore(t *testing.T) {
	srv, service := server(t, storage)
	before := srv.Clock().Now()
	send(t, service, "one")
	srv.Clock().Advance(50 * time.Hour)
	m := callbacks.NewMemory(callbacks.MemoryOptions{})
	h := newHandler(t, callbacks.Config{Store: brokenFinder{m}, StoreFailure: callbacks.StoreFailureLose})
	_, err := callbacks.Recover(t.Context(), service, h, before, callbacks.RecoverOptions{Until: before.Add(time.Minute)})
	require.ErrorIs(t, err, errStore)
	assert.Zero(t, m.Len())
}

// Of a file, the messages of the time are recovered, each once, to the millisecond; records that
// are none are counted.
func TestRecoverReadsFiles(t *testing.T) {
	const record = `{"msg_id":"%d","timestamp":%d,"direction":"%s","chat_type":"chat","from":"mia","to":"noah","payload":{"bodies":[{"type":"txt","msg":"hi"}]}}`
	var file strings.Builder
	file.WriteString(strings.Repeat("parcel\n", 3))
	for i, ms := range []int64{1699999999999, 1700000000000, 1700000000999, 1700000001000} {
		for _, direction := range []string{"outgoing", "incoming"} { // older files have both copies
			fmt.Fprintf(&file, record+"\n", i, ms, direction)
		}
	}
	var api *httptest.Server
	api = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case storage(r):
			forbid(w)
		case strings.Contains(r.URL.Path, "/chatmessages/"):
			_, _ = fmt.Fprintf(w, `{"data":[{"url":"%s/file"}]}`, api.URL)
		default:
			_, _ = io.Copy(w, strings.NewReader(file.String()))
		}
	}))
	defer api.Close()
	client, err := im.New(im.Config{Host: api.URL, Org: "acme", App: "demo", Platform: im.Agora, Token: im.StaticToken("t")})
	require.NoError(t, err)
	defer client.Close()
	at := time.UnixMilli(1700000000000).Add(500 * time.Microsecond)
	h := newHandler(t, callbacks.Config{})
	n := 0
	callbacks.On(h, func(context.Context, *callbacks.Message) error { n++; return nil })
	got, err := callbacks.Recover(t.Context(), client.Messages, h, at, callbacks.RecoverOptions{Until: time.UnixMilli(1700000001000)})
	require.ErrorIs(t, err, callbacks.ErrIncomplete)
	assert.Equal(t, []int{2, 2, 3}, []int{n, got.Messages, got.Unreadable})
}
