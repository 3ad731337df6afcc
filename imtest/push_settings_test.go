package imtest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/imrest/im-go/imtest"
)

// noPushUser checks the error of push calls on a user who does not exist.
func noPushUser(t *testing.T, c *client, calls ...string) {
	t.Helper()
	for _, call := range calls {
		method, rest, _ := strings.Cut(call, " ")
		path, body, _ := strings.Cut(rest, " ")
		c.send(method, path, body).fails(t, 400, "RequiredPropertyNotFoundException", "Entity user requires a property named username")
	}
}

func TestPushNickname(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob")
	got := c.send("PUT", "/users/Alice", `{"nickname":"Alice A."}`)
	got.like(t, "push.set_nickname")
	assert.Equal(t, "Alice A.", got.path("entities", 0, "nickname"))
	assert.Equal(t, "Alice A.", c.send("GET", "/users/alice", "").path("entities", 0, "nickname"))
	assert.Len(t, c.srv.RequestsTo("push.set_nickname"), 1)
	c.send("PUT", "/users/alice", `{"nickname":"`+strings.Repeat("字", 101)+`"}`).fails(t, 400, "IllegalArgumentException", "parameters is invalid : nickname")
	c.send("PUT", "/users/alice", `{"nickname":1}`).fails(t, 400, "IllegalArgumentException", "parameters is invalid : nickname")

	got = c.send("PUT", "/push/nickname", `[{"username":"alice","push_nickname":"A"},{"username":"Bob","push_nickname":"Bob B."}]`)
	got.like(t, "push.set_nicknames_batch")
	assert.Equal(t, []any{"/push", "bob", "Bob B."}, []any{got.body["path"], got.path("entities", 1, "username"), got.path("entities", 1, "push_nickname")})
	bob, _ := c.srv.User("bob")
	assert.Equal(t, "Bob B.", bob.Nickname)
	c.send("PUT", "/push/nickname", `[]`).fails(t, 400, "illegal_argument", "put user push nicknames illegal empty request body")
	c.send("PUT", "/push/nickname", `[`+strings.Repeat(`{},`, 50)+`{}]`).fails(t, 400, "illegal_argument", "put user push nicknames exceeds the limit")
	long := strings.Repeat("x", 101)
	c.send("PUT", "/push/nickname", `[{"username":"bob","push_nickname":"`+long+`"}]`).fails(t, 400, "illegal_argument", long+" push nickname length exceeds the limit")
	c.send("PUT", "/push/nickname", `[{"username":"bob"}]`).fails(t, 400, "illegal_argument", "")
	noPushUser(t, c, `PUT /users/x {"nickname":"x"}`, `PUT /push/nickname [{"username":"bob","push_nickname":"B"},{"username":"x","push_nickname":"X"}]`)
	bob, _ = c.srv.User("bob")
	assert.Equal(t, "Bob B.", bob.Nickname, "all or none")
}

func TestPushDisplayStyle(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice")
	for _, style := range []string{`1`, `"1"`} {
		got := c.send("PUT", "/users/alice", `{"notification_display_style":`+style+`}`)
		got.like(t, "push.set_display_style")
		assert.EqualValues(t, "1", got.path("entities", 0, "notification_display_style"))
	}
	assert.Len(t, c.srv.RequestsTo("push.set_display_style"), 2)
	assert.EqualValues(t, "1", c.send("GET", "/users/alice", "").path("entities", 0, "notification_display_style"))
	for _, style := range []string{`2`, `-1`, `"x"`} {
		c.send("PUT", "/users/alice", `{"notification_display_style":`+style+`}`).
			fails(t, 400, "IllegalArgumentException", "parameters is invalid : notification_display_style")
	}
	noPushUser(t, c, `PUT /users/x {"notification_display_style":1}`)
}

func TestPushNoDisturbing(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice")
	for _, body := range []string{
		`{"notification_no_disturbing":true,"notification_no_disturbing_start":"22","notification_no_disturbing_end":"7"}`,
		`{"notification_no_disturbing":1,"notification_no_disturbing_start":22,"notification_no_disturbing_end":7}`,
	} {
		got := c.send("PUT", "/users/alice", body)
		got.like(t, "push.set_no_disturbing")
		assert.Equal(t, true, got.path("entities", 0, "notification_no_disturbing"))
		assert.EqualValues(t, "22", got.path("entities", 0, "notification_no_disturbing_start"))
		assert.EqualValues(t, "7", got.path("entities", 0, "notification_no_disturbing_end"))
	}
	assert.Len(t, c.srv.RequestsTo("push.set_no_disturbing"), 2)
	got := c.send("PUT", "/users/alice", `{"notification_no_disturbing":false}`)
	assert.Equal(t, false, got.path("entities", 0, "notification_no_disturbing"))
	assert.EqualValues(t, "22", got.path("entities", 0, "notification_no_disturbing_start"), "the hours stay")
	assert.EqualValues(t, "7", got.path("entities", 0, "notification_no_disturbing_end"))
	got = c.send("PUT", "/users/alice", `{"notification_no_disturbing":0,"notification_no_disturbing_start":0,"notification_no_disturbing_end":"0"}`)
	assert.Equal(t, false, got.path("entities", 0, "notification_no_disturbing"))
	assert.EqualValues(t, "0", got.path("entities", 0, "notification_no_disturbing_start"))
	got = c.send("GET", "/users/alice", "")
	assert.EqualValues(t, "0", got.path("entities", 0, "notification_no_disturbing_start"))
	assert.EqualValues(t, "0", got.path("entities", 0, "notification_no_disturbing_end"))
	c.srv.AddUsers("bob")
	got = c.send("PUT", "/users/bob", `{"notification_no_disturbing":false}`)
	assert.Nil(t, got.path("entities", 0, "notification_no_disturbing_start"), "never set")
	for body, field := range map[string]string{
		`{"notification_no_disturbing":"maybe"}`:                                                                       "notification_no_disturbing",
		`{"notification_no_disturbing":false,"notification_no_disturbing_end":24}`:                                     "notification_no_disturbing_end",
		`{"notification_no_disturbing":true}`:                                                                          "notification_no_disturbing_start",
		`{"notification_no_disturbing":true,"notification_no_disturbing_start":24}`:                                    "notification_no_disturbing_start",
		`{"notification_no_disturbing":true,"notification_no_disturbing_start":1}`:                                     "notification_no_disturbing_end",
		`{"notification_no_disturbing":true,"notification_no_disturbing_start":1,"notification_no_disturbing_end":-1}`: "notification_no_disturbing_end",
	} {
		c.send("PUT", "/users/alice", body).fails(t, 400, "IllegalArgumentException", "parameters is invalid : "+field)
	}
}

func TestPushSettings(t *testing.T) {
	now := time.UnixMilli(1717503749918)
	c := newClient(t, imtest.WithClock(imtest.NewClock(now)))
	c.srv.AddUsers("alice")
	got := c.send("PUT", "/users/alice/notification/user/alice", `{"type":"NONE","ignoreInterval":"22:00-07:15","ignoreDuration":3600000}`)
	got.like(t, "push.set_settings")
	assert.Equal(t, []any{"/users", c.srv.URL() + "/acme/demo/users/notification/user/alice"}, []any{got.body["path"], got.body["uri"]})
	assert.EqualValues(t, "1717507349918", got.path("data", "ignoreDuration"), "the end, not the length")
	got = c.send("PUT", "/users/alice/notification/user/alice", `{"type":"AT","ignoreDuration":"0"}`)
	assert.Equal(t, "22:00-07:15", got.path("data", "ignoreInterval"), "what is left out stays")
	assert.Equal(t, imtest.PushSettings{Mode: "AT", Interval: "22:00-07:15", Until: now.Add(time.Hour)}, c.srv.PushSettings("alice", "user", "Alice"))

	c.send("PUT", "/users/alice/notification/chatgroup/7", `{"type":"DEFAULT","ignoreInterval":"22:00-07:15","ignoreDuration":604800000}`)
	got = c.send("GET", "/users/alice/notification/chatgroup/7", "")
	got.like(t, "push.get_settings")
	assert.Equal(t, []any{"DEFAULT", ""}, []any{got.path("data", "type"), got.path("data", "ignoreInterval")})
	for path, mode := range map[string]string{"user/bob": "DEFAULT", "chatgroup/8": "DEFAULT"} {
		got = c.send("GET", "/users/alice/notification/"+path, "")
		assert.Equal(t, mode, got.path("data", "type"))
		assert.EqualValues(t, "0", got.path("data", "ignoreDuration"))
	}
	c.srv.AddUsers("bob")
	assert.Equal(t, "ALL", c.send("GET", "/users/bob/notification/user/bob", "").path("data", "type"))

	for body, field := range map[string]string{
		`{"type":"SOME"}`: "type", `{"type":"DEFAULT"}`: "type", `{"type":1}`: "type",
		`{"ignoreInterval":"7:00-22:00"}`: "ignoreInterval", `{"ignoreInterval":"24:00-07:00"}`: "ignoreInterval",
		`{"ignoreDuration":604800001}`: "ignoreDuration", `{"ignoreDuration":-1}`: "ignoreDuration", `{"ignoreDuration":"x"}`: "ignoreDuration",
	} {
		c.send("PUT", "/users/alice/notification/user/alice", body).fails(t, 400, "IllegalArgumentException", "parameters is invalid : "+field)
	}
	c.send("PUT", "/users/alice/notification/chatroom/7", `{"type":"ALL"}`).fails(t, 400, "IllegalArgumentException", "parameters is invalid : chattype")
	c.send("GET", "/users/alice/notification/chatroom/7", "").fails(t, 400, "IllegalArgumentException", "parameters is invalid : chattype")
	noPushUser(t, c, `PUT /users/x/notification/user/x {"type":"ALL"}`, "GET /users/x/notification/user/x")

	own := c.with(c.userToken("alice"))
	assert.Equal(t, 200, own.send("PUT", "/users/alice/notification/user/alice", `{"type":"ALL"}`).status)
	assert.Equal(t, 401, own.send("GET", "/users/bob/notification/user/bob", "").status)
}

func TestPushLanguage(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice")
	got := c.send("PUT", "/users/alice/notification/language", `{"translationLanguage":"de"}`)
	got.like(t, "push.set_language")
	got = c.send("GET", "/users/alice/notification/language", "")
	got.like(t, "push.get_language")
	assert.Equal(t, "de", got.path("data", "language"))
	assert.Equal(t, "de", c.srv.PushUser("alice").Language)
	assert.Equal(t, 200, c.send("PUT", "/users/alice/notification/language", `{"translationLanguage":""}`).status)
	c.send("PUT", "/users/alice/notification/language", `{"language":"de"}`).fails(t, 400, "IllegalArgumentException", "parameters is invalid : translationLanguage")
	noPushUser(t, c, `PUT /users/x/notification/language {"translationLanguage":"de"}`, "GET /users/x/notification/language")
}
