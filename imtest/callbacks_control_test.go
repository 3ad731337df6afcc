package imtest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// Rules are set over HTTP, deliveries shown and resent.
func TestControlOfCallbacks(t *testing.T) {
	r := newReceiver(t)
	c := newController(t)
	c.srv.AddUsers("alice", "bob")
	text := c.fine("PUT", "callbacks", fmt.Sprintf(`[{"name":"mine","url":%q,"secret":"s3cret","kinds":["message","user"],"timeout":"250ms","parallel":2}]`, r.URL))
	assert.NotContains(t, text, "s3cret")
	assert.Equal(t, text, c.fine("GET", "callbacks", ""))
	assert.JSONEq(t, fmt.Sprintf(`{"rules":[{"name":"mine","url":%q,"kinds":["message","user"],"timeout":"250ms","parallel":2,"rewrites":["txt"]}],"bans":[]}`, r.URL), text)
	assert.Equal(t, 250*time.Millisecond, c.srv.Callbacks()[0].Timeout)

	c.fine("POST", "users/alice/log_in", `{"devices":[{"id":"ios_1"}]}`)
	c.fine("POST", "users/alice/send", `{"to":"bob","text":"hi"}`)
	c.fine("POST", "callbacks/wait", "")
	deliveries := func(query string) (list []imtest.Delivery) {
		require.NoError(t, json.Unmarshal([]byte(c.fine("GET", "deliveries"+query, "")), &list))
		return list
	}
	all := deliveries("")
	require.Len(t, all, 3)
	assert.Equal(t, c.srv.Deliveries()[0].CallID, all[0].CallID)
	assert.Equal(t, []string{"user.login", "message.text", "message.offline"}, []string{all[0].Kind, all[1].Kind, all[2].Kind})
	assert.Len(t, deliveries("?kind=user"), 1)
	assert.Len(t, deliveries("?kind=user&kind=message.text"), 2)
	assert.Len(t, deliveries("?after=1"), 2)
	c.fine("POST", "deliveries/2/send", "")
	c.fine("POST", "callbacks/wait", "")
	again := deliveries("?after=3")
	require.Len(t, again, 1)
	assert.Equal(t, []any{true, string(all[1].Body)}, []any{again[0].Resend, string(again[0].Body)})
	assert.Len(t, r.got(), 4)

	for want, ask := range map[string][3]string{
		`Rules[0].URL: is empty`:            {"PUT", "callbacks", `[{"secret":"x"}]`},
		`Rules[0].Secret: is empty`:         {"PUT", "callbacks", `[{"url":"http://x"}]`},
		`Rules[0].Kinds[0]: is \"x\"`:       {"PUT", "callbacks", `[{"url":"http://x","secret":"x","kinds":["x"]}]`},
		`Rules[0]: \"timeout\" must be`:     {"PUT", "callbacks", `[{"url":"http://x","secret":"x","timeout":"1"}]`},
		`unknown field \"event\"`:           {"PUT", "callbacks", `[{"event":"x"}]`},
		`no delivery 99`:                    {"POST", "deliveries/99/send", ``},
		`\"x\" is not the id of a delivery`: {"POST", "deliveries/x/send", ``},
		`\"kind\" is \"x\"`:                 {"GET", "deliveries?kind=x", ``},
		`\"after\" must be the id`:          {"GET", "deliveries?after=x", ``},
	} {
		status, text := c.ask(ask[0], ask[1], ask[2])
		assert.Equal(t, 400, status)
		assert.Contains(t, text, want)
	}
	assert.Len(t, c.srv.Callbacks(), 1)
	c.fine("DELETE", "callbacks", "")
	assert.Empty(t, c.srv.Callbacks())
}

// The page shows callbacks, and its button sends one again.
func TestPageShowsCallbacks(t *testing.T) {
	r := newReceiver(t)
	r.always(func(w http.ResponseWriter, n int) {
		if n <= 2 {
			w.WriteHeader(http.StatusTeapot)
		}
	})
	c := calling(t, []imtest.Rule{{Name: "<mine>", URL: r.URL, Secret: callbackSecret, Kinds: []string{"message.text"}}}, imtest.WithPage())
	assert.Contains(t, browse(t, c.srv, "GET", "/", "").Body.String(), "No callback was sent")
	c.text("alice", "bob", "hi")
	c.wait()
	page := browse(t, c.srv, "GET", "/", "").Body.String()
	for _, part := range []string{">418<", "message.text", "stored", "&lt;mine&gt;", "the status is 418, not 200", `name="redeliver" value="1"`} {
		assert.Contains(t, page, part)
	}
	assert.NotContains(t, page, callbackSecret)
	rec := browse(t, c.srv, "POST", "/", "redeliver=1")
	assert.Equal(t, []any{303, "/"}, []any{rec.Code, rec.Header().Get("Location")})
	c.wait()
	assert.Len(t, r.got(), 3)
	page = browse(t, c.srv, "GET", "/", "").Body.String()
	assert.Less(t, strings.Index(page, `value="2"`), strings.Index(page, `value="1"`), "the newest first")
	assert.Contains(t, page, "accepted, resent")
	assert.Equal(t, 400, browse(t, c.srv, "POST", "/", "redeliver=99").Code)
}
