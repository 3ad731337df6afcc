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

func TestConversations(t *testing.T) {
	c := newClient(t)
	group := hikers(c)
	say(c, "users", "bob", "hi")
	id := say(c, "users", "bob", "ho")
	inGroup := say(c, "chatgroups", group, "all")
	got := c.send("GET", "/user/Bob/user_channels", "")
	got.like(t, "messages.list_conversations")
	infos := got.path("data", "channel_infos").([]any)
	require.Len(t, infos, 2)
	assert.Equal(t, "acme#demo_"+group+"@conference.easemob.com", got.path("data", "channel_infos", 0, "channel_id"))
	assert.Equal(t, inGroup, got.path("data", "channel_infos", 0, "meta", "id"))
	assert.Equal(t, "acme#demo_alice@easemob.com", got.path("data", "channel_infos", 1, "channel_id"))
	assert.EqualValues(t, "2", got.path("data", "channel_infos", 1, "unread_num"))
	assert.Equal(t, id, got.path("data", "channel_infos", 1, "meta", "id"))
	assert.JSONEq(t, `{"bodies":[{"msg":"ho","type":"txt"}],"ext":{},"from":"alice","to":"bob","type":"chat"}`,
		got.path("data", "channel_infos", 1, "meta", "payload").(string))
	got = c.send("GET", "/users/alice/user_channels", "")
	assert.EqualValues(t, "0", got.path("data", "channel_infos", 1, "unread_num"), "her own messages")
	assert.Equal(t, map[string]any{"channel_infos": []any{}}, c.send("GET", "/user/nobody/user_channels", "").body["data"])

	got = c.send("DELETE", "/users/bob/user_channel", `{"channel":"Alice","type":"chat","delete_roam":false}`)
	got.like(t, "messages.delete_conversation")
	assert.Equal(t, []any{"/users/user_channel", c.srv.URL() + "/acme/demo/users/bob/user_channel"}, []any{got.body["path"], got.body["uri"]})
	require.Len(t, c.srv.Conversations("bob"), 1)
	assert.Equal(t, "groupchat", c.srv.Conversations("bob")[0].ChatType)
	assert.Len(t, c.srv.Roaming("bob", "alice"), 2)
	assert.Len(t, c.srv.Conversations("alice"), 2, "for one user only")

	say(c, "users", "bob", "again")
	require.Len(t, c.srv.Conversations("bob"), 2, "it goes on")
	assert.Equal(t, 1, c.srv.Conversations("bob")[0].Unread)
	c.send("DELETE", "/users/bob/user_channel", `{"channel":"alice","type":"chat","delete_roam":true}`)
	c.send("DELETE", "/users/bob/user_channel", `{"channel":"`+group+`","type":"groupchat","delete_roam":"true"}`)
	assert.Empty(t, c.srv.Conversations("bob"))
	assert.Empty(t, c.srv.Roaming("bob", "alice"))
	assert.Empty(t, c.srv.GroupRoaming("bob", group))
	assert.Len(t, c.srv.Roaming("alice", "bob"), 3)
	assert.Len(t, c.srv.GroupRoaming("carol", group), 1)

	for body, text := range map[string]string{
		`{"channel":"","type":"chat","delete_roam":true}`:    "field channel cannot be null or empty",
		`{"channel":"bob","delete_roam":true}`:               "field type cannot be null or empty",
		`{"channel":"bob","type":"chat"}`:                    "field delete_roam cannot be null",
		`{"channel":"bob","type":"chat","delete_roam":null}`: "field delete_roam cannot be null",
	} {
		c.send("DELETE", "/users/alice/user_channel", body).fails(t, 400, "illegal_argument", text)
	}
	for _, body := range []string{`{`, `{"channel":1,"type":"chat","delete_roam":true}`, `{"channel":"7","type":"chatroom","delete_roam":true}`} {
		c.send("DELETE", "/users/alice/user_channel", body).fails(t, 400, "invalid_request_body", "")
	}
}

func TestManyConversations(t *testing.T) {
	c := newClient(t)
	for i := range 110 {
		say(c, "users", name(i), "hi")
	}
	list := c.srv.Conversations("alice")
	require.Len(t, list, 100)
	assert.Equal(t, name(109), list[0].ID)
}

func TestRoaming(t *testing.T) {
	clock := imtest.NewClock(time.UnixMilli(1718006400123))
	c := newClient(t, imtest.WithClock(clock))
	group := hikers(c)
	room := c.srv.AddRoom(imtest.Room{Name: "lobby", Owner: "alice"}).ID
	first := say(c, "users", "bob", "1")
	second := say(c, "users", "bob", "2")
	third := say(c, "users", "carol", "3")
	inGroup := say(c, "chatgroups", group, "4")
	say(c, "chatrooms", room, "5")
	c.send("POST", "/messages/users", `{"from":"alice","to":["bob"],"type":"txt","body":{"msg":"x"},"roam_ignore_users":["bob"]}`)
	assert.Len(t, c.srv.Roaming("bob", "alice"), 2)
	assert.Len(t, c.srv.Roaming("alice", "bob"), 3)

	const path = "/rest/message/roaming"
	got := c.send("DELETE", path+"/chat/user/Alice?userId=Bob&msgIdList="+first+"%2C"+third+",7&isNotify=false", "")
	got.like(t, "messages.delete_roaming_chat")
	assert.Len(t, c.srv.Roaming("alice", "bob"), 2)
	assert.Len(t, c.srv.Roaming("alice", "carol"), 1, "another conversation")
	assert.Len(t, c.srv.Roaming("bob", "alice"), 2, "another user")
	got = c.send("DELETE", path+"/group/user/bob?groupId="+group+"&msgIdList="+inGroup, "")
	got.like(t, "messages.delete_roaming_group")
	assert.Empty(t, c.srv.GroupRoaming("bob", group))
	assert.Len(t, c.srv.GroupMessages(group), 1)

	clock.Advance(time.Second)
	say(c, "users", "bob", "6")
	for _, method := range []string{"DELETE", "POST"} {
		got = c.send(method, path+"/chat/user/bob/time?userId=alice&delTime=1718006400123&isNotify=true", "")
		got.like(t, "messages.clear_roaming_chat_until")
		list := c.srv.Roaming("bob", "alice")
		require.Len(t, list, 1)
		assert.Equal(t, "6", list[0].Text())
		got = c.send(method, path+"/group/user/alice/time?groupId="+room+"&delTime=1718006400123", "")
		got.like(t, "messages.clear_roaming_group_until")
		assert.Empty(t, c.srv.GroupRoaming("alice", room))
	}
	got = c.send("POST", path+"/user/alice/delete/all", "")
	got.like(t, "messages.clear_roaming_all")
	assert.Empty(t, c.srv.Roaming("alice", "bob"))
	assert.Empty(t, c.srv.Conversations("alice"))
	assert.NotEmpty(t, c.srv.Conversations("bob"))
	say(c, "users", "bob", "7")
	assert.Len(t, c.srv.Conversations("alice"), 1)

	for _, call := range []string{
		"/chat/user/alice?msgIdList=" + second, "/chat/user/alice?userId=bob", "/group/user/alice?msgIdList=1", "/group/user/alice?groupId=1",
		"/chat/user/alice/time?userId=bob", "/chat/user/alice/time?delTime=1", "/chat/user/alice/time?userId=bob&delTime=x",
		"/group/user/alice/time?groupId=7", "/group/user/alice/time?delTime=1",
	} {
		c.send("DELETE", path+call, "").fails(t, 400, "Bad Request", "Bad Request")
	}
	for _, call := range []string{"/chat/user/alice?userId=bob", "/group/user/alice?groupId=7"} {
		c.send("DELETE", path+call+"&msgIdList="+strings.Repeat("1,", 50)+"1", "").fails(t, 400, "param exception", "delete msg list limit can not greater than 50")
	}
}

func TestAttachmentLifetime(t *testing.T) {
	c := newClient(t)
	uuids := make([]string, 4)
	for i := range uuids {
		uuids[i] = c.upload("a.txt", []byte("hello")).path("entities", 0, "uuid").(string)
	}
	set := func(method, lifetime, uuid string) got {
		return c.send(method, "/users/alice/chatfiles/lifetime", fmt.Sprintf(`{"lifetime":%q,"chatfile_ids":[%q]}`, lifetime, uuid))
	}
	got := set("PUT", "forever", uuids[0])
	assert.Equal(t, map[string]any{uuids[0]: "success"}, got.body["data"])
	assert.Equal(t, "/users/alice/chatfiles/lifetime", got.body["path"])
	set("PUT", "forever", uuids[1])
	c.srv.Clock().Advance(6 * 24 * time.Hour)
	set("POST", "refresh", uuids[2])
	c.srv.Clock().Advance(2 * 24 * time.Hour)
	for i, status := range []int{200, 200, 200, 404} {
		assert.Equal(t, status, c.send("GET", "/chatfiles/"+uuids[i], "").status, i)
	}
	assert.Equal(t, map[string]any{uuids[3]: "failed"}, set("PUT", "forever", uuids[3]).body["data"])
	assert.Equal(t, map[string]any{"x": "failed"}, set("PUT", "forever", "x").body["data"])
	set("PUT", "default", uuids[1])
	assert.Equal(t, 404, c.send("GET", "/chatfiles/"+uuids[1], "").status)

	set("PUT", "longer", uuids[0]).fails(t, 400, "illegal_argument", "lifetime must be either 'forever' or 'default' or 'refresh'")
	c.send("PUT", "/users/alice/chatfiles/lifetime", `{"lifetime":"forever","chatfile_ids":`+many(101)+`}`).fails(t, 400, "illegal_argument", "chatfile_ids size is too large")
	c.send("PUT", "/users/alice/chatfiles/lifetime", `{"lifetime":"forever"}`).fails(t, 400, "illegal_argument", "")
}

func TestExportModeration(t *testing.T) {
	c := newClient(t)
	got := c.send("POST", "/moderation/record/message/export", `{"dateFrom":1717920000000,"dateTo":1718006400000,"targetType":"chat","msgType":"txt"}`)
	got.like(t, "messages.export_moderation_records")
	for _, body := range []string{`{"dateFrom":1}`, `{"dateFrom":2,"dateTo":1}`, `{"dateFrom":"x","dateTo":1}`} {
		c.send("POST", "/moderation/record/message/export", body).fails(t, 400, "illegal_argument", "")
	}
}

// A user who is deleted leaves nothing to another one of the same name.
func TestConversationsEndWithTheUser(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob")
	say(c, "users", "bob", "before")
	c.send("DELETE", "/users/bob", "")
	c.srv.AddUsers("bob")
	assert.Empty(t, c.srv.Conversations("bob"))
	assert.Empty(t, c.srv.Roaming("bob", "alice"))
	assert.Len(t, c.srv.Conversations("alice"), 1, "she keeps hers")
	say(c, "users", "bob", "after")
	require.Len(t, c.srv.Conversations("bob"), 1)
	assert.Equal(t, 1, c.srv.Conversations("bob")[0].Unread)
	assert.Len(t, c.srv.Roaming("bob", "alice"), 1)
}

// What was for those online is in no conversation of one who was not.
func TestMissedMessagesAreInNoConversation(t *testing.T) {
	c := newClient(t)
	group := hikers(c)
	const body = `"from":"alice","type":"txt","body":{"msg":"now"},"routetype":"ROUTE_ONLINE"`
	c.send("POST", "/messages/users", `{`+body+`,"to":["bob"]}`)
	c.send("POST", "/messages/chatgroups", `{`+body+`,"to":["`+group+`"]}`)
	assert.Empty(t, c.srv.Conversations("bob"))
	assert.Len(t, c.srv.Conversations("alice"), 2)
	c.srv.LogIn("bob")
	c.send("POST", "/messages/chatgroups", `{`+body+`,"to":["`+group+`"]}`)
	require.Len(t, c.srv.Conversations("bob"), 1)
	assert.Equal(t, 1, c.srv.Conversations("bob")[0].Unread)
}

func TestWhatDoesNotRoam(t *testing.T) {
	c := newClient(t)
	group := hikers(c)
	c.srv.LogIn("bob")
	c.send("POST", "/messages/chatgroups/users", `{"from":"alice","to":["`+group+`"],"type":"txt","body":{"msg":"x"},"users":["bob"]}`)
	c.send("POST", "/messages/users/broadcast", `{"from":"alice","msg":{"type":"txt","msg":"x"}}`)
	require.Len(t, c.srv.Messages("bob"), 2)
	assert.Empty(t, c.srv.GroupRoaming("bob", group), "directed")
	assert.Empty(t, c.srv.Roaming("bob", "alice"), "to those online")
	c.send("POST", "/messages/broadcast", `{"target_type":"users","from":"alice","msg":{"type":"txt","msg":"x"}}`)
	assert.Len(t, c.srv.Roaming("bob", "alice"), 1, "to all")
}
