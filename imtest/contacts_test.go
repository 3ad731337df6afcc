package imtest_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// noSuchUser checks the error of calls on a user who does not exist.
func noSuchUser(t *testing.T, c *client, calls ...string) {
	t.Helper()
	for _, call := range calls {
		method, rest, _ := strings.Cut(call, " ")
		path, body, _ := strings.Cut(rest, " ")
		c.send(method, path, body).fails(t, 404, "service_resource_not_found", "Service resource not found")
	}
}

func TestContacts(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob", "carol")
	got := c.send("POST", "/users/Alice/contacts/users/Bob", "")
	got.like(t, "contacts.add")
	alice, _ := c.srv.User("alice")
	assert.Equal(t, "bob", got.path("entities", 0, "username"))
	assert.Equal(t, "/users/"+alice.UUID+"/contacts", got.body["path"])
	assert.Equal(t, c.srv.URL()+"/acme/demo/users/"+alice.UUID+"/contacts", got.body["uri"])
	assert.Equal(t, []imtest.Contact{{Username: "bob"}}, c.srv.Contacts("alice"))
	assert.Equal(t, []imtest.Contact{{Username: "alice"}}, c.srv.Contacts("bob"), "friendship goes both ways")
	assert.Equal(t, 200, c.send("POST", "/users/bob/contacts/users/alice", "[]").status, "again")
	assert.Equal(t, 200, c.send("POST", "/users/alice/contacts/users/carol", "").status)

	got = c.send("GET", "/users/alice/contacts/users", "")
	got.like(t, "contacts.list")
	assert.Equal(t, []any{"carol", "bob"}, got.body["data"], "the newest first")
	assert.EqualValues(t, "2", got.body["count"])

	got = c.send("DELETE", "/users/alice/contacts/users/bob", "")
	got.like(t, "contacts.remove")
	assert.Empty(t, c.srv.Contacts("bob"))
	assert.Equal(t, 200, c.send("DELETE", "/users/alice/contacts/users/bob", "").status)

	c.srv.AddBlocked("alice", "bob")
	got = c.send("DELETE", "/contacts/users/alice", "")
	got.like(t, "contacts.remove_all")
	assert.Empty(t, c.srv.Contacts("alice"))
	assert.Empty(t, c.srv.Contacts("carol"))
	assert.Equal(t, []string{"bob"}, c.srv.Blocked("alice"), "the block list stays")

	c.send("POST", "/users/alice/contacts/users/alice", "").fails(t, 400, "illegal_argument", "")
	noSuchUser(t, c, "POST /users/alice/contacts/users/x", "POST /users/x/contacts/users/alice",
		"DELETE /users/alice/contacts/users/x", "DELETE /contacts/users/x", "GET /users/x/contacts/users")
}

func TestContactPages(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob", "carol", "nina")
	c.srv.AddContacts("alice", "carol", "bob", "dave")
	got := c.send("PUT", "/user/alice/contacts/users/bob", `{"remark":"from school"}`)
	got.like(t, "contacts.set_remark")
	assert.Equal(t, "ok", got.body["status"])
	got = c.send("PUT", "/users/alice/contacts/users/carol", `{"remark":"from work"}`) // as the newer Java client sends it
	assert.Equal(t, "ok", got.body["status"])
	c.send("PUT", "/users/alice/contacts/users/carol", `{"remark":""}`)

	got = c.send("GET", "/user/alice/contacts?limit=1", "")
	assert.Equal(t, []any{map[string]any{"username": "dave"}}, got.path("data", "contacts"))
	cursor := url.QueryEscape(got.path("data", "cursor").(string))
	got = c.send("GET", "/user/alice/contacts?limit=1&needReturnRemark=true&cursor="+cursor, "")
	got.like(t, "contacts.list_paged")
	assert.Equal(t, c.srv.URL()+"/acme/demo/users/alice/rostersByPage", got.body["uri"])
	assert.Equal(t, []any{map[string]any{"username": "bob", "remark": "from school"}}, got.path("data", "contacts"))
	got = c.send("GET", "/users/alice/contacts?needReturnRemark=true&cursor="+url.QueryEscape(got.path("data", "cursor").(string)), "")
	assert.Equal(t, []any{map[string]any{"username": "carol", "remark": nil}}, got.path("data", "contacts"))
	assert.Nil(t, got.path("data", "cursor"), "the last page")
	assert.NotContains(t, got.body, "cursor")
	assert.Equal(t, []any{}, c.send("GET", "/user/nina/contacts", "").path("data", "contacts"))

	assert.Len(t, c.send("GET", "/users/alice/contacts?pageSize=1", "").path("data", "contacts"), 1, "the name on some pages")
	c.send("GET", "/user/alice/contacts?limit=51", "").fails(t, 400, "illegal_argument", "getContacts | page size more than max limit : 50")
	c.send("GET", "/user/alice/contacts?limit=x", "").fails(t, 400, "illegal_argument", "")
	c.send("GET", "/user/alice/contacts?cursor=x", "").fails(t, 400, "illegal_argument", "")
	c.send("PUT", "/user/bob/contacts/users/carol", `{"remark":"x"}`).
		fails(t, 400, "illegal_argument", "updateRemark they are not friends, please add as a friend first.")
	c.send("PUT", "/user/alice/contacts/users/bob", `{"remark":"`+strings.Repeat("字", 101)+`"}`).fails(t, 400, "illegal_argument", "")
	c.send("PUT", "/user/alice/contacts/users/bob", `{}`).fails(t, 400, "illegal_argument", "")
	noSuchUser(t, c, "GET /user/x/contacts", `PUT /user/alice/contacts/users/x {"remark":"x"}`)

	c.send("DELETE", "/users/alice/contacts/users/bob", "")
	c.send("POST", "/users/alice/contacts/users/bob", "")
	assert.Contains(t, c.srv.Contacts("alice"), imtest.Contact{Username: "bob"}, "the remark is gone")
}

func TestContactLimits(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob", "carol", "nina")
	for i := range 2999 {
		c.srv.AddContacts("alice", name(i))
	}
	got := c.send("POST", "/users/nina/contacts/import?isSendNotice=true", `{"usernames":["bob","alice","nobody"]}`)
	got.like(t, "contacts.import")
	assert.Equal(t, map[string]any{"success": []any{"bob", "alice"}, "NotExistFailed": []any{"nobody"}, "maxLimitFailed": []any{}, "UnKnowFailed": []any{}}, got.body["data"])
	got = c.send("POST", "/users/carol/contacts/import", `{"usernames":["alice","bob"]}`)
	assert.Equal(t, []any{"alice"}, got.path("data", "maxLimitFailed"))

	for _, path := range []string{"/users/alice/contacts/users/carol", "/users/carol/contacts/users/alice"} {
		c.send("POST", path, "").fails(t, 403, "exceed_limit", "user contact number exceed limit")
	}
	assert.Equal(t, 200, c.send("POST", "/users/alice/contacts/users/nina", "").status, "they are friends already")
	c.send("POST", "/users/alice/contacts/import", `{"usernames":["bob"]}`).fails(t, 403, "exceed_limit", "Inviter's contact max count.")
	c.send("POST", "/users/bob/contacts/import", `{"usernames":`+many(11)+`}`).fails(t, 400, "illegal_argument", "request user over flow limit:10.")
	c.send("POST", "/users/bob/contacts/import", `{}`).fails(t, 400, "illegal_argument", "")
	noSuchUser(t, c, `POST /users/x/contacts/import {"usernames":["bob"]}`)
	assert.Len(t, c.send("GET", "/users/alice/contacts/users", "").body["data"], 3000)
}

func TestContactCheck(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice")
	c.srv.AddContacts("alice", "bob")
	c.srv.AddBlocked("alice", "mallory")
	got := c.send("POST", "/contacts/check", `{"username":"Alice","check_list":["bob","dave"]}`)
	got.like(t, "contacts.check")
	assert.Equal(t, []any{map[string]any{"username": "bob", "relation": "friend"}, map[string]any{"username": "dave", "relation": "not_friend"}}, got.body["entities"])
	got = c.send("POST", "/blocks/check", `{"username":"alice","check_list":["mallory","bob"]}`)
	got.like(t, "contacts.block_check")
	assert.Equal(t, []any{map[string]any{"username": "mallory", "relation": "blacklist"}, map[string]any{"username": "bob", "relation": "not_blacklist"}}, got.body["entities"])
	for _, path := range []string{"/contacts/check", "/blocks/check"} {
		c.send("POST", path, `{"username":" ","check_list":["x"]}`).fails(t, 400, "illegal_argument", "username cannot be blank")
		c.send("POST", path, `{"username":"alice","check_list":[]}`).fails(t, 400, "illegal_argument", "check_list size must be between 1 and 100")
		c.send("POST", path, `{"username":"alice","check_list":`+many(101)+`}`).fails(t, 400, "illegal_argument", "check_list size must be between 1 and 100")
		c.send("POST", path, `{"username":"alice","check_list":"x"}`).fails(t, 400, "illegal_argument", "")
		noSuchUser(t, c, "POST "+path+` {"username":"x","check_list":["x"]}`)
	}
}

func TestBlocks(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "mallory", "trent", "peggy")
	got := c.send("POST", "/users/alice/blocks/users", `{"usernames":["Mallory"]}`)
	got.like(t, "contacts.block_add")
	assert.Equal(t, []any{"mallory"}, got.body["data"])
	c.send("POST", "/users/alice/blocks/users", `{"usernames":["peggy","trent"]}`)

	got = c.send("GET", "/users/alice/blocks/users?pageSize=2", "")
	got.like(t, "contacts.block_list")
	assert.Equal(t, []any{"trent", "peggy"}, got.body["data"])
	got = c.send("GET", "/users/alice/blocks/users?pageSize=2&cursor="+url.QueryEscape(got.body["cursor"].(string)), "")
	assert.Equal(t, []any{"mallory"}, got.body["data"])
	assert.NotContains(t, got.body, "cursor")
	assert.Len(t, c.send("GET", "/users/alice/blocks/users", "").body["data"], 3)

	got = c.send("DELETE", "/users/alice/blocks/users/trent", "")
	got.like(t, "contacts.block_remove")
	alice, _ := c.srv.User("alice")
	assert.Equal(t, "/users/"+alice.UUID+"/blocks", got.body["path"])
	assert.Equal(t, []string{"mallory", "peggy"}, c.srv.Blocked("alice"))
	assert.Equal(t, 200, c.send("DELETE", "/users/alice/blocks/users/trent", "").status)

	c.send("POST", "/users/alice/blocks/users", `{"usernames":`+many(51)+`}`).fails(t, 400, "illegal_argument", "")
	c.send("POST", "/users/alice/blocks/users", `{"usernames":[]}`).fails(t, 400, "illegal_argument", "")
	c.send("GET", "/users/alice/blocks/users?pageSize=x", "").fails(t, 400, "illegal_argument", "")
	c.send("GET", "/users/alice/blocks/users?cursor=x", "").fails(t, 400, "illegal_argument", "")
	noSuchUser(t, c, "GET /users/x/blocks/users", `POST /users/x/blocks/users {"usernames":["trent"]}`,
		`POST /users/alice/blocks/users {"usernames":["trent","x"]}`, "DELETE /users/alice/blocks/users/x")
	assert.NotContains(t, c.srv.Blocked("alice"), "trent", "all or none")

	for i := range 498 {
		c.srv.AddBlocked("alice", name(i))
	}
	c.send("POST", "/users/alice/blocks/users", `{"usernames":["trent"]}`).fails(t, 403, "exceed_limit", "")
	assert.Equal(t, 200, c.send("POST", "/users/alice/blocks/users", `{"usernames":["peggy"]}`).status)
	assert.Len(t, c.send("GET", "/users/alice/blocks/users", "").body["data"], 500)
	assert.Len(t, c.send("GET", "/users/alice/blocks/users?pageSize=100", "").body["data"], 50)
}

func TestDeletedUserLeavesNothing(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob")
	c.srv.AddContacts("alice", "bob")
	c.srv.AddBlocked("alice", "bob")
	c.srv.SetUserAttributes("bob", map[string]string{"k": "v"})
	c.srv.SetPresence("bob", "web", 100, "x")
	c.srv.AddPushBinding("bob", imtest.PushBinding{Device: "d", Notifier: "n", Token: "t"})
	c.send("POST", "/users/alice/presence/60", `{"usernames":["bob"]}`)
	c.send("POST", "/push/label", `{"name":"vip"}`)
	c.send("POST", "/push/label/vip/user", `{"usernames":["bob"]}`)
	require.Len(t, c.srv.PushUser("bob").Labels, 1)
	require.Len(t, c.srv.Subscriptions("alice"), 1)

	c.send("DELETE", "/users/bob", "")
	assert.Empty(t, c.srv.Contacts("alice"))
	assert.Empty(t, c.srv.Blocked("alice"))
	assert.Empty(t, c.srv.UserAttributes("bob"))
	assert.Empty(t, c.srv.Presence("bob").Status)
	assert.Empty(t, c.srv.Subscriptions("alice"))
	assert.Empty(t, c.srv.PushUser("bob"))
}
