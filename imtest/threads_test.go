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

// say sends a message to a group or thread and returns its id.
func (c *client) say(group string) string {
	c.t.Helper()
	got := c.send("POST", "/messages/chatgroups", `{"from":"alice","to":["`+group+`"],"type":"txt","body":{"msg":"x"}}`)
	id, ok := got.path("data", group).(string)
	require.True(c.t, ok, got.text)
	return id
}

// thread makes a thread of a group and returns its id.
func (c *client) thread(group, name, owner string) string {
	c.t.Helper()
	got := c.send("POST", "/thread", fmt.Sprintf(`{"group_id":%q,"name":%q,"owner":%q,"msg_id":%q}`, group, name, owner, c.say(group)))
	id, ok := got.path("data", "thread_id").(string)
	require.True(c.t, ok, got.text)
	return id
}

func TestCreateThread(t *testing.T) {
	c := newClient(t)
	group := hikers(c)
	msg := c.say(group)
	got := c.send("POST", "/thread", `{"group_id":`+group+`,"name":"release notes","owner":"Alice","msg_id":`+msg+`}`) // numbers, as in the examples of the documents
	got.looksLike(t, `{"action":"post","applicationName":"demo","duration":4,"data":{"thread_id":"244444444444441"},"organization":"acme","timestamp":1712044800123,"uri":"https://a1.example.com/acme/demo/thread"}`)
	id := got.path("data", "thread_id").(string)
	th, there := c.srv.Thread(id)
	require.True(t, there)
	assert.WithinDuration(t, time.Now(), th.Created, time.Minute)
	th.Created = time.Time{}
	assert.Equal(t, imtest.Thread{ID: id, Name: "release notes", Owner: "alice", GroupID: group, MessageID: msg, Members: []string{"alice"}}, th)
	assert.NotContains(t, c.byAppID().send("GET", "/thread", "").body, "organization")

	nested := c.say(id)
	other := c.srv.AddGroup(imtest.Group{Owner: "alice"}).ID
	foreign := c.say(other)
	single := c.send("POST", "/messages/users", `{"to":["bob"],"type":"txt","body":{"msg":"x"}}`).path("data", "bob").(string)
	fresh := c.say(group)
	disabled := c.srv.AddGroup(imtest.Group{Owner: "alice", Disabled: true}).ID
	for _, tt := range []struct {
		group, name, owner, msg string
		status                  int
		code, text              string
	}{
		{group, "n", "alice", msg, 403, "group_error", "msg already create thread.not allow to create."},
		{group, "n", "alice", "0" + msg, 403, "group_error", "msg already create thread.not allow to create."},
		{group, "n", "alice", nested, 400, "group_error", "thread not nested."},
		{group, "n", "alice", foreign, 400, "group_error", "msg not belong to group ."},
		{group, "n", "alice", single, 400, "group_error", "thread must on group message to create."},
		{group, "n", "alice", "7", 404, "group_error", "msg not exist."},
		{group, "n", "dave", fresh, 404, "group_error", "user not in group."},
		{"7", "n", "alice", fresh, 404, "group_error", "group not found."},
		{disabled, "n", "alice", fresh, 403, "group_error", ""},
		{group, strings.Repeat("长", 65), "alice", fresh, 400, "group_error", "thread name limit reached."},
		{group, "", "alice", fresh, 400, "param_illegal", "Failed to read HTTP message"},
		{group, "n", "", fresh, 400, "param_illegal", "Failed to read HTTP message"},
	} {
		body := fmt.Sprintf(`{"group_id":%q,"name":%q,"owner":%q,"msg_id":%q}`, tt.group, tt.name, tt.owner, tt.msg)
		c.send("POST", "/thread", body).fails(t, tt.status, tt.code, tt.text)
	}
	for _, body := range []string{`{`, `{}`, `{"group_id":{},"name":"n","owner":"alice","msg_id":"1"}`, `{"group_id":true,"name":"n","owner":"alice","msg_id":"1"}`, `{"group_id":"1","name":7,"owner":"alice","msg_id":"1"}`} {
		c.send("POST", "/thread", body).fails(t, 400, "param_illegal", "Failed to read HTTP message")
	}
	assert.Len(t, c.srv.Threads(), 1)
	assert.Equal(t, 200, c.send("POST", "/thread", fmt.Sprintf(`{"group_id":%q,"name":%q,"owner":"alice","msg_id":%q}`, group, strings.Repeat("长", 64), fresh)).status)
}

func TestModifyAndDeleteThread(t *testing.T) {
	c := newClient(t)
	group := hikers(c)
	id := c.thread(group, "n", "alice")
	c.send("PUT", "/thread/"+id, `{"name":"release notes 2.1"}`).looksLike(t, `{"action":"put","applicationName":"demo","duration":4,"data":{"name":"release notes 2.1"},"organization":"acme","timestamp":1712044800123,"uri":"https://a1.example.com/acme/demo/thread/244444444444441"}`)
	th, _ := c.srv.Thread(id)
	assert.Equal(t, "release notes 2.1", th.Name)
	c.send("PUT", "/thread/"+id, `{"name":"`+strings.Repeat("x", 65)+`"}`).fails(t, 400, "group_error", "thread name limit reached.")
	c.send("PUT", "/thread/"+id, `{`).fails(t, 400, "param_illegal", "")
	c.send("PUT", "/thread/7", `{"name":"x"}`).fails(t, 404, "group_error", "thread not found.")

	c.send("POST", "/chatgroups/"+group+"/disable", "")
	c.send("PUT", "/thread/"+id, `{"name":"x"}`).fails(t, 403, "group_error", "")
	c.send("POST", "/chatgroups/"+group+"/enable", "")

	c.send("DELETE", "/thread/"+id, "").looksLike(t, `{"action":"delete","applicationName":"demo","duration":4,"data":{"status":"ok"},"organization":"acme","timestamp":1712044800123,"uri":"https://a1.example.com/acme/demo/thread/244444444444441"}`)
	c.send("DELETE", "/thread/"+id, "").fails(t, 404, "group_error", "thread not found.")
	assert.Empty(t, c.srv.Threads())
	assert.Empty(t, c.send("GET", "/threads/user/alice", "").body["entities"])
	body := fmt.Sprintf(`{"group_id":%q,"name":"again","owner":"alice","msg_id":%q}`, group, th.MessageID)
	assert.Equal(t, 200, c.send("POST", "/thread", body).status, "its message is free again")
}

// ids reads the ids of a page of threads.
func threadIDs(page got) []string {
	var ids []string
	for _, e := range page.body["entities"].([]any) {
		ids = append(ids, e.(map[string]any)["id"].(string))
	}
	return ids
}

func TestListThreads(t *testing.T) {
	c := newClient(t)
	group := hikers(c)
	other := c.srv.AddGroup(imtest.Group{Owner: "bob", Members: []string{"alice"}}).ID
	first, second, third := c.thread(group, "one", "alice"), c.thread(other, "two", "bob"), c.thread(group, "three", "carol")
	got := c.send("GET", "/thread", "")
	got.looksLike(t, `{"action":"get","applicationName":"demo","duration":7,"entities":[{"id":"244444444444441"},{"id":"244444444444442"}],"properties":{"cursor":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY6aW06dGhyZWFkOmFjbWUjZGVtbzoyNDQ0NDQ0NDQ0NDQ0NDE"},"organization":"acme","timestamp":1712044800123,"uri":"https://a1.example.com/acme/demo/thread"}`)
	assert.Equal(t, []string{third, second, first}, threadIDs(got), "newest first")
	assert.Equal(t, []string{first, second}, threadIDs(c.send("GET", "/thread?sort=asc&limit=2", "")))
	end := c.send("GET", "/thread?cursor="+got.path("properties", "cursor").(string), "")
	assert.Equal(t, []any{}, end.body["entities"], "the last page has a cursor too")
	assert.Empty(t, end.path("properties", "cursor"))

	// A user's threads are in the order in which the user joined.
	c.send("POST", "/thread/"+third+"/users", `{"usernames":["alice"]}`)
	c.send("POST", "/thread/"+second+"/users", `{"usernames":["alice"]}`)
	got = c.send("GET", "/threads/user/Alice", "")
	got.looksLike(t, `{"action":"get","applicationName":"demo","duration":4,"entities":[{"name":"release notes","owner":"alice","id":"244444444444441","msgId":"1226047512345678901","groupId":"244444444400001","created":1712041200456}],"properties":{"cursor":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY6aW06dGhyZWFkOmFjbWUjZGVtbzoyNDQ0NDQ0NDQ0NDQ0NDE"},"organization":"acme","timestamp":1712044800123,"uri":"https://a1.example.com/acme/demo/threads/user/alice"}`)
	assert.Equal(t, []string{second, third, first}, threadIDs(got))
	assert.Equal(t, []any{"two", "bob", other}, []any{got.path("entities", 0, "name"), got.path("entities", 0, "owner"), got.path("entities", 0, "groupId")})
	got = c.send("GET", "/threads/chatgroups/"+group+"/user/alice?limit=1", "")
	got.looksLike(t, `{"action":"get","applicationName":"demo","duration":4,"entities":[{"name":"release notes","owner":"alice","id":"244444444444441","msgId":"1226047512345678901","groupId":"244444444400001","created":1712041200456}],"properties":{"cursor":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY6aW06dGhyZWFkOmFjbWUjZGVtbzoyNDQ0NDQ0NDQ0NDQ0NDE"},"organization":"acme","timestamp":1712044800123,"uri":"https://a1.example.com/acme/demo/threads/chatgroups/244444444400001/user/alice"}`)
	assert.Equal(t, []string{third}, threadIDs(got))
	cursor := got.path("properties", "cursor").(string)
	assert.Equal(t, []string{first}, threadIDs(c.send("GET", "/threads/chatgroups/"+group+"/user/alice?limit=1&cursor="+cursor, "")))
	assert.Equal(t, []string{first, third}, threadIDs(c.send("GET", "/threads/chatgroups/"+group+"/user/alice?sort=asc", "")))
	assert.Equal(t, []any{}, c.send("GET", "/threads/user/nobody", "").body["entities"])
	c.send("GET", "/threads/chatgroups/7/user/alice", "").fails(t, 404, "group_error", "group not found.")
	for _, path := range []string{"/thread", "/threads/user/alice", "/threads/chatgroups/" + group + "/user/alice", "/thread/" + first + "/users"} {
		c.send("GET", path+"?limit=51", "").fails(t, 400, "group_error", "query param reaches limit.")
		c.send("GET", path+"?cursor=x", "").fails(t, 400, "param_illegal", "")
		assert.Equal(t, 200, c.send("GET", path+"?limit=50", "").status)
	}

	// Who leaves the group leaves its threads.
	c.send("DELETE", "/chatgroups/"+group+"/users/carol", "")
	assert.Empty(t, c.send("GET", "/threads/user/carol", "").body["entities"])
}

func TestThreadMembers(t *testing.T) {
	c := newClient(t)
	group := hikers(c)
	id := c.thread(group, "n", "alice")
	path := "/thread/" + id + "/users"
	got := c.send("POST", path, `{"usernames":["Bob","carol","bob"]}`)
	got.looksLike(t, `{"action":"post","applicationName":"demo","duration":1069,"data":{"status":"ok"},"organization":"acme","timestamp":1712044800123,"uri":"https://a1.example.com/acme/demo/thread/244444444444441/joined_thread"}`)
	assert.Equal(t, c.srv.URL()+"/acme/demo/thread/"+id+"/joined_thread", got.body["uri"])
	assert.Equal(t, 200, c.send("POST", path, `{"usernames":["bob"]}`).status)
	got = c.send("GET", path, "")
	got.looksLike(t, `{"action":"get","applicationName":"demo","duration":4,"data":{"affiliations":["alice","bob"]},"properties":{"cursor":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY6aW06dGhyZWFkOmFjbWUjZGVtbzoyNDQ0NDQ0NDQ0NDQ0NDE"},"organization":"acme","timestamp":1712044800123,"uri":"https://a1.example.com/acme/demo/thread/244444444444441/users"}`)
	assert.Equal(t, []any{"alice", "bob", "carol"}, got.path("data", "affiliations"))
	got = c.send("GET", path+"?limit=2", "")
	assert.Equal(t, []any{"carol"}, c.send("GET", path+"?limit=2&cursor="+got.path("properties", "cursor").(string), "").path("data", "affiliations"))

	c.say(id)
	assert.Len(t, c.srv.Messages("bob"), 2, "one of the group, one of the thread")
	c.send("POST", "/chatgroups/"+group+"/disable", "")
	c.say(id)
	assert.Len(t, c.srv.Messages("bob"), 2)
	c.send("POST", "/chatgroups/"+group+"/enable", "")

	c.send("POST", path, `{"usernames":["dave"]}`).fails(t, 404, "group_error", "user not in group.")
	for _, method := range []string{"POST", "DELETE"} {
		c.send(method, path, `{"usernames":`+list(11)+`}`).fails(t, 400, "group_error", "request body reaches limit.")
		c.send(method, path, `{"usernames":[]}`).fails(t, 400, "param_illegal", "Failed to read HTTP message")
		c.send(method, path, `{`).fails(t, 400, "param_illegal", "Failed to read HTTP message")
		c.send(method, path, ``).fails(t, 400, "param_illegal", "")
		c.send(method, "/thread/7/users", `{"usernames":["bob"]}`).fails(t, 404, "group_error", "thread not found.")
	}
	c.send("GET", "/thread/7/users", "").fails(t, 404, "group_error", "thread not found.")

	got = c.send("DELETE", path, `{"usernames":["bob","dave"]}`)
	got.looksLike(t, `{"action":"delete","applicationName":"demo","duration":12,"entities":[{"result":true,"user":"bob"},{"result":false,"user":"dave"}],"organization":"acme","timestamp":1712044800123,"uri":"https://a1.example.com/acme/demo/thread/244444444444441/users"}`)
	assert.Equal(t, []any{map[string]any{"result": true, "user": "bob"}, map[string]any{"result": false, "user": "dave"}}, got.body["entities"])
	c.send("DELETE", "/threads/"+id+"/users", `{"usernames":["carol"]}`) // the path of the overviews
	assert.Equal(t, []any{"alice"}, c.send("GET", path, "").path("data", "affiliations"))
	assert.Equal(t, id, c.srv.RequestsTo("thread.remove_members")[5].Params["thread_id"])
}
