package imtest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

func order(id, to, kind string, force bool) string {
	return fmt.Sprintf(`{"msg_id":%q,"to":%q,"chat_type":%q,"from":"alice","force":%v}`, id, to, kind, force)
}

func TestRecall(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("bob")
	recall := func(body string) got { return c.send("POST", "/messages/msg_recall", body) }
	id, other := say(c, "users", "bob", "hi"), say(c, "users", "bob", "ho")
	got := recall(order(id, "Bob", "chat", false))
	got.like(t, "messages.recall")
	assert.Equal(t, map[string]any{"recalled": "yes", "chattype": "chat", "from": "alice", "to": "bob", "msg_id": id}, got.body["data"])
	require.Len(t, c.srv.Messages("bob"), 1)
	assert.Equal(t, other, c.srv.Messages("bob")[0].ID)
	assert.EqualValues(t, "1", c.send("GET", "/users/bob/offline_msg_count", "").path("data", "bob"))
	gone, ok := c.srv.MessageByID(id)
	assert.True(t, ok && gone.Recalled)
	react(c, "bob", id, "x").fails(t, 403, "", "")

	notRecalled(t, recall(order(id, "bob", "chat", false)), 403, "not_found msg")
	notRecalled(t, recall(order("7", "bob", "chat", false)), 403, "not_found msg")
	assert.Equal(t, 200, recall(order(id, "bob", "chat", true)).status, "by force also what is gone")
	assert.Equal(t, 200, recall(order("7", "bob", "chat", true)).status)
	notRecalled(t, recall(order(other, "carol", "chat", false)), 400, "can't find msg to")
	notRecalled(t, recall(order(other, "bob", "groupchat", false)), 400, "can't find msg to")
	notRecalled(t, recall(order(other, "carol", "chat", true)), 400, "can't find msg to")
	notRecalled(t, recall(`{"msg_id":"","to":"bob","chat_type":"chat","force":true}`), 400, "param msg_id can't be empty")
	notRecalled(t, recall(`{"msg_id":"7","to":"","chat_type":"chat","force":true}`), 400, "param to can't be empty")
	notRecalled(t, recall(`{"msg_id":"7","to":"bob","chat_type":"","force":true}`), 400, "param chat_type can't be empty")
	notRecalled(t, recall(`{"msg_id":"7","to":"bob","chat_type":"chat"}`), 400, "param force can't be empty")
	for _, body := range []string{`{`, `{"msg_id":7,"to":"bob","chat_type":"chat","force":true}`, `{"msg_id":"7","to":"bob","chat_type":"post","force":true}`} {
		recall(body).fails(t, 400, "invalid_request_body", "")
	}
	c.srv.Clock().Advance(2*time.Minute + time.Second)
	notRecalled(t, recall(order(other, "bob", "chat", false)), 403, "exceed recall time limit")
	assert.Equal(t, 200, recall(order(other, "bob", "chat", true)).status)
	assert.Empty(t, c.srv.Messages("bob"))
}

func notRecalled(t *testing.T, g got, status int, text string) {
	t.Helper()
	g.fails(t, status, "message_recall_error", text)
}

func TestRecallInGroupsAndRooms(t *testing.T) {
	c := newClient(t)
	group := hikers(c)
	room := c.srv.AddRoom(imtest.Room{Name: "lobby", Owner: "alice", Members: []string{"bob"}}).ID
	c.srv.LogIn("bob")
	inGroup, inRoom := say(c, "chatgroups", group, "hi"), say(c, "chatrooms", room, "hi")
	require.Len(t, c.srv.Messages("bob"), 2)
	got := c.send("POST", "/messages/msg_recall", order(inGroup, group, "group_chat", false))
	assert.Equal(t, "groupchat", got.path("data", "chattype"))
	assert.Equal(t, 200, c.send("POST", "/messages/msg_recall", order(inRoom, room, "chatroom", false)).status)
	assert.Empty(t, c.srv.GroupMessages(group))
	assert.Empty(t, c.srv.RoomMessages(room))
	assert.Empty(t, c.srv.Messages("bob"))
	assert.Len(t, c.srv.AllMessages(), 2)
}

func TestRecallTakesTheAttachment(t *testing.T) {
	c := newClient(t)
	up := c.upload("a.txt", []byte("hello"))
	uuid := up.path("entities", 0, "uuid").(string)
	sent := c.send("POST", "/messages/users", `{"to":["bob"],"type":"file","body":{"url":"`+c.srv.FileURL(uuid)+`"}}`)
	c.send("POST", "/messages/msg_recall", order(sent.path("data", "bob").(string), "bob", "chat", false))
	assert.Empty(t, c.srv.Files())
	uuid = c.upload("a.txt", []byte("hello")).path("entities", 0, "uuid").(string)
	sent = c.send("POST", "/messages/users", `{"to":["bob"],"type":"file","body":{"url":"`+c.srv.FileURL(uuid)+`?share-secret=x"}}`)
	c.send("POST", "/messages/msg_recall", order(sent.path("data", "bob").(string), "bob", "chat", false))
	assert.Empty(t, c.srv.Files(), "with its secret in the address")
}

func TestRecallBatch(t *testing.T) {
	c := newClient(t)
	a, b := say(c, "users", "bob", "hi"), say(c, "chatrooms", "7", "ho")
	bad := order("9", "bob", "chat", false)
	c.send("POST", "/messages/batch_recall", `{"msgs":[`+order(a, "bob", "chat", false)+`,`+bad+`]}`).
		fails(t, 403, "message_recall_error", "not_found msg")
	assert.Len(t, c.srv.Messages("bob"), 1, "all or none")
	got := c.send("POST", "/messages/batch_recall", `{"msgs":[`+order(a, "bob", "chat", false)+`,`+order(b, "7", "chatroom", false)+`]}`)
	got.like(t, "messages.recall_batch")
	assert.Equal(t, []any{a, b}, []any{got.path("data", 0, "msg_id"), got.path("data", 1, "msg_id")})
	assert.Empty(t, c.srv.Messages("bob"))
	c.send("POST", "/messages/batch_recall", `{"msgs":[{"msg_id":"1"}]}`).fails(t, 400, "message_recall_error", "param to can't be empty")
	for _, msgs := range []string{`[]`, `[null]`, `"x"`, `[` + strings.Repeat(bad+`,`, 30) + bad + `]`} {
		c.send("POST", "/messages/batch_recall", `{"msgs":`+msgs+`}`).fails(t, 400, "invalid_request_body", "")
	}

	// The older form has a reason for each.
	a, b = say(c, "users", "bob", "hi"), say(c, "users", "bob", "ho")
	got = c.send("POST", "/messages/recall", `{"msgs":[`+order(a, "bob", "chat", true)+`,`+bad+`]}`)
	got.like(t, "messages.recall_batch_legacy")
	assert.Equal(t, []any{map[string]any{"msg_id": a, "recalled": "yes"}, map[string]any{"msg_id": "9", "recalled": "not_found msg"}}, got.path("data", "msgs"))
	for i, body := range []string{`{"msgs":` + order(b, "bob", "chat", false) + `}`, `{"msg_id":"` + b + `","to":"bob","chat_type":"chat"}`} {
		got = c.send("POST", "/messages/recall", body)
		assert.Equal(t, []string{"yes", "not_found msg"}[i], got.path("data", "msgs", 0, "recalled"))
	}
	for _, body := range []string{`{`, `{}`, `{"msgs":[null]}`} {
		c.send("POST", "/messages/recall", body).fails(t, 400, "invalid_request_body", "")
	}
}
