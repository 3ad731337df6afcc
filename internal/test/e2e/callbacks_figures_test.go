package e2e

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

// inProcess hands requests to a handler, without a network, so that they can be made in a bubble of synctest.
// A nil handler refuses connections.
type inProcess func() http.Handler

func (handler inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	h := handler()
	if h == nil {
		return nil, errors.New("connection refused")
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	resp := w.Result()
	resp.Request = r
	return resp, nil
}

// hoursOfCallbacks is a server and its receiver on a fake clock.
type hoursOfCallbacks struct {
	*testing.T

	srv     *imtest.Server
	client  *im.Client
	handler *callbacks.Handler

	mu      sync.Mutex
	serving http.Handler // of the receiver, nil: it is down
	failing bool
	seen    map[string]int // message ids that took effect, and how often
}

func (s *hoursOfCallbacks) receiver() http.Handler {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.serving
}

func (s *hoursOfCallbacks) serve(h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serving = h
}

// onAFakeClock starts a server outside of a bubble, since it listens, and runs the story inside, where the handler is
// made.
func onAFakeClock(t *testing.T, config func() callbacks.Config, story func(s *hoursOfCallbacks), opts ...imtest.Option) {
	s := &hoursOfCallbacks{seen: map[string]int{}}
	opts = append(opts, imtest.WithCallbackClient(&http.Client{Transport: inProcess(s.receiver)}),
		imtest.WithCallbacks(imtest.Rule{URL: "http://receiver.example", Secret: "s", Kinds: []string{"message.text"}}))
	s.srv = imtest.NewServer(t, opts...)
	synctest.Test(t, func(t *testing.T) {
		s.T = t
		var err error
		s.client, err = im.New(s.srv.Config(), im.WithHTTPClient(&http.Client{Transport: inProcess(func() http.Handler { return s.srv })}))
		require.NoError(t, err)
		defer s.client.Close()
		s.handler, err = callbacks.New(config())
		require.NoError(t, err)
		callbacks.On(s.handler, func(_ context.Context, m *callbacks.Message) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.failing {
				return errors.New("the database is down")
			}
			s.seen[m.Record.ID]++
			return nil
		})
		s.serve(s.handler)
		ctx, stop := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		go func() { ran <- s.handler.Run(ctx) }()
		defer func() { stop(); assert.NoError(t, <-ran) }()
		story(s)
	})
}

// send sends so many messages, with a pause after each, and returns their ids.
func (s *hoursOfCallbacks) send(n int, pause time.Duration) (ids []string) {
	for i := range n {
		sent, err := s.client.Messages.SendToUsers(s.Context(), []string{"bob"}, messages.Message{From: "alice", Body: messages.Text(strconv.Itoa(i))})
		require.NoError(s, err)
		ids = append(ids, sent[0].Value)
		time.Sleep(pause)
	}
	require.NoError(s, s.srv.WaitCallbacks(s.Context()))
	return ids
}

// lost counts the messages that have had no effect, and those that have had two.
func (s *hoursOfCallbacks) lost(ids []string) (lost, twice int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		switch s.seen[id] {
		case 0:
			lost++
		case 1:
		default:
			twice++
		}
	}
	return lost, twice
}

// recover makes up for what was missed. What has waited in the handler is handled meanwhile.
func (s *hoursOfCallbacks) recover(since time.Time) callbacks.Recovery {
	done, err := callbacks.Recover(s.Context(), s.client.Messages, s.handler, since, callbacks.RecoverOptions{})
	require.NoError(s, err)
	require.NoError(s, s.srv.WaitCallbacks(s.Context()))
	time.Sleep(time.Hour)
	return done
}

const tenMinutes = 10 * time.Minute

// plain handles events while the server waits.
func plain() callbacks.Config { return callbacks.Config{Secrets: []string{"s"}} }

// inMemory keeps events before they are handled.
func inMemory() callbacks.Config {
	return callbacks.Config{
		Secrets: []string{"s"}, StoreFailure: callbacks.StoreFailureReject, Store: callbacks.NewMemory(callbacks.MemoryOptions{}),
	}
}

// Functions that always fail for 10 minutes, at 5 events a second, lead to no ban, and nothing is lost.
func TestFailingHandlersAreNotBanned(t *testing.T) {
	for name, config := range map[string]func() callbacks.Config{"without a store": plain, "with a store": inMemory} {
		t.Run(name, func(t *testing.T) {
			onAFakeClock(t, config, func(s *hoursOfCallbacks) {
				begun := time.Now()
				s.failing = true
				ids := s.send(3000, tenMinutes/3000)
				require.Empty(s, s.srv.CallbackBans())
				s.mu.Lock()
				s.failing = false
				s.mu.Unlock()
				s.recover(begun)
				assert.Empty(s, s.srv.CallbackBans())
				lost, twice := s.lost(ids)
				assert.Zero(s, twice)
				assert.Zero(s, lost)
				s.Logf("%d events in 10 minutes, all of which fail: %d bans, %d stored by the server, %d given up", len(ids), len(s.srv.CallbackBans()), s.stored(), lost)
			})
		})
	}
}

// stored counts what the server has stored.
func (s *hoursOfCallbacks) stored() (n int) {
	for _, set := range s.srv.StoredCallbacks() {
		n += set.Size
	}
	return n
}

// The same receiver without a guard is banned: the test above can fail.
func TestFailingReceiversAreBanned(t *testing.T) {
	onAFakeClock(t, plain, func(s *hoursOfCallbacks) {
		s.serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }))
		s.send(3000, tenMinutes/3000)
		assert.Len(s, s.srv.CallbackBans(), 2)
	})
}

// A receiver that is down for 30 minutes loses nothing if the app has bought the storage.
func TestReceiverDownWithStorage(t *testing.T) {
	onAFakeClock(t, plain, func(s *hoursOfCallbacks) {
		ids := s.send(60, time.Second)
		begun := time.Now()
		s.serve(nil)
		ids = append(ids, s.send(3600, 30*time.Minute/3600)...)
		lost, _ := s.lost(ids)
		require.Equal(s, 3600, lost)
		s.serve(s.handler)
		ids = append(ids, s.send(60, time.Second)...)
		done := s.recover(begun)
		lost, twice := s.lost(ids)
		assert.Zero(s, lost)
		assert.Zero(s, twice)
		assert.NotEmpty(s, done.Resent)
		s.Logf("down for 30 minutes, with storage: %d messages, %d bans, %d sets resent, %d lost, %d twice", len(ids), len(s.srv.CallbackBans()), len(done.Resent), lost, twice)
	})
}

// Without the storage the messages come from the history, and what else is missing is named by its time.
func TestReceiverDownWithoutStorage(t *testing.T) {
	onAFakeClock(t, plain, func(s *hoursOfCallbacks) {
		ids := s.send(60, time.Second)
		begun := time.Now()
		s.serve(nil)
		ids = append(ids, s.send(3600, 30*time.Minute/3600)...)
		s.serve(s.handler)
		time.Sleep(2 * time.Hour) // until the history is there
		until := begun.Truncate(time.Hour).Add(time.Hour)
		done, err := callbacks.Recover(s.Context(), s.client.Messages, s.handler, begun, callbacks.RecoverOptions{Until: until})
		require.NoError(s, err)
		lost, twice := s.lost(ids)
		assert.Zero(s, lost)
		assert.Zero(s, twice)
		assert.Equal(s, 3600, done.Messages)
		assert.Equal(s, []callbacks.Hole{{From: begun.Truncate(time.Millisecond), Until: until}}, done.Holes)
		s.Logf("down for 30 minutes, without storage: %d messages, %d lost after Recover, %d from the history, %d holes", len(ids), lost, done.Messages, len(done.Holes))
	}, imtest.WithoutCallbackStorage())
}
