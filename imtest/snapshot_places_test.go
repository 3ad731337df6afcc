package imtest_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// manyLists fills lists of all kinds that are read by cursor, and takes some
// entries out again: the first, one in the middle, the last.
func manyLists(t *testing.T, c *client) (group, message string) {
	t.Helper()
	ok := func(method, path, body string) got {
		t.Helper()
		g := c.send(method, path, body)
		require.Equal(t, 200, g.status, "%s %s: %s", method, path, g.text)
		return g
	}
	names := []string{"u0", "u1", "u2", "u3", "u4", "u5", "u6", "u7", "u8"}
	c.srv.AddUsers("alice")
	c.srv.AddUsers(names...)
	group = c.srv.AddGroup(imtest.Group{Owner: "alice", Members: names}).ID
	message = say(c, "chatgroups", group, "hi")
	ok("POST", "/push/label", `{"name":"vip"}`)
	for i, user := range names {
		ok("POST", "/users/alice/contacts/users/"+user, "")
		ok("POST", "/reaction/user/"+user, `{"msgId":"`+message+`","message":"+1"}`)
		ok("POST", "/push/label/vip/user", `{"usernames":["`+user+`"]}`)
		ok("POST", "/push/label", fmt.Sprintf(`{"name":"l%d"}`, i))
		c.srv.AddGroup(imtest.Group{ID: strconv.Itoa(10 + i), Owner: "alice"})
		c.srv.AddRoom(imtest.Room{ID: strconv.Itoa(20 + i), Owner: "alice"})
		hung := say(c, "chatgroups", group, "start")
		ok("POST", "/thread", `{"group_id":"`+group+`","name":"t","owner":"`+user+`","msg_id":"`+hung+`"}`)
	}
	c.srv.AddBlocked("alice", names...)
	c.srv.AddGroup(imtest.Group{ID: "77", Owner: "alice", Blocked: names})
	for _, i := range []int{0, 4, 8} {
		user := names[i]
		ok("DELETE", "/users/alice/blocks/users/"+user, "")
		ok("DELETE", "/users/alice/contacts/users/"+user, "")
		ok("DELETE", "/push/label/vip/user", `{"usernames":["`+user+`"]}`)
		ok("DELETE", fmt.Sprintf("/push/label/l%d", i), "")
		ok("DELETE", "/reaction/user/"+user+"?message=%2B1&msgId="+message, "")
		ok("DELETE", fmt.Sprint("/chatgroups/", 10+i), "")
		ok("DELETE", fmt.Sprint("/chatrooms/", 20+i), "")
		ok("DELETE", "/chatgroups/77/blocks/users/"+user, "")
		ok("DELETE", "/users/"+user, "")
	}
	return group, message
}

// cursorOf finds the cursor of a page, wherever it is.
func cursorOf(g got) string {
	for _, at := range [][]any{{"cursor"}, {"data", "cursor"}, {"properties", "cursor"}} {
		if cursor, ok := g.path(at...).(string); ok {
			return cursor
		}
	}
	return ""
}

func TestCursorsGoOnAfterAStart(t *testing.T) {
	c := newClient(t)
	group, message := manyLists(t, c)
	again := *c
	again.srv = imtest.NewServer(t, imtest.WithData(strings.NewReader(saved(t, c.srv))))
	again.token = again.appToken()
	for _, path := range []string{
		"/users?limit=3", "/user/alice/contacts?limit=3", "/users/alice/blocks/users?pageSize=3",
		"/reaction/user/u1/detail?limit=3&message=%2B1&msgId=" + message,
		"/push/label?limit=3", "/push/label/vip/user?limit=3",
		"/chatgroups?limit=3", "/chatrooms?limit=3", "/chatgroups/77/blocks/users?pageSize=3",
		"/chatgroups/" + group + "/users?version=v3&limit=3", "/thread?limit=3", "/threads/user/u1?limit=1",
	} {
		cursor := cursorOf(c.send("GET", path, ""))
		if !assert.NotEmpty(t, cursor, path) {
			continue
		}
		want, have := c.send("GET", path+"&cursor="+cursor, ""), again.send("GET", path+"&cursor="+cursor, "")
		assert.Equal(t, 200, want.status, path)
		for _, field := range []string{"data", "entities", "cursor", "properties"} {
			assert.Equal(t, want.body[field], have.body[field], "%s of %s", field, path)
		}
	}
	before := cursorOf(c.send("DELETE", "/users?limit=6", ""))
	assert.Equal(t, before, cursorOf(again.send("DELETE", "/users?limit=6", "")))
	text := saved(t, c.srv)
	emptied, err := imtest.Start(imtest.WithData(strings.NewReader(text)))
	require.NoError(t, err)
	defer emptied.Close()
	rest := func(s string) string { return s[strings.Index(s, `"places"`):] }
	var once strings.Builder
	require.NoError(t, emptied.Save(&once))
	assert.Equal(t, rest(text), rest(once.String()), "places are kept once more")
}

// What newer documents brought survives a save: the platform of a push, blocked users
// of accounts and groups, the hours of a window that is switched off, an hour of 0.
func TestNewerFieldsAreSaved(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob")
	group := c.srv.AddGroup(imtest.Group{Name: "g", Owner: "alice", Members: []string{"bob"}}).ID
	for _, step := range [][3]string{
		{"PUT", "/users/alice", `{"notification_no_disturbing":true,"notification_no_disturbing_start":0,"notification_no_disturbing_end":"7"}`},
		{"PUT", "/users/alice", `{"notification_no_disturbing":false}`},
		{"PUT", "/users/bob", `{"notification_no_disturbing":false}`},
		{"POST", "/users/alice/blocks/users", `{"usernames":["bob"]}`},
		{"POST", "/chatgroups/" + group + "/blocks/users/bob", ""},
		{"POST", "/push/single", pushBody(`"targets":["alice"],"platform":"harmonyos",`)},
		{"POST", "/push/single", pushBody(`"targets":["alice"],`)},
	} {
		got := c.send(step[0], step[1], step[2])
		require.Equal(t, 200, got.status, got.text)
	}
	again := newClient(t, imtest.WithData(strings.NewReader(saved(t, c.srv))))
	user := again.send("GET", "/users/alice", "")
	for field, want := range map[string]any{"": false, "_start": json.Number("0"), "_end": json.Number("7")} {
		assert.Equal(t, want, user.path("entities", 0, "notification_no_disturbing"+field), field)
	}
	assert.NotContains(t, again.send("GET", "/users/bob", "").path("entities", 0), "notification_no_disturbing_start")
	assert.Equal(t, []any{"bob"}, again.send("GET", "/users/alice/blocks/users", "").path("data"))
	assert.Equal(t, []any{"bob"}, again.send("GET", "/chatgroups/"+group+"/blocks/users", "").path("data"))
	assert.Equal(t, 200, again.send("POST", "/chatgroups/"+group+"/users/bob", "").status)
	assert.Equal(t, []any{}, again.send("GET", "/chatgroups/"+group+"/blocks/users", "").path("data"))
	pushes := again.srv.Pushes()
	require.Len(t, pushes, 2)
	assert.Equal(t, []string{"harmonyos", ""}, []string{pushes[0].Platform, pushes[1].Platform})
}
