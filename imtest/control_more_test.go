package imtest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// refused asks for what is wrong.
func (c *controller) refused(method, path, body, want string) {
	c.t.Helper()
	status, text := c.ask(method, path, body)
	assert.Equal(c.t, 400, status, "%s %s", path, body)
	assert.Contains(c.t, text, want, "%s %s", path, body)
}

// A path shows what a method returns, and [] where there is nothing.
func TestControlLooksInside(t *testing.T) {
	c := newController(t, imtest.WithClock(imtest.NewClock(eventStart)))
	api := newClientOf(t, c.srv)
	for _, list := range []string{
		"users", "groups", "rooms", "threads", "messages", "streams", "files", "pushes", "super_admins", "stored_callbacks",
		"users/x/messages", "users/x/conversations", "users/x/contacts", "users/x/blocked", "users/x/subscriptions", "users/x/favorites",
		"users/x/pushes", "users/x/roaming?with=alice", "groups/x/messages", "rooms/x/messages", "messages/x/reactions",
	} {
		assert.Equal(t, "[]", c.fine("GET", list, ""), list)
	}
	assert.Equal(t, "{}", c.fine("GET", "users/x/attributes", ""))
	c.fine("POST", "seed", seedText)
	c.fine("POST", "users/bob/bind_push", `{"device":"d1","notifier":"fcm","token":"T"}`)
	require.Equal(t, 200, api.send("POST", "/mutes", `{"username":"bob","chat":60,"groupchat":-1}`).status)
	room, message := c.srv.Rooms()[0].ID, c.srv.AllMessages()[1].ID
	require.NoError(t, c.srv.ReactAs("bob", message, "+1"))
	thread, err := c.srv.CreateThreadAs("bob", "hiking", message, "where")
	require.NoError(t, err)

	bob, _ := c.srv.User("bob")
	group, _ := c.srv.Group("hiking")
	group.Blocked, group.Allowed = []string{}, append([]string{}, group.Allowed...)
	ofThread, _ := c.srv.Thread(thread)
	sent, _ := c.srv.MessageByID(message)
	for path, want := range map[string]any{
		"users": c.srv.Users(), "users/BOB": bob, "groups/hiking": group, "threads": c.srv.Threads(), "threads/" + thread: ofThread,
		"messages": c.srv.AllMessages(), "messages/" + message: sent, "messages/" + message + "/reactions": c.srv.Reactions(message),
		"groups/hiking/messages": c.srv.GroupMessages("hiking"), "users/bob/messages": c.srv.Messages("bob"),
		"users/Bob/conversations": c.srv.Conversations("bob"), "users/bob/contacts": c.srv.Contacts("bob"), "users/bob/blocked": []string{"mallory"},
		"users/bob/attributes": map[string]string{"nickname": "B"}, "users/bob/mutes": map[string]int{"chat": 60, "groupchat": -1},
		"users/bob/presence": c.srv.Presence("bob"), "users/bob/push_user": c.srv.PushUser("bob"),
		"users/bob/push_settings": c.srv.PushSettings("bob", "user", "bob"), "users/bob/push_settings?group=hiking": c.srv.PushSettings("bob", "chatgroup", "hiking"),
		"users/bob/roaming?with=alice": c.srv.Roaming("bob", "alice"), "users/bob/roaming?group=hiking": c.srv.GroupRoaming("bob", "hiking"),
	} {
		text, err := json.Marshal(want)
		require.NoError(t, err)
		assert.NotContains(t, []string{"[]", "{}", "null"}, string(text), path)
		assert.JSONEq(t, string(text), c.fine("GET", path, ""), path)
	}
	assert.Contains(t, c.fine("GET", "users/bob", ""), `"password":"S3cret.pass"`)
	assert.Contains(t, c.fine("GET", "rooms/"+room, ""), `"attributes":{"topic":"x"}`)
	assert.Contains(t, c.fine("GET", "rooms", ""), `"admins":[]`)
	assert.Contains(t, c.fine("GET", "users/bob/push_user", ""), `"device":"d1"`)

	c.refused("GET", "users/nobody", "", `there is no user \"nobody\"`)
	c.refused("GET", "groups/nothing", "", `there is no group \"nothing\"`)
	c.refused("GET", "users/bob/friends", "", "one of attributes, blocked, contacts")
	c.refused("GET", "users/bob/roaming", "", `one of \"with\"`)
	c.refused("GET", "users/bob/push_settings?with=a&group=b", "", `one of \"with\"`)
	c.refused("POST", "users/bob/bind_push", `{"notifier":"fcm"}`, `\"device\" is missing`)
}

// The zone of the hours and the delay of their files are those of the Go methods.
func TestControlSetsTheHistory(t *testing.T) {
	c := newController(t, imtest.WithClock(imtest.NewClock(eventStart)))
	api := newClientOf(t, c.srv)
	require.Equal(t, 200, api.send("POST", "/messages/users", `{"from":"alice","to":["bob"],"type":"txt","body":{"msg":"x"}}`).status)
	c.srv.Clock().Advance(time.Hour)
	assert.Equal(t, 200, api.send("GET", "/chatmessages/2026030109", "").status)
	c.fine("PUT", "history", `{"zone":"+05:30"}`)
	assert.NotEqual(t, 200, api.send("GET", "/chatmessages/2026030109", "").status, "09:00 UTC is 14:30")
	assert.Equal(t, 200, api.send("GET", "/chatmessages/2026030114", "").status)
	c.fine("PUT", "history", `{"zone":"Z","delay":"24h"}`)
	assert.NotEqual(t, 200, api.send("GET", "/chatmessages/2026030109", "").status)
	c.refused("PUT", "history", `{"delay":"0s","zone":"Asia/Shanghai"}`, "offset from UTC")
	assert.NotEqual(t, 200, api.send("GET", "/chatmessages/2026030109", "").status, "what is wrong changes nothing")
	c.fine("PUT", "history", `{"delay":"0s"}`)
	assert.Equal(t, 200, api.send("GET", "/chatmessages/2026030109", "").status)
	c.refused("PUT", "history", `{}`, "is needed")
	c.refused("PUT", "history", `{"delay":"-1h"}`, "from 0 on")
	c.refused("PUT", "history", `{"day":"1"}`, "unknown field")
}

func TestControlSetsPushCountsAndStoredCallbacks(t *testing.T) {
	c := newController(t, imtest.WithClock(imtest.NewClock(eventStart)))
	api := newClientOf(t, c.srv)
	c.fine("PUT", "push_counts", `{"day":"2026-02-28","platform":"APNS","success":3,"fail":2,"arrive":1}`)
	assert.Contains(t, api.send("GET", "/push/data/offline-push/begin/2026-02-28/end/2026-02-28", "").text,
		`{"2026-02-28":{"APNS":{"successCount":3,"failCount":2,"arriveCount":1}}}`)
	c.refused("PUT", "push_counts", `{"day":"yesterday","platform":"APNS"}`, "must be a date")
	c.refused("PUT", "push_counts", `{"day":"2026-02-28"}`, `\"platform\" is missing`)
	c.refused("PUT", "push_counts", `{"day":"2026-02-28","platform":"APN"}`, `no push platform \"APN\"`)
	c.refused("PUT", "push_counts", `{"day":"2026-02-28","platform":"APNS","fail":-1}`, "negative")

	assert.JSONEq(t, `{"date":"202603010830"}`, c.fine("POST", "stored_callbacks", `{"start":"2026-03-01T08:37:00Z","size":5,"target":"http://a.example/"}`))
	assert.JSONEq(t, `[{"start":"2026-03-01T08:30:00Z","size":5,"resent":0,"target":"http://a.example/"}]`, c.fine("GET", "stored_callbacks", ""))
	c.refused("POST", "stored_callbacks", `{"size":5}`, `\"start\" is missing`)
	c.refused("POST", "stored_callbacks", `{"start":"2026-03-01T08:37:00Z","size":-5}`, "negative")
	assert.Len(t, c.srv.StoredCallbacks(), 1)
}

// POST adds where PUT replaces.
func TestControlAdds(t *testing.T) {
	c := newController(t)
	api := newClientOf(t, c.srv)
	c.fine("PUT", "faults", `[{"do":"server_error","nth":1}]`)
	c.srv.Fault(imtest.RateLimited(), imtest.Nth(1))
	assert.Equal(t, 3, strings.Count(c.fine("POST", "faults", `[{"do":"plan_limited"}]`), `"fired"`))
	c.refused("POST", "faults", `[{"do":"?"}]`, "line 1")
	statuses := []int{}
	for range 3 {
		statuses = append(statuses, api.send("GET", "/users?limit=1", "").status)
	}
	assert.Equal(t, []int{500, 429, 429}, statuses)
	assert.Contains(t, c.fine("GET", "faults", ""), `{"fault":{"do":"plan_limited"},"calls":1,"fired":1}`)

	c.fine("DELETE", "faults", "")
	c.refused("POST", "expect", `[{"endpoint":"users.get"}]`, "PUT a list")
	c.fine("PUT", "expect", `[{"endpoint":"users.get"}]`)
	c.fine("POST", "expect", `[{"endpoint":"users.list"}]`)
	c.refused("POST", "expect", `[{"endpoint":"users.gte"}]`, "users.gte")
	assert.Contains(t, c.fine("GET", "expect", ""), `"missing":["users.get","users.list"]`)
}

// What Expected.Check does in Go, headers and part of a body do.
func TestControlExpectsParts(t *testing.T) {
	c := newController(t)
	api := newClientOf(t, c.srv)
	call := func(text string) string {
		t.Helper()
		c.fine("PUT", "expect", text)
		assert.Equal(t, 200, api.send("POST", "/messages/users", `{"from":"alice","to":["bob","carol"],"type":"txt","body":{"msg":"x","n":1.0}}`).status)
		return c.fine("DELETE", "expect", "")
	}
	const met = `{"met":true,"problems":[],"missing":[]}`
	assert.JSONEq(t, met, call(`[{"endpoint":"messages.send_users","body_part":{"to":["bob","carol"],"body":{"n":1}},"headers":{"content-type":"application/json"}}]`))
	wrong := call(`[{"endpoint":"messages.send_users","body_part":{"to":["bob"],"body":{"msg":"y"},"ext":{}},"headers":{"X-Trace":"7","Authorization":"Bearer me"}}]`)
	for _, part := range []string{
		`body.to[1]: expected nothing, got \"carol\"`, `body.body.msg: expected \"y\", got \"x\"`, `body.ext: expected {}, got nothing`,
		`header X-Trace: expected \"7\", got \"\"`, `header Authorization: not as expected`,
	} {
		assert.Contains(t, wrong, part)
	}
	assert.NotContains(t, wrong, api.token)
	assert.NotContains(t, wrong, "body.from")

	c.fine("PUT", "expect", `[{"endpoint":"users.get","status":502,"response_text":"<html>"},{"endpoint":"users.get","status":204,"response_text":""}]`)
	for _, want := range []string{"502 <html>", "204 "} {
		resp, err := c.srv.HTTPClient().Get(c.srv.URL() + "/acme/demo/users/alice")
		require.NoError(t, err)
		text, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		resp.Body.Close()
		assert.Equal(t, want, strconv.Itoa(resp.StatusCode)+" "+string(text))
	}
	for text, want := range map[string]string{
		`[{"endpoint":"users.get"},{"endpoint":"users.get","body":{},"body_part":{}}]`: `expected call 2: only one of \"body\"`,
		`[{"endpoint":"users.get","response":{},"response_text":"x"}]`:                 `only one of \"response\"`,
		`[{"endpoint":"users.get","response_text":""}]`:                                `needs a \"status\"`,
		`[{"endpoint":"users.get","check":"x"}]`:                                       "unknown field",
	} {
		c.refused("PUT", "expect", text, want)
	}
}

// Connections are refused as soon as the response is there, and taken again by themselves.
func TestControlRefusesConnections(t *testing.T) {
	for road, options := range roads {
		t.Run(road, func(t *testing.T) {
			c := newController(t, options...)
			for body, want := range map[string]string{
				`{}`: "above 0", `{"time":"0s"}`: "above 0", `{"time":"11m"}`: "at most 10m", `{"time":"soon"}`: "length of time", `{"for":"1s"}`: "unknown field",
			} {
				c.refused("POST", "refuse", body, want)
			}
			get := func() error {
				resp, err := c.srv.HTTPClient().Get(c.srv.URL() + "/_im/clock")
				if err == nil {
					err = resp.Body.Close()
				}
				return err
			}
			require.NoError(t, get())
			follow, err := c.srv.HTTPClient().Get(c.srv.URL() + "/_im/events?follow=1")
			require.NoError(t, err)
			defer follow.Body.Close()
			status, text := c.ask("POST", "refuse", `{"time":"10m"}`)
			require.Equal(t, http.StatusNoContent, status, text)
			require.Error(t, get())
			_, err = follow.Body.Read(make([]byte, 1))
			require.Error(t, err, "connections in use end as well")

			require.NoError(t, c.srv.AcceptConnections())
			began := time.Now()
			status, text = c.ask("POST", "refuse", `{"time":"300ms"}`)
			require.Equal(t, http.StatusNoContent, status, text)
			require.Eventually(t, func() bool { return get() == nil }, time.Minute, 10*time.Millisecond)
			assert.GreaterOrEqual(t, time.Since(began), 300*time.Millisecond)
		})
	}
}

// What is misspelt, missing or of another type is an error, which says so in the words of JSON.
func TestControlTakesNoNonsense(t *testing.T) {
	c := newController(t)
	for path, want := range map[string]string{
		"requests?endpont=users.get": `no parameter \"endpont\": the path has endpoint`, "requests?endpoint=users.gett": `no endpoint \"users.gett\"`,
		"events?aftr=3":  `no parameter \"aftr\": the path has after and follow`,
		"users?user=bob": `no parameter \"user\": the path has none`, "users/bob/messages?with=alice": `no parameter \"with\"`,
		"users/requests?endpoint=users.get": `no parameter \"endpoint\": the path has none`,
		"groups/deliveries?after=1":         `no parameter \"after\": the path has none`,
		"deliveries?kinds=message":          `no parameter \"kinds\": the path has after and kind`,
		"users/bob/roaming?whom=alice":      `no parameter \"whom\": the path has with and group`,
		"users/bob/push_settings?w=alice":   `no parameter \"w\": the path has with and group`,
		"requests?endpoint=":                `the parameter \"endpoint\" is empty`, "events?follow": `\"follow\" is empty`,
		"deliveries?kind=message&kind=": `the parameter \"kind\" is empty`,
		"requests?endpoint=users.get;a": "the query: invalid semicolon separator",
		"requests?endpoint=%zz":         "the query: invalid URL escape",
		"events?after=1&after=2":        `\"after\" is given 2 times, must be given once`,
		"users/bob/nothing":             "one of attributes, blocked, contacts, conversations, favorites, messages, mutes, presence, push_settings, push_user, pushes, roaming, sub",
	} {
		c.refused("GET", path, "", want)
	}
	status, _ := c.ask("GET", "nothing?endpoint=users.get", "")
	assert.Equal(t, http.StatusNotFound, status)
	c.fine("GET", "deliveries?kind=message&kind=message.text&after=0", "")
	for body, want := range map[string]string{
		`{"advance":3}`: `\"advance\" must be a string, has the type number`, `{"running":"no"}`: `\"running\" must be true or false, has the type string`,
		`[]`: "it must be an object, has the type array", `null`: "must not be null", ``: "it is empty",
		`{"set":"2026-03-01"}`: `the body: \"2026-03-01\" must be a time, such as`,
	} {
		c.refused("POST", "clock", body, want)
	}
	for body, want := range map[string]string{
		`{}`: "are needed", `{"device":"ios_1"}`: "are needed", `{"status":1}`: "are needed",
		`{"device":"ios_1","status":"busy"}`: `\"status\" must be a whole number`,
	} {
		c.refused("POST", "users/bob/set_presence", body, want)
	}
	c.fine("POST", "users/bob/set_presence", `{"device":"ios_1","status":0}`)
	c.refused("POST", "seed", `{"messages":[{"from":"alice","to":"bob","text":12}]}`, `\"text\" must be a string`)
	c.refused("PUT", "expect", `{"endpoint":"users.get"}`, "it must be a list, has the type object")
	for _, list := range []string{"faults", "expect", "callbacks"} {
		status, _ := c.ask("PUT", list, "null")
		assert.Equal(t, 400, status, "%s: null is not a list, and ends nothing", list)
	}
	assert.Empty(t, c.srv.RequestsTo(""))
	assert.PanicsWithValue(t, "imtest: there is no endpoint users.gett", func() { c.srv.RequestsTo("users.gett") })
	assert.PanicsWithValue(t, "imtest: there is no push platform APSN", func() {
		c.srv.SetPushCounts(eventStart, "APSN", imtest.PushCounts{Success: 1})
	})
}
