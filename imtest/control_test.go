package imtest_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/imtest/event"
	"github.com/imrest/im-go/page"
)

// controller is a test in another language.
type controller struct {
	t   *testing.T
	srv *imtest.Server
}

func newController(t *testing.T, opts ...imtest.Option) *controller {
	return &controller{t, imtest.NewServer(t, append(opts, imtest.WithControl())...)}
}

// ask returns status and body.
func (c *controller) ask(method, path, body string, headers ...string) (int, string) {
	c.t.Helper()
	req, err := http.NewRequest(method, c.srv.URL()+"/_im/"+path, strings.NewReader(body))
	require.NoError(c.t, err)
	if method != "GET" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host
	}
	resp, err := c.srv.HTTPClient().Do(req)
	require.NoError(c.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(c.t, err)
	return resp.StatusCode, strings.TrimSpace(string(text))
}

// fine asks for what must succeed, and returns the body.
func (c *controller) fine(method, path, body string) string {
	c.t.Helper()
	status, text := c.ask(method, path, body)
	require.Contains(c.t, []int{200, 204}, status, text)
	return text
}

func TestControlResets(t *testing.T) {
	c := newController(t, imtest.WithQuotas(), imtest.WithClock(imtest.NewClock(eventStart)))
	api := newClientOf(t, c.srv)
	c.srv.AddGroup(imtest.Group{ID: "1", Owner: "alice"})
	c.srv.Clock().Advance(time.Hour)
	c.srv.Fault(imtest.ServerError(), imtest.OnEndpoint("users.list"))
	require.Equal(t, 200, api.send("POST", "/messages/users", `{"from":"alice","to":["bob"],"type":"txt","body":{"msg":"x"}}`).status)
	require.NotEmpty(t, c.srv.QuotaUse())
	before := 0
	for range c.srv.Events() {
		before++
	}

	c.fine("POST", "reset", "")
	assert.Empty(t, c.srv.Users())
	assert.Empty(t, c.srv.Groups())
	assert.Empty(t, c.srv.AllMessages())
	assert.Empty(t, c.srv.Messages("bob"))
	assert.Empty(t, c.srv.Requests())
	assert.Empty(t, c.srv.QuotaUse())
	assert.Equal(t, "[]", c.fine("GET", "faults", ""))
	assert.Equal(t, eventStart, c.srv.Clock().Now())
	var last event.Event
	for e := range c.srv.Events() {
		last = e
	}
	assert.Equal(t, event.Event{Seq: int64(before + 1), Time: eventStart, Data: event.Reset{}}, last)
	assert.Equal(t, 404, api.send("GET", "/users/alice", "").status, "the app token is still good")
	assert.Equal(t, 200, api.send("POST", "/users", `{"username":"alice","password":"x"}`).status)
}

// A token of a user who is gone is not good for another one of that name.
func TestResetEndsTokensOfUsers(t *testing.T) {
	c := newController(t)
	api := newClientOf(t, c.srv)
	user := api.with(api.userToken("alice"))
	require.Equal(t, 200, user.send("GET", "/users/alice", "").status)
	c.srv.Reset()
	assert.Equal(t, 401, user.send("GET", "/users/alice", "").status)
	c.srv.AddUsers("alice")
	assert.Equal(t, 401, user.send("GET", "/users/alice", "").status)
}

func TestControlMovesTheClock(t *testing.T) {
	c := newController(t, imtest.WithClock(imtest.NewClock(eventStart)))
	assert.JSONEq(t, `{"time":"2026-03-01T09:00:00Z","running":false}`, c.fine("GET", "clock", ""))
	assert.JSONEq(t, `{"time":"2026-03-02T09:00:00.5Z","running":false}`, c.fine("POST", "clock", `{"advance":"24h0.5s"}`))
	assert.JSONEq(t, `{"time":"2026-05-01T00:00:00Z","running":false}`, c.fine("POST", "clock", `{"set":"2026-05-01T08:00:00+08:00"}`))
	assert.Contains(t, c.fine("POST", "clock", `{"running":true,"set":"2026-05-01T00:00:00Z"}`), `"running":true`)
	assert.True(t, c.srv.Clock().Runs())
	c.fine("POST", "clock", `{"running":false}`)
	assert.False(t, c.srv.Clock().Runs())
	now := c.srv.Clock().Now()
	for body, want := range map[string]string{
		`{}`:                    "is needed",
		`{"advance":"soon"}`:    "length of time",
		`{"set":"tomorrow"}`:    "the body",
		`{"forward":"1h"}`:      "forward",
		`{"advance":"1h"} more`: "the body",
		`{"advance":"1h","set":"2026-05-01T00:00:00Z"}`: "only one",
		`nothing`:                        "the body",
		`{"set":"9999-12-31T23:59:59Z"}`: "1970 to 2200",
		`{"set":"0001-01-01T00:00:00Z"}`: "1970 to 2200",
		`{"advance":"2000000h"}`:         "1970 to 2200",
	} {
		status, text := c.ask("POST", "clock", body)
		assert.Equal(t, 400, status, body)
		assert.Contains(t, text, want, body)
	}
	assert.Equal(t, now, c.srv.Clock().Now())
}

func TestControlSetsFaults(t *testing.T) {
	c := newController(t)
	api := newClientOf(t, c.srv)
	c.srv.AddUsers("alice")
	c.srv.Fault(imtest.OnEndpoint("users.list"), imtest.BadGateway())
	assert.JSONEq(t, `[{"endpoints":["users.list"],"calls":0,"fired":0}]`, c.fine("GET", "faults", ""))
	list := `[{"endpoint": "users.get", "every": 2,
		"do": "bad_gateway"}, {"first":1,"do":"unavailable","time":"2s","endpoint":"users.list"}]`
	c.fine("PUT", "faults", list)
	statuses := []int{}
	for range 4 {
		statuses = append(statuses, api.send("GET", "/users/alice", "").status)
	}
	assert.Equal(t, []int{200, 502, 200, 502}, statuses)
	assert.JSONEq(t, `[{"fault":{"endpoint":"users.get","every":2,"do":"bad_gateway"},"calls":4,"fired":2},`+
		`{"fault":{"first":1,"do":"unavailable","time":"2s","endpoint":"users.list"},"calls":0,"fired":0}]`, c.fine("GET", "faults", ""))

	status, text := c.ask("PUT", "faults", "[\n{\"do\":\"?\"}]")
	assert.Equal(t, 400, status)
	assert.Contains(t, text, "line 2")
	assert.Contains(t, c.fine("GET", "faults", ""), `"fired":2`, "a wrong list changes nothing")
	c.fine("DELETE", "faults", "")
	assert.Equal(t, 200, api.send("GET", "/users?limit=1", "").status)
	assert.Equal(t, "[]", c.fine("GET", "faults", ""))
}

func TestControlSnapshots(t *testing.T) {
	c := newController(t, imtest.WithClock(imtest.NewClock(eventStart)))
	api := newClientOf(t, c.srv)
	c.srv.AddUsers("alice")
	c.srv.AddGroup(imtest.Group{ID: "7", Owner: "alice"})
	c.srv.AddRoom(imtest.Room{ID: "8", Owner: "alice"})
	require.Equal(t, 200, api.send("POST", "/messages/users", `{"from":"alice","to":["bob"],"type":"txt","body":{"msg":"x"}}`).status)
	saved := c.fine("GET", "snapshot", "")
	c.srv.Clock().Advance(time.Hour)
	c.srv.AddUsers("carol")
	status, text := c.ask("PUT", "snapshot", saved[:len(saved)/2])
	assert.Equal(t, 400, status)
	assert.Contains(t, text, "unexpected EOF")
	_, there := c.srv.User("carol")
	assert.True(t, there, "wrong data change nothing")

	c.fine("PUT", "snapshot", saved)
	_, there = c.srv.User("carol")
	assert.False(t, there)
	assert.Len(t, c.srv.Messages("bob"), 1)
	assert.Len(t, c.srv.Rooms(), 1)
	assert.Equal(t, eventStart.Add(time.Hour), c.srv.Clock().Now())
	c.srv.Clock().Set(eventStart)
	again := c.fine("GET", "snapshot", "")
	assert.Equal(t, withoutApp(saved), withoutApp(again), "the same comes back")

	old := newController(t, imtest.WithClock(imtest.NewClock(eventStart.Add(-time.Hour))))
	old.fine("PUT", "snapshot", saved)
	assert.Equal(t, eventStart, old.srv.Clock().Now(), "the time of an app does not go back")
}

// withoutApp takes the line of the app out, whose UUID stays with a server.
func withoutApp(saved string) string {
	lines := strings.Split(saved, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, `{"uuid"`) && strings.Contains(line, `"circles"`) {
			lines[i] = ""
		}
	}
	return strings.Join(lines, "\n")
}

const seedText = `{
  "users": ["alice", {"username": "bob", "password": "S3cret.pass", "nickname": "Bob", "online": true, "contacts": ["alice"], "blocked": ["mallory"], "attributes": {"nickname": "B"}}],
  "groups": [{"id": "hiking", "name": "Hiking", "owner": "alice", "members": ["bob"], "admins": ["bob"], "muted_all": true}],
  "rooms": [{"name": "Lobby", "owner": "alice", "attributes": {"topic": "x"}}],
  "messages": [
    {"from": "alice", "to": "bob", "text": "Hello!"},
    {"from": "alice", "group": "hiking", "type": "custom", "body": {"customEvent": "start"}, "ext": {"k": 1}}
  ]
}`

func TestControlSeeds(t *testing.T) {
	c := newController(t, imtest.WithQuotas())
	c.srv.Fault(imtest.ServerError())
	var made imtest.Seeded
	require.NoError(t, json.Unmarshal([]byte(c.fine("POST", "seed", seedText)), &made))
	assert.Equal(t, []string{"hiking"}, made.Groups)
	require.Len(t, made.Rooms, 1)
	require.Len(t, made.Messages, 2)
	bob, _ := c.srv.User("bob")
	assert.True(t, bob.Online)
	assert.Equal(t, "S3cret.pass", bob.Password)
	assert.Equal(t, []imtest.Contact{{Username: "alice"}}, c.srv.Contacts("bob"))
	assert.Equal(t, []string{"mallory"}, c.srv.Blocked("bob"))
	assert.Equal(t, map[string]string{"nickname": "B"}, c.srv.UserAttributes("bob"))
	group, _ := c.srv.Group("hiking")
	assert.Equal(t, []string{"bob"}, group.Admins)
	assert.True(t, group.MutedAll)
	room, _ := c.srv.Room(made.Rooms[0])
	assert.Equal(t, map[string]string{"topic": "x"}, room.Attributes)
	direct, _ := c.srv.MessageByID(made.Messages[0])
	assert.Equal(t, "Hello!", direct.Text())
	inGroup, _ := c.srv.MessageByID(made.Messages[1])
	assert.Equal(t, "custom", inGroup.Type)
	assert.JSONEq(t, `{"customEvent":"start"}`, string(inGroup.Body))
	assert.JSONEq(t, `{"k":1}`, string(inGroup.Ext))
	assert.Empty(t, c.srv.Requests())
	assert.Empty(t, c.srv.QuotaUse())

	c.srv.LogIn("bob", imtest.Device{ID: "ios_1"})
	before, _ := c.srv.User("bob")
	c.fine("POST", "seed", `{"users":[{"username":"bob","online":true},{"username":"alice","online":true}]}`)
	bob, _ = c.srv.User("bob")
	assert.Equal(t, before, bob, "who is online stays on their devices")
	alice, _ := c.srv.User("alice")
	assert.True(t, alice.Online)
}

func TestWrongSeedsChangeNothing(t *testing.T) {
	c := newController(t)
	c.srv.AddGroup(imtest.Group{ID: "club", Owner: "zoe"})
	c.srv.AddRoom(imtest.Room{ID: "lobby", Owner: "zoe"})
	for body, want := range map[string]string{
		`{"users":["alice",{"username":""}]}`:                                                    `users[1]: \"username\" is missing`,
		`{"users":["alice",{"user":"bob"}]}`:                                                     `unknown field \"user\"`,
		`{"users":["alice"],"groups":[{"name":"x"}]}`:                                            `groups[0]: \"owner\" is missing`,
		`{"users":["alice"],"rooms":[{"name":"x"}]}`:                                             `rooms[0]: \"owner\" is missing`,
		`{"users":["alice"],"groups":[{"id":"1","owner":"a"}],"rooms":[{"id":"1","owner":"a"}]}`: `rooms[0]: \"id\" is that of a group`,
		`{"users":["alice"],"rooms":[{"id":"club","owner":"a"}]}`:                                `rooms[0]: \"id\" is that of a group`,
		`{"users":["alice"],"groups":[{"id":"lobby","owner":"a"}]}`:                              `groups[0]: \"id\" is that of a room`,
		`{"users":["alice"],"messages":[{"text":"x"}]}`:                                          `messages[0]: one of`,
		`{"users":["alice"],"messages":[{"to":"a","room":"b","text":"x"}]}`:                      `messages[0]: one of`,
		`{"users":["alice"],"messages":[{"to":"a"}]}`:                                            `messages[0]: \"text\" is needed`,
		`{"users":["alice"],"messages":[{"to":"a","text":"x","type":"txt"}]}`:                    `go together`,
		`{"users":["alice"],"messages":[{"to":"a","body":{"msg":"x"}}]}`:                         `go together`,
		`{"users":["alice"],"messages":[{"group":"none","text":"x"}]}`:                           `there is no group \"none\"`,
		`{"users":["alice"],"messages":[{"room":"none","text":"x"}]}`:                            `there is no room \"none\"`,
		`{"users":["alice"],"sights":[]}`:                                                        `unknown field`,
		`- alice`:                                                                                `the body`,
		`{"users":["alice"]} {}`:                                                                 `something follows`,
	} {
		status, text := c.ask("POST", "seed", body)
		assert.Equal(t, 400, status, body)
		assert.Contains(t, text, want, body)
	}
	assert.Len(t, c.srv.Users(), 1)
	assert.Len(t, c.srv.Groups(), 1)
	assert.Len(t, c.srv.Rooms(), 1)
}

func TestControlShowsRequestsAndEndsTokens(t *testing.T) {
	c := newController(t)
	api := newClientOf(t, c.srv)
	require.Equal(t, 404, api.send("GET", "/users/alice?x=1", "").status)
	var list []map[string]any
	require.NoError(t, json.Unmarshal([]byte(c.fine("GET", "requests?endpoint=users.get", "")), &list))
	require.Len(t, list, 1)
	delete(list[0], "time")
	assert.Equal(t, map[string]any{
		"endpoint": "users.get", "method": "GET", "path": "/acme/demo/users/alice", "query": "x=1", "params": map[string]any{"username": "alice"}, "status": 404.0,
	}, list[0])
	assert.NotContains(t, c.fine("GET", "requests", ""), api.token)
	c.fine("DELETE", "tokens", "")
	assert.Equal(t, 401, api.send("GET", "/users/alice", "").status)
}

// The use of quotas is that of Server.QuotaUse; without quotas there is none.
func TestControlShowsQuotas(t *testing.T) {
	c := newController(t, imtest.WithQuotas(), imtest.WithClock(imtest.NewClock(eventStart)))
	assert.Equal(t, `[]`, c.fine("GET", "quotas", ""))
	_, err := c.srv.Client().Users.List(t.Context(), page.Options{})
	require.NoError(t, err)
	assert.Contains(t, c.fine("GET", "quotas", ""), `{"pool":"users.list","n":100,"per":1000000000,"used":1}`)
	assert.Equal(t, `[]`, newController(t).fine("GET", "quotas", ""))
}

// Events come as lines, and end with the client.
func TestControlFollowsEvents(t *testing.T) {
	for road, options := range roads {
		t.Run(road, func(t *testing.T) {
			c := newController(t, append(options, imtest.WithClock(imtest.NewClock(eventStart)))...)
			c.srv.AddUsers("alice", "bob")
			assert.Equal(t, []string{
				`{"seq":1,"time":"2026-03-01T09:00:00Z","kind":"user_registered","data":{"user":"alice"}}`,
				`{"seq":2,"time":"2026-03-01T09:00:00Z","kind":"user_registered","data":{"user":"bob"}}`,
			}, strings.Split(c.fine("GET", "events", ""), "\n"))
			assert.NotContains(t, c.fine("GET", "events?after=1&follow=0", ""), "alice")

			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			req, err := http.NewRequestWithContext(ctx, "GET", c.srv.URL()+"/_im/events?after=2&follow=1", nil)
			require.NoError(t, err)
			resp, err := c.srv.HTTPClient().Do(req)
			require.NoError(t, err, "the head comes before the first event")
			defer resp.Body.Close()
			assert.Equal(t, "application/x-ndjson", resp.Header.Get("Content-Type"))
			lines := bufio.NewScanner(resp.Body)
			for _, name := range []string{"carol", "dave"} {
				c.srv.AddUsers(name)
				require.True(t, lines.Scan())
				var e event.Event
				require.NoError(t, json.Unmarshal(lines.Bytes(), &e))
				assert.Equal(t, event.UserRegistered{User: name}, e.Data)
			}
			c.srv.Close()
			assert.False(t, lines.Scan(), "it ends with the server")
		})
	}
	c := newController(t)
	for _, query := range []string{"after=x", "after=-1", "follow=yes"} {
		status, text := c.ask("GET", "events?"+query, "")
		assert.Equal(t, 400, status)
		assert.Contains(t, text, "must be")
	}
}

// The rules of the page hold for the control paths as well.
func TestControlIsGuarded(t *testing.T) {
	c := newController(t)
	c.srv.AddUsers("alice")
	for _, tt := range []struct {
		method, path string
		headers      []string
		want         int
	}{
		{"POST", "reset", []string{"Content-Type", "text/plain"}, 415},
		{"POST", "reset", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415},
		{"POST", "reset", []string{"Content-Type", ""}, 415},
		{"PUT", "snapshot", []string{"Content-Type", "text/plain"}, 415},
		{"POST", "reset", []string{"Host", "evil.example"}, 403},
		{"GET", "events", []string{"Host", "evil.example"}, 403},
		{"POST", "reset", []string{"Origin", "http://evil.example"}, 403},
		{"POST", "reset", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"DELETE", "tokens", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"PUT", "reset", nil, 405},
		{"POST", "events", nil, 405},
		{"GET", "nothing", nil, 404},
	} {
		status, _ := c.ask(tt.method, tt.path, "{}", tt.headers...)
		assert.Equal(t, tt.want, status, "%s %s %v", tt.method, tt.path, tt.headers)
	}
	assert.Len(t, c.srv.Users(), 1)
	status, _ := c.ask("POST", "reset", "", "Content-Type", "application/json; charset=utf-8", "Origin", c.srv.URL())
	assert.Equal(t, 204, status)
	assert.Empty(t, c.srv.Users())
	status, _ = c.ask("PUT", "faults", "["+string(bytes.Repeat([]byte(" "), 64<<20))+"]")
	assert.Equal(t, 413, status)
}

// Without the option the paths are as unknown as any other.
func TestControlIsAnOption(t *testing.T) {
	c := &controller{t, imtest.NewServer(t, imtest.WithPage())}
	c.srv.AddUsers("alice")
	for _, path := range []string{"reset", "events", "clock"} {
		status, _ := c.ask("POST", path, "{}")
		assert.Equal(t, 404, status)
	}
	assert.Len(t, c.srv.Users(), 1)
	control := newController(t)
	resp, err := http.Get(control.srv.URL() + "/")
	require.NoError(t, err)
	resp.Body.Close()
	assert.Equal(t, 404, resp.StatusCode, "the page is another option")
}
