package imtest_test

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// say sends a text from alice and returns its id.
func say(c *client, kind, to, text string) string {
	c.t.Helper()
	got := c.send("POST", "/messages/"+kind, fmt.Sprintf(`{"from":"alice","to":[%q],"type":"txt","body":{"msg":%q}}`, to, text))
	require.Equal(c.t, 200, got.status, got.text)
	return got.path("data", to).(string)
}

func react(c *client, user, id, text string) got {
	return c.send("POST", "/reaction/user/"+user, fmt.Sprintf(`{"msgId":%q,"message":%q}`, id, text))
}

// cannotReact checks an error of reactions, which stands in "error_desc" as well.
func cannotReact(t *testing.T, g got, status int, code, text string) {
	t.Helper()
	g.fails(t, status, code, text)
	assert.Equal(t, text, g.body["error_desc"])
}

func TestReactionsToAChat(t *testing.T) {
	c := newClient(t, imtest.WithClock(imtest.NewClock(time.UnixMicro(1712044800123456))))
	id, other := say(c, "users", "bob", "hi"), say(c, "users", "bob", "ho")
	got := react(c, "Bob", id, "thumbs_up")
	got.like(t, "reaction.create")
	assert.Equal(t, "2024-04-02T08:00:00.123456Z", got.path("data", "createdAt"))
	assert.Equal(t, []any{"chat", nil, "thumbs_up"}, []any{got.path("data", "msgType"), got.path("data", "groupId"), got.path("data", "reaction")})
	assert.Equal(t, 200, react(c, "alice", id, "thumbs_up").status)
	assert.Equal(t, 200, c.send("POST", "/reaction/user/bob", `{"msg_Id":"`+id+`","message":"👍"}`).status)

	got = c.send("GET", "/reaction/user/alice?msgType=chat&msgIdList="+id+"%2C"+other+",1", "")
	got.like(t, "reaction.get")
	assert.Equal(t, []any{}, got.path("data", 1, "reactionList"))
	assert.Equal(t, []any{}, got.path("data", 2, "reactionList"), "unknown messages have none")
	list := got.path("data", 0, "reactionList").([]any)
	require.Len(t, list, 2)
	assert.Equal(t, "thumbs_up", got.path("data", 0, "reactionList", 0, "reaction"))
	assert.Equal(t, []any{"bob", "alice"}, got.path("data", 0, "reactionList", 0, "userList"))
	assert.Equal(t, true, got.path("data", 0, "reactionList", 0, "state"))
	assert.Equal(t, false, got.path("data", 0, "reactionList", 1, "state"))
	require.Len(t, c.srv.Reactions(id), 2)
	assert.Equal(t, []string{"bob", "alice"}, c.srv.Reactions(id)[0].Users)

	got = c.send("DELETE", "/reaction/user/bob?msgId="+id+"&message="+url.QueryEscape("👍"), "")
	got.like(t, "reaction.delete")
	assert.Len(t, c.srv.Reactions(id), 1)
	got = c.send("DELETE", "/reaction/user/bob?msgId="+id+"&message="+url.QueryEscape("👍"), "")
	cannotReact(t, got, 400, "user illegal exception", "the user operation is illegal!")

	cannotReact(t, react(c, "bob", id, "thumbs_up"), 400, "Bad Request", "the user is already operation this message")
	cannotReact(t, react(c, "eve", id, "thumbs_up"), 400, "user illegal exception", "the user operation is illegal!")
	got = c.send("GET", "/reaction/user/eve?msgType=chat&msgIdList="+id, "")
	cannotReact(t, got, 400, "user illegal exception", "the user operation is illegal!")
	got = c.send("GET", "/reaction/user/eve/detail?message=x&msgId="+id, "")
	cannotReact(t, got, 400, "user illegal exception", "the user operation is illegal!")
	react(c, "bob", "12", "x").fails(t, 403, "", "")
	react(c, "bob", id, strings.Repeat("字", 129)).fails(t, 503, "", "this message is creating reaction, please try again.")
	react(c, "bob", id, "").fails(t, 400, "Bad Request", "")
	react(c, "bob", say(c, "chatrooms", "1", "hi"), "x").fails(t, 400, "user illegal exception", "the user operation is illegal!")
	cannotReact(t, c.send("GET", "/reaction/user/bob?msgType=chat&msgIdList="+strings.Repeat("1,", 20)+"1", ""), 400, "Bad Request", "msgIdList exceeds the maximum number limit")
	c.send("GET", "/reaction/user/bob?msgType=chat", "").fails(t, 400, "Bad Request", "")
	c.send("GET", "/reaction/user/bob?msgIdList="+id, "").fails(t, 400, "Bad Request", "")

	for i := range 19 {
		require.Equal(t, 200, react(c, "bob", id, strconv.Itoa(i)).status)
	}
	cannotReact(t, react(c, "bob", id, "one more"), 400, "count limit exception", "The quantity has exceeded the limit!")
	assert.Equal(t, 200, react(c, "alice", id, "7").status, "one that is there already")

	c.srv.Clock().Advance(8 * 24 * time.Hour)
	react(c, "alice", id, "8").fails(t, 403, "", "")
}

func TestReactionsToAGroup(t *testing.T) {
	c := newClient(t)
	group := hikers(c)
	id := say(c, "chatgroups", group, "hi")
	got := react(c, "carol", id, "x")
	assert.Equal(t, []any{"groupchat", group}, []any{got.path("data", "msgType"), got.path("data", "groupId")})
	for _, user := range []string{"alice", "bob"} {
		react(c, user, id, "x")
	}
	cannotReact(t, react(c, "dave", id, "x"), 400, "user illegal exception", "The user not in this group!")
	c.send("POST", "/chatgroups/"+group+"/users/dave", "")
	react(c, "dave", id, "x")
	got = c.send("GET", "/reaction/user/bob?msgType=groupchat&groupId="+group+"&msgIdList="+id, "")
	assert.Equal(t, []any{"carol", "alice", "bob"}, got.path("data", 0, "reactionList", 0, "userList"), "three at most")
	assert.EqualValues(t, "4", got.path("data", 0, "reactionList", 0, "count"))
	cannotReact(t, c.send("GET", "/reaction/user/bob?msgType=groupchat&msgIdList="+id, ""), 400, "Bad Request", "groupId can not be null!")
	cannotReact(t, c.send("GET", "/reaction/user/bob?msgType=groupchat&groupId=7&msgIdList="+id, ""), 400, "user illegal exception", "The user not in this group!")
	cannotReact(t, c.send("GET", "/reaction/user/bob?msgType=chat&msgIdList="+id, ""), 400, "user illegal exception", "the user operation is illegal!")
	react(c, "bob", say(c, "chatgroups", "7", "hi"), "x").fails(t, 400, "user illegal exception", "The user not in this group!")

	got = c.send("GET", "/reaction/user/bob/detail?message=x&limit=3&msgId="+id, "")
	got.like(t, "reaction.detail")
	assert.Equal(t, []any{"carol", "alice", "bob"}, got.path("data", "userList"))
	got = c.send("GET", "/reaction/user/bob/detail?message=x&limit=3&msgId="+id+"&cursor="+url.QueryEscape(got.path("data", "cursor").(string)), "")
	assert.Equal(t, []any{"dave"}, got.path("data", "userList"))
	assert.Empty(t, got.path("data", "cursor"))
	got = c.send("GET", "/reaction/user/bob/detail?message=none&msgId="+id, "")
	assert.EqualValues(t, "0", got.path("data", "count"))
	cannotReact(t, c.send("GET", "/reaction/user/bob/detail?message=x&limit=51&msgId="+id, ""), 400, "Bad Request", "Limit exceeds the maximum quantity limit")
	c.send("GET", "/reaction/user/bob/detail?message=x&limit=x&msgId="+id, "").fails(t, 400, "illegal_argument", "")
	c.send("GET", "/reaction/user/bob/detail?message=x&cursor=x&msgId="+id, "").fails(t, 400, "illegal_argument", "")
	c.send("GET", "/reaction/user/bob/detail?message=x&msgId=1", "").fails(t, 400, "user illegal exception", "")
}
