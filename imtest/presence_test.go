package imtest_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// refuses checks an error of presence, which stands in "result" as well.
func refuses(t *testing.T, g got, code, text string) {
	t.Helper()
	g.fails(t, 400, code, text)
	assert.Equal(t, text, g.body["result"])
}

func TestPresence(t *testing.T) {
	clock := imtest.NewClock(time.Unix(1712044800, 0))
	c := newClient(t, imtest.WithClock(clock))
	c.srv.AddUsers("alice", "bob", "carol")
	got := c.send("POST", "/users/Bob/presence/android/100", `{"ext":"in a meeting"}`)
	got.like(t, "presence.set")
	assert.Equal(t, map[string]any{"result": "ok"}, got.body)
	assert.Equal(t, 200, c.send("POST", "/users/bob/presence/ios_100000/1", `{"ext":""}`).status, "any device")
	c.send("POST", "/users/bob/presence/android/100", `{"ext":"in a meeting"}`)
	assert.Equal(t, imtest.Presence{Status: map[string]string{"android": "100", "ios_100000": "1"}, Ext: "in a meeting"}, c.srv.Presence("bob"))

	got = c.send("POST", "/users/alice/presence", `{"usernames":["bob","carol"]}`)
	assert.Equal(t, map[string]any{"result": []any{
		map[string]any{"uid": "bob", "last_time": "1712044800", "ext": "in a meeting", "status": map[string]any{"android": "100", "ios_100000": "1"}},
		map[string]any{"uid": "carol", "last_time": "1712044800", "ext": "", "status": []any{}},
	}}, got.body)
	assert.Equal(t, map[string]any{"result": []any{}}, c.send("POST", "/users/nobody/presence", `{"usernames":["bob"]}`).body)

	clock.Advance(time.Minute)
	c.srv.LogIn("carol", imtest.Device{ID: "webim_1"})
	assert.Equal(t, map[string]string{"webim_1": "1"}, c.srv.Presence("carol").Status)
	c.srv.LogOut("carol")
	assert.Empty(t, c.srv.Presence("carol").Status)

	refuses(t, c.send("POST", "/users/bob/presence/web/1", `{}`), "illegal_argument", "ext cannot be null")
	refuses(t, c.send("POST", "/users/bob/presence/web/1", `{"ext":null}`), "illegal_argument", "ext cannot be null")
	refuses(t, c.send("POST", "/users/bob/presence/web/1", `{"ext":"`+strings.Repeat("x", 1025)+`"}`), "illegal_argument", "ext is too big")
	refuses(t, c.send("POST", "/users/bob/presence/web/busy", `{"ext":""}`), "", "set presence failed")
	assert.Equal(t, 200, c.send("POST", "/users/bob/presence/web/4000000000", `{"ext":""}`).status, "also where an int has 32 bits")
	refuses(t, c.send("POST", "/users/alice/presence", `{"usernames":[]}`), "illegal_argument", "usernames is empty")
	refuses(t, c.send("POST", "/users/alice/presence", `{"usernames":`+many(101)+`}`), "illegal_argument", "too many get presences")
	noSuchUser(t, c, `POST /users/x/presence/web/1 {"ext":""}`)
}

func TestPresenceSubscriptions(t *testing.T) {
	clock := imtest.NewClock(time.Unix(1712044800, 0))
	c := newClient(t, imtest.WithClock(clock))
	c.srv.AddUsers("alice", "bob", "carol")
	c.srv.SetPresence("bob", "android", 100, "in a meeting")
	got := c.send("POST", "/users/alice/presence/86400", `{"usernames":["Bob","carol"]}`)
	assert.Equal(t, map[string]any{"result": []any{
		map[string]any{"uid": "bob", "last_time": "1712044800", "expiry": "1712131200", "ext": "in a meeting", "status": map[string]any{"android": "100"}},
		map[string]any{"uid": "carol", "last_time": "1712044800", "expiry": "1712131200", "ext": "", "status": []any{}},
	}}, got.body)

	got = c.send("GET", "/users/alice/presence/sublist?pageNum=1&pageSize=100", "")
	got.like(t, "presence.list_subscriptions")
	assert.Equal(t, map[string]any{"totalnum": "2", "sublist": []any{
		map[string]any{"uid": "bob", "expiry": "1712131200"}, map[string]any{"uid": "carol", "expiry": "1712131200"},
	}}, got.body["result"])
	got = c.send("GET", "/users/alice/presence/sublist?pageNum=2", "")
	assert.Equal(t, []any{map[string]any{"uid": "carol", "expiry": "1712131200"}}, got.path("result", "sublist"), "one entry a page")
	assert.Equal(t, []any{}, c.send("GET", "/users/alice/presence/sublist?pageNum=9&pageSize=500", "").path("result", "sublist"))

	clock.Advance(23 * time.Hour)
	c.send("POST", "/users/alice/presence/99999999", `{"usernames":["carol"]}`)
	clock.Advance(2 * time.Hour)
	require.Len(t, c.srv.Subscriptions("alice"), 1, "the one to bob has ended")
	assert.Equal(t, time.Unix(1712044800, 0).Add(23*time.Hour+30*24*time.Hour), c.srv.Subscriptions("alice")[0].Ends, "30 days at most")

	for _, body := range []string{`["carol"]`, `{"users":["carol"]}`, `{"usernames":["carol"]}`} {
		c.send("POST", "/users/alice/presence/60", `{"usernames":["carol"]}`)
		c.send("DELETE", "/users/alice/presence", body).like(t, "presence.unsubscribe")
		assert.Empty(t, c.srv.Subscriptions("alice"))
	}
}

func TestPresenceSubscriptionsRefused(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice")
	refuses(t, c.send("POST", "/users/alice/presence/60", `{"usernames":[]}`), "illegal_argument", "usernames is empty")
	refuses(t, c.send("POST", "/users/alice/presence/60", `{"usernames":`+many(101)+`}`), "illegal_argument", "too many sub presence")
	refuses(t, c.send("POST", "/users/alice/presence/60", `{"usernames":["ALICE"]}`), "illegal_argument", "you can't sub yourself")
	c.send("POST", "/users/alice/presence/soon", `{"usernames":["bob"]}`).fails(t, 400, "illegal_argument", "")
	c.send("POST", "/users/alice/presence/0", `{"usernames":["bob"]}`).fails(t, 400, "illegal_argument", "")
	noSuchUser(t, c, `POST /users/x/presence/60 {"usernames":["alice"]}`)
	refuses(t, c.send("DELETE", "/users/alice/presence", ""), "illegal_argument", "usernames cannot be null")
	refuses(t, c.send("DELETE", "/users/alice/presence", "[]"), "illegal_argument", "usernames cannot be null")
	refuses(t, c.send("DELETE", "/users/alice/presence", many(101)), "illegal_argument", "too many unsub presences")
	req, _ := http.NewRequest("DELETE", c.srv.URL()+"/acme/demo/users/alice/presence", strings.NewReader(`["bob"]`))
	req.Header.Set("Content-Type", "text/plain")
	c.do(req).fails(t, 415, "web_application", "")
	c.send("GET", "/users/alice/presence/sublist?pageNum=x", "").fails(t, 400, "illegal_argument", "")
	c.send("GET", "/users/alice/presence/sublist?pageSize=x", "").fails(t, 400, "illegal_argument", "")
}

func TestTooManySubscriptions(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "star")
	for i := 0; i < 3000; i += 100 {
		names := make([]string, 100)
		for k := range names {
			names[k] = `"` + name(i+k) + `"`
		}
		got := c.send("POST", "/users/alice/presence/60", `{"usernames":[`+strings.Join(names, ",")+`]}`)
		require.Equal(t, 200, got.status)
	}
	refuses(t, c.send("POST", "/users/alice/presence/60", `{"usernames":["star"]}`), "illegal_argument", "too many sub presence")
	assert.Equal(t, 200, c.send("POST", "/users/alice/presence/60", `{"usernames":["`+name(0)+`"]}`).status, "again")

	for i := range 3000 {
		c.srv.AddUsers(name(i))
		require.Equal(t, 200, c.send("POST", "/users/"+name(i)+"/presence/60", `{"usernames":["star"]}`).status)
	}
	c.srv.AddUsers("fan")
	refuses(t, c.send("POST", "/users/fan/presence/60", `{"usernames":["star"]}`), "illegal_argument", "too many sub presence")
}

func TestGroupOnlineCount(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	c.srv.LogIn("alice")
	c.srv.LogIn("bob")
	c.srv.LogIn("dave")
	got := c.send("GET", "/presence/online/"+id+"/type/1", "")
	got.like(t, "presence.group_online_count")
	assert.EqualValues(t, "2", got.body["result"])
	refuses(t, c.send("GET", "/presence/online/"+id+"/type/2", ""), "illegal_argument", "Type must be 0 or 1.")
	refuses(t, c.send("GET", "/presence/online/"+id+"/type/%20", ""), "illegal_argument", "Type cannot be null.")
	refuses(t, c.send("GET", "/presence/online/%20/type/1", ""), "illegal_argument", "Id cannot be null.")
	c.send("GET", "/presence/online/7/type/1", "").fails(t, 404, "resource_not_found", "grpID 7 does not exist!")
}

// Logins and logouts are changes; a device that is logged out has no status.
func TestPresenceFollowsLogins(t *testing.T) {
	clock := imtest.NewClock(time.Unix(1712044800, 0))
	c := newClient(t, imtest.WithClock(clock))
	c.srv.AddUsers("alice", "bob")
	shown := func() map[string]any {
		item, _ := c.send("POST", "/users/alice/presence", `{"usernames":["bob"]}`).path("result", 0).(map[string]any)
		return item
	}
	clock.Advance(time.Minute)
	c.srv.LogIn("bob", imtest.Device{ID: "web_1"}, imtest.Device{ID: "ios_1"})
	assert.Equal(t, "1712044860", shown()["last_time"])
	c.send("POST", "/users/bob/presence/web_1/100", `{"ext":"busy"}`)
	c.send("POST", "/users/bob/presence/tv/7", `{"ext":"busy"}`)
	assert.Equal(t, map[string]any{"web_1": "100", "ios_1": "1", "tv": "7"}, shown()["status"])
	clock.Advance(time.Minute)
	c.send("DELETE", "/users/bob/disconnect/web_1", "")
	assert.Equal(t, map[string]any{"ios_1": "1", "tv": "7"}, shown()["status"])
	c.send("POST", "/users/bob/presence/ios_1/101", `{"ext":"busy"}`)
	clock.Advance(time.Minute)
	c.send("GET", "/users/bob/disconnect", "")
	assert.Equal(t, map[string]any{"tv": "7"}, shown()["status"])
	assert.Equal(t, []any{"1712044980", "busy"}, []any{shown()["last_time"], shown()["ext"]})
}

// A list far too long is refused as fast as it is read.
func TestManyNamesAreRefusedAtOnce(t *testing.T) {
	c := newClient(t)
	names := make([]string, 100_000)
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	start := time.Now()
	refuses(t, c.send("POST", "/users/alice/presence", `{"usernames":["`+strings.Join(names, `","`)+`"]}`), "illegal_argument", "too many get presences")
	assert.Less(t, time.Since(start), 30*time.Second)
}
