package imtest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStream(t *testing.T) {
	c := newClient(t)
	group := hikers(c)
	ans := c.send("POST", "/stream_message/user", `{"from":"Alice","to":"Bob","body":{"msg":"Dear Bob, ","seq":0,"type":"markdown"},"ext":{}}`)
	ans.like(t, "messages.stream_user")
	assert.Equal(t, "/stream_message/users", ans.body["path"])
	id := ans.path("data", "msgId").(string)
	chunk := func(more string) got {
		return c.send("POST", "/stream_message/user", `{"from":"alice","to":"bob","body":{"msgId":"`+id+`","msg":"x",`+more+`}}`)
	}
	ans = chunk(`"seq":1`)
	assert.Equal(t, map[string]any{}, ans.body["data"], "the id is in the first response only")
	assert.Equal(t, 200, chunk(`"seq":5`).status)
	assert.Equal(t, "Dear Bob, xx", c.srv.Messages("bob")[0].Text())
	notStreamed(t, chunk(`"seq":5`), "14038", "stream message chunk seq too small")
	notStreamed(t, chunk(`"seq":-1`), "14030", "param body.seq is illegal")
	notStreamed(t, chunk(`"seq":"x"`), "14030", "param body.seq is illegal")
	notStreamed(t, chunk(`"finish":true`), "14030", "param body.seq is illegal")
	assert.Equal(t, 200, chunk(`"seq":6,"finish":true,"finishReason":1`).status)
	notStreamed(t, chunk(`"seq":7`), "14035", "stream message has already finished")
	streams := c.srv.Streams()
	require.Len(t, streams, 1)
	assert.Equal(t, []any{true, int64(6), "Dear Bob, xxx"}, []any{streams[0].Finished, streams[0].LastSeq, streams[0].Text()})

	ans = c.send("POST", "/stream_message/chatgroup", `{"from":"alice","to":"`+group+`","body":{"msg":"Hi","seq":0}}`)
	ans.like(t, "messages.stream_group")
	assert.Equal(t, "Hi", c.srv.GroupMessages(group)[0].Text())
}

func notStreamed(t *testing.T, g got, number, text string) {
	t.Helper()
	g.fails(t, 400, "message_send_error", text)
	assert.EqualValues(t, number, g.body["error_code"])
}

func TestStreamRefused(t *testing.T) {
	c := newClient(t)
	send := func(body string) got { return c.send("POST", "/stream_message/user", body) }
	notStreamed(t, send(`{"to":"bob","body":{"msg":"x","seq":0}}`), "14001", "param from can't be empty")
	notStreamed(t, send(`{"from":"alice","to":"","body":{"msg":"x","seq":0}}`), "14002", "param to can't be empty")
	notStreamed(t, send(`{"from":"alice","to":"bob"}`), "14005", "param body can't be empty")
	send(`{"from":"alice","to":"bob","body":{"msg":"x","seq":0},"ext":null}`).fails(t, 400, "message_send_error", "param ext must be JSONObject")
	for _, body := range []string{`{`, `{"from":"alice","to":["bob"],"body":{"msg":"x","seq":0}}`, `{"from":"alice","to":"bob","body":{"seq":0}}`, `{"from":"alice","to":"bob","body":{"msg":"x","seq":0,"type":"html"}}`} {
		send(body).fails(t, 400, "invalid_request_body", "")
	}
	notStreamed(t, send(`{"from":"alice","to":"bob","body":{"msgId":"7","msg":"x","seq":0}}`), "14031", "can not find stream message by msgId")
	plain := say(c, "users", "bob", "hi")
	notStreamed(t, send(`{"from":"alice","to":"bob","body":{"msgId":"`+plain+`","msg":"x","seq":0}}`), "14031", "can not find stream message by msgId")

	begin := func(text string) string {
		return c.send("POST", "/stream_message/user", `{"from":"alice","to":"bob","body":{"msg":"`+text+`","seq":0}}`).path("data", "msgId").(string)
	}
	id := begin(strings.Repeat("x", 128<<10-1))
	notStreamed(t, send(`{"from":"eve","to":"bob","body":{"msgId":"`+id+`","msg":"x","seq":1}}`), "14036", "stream message from user mismatch")
	notStreamed(t, send(`{"from":"alice","to":"eve","body":{"msgId":"`+id+`","msg":"x","seq":1}}`), "14037", "stream message to user mismatch")
	notStreamed(t, send(`{"from":"alice","to":"bob","body":{"msgId":"`+id+`","msg":"xx","seq":1}}`), "14032", "stream message total length exceeds limit")
	notStreamed(t, send(`{"from":"alice","to":"bob","body":{"msg":"`+strings.Repeat("x", 128<<10+1)+`","seq":0}}`), "14032", "stream message total length exceeds limit")

	c.srv.Clock().Advance(31 * time.Second)
	notStreamed(t, send(`{"from":"alice","to":"bob","body":{"msgId":"`+id+`","msg":"x","seq":1}}`), "14033", "stream message chunk interval timeout")
	c.srv.Clock().Advance(30 * time.Minute)
	notStreamed(t, send(`{"from":"alice","to":"bob","body":{"msgId":"`+id+`","msg":"x","seq":1}}`), "14034", "stream message total timeout")
}
