package inbox_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
	"github.com/imrest/im-go/inbox"
)

// Whatever a signed callback holds, every database keeps it and hands it over as it came.
func TestHostileBodiesAreKept(t *testing.T) {
	body := func(callID, rest string) string {
		return fmt.Sprintf(`{"callId":"%s","timestamp":1712044800123,"security":"%%s","chat_type":"recall","msg_id":"9","recall_id":"1"%s}`, callID, rest)
	}
	bodies := map[string]string{ // by call id, as it is decoded
		"a\x00b":                  body(`a\u0000b`, `,"to":"\u0000","from":"\u0000"`),
		"b\U0001F600":             body("b\U0001F600", ",\"to\":\"\U0001F600\""),
		"c\uFFFD":                 body(`c\ud800`, `,"to":"\udfff"`),
		"d\uFFFD":                 body("d\xff", ",\"to\":\"\xc3\x28\""),
		"e' OR 1=1; -- \\\" `{}?": body(`e' OR 1=1; -- \\\" `+"`"+`{}?`, `,"to":"$1 ? {} %s"`),
		strings.Repeat("f", 5000): body(strings.Repeat("f", 5000), ""),
		"g":                       body("g", `,"payload":`+strings.Repeat(`{"a":`, 900)+"1"+strings.Repeat("}", 900)),
		"h":                       body("h", `,"n":1e999999,"n":-1e-999999,"payload":{"n":123456789012345678901234567890}`),
		"i":                       body("x", `,"callId":"i"`),
		"j":                       body("j", `,"big":"`+strings.Repeat("x", 900_000)+`"`),
		"k":                       body("k", `,"timestamp":1712044800123,"msg_id":"`+strings.Repeat("9", 3000)+`"`),
	}
	onAll(t, func(t *testing.T, p place) {
		s, _ := p.inbox(t, inbox.Options{Poll: 10 * time.Millisecond, OrderBy: inbox.Conversation})
		h := newHandler(t, callbacks.Config{Store: s})
		var mu sync.Mutex
		got := map[string]string{}
		callbacks.On(h, func(_ context.Context, e callbacks.Event) error {
			mu.Lock()
			defer mu.Unlock()
			got[e.Head().CallID] += string(e.Head().Raw)
			return nil
		})
		want := map[string]string{}
		for callID, body := range bodies {
			want[callID] = strings.Replace(body, `"%s"`, `"`+callbacks.Sign(callID, secret, "1712044800123")+`"`, 1)
			for range 2 {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(want[callID])))
				require.Equal(t, http.StatusOK, w.Code, "%.20q", callID)
			}
		}
		stop := run(t, h)
		until(t, func() bool { return counts(t, s).Waiting == 0 })
		stop()
		assert.Len(t, got, len(want))
		for callID := range want {
			assert.True(t, want[callID] == got[callID], "%.20q", callID) //nolint:testifylint // does not print them
		}
	})
}

// A conversation with more events than are looked for at once delays no other one.
func TestLongConversationDelaysNoOther(t *testing.T) {
	onAll(t, func(t *testing.T, p place) {
		if p.dialect == inbox.SQLite {
			t.Skip("it has one worker")
		}
		s, _ := p.inbox(t, inbox.Options{OrderBy: inbox.Conversation})
		h := newHandler(t, callbacks.Config{Store: s})
		other, leave := make(chan struct{}), make(chan struct{})
		callbacks.On(h, func(_ context.Context, e *callbacks.Recalled) error {
			if e.GroupID == "other" {
				close(other)
				return nil
			}
			<-leave
			return nil
		})
		for n := range 300 {
			require.Equal(t, http.StatusOK, post(h, numbered(n).With("group_id", "long")))
		}
		require.Equal(t, http.StatusOK, post(h, recall.With("callId", "other").With("group_id", "other")))
		run(t, h)
		select {
		case <-other:
		case <-time.After(time.Minute):
			t.Error("the other conversation waits")
		}
		close(leave)
	})
}

// However many events other processes have, the look for due ones works.
func TestManyBusyEvents(t *testing.T) {
	onAll(t, func(t *testing.T, p place) {
		s, _ := p.inbox(t, inbox.Options{Poll: time.Minute})
		require.NoError(t, s.LookPast(t.Context(), 70_000))
	})
}

// A message whose key was seen with another body has been kept, too: Recover must not hand it over again.
func TestSuspiciousMessagesAreFound(t *testing.T) {
	onAll(t, func(t *testing.T, p place) {
		s, _ := p.inbox(t, inbox.Options{})
		h := newHandler(t, callbacks.Config{Store: s})
		message := callbackstest.Example(callbacks.KindMessageText)
		for _, id := range []string{"101", "102", "102"} {
			require.Equal(t, http.StatusOK, post(h, message.With("msg_id", id)))
		}
		found, err := s.FindMessages(t.Context(), []string{"100", "101", "102"})
		require.NoError(t, err)
		assert.ElementsMatch(t, []string{"101", "102"}, found)
	})
}
