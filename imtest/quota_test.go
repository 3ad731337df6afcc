package imtest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// noon is a time in the middle of a day, so that days differ from windows.
var noon = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

// limited starts a server that keeps the quotas, on a clock that stands still.
func limited(t *testing.T, option imtest.Option) *client {
	t.Helper()
	return newClient(t, option, imtest.WithClock(imtest.NewClock(noon)))
}

// repeat sends a call until it is refused, at most so often, and returns how many
// went through, and the refusal.
func (c *client) repeat(most int, method, path, body string) (passed int, refusal got) {
	for range most {
		if refusal = c.send(method, path, body); refusal.status != 200 {
			return passed, refusal
		}
		passed++
	}
	return passed, refusal
}

// Calls are counted in a window that slides: the 101st of a second is refused, and
// goes through when the first has left the window.
func TestQuotaWindowSlides(t *testing.T) {
	c := limited(t, imtest.WithQuotas())
	c.srv.AddUsers("alice")
	passed, _ := c.repeat(60, "GET", "/users/alice", "")
	require.Equal(t, 60, passed)
	c.srv.Clock().Advance(600 * time.Millisecond)
	passed, refusal := c.repeat(100, "GET", "/users/alice", "")
	assert.Equal(t, 40, passed)
	refusal.fails(t, 429, "reach_limit", "")
	c.srv.Clock().Advance(400*time.Millisecond - 1)
	assert.Equal(t, 429, c.send("GET", "/users/alice", "").status, "just before")
	c.srv.Clock().Advance(1)
	passed, _ = c.repeat(100, "GET", "/users/alice", "")
	assert.Equal(t, 60, passed, "a second after the first")
	assert.Equal(t, 200, c.send("GET", "/users?limit=1", "").status, "another endpoint has its own")
}

// Refused calls do not count, and neither do those without a good token.
func TestQuotaCountsWhatIsCarriedOut(t *testing.T) {
	c := limited(t, imtest.WithQuotas())
	c.srv.AddUsers("alice")
	anonymous := c.anonymous()
	for range 150 {
		anonymous.send("GET", "/users/alice", "")
	}
	passed, _ := c.repeat(150, "GET", "/users/alice", "")
	assert.Equal(t, 100, passed)
	c.srv.Clock().Advance(time.Second)
	passed, _ = c.repeat(150, "GET", "/users/alice", "")
	assert.Equal(t, 100, passed)
}

// Messages are counted by receiver, and refused with 403. A call is let through as
// long as there is room before it.
func TestQuotaOfMessages(t *testing.T) {
	c := limited(t, imtest.WithQuotas())
	body := `{"from":"alice","to":["1","2","3"],"type":"txt","body":{"msg":"hi"}}`
	passed, refusal := c.repeat(20, "POST", "/messages/chatgroups", body)
	assert.Equal(t, 7, passed, "three groups a call, 20 messages a second")
	refusal.fails(t, 403, "message_send_error", "")
	assert.Len(t, c.srv.GroupMessages("1"), 7, "what is refused is not sent")
	assert.Contains(t, c.srv.QuotaUse(), imtest.QuotaUse{Pool: "messages_groups", N: 20, Per: time.Second, Items: true, Used: 21})
}

// Several endpoints share a pool.
func TestQuotaPools(t *testing.T) {
	c := limited(t, imtest.WithQuotas())
	for i := range 60 {
		require.Equal(t, 200, c.send("POST", "/users", fmt.Sprintf(`{"username":"u%d"}`, i)).status)
	}
	passed, refusal := c.repeat(100, "PUT", "/users/u1", `{"nickname":"n"}`)
	assert.Equal(t, 40, passed)
	refusal.fails(t, 429, "reach_limit", "")
}

// Every user has a quota of his own where the documents say so.
func TestQuotaPerUser(t *testing.T) {
	c := limited(t, imtest.WithQuotas())
	c.srv.AddUsers("alice", "bob")
	passed, refusal := c.repeat(20, "GET", "/user/alice/user_channels", "")
	assert.Equal(t, 5, passed)
	refusal.fails(t, 429, "reach_limit", "")
	passed, _ = c.repeat(20, "GET", "/user/ALICE/user_channels", "")
	assert.Zero(t, passed, "the same user")
	passed, _ = c.repeat(20, "GET", "/user/bob/user_channels", "")
	assert.Equal(t, 5, passed)
	c.srv.Clock().Advance(time.Minute)
	assert.Equal(t, 200, c.send("GET", "/user/alice/user_channels", "").status)
}

// A quota of the day ends at 00:00 UTC, whenever it was used.
func TestQuotaOfTheDay(t *testing.T) {
	c := limited(t, imtest.WithQuotas())
	body := `{"strategy":3,"pushMessage":{"title":"t","content":"c"}}`
	passed := 0
	var refusal got
	for range 60 {
		var n int
		n, refusal = c.repeat(10, "POST", "/push/task", body)
		refusal.fails(t, 403, "LimitException", "limit request")
		if n == 0 {
			break
		}
		passed += n
		c.srv.Clock().Advance(time.Minute)
	}
	if passed == 0 {
		t.Fatalf("the call is not taken at all: %s", refusal.text)
	}
	assert.Equal(t, 100, passed)
	left := noon.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(c.srv.Clock().Now())
	c.srv.Clock().Advance(left - time.Nanosecond)
	assert.Equal(t, 403, c.send("POST", "/push/task", body).status, "just before midnight")
	c.srv.Clock().Advance(time.Nanosecond)
	assert.Equal(t, 200, c.send("POST", "/push/task", body).status, "at midnight")
}

// Each of the broadcasts has a text of its own when the day is used up.
func TestQuotaOfBroadcasts(t *testing.T) {
	c := limited(t, imtest.WithQuotas())
	for path, want := range map[string]struct {
		day   int
		pause time.Duration
		text  string
	}{
		"/messages/broadcast":           {3, 30 * time.Minute, "broadcast message limit exceeded"},
		"/messages/users/broadcast":     {50, time.Minute, "online user broadcast limit exceeded"},
		"/messages/chatrooms/broadcast": {100, 6 * time.Second, "chatroom broadcast limit exceeded"},
	} {
		call := func() got { return c.send("POST", path, `{"target_type":"users","msg":{"type":"txt","msg":"x"}}`) }
		for range want.day {
			require.Equal(t, 200, call().status, path)
			c.srv.Clock().Advance(want.pause)
		}
		call().fails(t, 403, "forbidden_op", want.text)
	}
}

// A call that is refused for what is in it sends no messages, but it is a call.
func TestQuotaOfWrongCalls(t *testing.T) {
	c := limited(t, imtest.WithQuotas())
	const kind = `"type":"txt","body":{"msg":"hi"}}`
	for range 15 {
		c.send("POST", "/messages/chatgroups", `{"to":["1","2","3","4"],`+kind).fails(t, 400, "message_send_error", "")
	}
	passed, refusal := c.repeat(20, "POST", "/messages/chatgroups", `{"to":["1"],`+kind)
	assert.Equal(t, 5, passed)
	refusal.fails(t, 429, "reach_limit", "")
	c.srv.Clock().Advance(time.Second)
	passed, _ = c.repeat(30, "POST", "/messages/chatgroups", `{"to":["1","2","3"],`+kind)
	assert.Equal(t, 7, passed, "what was given back once is not taken off again")
}

// The older call costs one call, whatever its receivers are, and leaves the
// messages of the newer ones alone.
func TestQuotaOfTheOlderCall(t *testing.T) {
	c := limited(t, imtest.WithQuotas())
	body := `{"target_type":"chatgroups","target":["1","2","3","4","5"],"msg":{"type":"txt","msg":"hi"}}`
	passed, refusal := c.repeat(150, "POST", "/messages", body)
	assert.Equal(t, 100, passed)
	refusal.fails(t, 429, "reach_limit", "")
	assert.Contains(t, c.srv.QuotaUse(), imtest.QuotaUse{Pool: "messages_legacy", N: 100, Per: time.Second, Used: 100})
	passed, _ = c.repeat(20, "POST", "/messages/chatgroups", `{"to":["1","2","3"],"type":"txt","body":{"msg":"hi"}}`)
	assert.Equal(t, 7, passed)
}

// What is used is reported per pool, and nothing is reported or counted without quotas.
func TestQuotaUse(t *testing.T) {
	c := limited(t, imtest.WithQuotas())
	c.srv.Clock().Advance(time.Minute) // the log-in is out of its window
	assert.Empty(t, c.srv.QuotaUse())
	c.srv.AddUsers("alice")
	c.send("GET", "/users/alice", "")
	c.send("GET", "/users/alice", "")
	assert.Equal(t, []imtest.QuotaUse{{Pool: "users.get", N: 100, Per: time.Second, Used: 2}}, c.srv.QuotaUse())

	free := newClient(t)
	free.srv.AddUsers("alice")
	passed, _ := free.repeat(150, "GET", "/users/alice", "")
	assert.Equal(t, 150, passed)
	assert.Empty(t, free.srv.QuotaUse())
}

// Easemob's figures hold where they differ.
func TestQuotasOfEasemob(t *testing.T) {
	for option, want := range map[string]int{"agora": 100, "easemob": 10} {
		c := limited(t, map[string]imtest.Option{"agora": imtest.WithQuotas(), "easemob": imtest.WithEasemobQuotas()}[option])
		passed, _ := c.repeat(150, "GET", "/push/label", "")
		assert.Equal(t, want, passed, option)
	}
}

// On Easemob, calls that manage users share a budget beside their own quotas; other calls
// have no part in it. On Agora there is none.
func TestQuotaSharedByManagementOfUsers(t *testing.T) {
	const perSecond = 100
	c := limited(t, imtest.WithEasemobQuotas())
	c.srv.AddUsers("alice")
	deleted, refusal := c.repeat(perSecond, "DELETE", "/users?limit=1", "")
	assert.Equal(t, 30, deleted, "its own quota, within the budget")
	refusal.fails(t, 429, "reach_limit", "")
	c.srv.AddUsers("alice")
	passed, _ := c.repeat(40, "GET", "/users/alice", "")
	require.Equal(t, 40, passed)
	passed, refusal = c.repeat(perSecond, "GET", "/users/alice/push/binding", "")
	assert.Equal(t, perSecond-30-40, passed, "what deletions and reads left over")
	refusal.fails(t, 429, "reach_limit", "")
	c.send("GET", "/users/alice/status", "").fails(t, 429, "reach_limit", "")
	assert.Equal(t, 200, c.send("GET", "/chatgroups", "").status, "a call on groups has no part in it")
	assert.Contains(t, c.srv.QuotaUse(), imtest.QuotaUse{Pool: "user_management", N: perSecond, Per: time.Second, Used: perSecond})
	c.srv.Clock().Advance(time.Second)
	assert.Equal(t, 200, c.send("GET", "/users/alice/status", "").status)

	agora := limited(t, imtest.WithQuotas())
	agora.srv.AddUsers("alice")
	for _, path := range []string{"/users/alice", "/users/alice/status", "/users/alice/push/binding"} {
		passed, _ = agora.repeat(perSecond, "GET", path, "")
		assert.Equal(t, perSecond, passed, path)
	}
}
