package imtest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

func TestBroadcast(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob", "carol")
	c.srv.LogIn("bob")
	active := c.srv.AddRoom(imtest.Room{Name: "active", Owner: "alice"}).ID
	silent := c.srv.AddRoom(imtest.Room{Name: "silent", Owner: "alice"}).ID
	say(c, "chatrooms", active, "hi")

	got := c.send("POST", "/messages/chatrooms/broadcast", `{"from":"alice","msg":{"type":"txt","msg":"Servers restart at noon"},"ext":{"kind":"notice"},"chatroom_msg_level":"low"}`)
	got.like(t, "messages.broadcast_rooms")
	list := c.srv.RoomMessages(active)
	require.Len(t, list, 2)
	assert.Equal(t, []string{"alice", "Servers restart at noon", "low"}, []string{list[1].From, list[1].Text(), list[1].Level})
	assert.NotZero(t, list[1].Broadcast)
	assert.Empty(t, c.srv.RoomMessages(silent), "nobody ever spoke there")

	got = c.send("POST", "/messages/users/broadcast", `{"from":"alice","msg":{"type":"cmd","action":"refresh-config"},"ext":{"rev":"9"}}`)
	got.like(t, "messages.broadcast_online_users")
	require.Len(t, c.srv.Messages("bob"), 1)
	assert.JSONEq(t, `{"action":"refresh-config"}`, string(c.srv.Messages("bob")[0].Body))
	assert.Empty(t, c.srv.Messages("carol"))

	got = c.send("POST", "/messages/broadcast", `{"target_type":"users","from":"alice","msg":{"type":"txt","msg":"Welcome to the spring release"},"ext":{"rel":"spring"}}`)
	got.like(t, "messages.broadcast_all_users")
	for _, user := range []string{"alice", "bob", "carol"} {
		assert.NotEmpty(t, c.srv.Messages(user))
	}

	for _, path := range []string{"/messages/chatrooms/broadcast", "/messages/users/broadcast", "/messages/broadcast"} {
		c.send("POST", path, `{"target_type":"users","from":"","msg":{"type":"txt","msg":"x"}}`).fails(t, 400, "illegal_argument", "from can't be empty")
		c.send("POST", path, `{"target_type":"users","msg":{"type":"txt","msg":"x"},"ext":"x"}`).fails(t, 400, "illegal_argument", "ext must be JSONObject")
		for _, body := range []string{`{`, `{"target_type":"users"}`, `{"target_type":"users","msg":{"msg":"x"}}`, `{"target_type":"users","msg":"x"}`} {
			c.send("POST", path, body).fails(t, 400, "invalid_request_body", "")
		}
	}
	c.send("POST", "/messages/broadcast", `{"msg":{"type":"txt","msg":"x"}}`).fails(t, 400, "illegal_argument", "target_type must be provided")
	c.send("POST", "/messages/broadcast", `{"target_type":"chatrooms","msg":{"type":"txt","msg":"x"}}`).fails(t, 400, "illegal_argument", "target_type can only be 'users'")
}

func TestSendTargeted(t *testing.T) {
	c := newClient(t)
	group := hikers(c)
	room := c.srv.AddRoom(imtest.Room{Name: "lobby", Owner: "alice", Members: []string{"bob", "carol"}}).ID
	c.srv.LogIn("bob")
	got := c.send("POST", "/messages/chatgroups/users", `{"from":"alice","to":["`+group+`"],"type":"txt","body":{"msg":"Only for the two of you"},"users":["Bob","dave"]}`)
	got.like(t, "messages.send_group_targeted")
	assert.Equal(t, "/messages/chatgroups", got.body["path"])
	list := c.srv.GroupMessages(group)
	require.Len(t, list, 1)
	assert.Equal(t, []string{"bob", "dave"}, list[0].Users)
	for user, n := range map[string]int{"alice": 1, "bob": 1, "carol": 0, "dave": 0} {
		assert.Len(t, c.srv.Messages(user), n, user)
	}
	got = c.send("POST", "/messages/chatrooms/users", `{"from":"alice","to":["`+room+`"],"type":"cmd","body":{"action":"mute-mic"},"users":["bob","carol"],"chatroom_msg_level":"low"}`)
	got.like(t, "messages.send_room_targeted")
	assert.Len(t, c.srv.Messages("bob"), 2)
	assert.Empty(t, c.srv.Messages("carol"), "rooms keep nothing for others")
	assert.Empty(t, c.srv.Conversations("bob"))

	for path, limit := range map[string]string{"chatgroups": "3", "chatrooms": "10"} {
		for body, text := range map[string]string{
			`{"from":"","to":["1"],"type":"txt","body":{"msg":"x"},"users":["b"]}`: "param from can't be empty",
			`{"to":[],"type":"txt","body":{"msg":"x"},"users":["b"]}`:              "param to can't be empty",
			`{"to":["1"],"type":"","body":{"msg":"x"},"users":["b"]}`:              "param type can't be empty",
			`{"to":["1"],"type":"txt","body":{},"users":["b"]}`:                    "param body can't be empty",
			`{"to":["1"],"type":"txt","body":{"msg":"x"},"users":["b"],"ext":1}`:   "param ext must be JSONObject",
			`{"to":["1"],"type":"txt","body":{"msg":"x"},"users":[]}`:              "param users can't be empty",
			`{"to":["1","2"],"type":"txt","body":{"msg":"x"},"users":["b"]}`:       "params to's size can't exceed limit " + limit,
		} {
			c.send("POST", "/messages/"+path+"/users", body).fails(t, 400, "message_send_error", text)
		}
		for _, body := range []string{`{`, `{"to":["1"],"type":"txt","body":{"msg":"x"},"users":` + many(21) + `}`} {
			c.send("POST", "/messages/"+path+"/users", body).fails(t, 400, "invalid_request_body", "")
		}
	}
}

func TestDisabledGroupIsSilent(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob")
	group := c.srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob"}, Disabled: true}).ID
	got := c.send("POST", "/messages/chatgroups/users", `{"from":"alice","to":["`+group+`"],"type":"txt","body":{"msg":"x"},"users":["bob"]}`)
	assert.Equal(t, 200, got.status)
	say(c, "chatgroups", group, "hi")
	assert.Empty(t, c.srv.Messages("bob"))
}
