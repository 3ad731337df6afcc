package imtest

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRoutesAreSound(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Routes() {
		assert.False(t, seen[r.ID], r.ID)
		seen[r.ID] = true
	}
	srv := NewServer(t)
	for _, r := range srv.state.legacyRoutes() {
		assert.NotNil(t, r.do, r.id)
		// The endpoint is found by its own method and path, behind those that
		// have a condition.
		found := srv.router.routes(r.method, r.path)
		var ids []string
		for i, f := range found {
			ids = append(ids, f.id)
			assert.Equal(t, i < len(found)-1, f.when != nil, "%s: only the last may be without a condition", f.id)
		}
		assert.Contains(t, ids, r.id)
	}
}

func TestLayersStandAroundEndpoints(t *testing.T) {
	srv := NewServer(t)
	var order []string
	note := func(name string) layer {
		return func(c *call, next func() *reply) *reply {
			order = append(order, name+" "+c.id())
			return next()
		}
	}
	ask := func() *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		srv.ServeHTTP(rec, httptest.NewRequest("POST", "/acme/demo/token", strings.NewReader(`{"grant_type":"password"}`)))
		return rec
	}
	srv.outer = []layer{note("outer 1"), note("outer 2")}
	srv.inner = []layer{note("inner")}
	assert.Equal(t, 404, ask().Code)
	assert.Equal(t, []string{"outer 1 auth.user_token_password", "outer 2 auth.user_token_password", "inner auth.user_token_password"}, order)

	order = nil
	rec := httptest.NewRecorder()
	srv.ServeHTTP(rec, httptest.NewRequest("GET", "/nowhere", nil))
	assert.Equal(t, []string{"outer 1 ", "outer 2 "}, order, "also around calls that lead nowhere")

	// A layer responses in place of the endpoint.
	srv.inner = []layer{func(c *call, _ func() *reply) *reply { return c.fail(errMethodNotAllowed()) }}
	assert.Equal(t, 405, ask().Code)

	// A layer changes how the response is written.
	srv.outer = []layer{func(_ *call, next func() *reply) *reply {
		rep := next()
		rep.spoil = func(w http.ResponseWriter, _ *http.Request, whole *reply) {
			w.WriteHeader(502)
			_, _ = w.Write(whole.body[:5])
		}
		return rep
	}}
	rec = ask()
	assert.Equal(t, 502, rec.Code)
	assert.Equal(t, 5, rec.Body.Len())
}

func TestUserWithPushSettings(t *testing.T) {
	srv := NewServer(t)
	srv.AddUsers("alice")
	srv.state.users.get("alice").more = map[string]any{"notification_display_style": 1, "notification_ignore_228111222333441": true}
	token := srv.state.issue(grant{})
	req := httptest.NewRequest("GET", "/acme/demo/users/alice", nil)
	req.Header.Set("Authorization", "Bearer "+token)
	rec := httptest.NewRecorder()
	srv.ServeHTTP(rec, req)
	assert.Contains(t, rec.Body.String(), `"activated":true,"notification_display_style":1,"notification_ignore_228111222333441":true}`)
}

func TestBook(t *testing.T) {
	var b book[int]
	for i := range 100 {
		b.put(strconv.Itoa(i), i)
	}
	b.put("7", 700)
	for i := 10; i < 90; i++ {
		b.remove(strconv.Itoa(i))
	}
	b.remove("10")
	assert.Equal(t, 20, b.len())
	assert.Less(t, len(b.rows), 60, "removed rows do not pile up")
	assert.Equal(t, 700, b.get("7"))
	assert.Equal(t, 0, b.get("10"))
	assert.False(t, b.has("10"))

	var all []int
	for v := range b.all {
		all = append(all, v)
	}
	var paged []int
	cursor, pages := "", 0
	for {
		list, next, ok := b.page(cursor, 5)
		require.True(t, ok)
		paged = append(paged, list...)
		pages++
		if next == "" {
			break
		}
		cursor = next
	}
	assert.Equal(t, all, paged)
	assert.Equal(t, 4, pages)

	// A page goes on where it was, though its first row was removed.
	_, next, _ := b.page("", 2)
	b.remove("2")
	list, _, _ := b.page(next, 2)
	assert.Equal(t, []int{3, 4}, list)
	for _, bad := range []string{"!", "bm9uc2Vuc2U", makeCursor(1) + "A"} {
		_, _, ok := b.page(bad, 2)
		assert.False(t, ok)
	}
}

func TestGroupIDsRise(t *testing.T) {
	conf := defaults()
	s := newState(conf.world())
	last := ""
	for range 1000 {
		id := s.newGroupID()
		assert.Len(t, id, 15)
		assert.Greater(t, id, last)
		last = id
	}
}

func TestUUIDsDiffer(t *testing.T) {
	conf := defaults()
	s := newState(conf.world())
	now := time.Now()
	seen := map[string]bool{}
	for range 1000 {
		id := s.newUUID(now)
		assert.False(t, seen[id])
		assert.Len(t, id, 36)
		seen[id] = true
	}
}

func TestOldTokensAreForgotten(t *testing.T) {
	conf := defaults()
	conf.clock = NewClock(time.Now())
	s := newState(conf.world())
	for range 25_000 {
		s.issue(grant{expires: s.now().Add(time.Millisecond)})
		conf.clock.Advance(time.Second)
	}
	assert.LessOrEqual(t, len(s.tokens), 15_000)
}

// A call that is found wrong after its window has passed has nothing to give back:
// what it took was forgotten.
func TestGivenBackTooLate(t *testing.T) {
	clock := NewClock(time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC))
	srv := NewServer(t, WithQuotas(), WithClock(clock))
	send := func() *call {
		c := srv.newCall(httptest.NewRequest("POST", "/acme/demo/messages/chatgroups", nil))
		c.body = []byte(`{"to":["1","2","3"]}`)
		return c
	}
	e := srv.quotas.byID["messages.send_groups"]
	wrong, err := srv.quotas.take(e, send())
	require.Nil(t, err)
	clock.Advance(2 * time.Second)
	for range 6 {
		_, err = srv.quotas.take(e, send())
		require.Nil(t, err)
	}
	srv.quotas.giveBack(wrong)
	_, err = srv.quotas.take(e, send())
	require.Nil(t, err, "18 of 20")
	_, err = srv.quotas.take(e, send())
	assert.NotNil(t, err, "21 of 20")
}
