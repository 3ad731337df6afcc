package imtest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/imrest/im-go/imtest"
)

// list is a JSON array of n names: u0, u1, ...
func list(n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf(`"u%d"`, i)
	}
	return "[" + strings.Join(names, ",") + "]"
}

// inPath is list for a path.
func inPath(n int) string {
	return strings.NewReplacer("[", "", "]", "", `"`, "").Replace(list(n))
}

func TestListGroupMembers(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	got := c.send("GET", "/chatgroups/"+id+"/users?pagesize=2&pagenum=1", "")
	got.looksLike(t, `{"action": "get", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "params": {"pagesize": ["2"], "pagenum": ["1"]}, "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/users", "entities": [], "data": [{"owner": "alice"}, {"member": "bob"}], "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo", "count": 2}`)
	assert.Equal(t, []any{map[string]any{"owner": "alice"}, map[string]any{"member": "bob"}}, got.body["data"])
	assert.Equal(t, []any{map[string]any{"member": "carol"}}, c.send("GET", "/chatgroups/"+id+"/users?pagesize=2&pagenum=2", "").body["data"])
	assert.Equal(t, []any{}, c.send("GET", "/chatgroups/"+id+"/users?pagesize=2&pagenum=3", "").body["data"])
	timed := c.send("GET", "/chatgroups/"+id+"/users?joined_time=true&sort=desc", "")
	assert.Equal(t, "carol", timed.path("data", 0, "member"))
	assert.NotEmpty(t, timed.path("data", 0, "joined_time"))
	c.send("GET", "/chatgroups/7/users", "").fails(t, 404, "service_resource_not_found", "do not find this group:7")
	c.send("GET", "/chatgroups/"+id+"/users?pagesize=x", "").fails(t, 400, "illegal_argument", "")

	got = c.send("GET", "/chatgroups/"+id+"/users?version=v3&limit=1&sort=asc", "")
	got.looksLike(t, `{"action": "get", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/users", "entities": [], "data": ["bob", "carol"], "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo", "cursor": "ZGVtby1jdXJzb3ItMDAwMg=="}`)
	assert.Equal(t, []any{"bob"}, got.body["data"])
	got = c.send("GET", "/chatgroups/"+id+"/users?version=v3&limit=1&sort=asc&cursor="+got.body["cursor"].(string), "")
	assert.Equal(t, []any{"carol"}, got.body["data"])
	assert.NotContains(t, got.body, "cursor")
	assert.Equal(t, []any{"carol", "bob"}, c.send("GET", "/chatgroups/"+id+"/users?version=v3&sort=desc", "").body["data"])
	noSuchGroup(t, c, "GET /chatgroups/7/users?version=v3&limit=1")
	c.send("GET", "/chatgroups/"+id+"/users?version=v3&limit=x", "").fails(t, 400, "illegal_argument", "")
	c.send("GET", "/chatgroups/"+id+"/users?version=v3&cursor=x", "").fails(t, 400, "illegal_argument", "")
}

func TestLargeGroup(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice")
	var members []string
	for i := range 1500 {
		members = append(members, fmt.Sprint("u", i))
	}
	id := c.srv.AddGroup(imtest.Group{Owner: "alice", Members: members, MaxUsers: 2000}).ID
	assert.Len(t, c.send("GET", "/chatgroups/"+id+"/users", "").body["data"], 10)
	assert.Len(t, c.send("GET", "/chatgroups/"+id+"/users?pagesize=5000", "").body["data"], 1000)
	assert.Len(t, c.send("GET", "/chatgroups/"+id+"/users?pagesize=1000&pagenum=2", "").body["data"], 501)
}

func TestCountGroupMembers(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	got := c.send("GET", "/chatgroups/"+id+"/count", "")
	got.looksLike(t, `{"action": "get", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/count", "entities": [], "data": 3, "timestamp": 1731000000123, "duration": 0, "organization": "acme", "applicationName": "demo"}`)
	assert.EqualValues(t, "3", got.body["data"])
	c.send("DELETE", "/chatgroups/"+id+"/users/bob", "")
	assert.EqualValues(t, "2", c.send("GET", "/chatgroups/"+id+"/count", "").body["data"])
	noSuchGroup(t, c, "GET /chatgroups/7/count")
	room := c.srv.AddRoom(imtest.Room{Owner: "alice"}).ID
	c.send("GET", "/chatgroups/"+room+"/count", "").fails(t, 404, "resource_not_found", "")
}

func TestIsMember(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	got := c.send("GET", "/chatgroups/"+id+"/user/dave/is_joined", "")
	got.looksLike(t, `{"action": "get", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "data": false, "duration": 0, "organization": "acme", "timestamp": 1731000000123}`)
	assert.Equal(t, false, got.body["data"])
	assert.Equal(t, true, c.send("GET", "/chatgroups/"+id+"/user/Bob/is_joined", "").body["data"])
	assert.Equal(t, true, c.send("POST", "/chatgroups/"+id+"/user/bob/is_joined", "").body["data"])
	assert.Equal(t, false, c.send("GET", "/chatgroups/7/user/nobody/is_joined", "").body["data"])
	assert.NotContains(t, c.byAppID().send("GET", "/chatgroups/7/user/x/is_joined", "").body, "organization")
}

func TestAddGroupMember(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	c.send("POST", "/chatgroups/"+id+"/users/Dave?need_notify=false", "").looksLike(t, `{"action": "post", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/users/dave", "entities": [], "data": {"result": true, "groupid": "254806372614145", "action": "add_member", "user": "dave"}, "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
	assert.Contains(t, group(c, id).Members, "dave")
	c.send("POST", "/chatgroups/"+id+"/users/dave", "").fails(t, 403, "forbidden_op", "can not join this group, reason:user: dave already in group: "+id+"\n")
	c.send("POST", "/chatgroups/"+id+"/users/nobody", "").fails(t, 404, "resource_not_found", "username nobody doesn't exist!")
	c.send("POST", "/chatgroups/"+id+"/blocks/users/dave", "")
	assert.Equal(t, 200, c.send("POST", "/chatgroups/"+id+"/users/dave", "").status, "a blocked user comes back")
	assert.Contains(t, group(c, id).Members, "dave")
	assert.NotContains(t, group(c, id).Blocked, "dave")
	full := c.srv.AddGroup(imtest.Group{Owner: "alice", MaxUsers: 1}).ID
	c.send("POST", "/chatgroups/"+full+"/users/bob", "").fails(t, 403, "exceed_limit", "members size is greater than max user size !")
	noSuchGroup(t, c, "POST /chatgroups/7/users/bob")
}

func TestAddGroupMembers(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	c.srv.AddUsers("erin")
	got := c.send("POST", "/chatgroups/"+id+"/users", `{"usernames": ["bob", "Dave", "erin", "dave"]}`)
	got.looksLike(t, `{"action": "post", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/users", "entities": [], "data": {"newmembers": ["erin", "dave"], "groupid": "254806372614145", "action": "add_member"}, "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
	assert.Equal(t, []any{"dave", "erin"}, got.path("data", "newmembers"))
	c.send("POST", "/chatgroups/"+id+"/users", `{"usernames":["dave","erin"]}`).fails(t, 403, "forbidden_op", "can not join this group, reason:user: dave already in group: "+id+"\n")
	c.send("POST", "/chatgroups/"+id+"/blocks/users", `{"usernames":["dave","erin"]}`)
	assert.Equal(t, []any{"dave", "erin"}, c.send("POST", "/chatgroups/"+id+"/users", `{"usernames":["dave","bob","erin"]}`).path("data", "newmembers"))
	assert.Equal(t, []any{}, c.send("GET", "/chatgroups/"+id+"/blocks/users", "").body["data"])
	c.srv.AddUsers("frank")
	c.send("POST", "/chatgroups/"+id+"/users", `{"usernames":["frank","nobody"]}`).fails(t, 404, "resource_not_found", "username nobody doesn't exist!")
	assert.NotContains(t, group(c, id).Members, "frank", "all or nobody")
	c.send("POST", "/chatgroups/"+id+"/users", `{"usernames":`+list(61)+`}`).fails(t, 403, "exceed_limit", "members size is greater than max user size !")
	c.send("POST", "/chatgroups/"+id+"/users", `{}`).fails(t, 400, "invalid_parameter", "usernames must be provided")
	c.send("POST", "/chatgroups/"+id+"/users", `{"usernames":"bob"}`).fails(t, 400, "invalid_parameter", "")
	c.send("POST", "/chatgroups/"+id+"/users", `{`).fails(t, 400, "json_parse", "")
	noSuchGroup(t, c, `POST /chatgroups/7/users {"usernames":["bob"]}`)
}

func TestRemoveGroupMembers(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	c.send("POST", "/chatgroups/"+id+"/users", `{"usernames":["dave"]}`)
	c.send("DELETE", "/chatgroups/"+id+"/users/Dave", "").looksLike(t, `{"action": "delete", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/users/dave", "entities": [], "data": {"result": true, "action": "remove_member", "user": "dave", "groupid": "254806372614145"}, "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
	c.send("DELETE", "/chatgroups/"+id+"/users/dave", "").fails(t, 403, "forbidden_op", "users [dave] are not members of this group!")
	c.send("DELETE", "/chatgroups/"+id+"/users/alice", "").fails(t, 403, "forbidden_op", "forbidden operation on group owner!")

	for _, comma := range []string{",", "%2C"} {
		c.send("POST", "/chatgroups/"+id+"/users/dave", "")
		got := c.send("DELETE", "/chatgroups/"+id+"/users/nobody"+comma+"dave"+comma+"erin", "")
		got.looksLike(t, `{"action": "delete", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/users/dave,erin", "entities": [], "data": [{"result": false, "action": "remove_member", "reason": "user dave doesn't exist.", "user": "dave", "groupid": "254806372614145"}, {"result": true, "action": "remove_member", "user": "erin", "groupid": "254806372614145"}], "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
		assert.Equal(t, "user nobody doesn't exist.", got.path("data", 0, "reason"))
		assert.Equal(t, map[string]any{"result": true, "action": "remove_member", "user": "dave", "groupid": id}, got.path("data", 1))
	}
	reason := c.send("DELETE", "/chatgroups/"+id+"/users/dave,carol", "").path("data", 0, "reason")
	assert.Equal(t, "user: dave doesn't exist in group: "+id, reason)
	assert.Equal(t, []string{"alice", "bob"}, group(c, id).Members)
	c.send("DELETE", "/chatgroups/"+id+"/users/dave,erin", "").fails(t, 403, "forbidden_op", "users [dave, erin] are not members of this group!")
	c.send("DELETE", "/chatgroups/"+id+"/users/bob,alice", "").fails(t, 403, "forbidden_op", "forbidden operation on group owner!")
	c.send("DELETE", "/chatgroups/"+id+"/users/,", "").fails(t, 403, "forbidden_op", "")
	c.send("DELETE", "/chatgroups/"+id+"/users/"+inPath(61), "").fails(t, 400, "invalid_parameter", "kickMember: kickMembers number more than maxSize : 60")
	noSuchGroup(t, c, "DELETE /chatgroups/7/users/bob", "DELETE /chatgroups/7/users/bob,carol")
	assert.NotEmpty(t, c.srv.RequestsTo("groups.remove_member"))
	assert.Equal(t, "bob,carol", c.srv.RequestsTo("groups.remove_members")[7].Params["usernames"])
}

func TestGroupAdmins(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	assert.Equal(t, []any{}, c.send("GET", "/chatgroups/"+id+"/admin", "").body["data"])
	got := c.send("POST", "/chatgroups/"+id+"/admin", `{"newadmin": "Bob"}`)
	got.looksLike(t, `{"action": "post", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/admin", "entities": [], "data": {"result": "success", "newadmin": "bob"}, "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo", "properties": {}}`)
	assert.Equal(t, "success", got.path("data", "result"))
	assert.Equal(t, 200, c.send("POST", "/chatgroups/"+id+"/admin", `{"newadmin":"bob"}`).status)
	got = c.send("GET", "/chatgroups/"+id+"/admin", "")
	got.looksLike(t, `{"action": "get", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/admin", "entities": [], "data": ["bob"], "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo", "count": 1}`)
	assert.Equal(t, []any{"bob"}, got.body["data"])
	assert.Equal(t, []string{"alice", "bob"}, group(c, id).Allowed)
	c.send("POST", "/chatgroups/"+id+"/admin", `{"newadmin":"dave"}`).fails(t, 404, "resource_not_found", "user: dave doesn't exist in group: "+id)
	c.send("POST", "/chatgroups/"+id+"/admin", `{"newadmin":"alice"}`).fails(t, 403, "forbidden_op", "")
	c.send("POST", "/chatgroups/"+id+"/admin", `{}`).fails(t, 400, "invalid_parameter", "newadmin must be provided")
	c.send("POST", "/chatgroups/"+id+"/admin", `{`).fails(t, 400, "json_parse", "")

	c.send("DELETE", "/chatgroups/"+id+"/admin/bob", "").looksLike(t, `{"action": "delete", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/admin/bob", "entities": [], "data": {"result": "success", "oldadmin": "bob"}, "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
	c.send("DELETE", "/chatgroups/"+id+"/admin/bob", "").fails(t, 403, "forbidden_op", "user:bob is not admin of group:"+id)
	assert.Contains(t, group(c, id).Members, "bob")
	noSuchGroup(t, c, "GET /chatgroups/7/admin", `POST /chatgroups/7/admin {"newadmin":"bob"}`, "DELETE /chatgroups/7/admin/bob")

	var many []string
	for i := range 99 {
		many = append(many, fmt.Sprint("a", i))
	}
	full := c.srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob"}, Admins: many}).ID
	c.send("POST", "/chatgroups/"+full+"/admin", `{"newadmin":"bob"}`).fails(t, 403, "exceed_limit", "")
	c.send("DELETE", "/chatgroups/"+full+"/users/a7", "")
	assert.Equal(t, 200, c.send("POST", "/chatgroups/"+full+"/admin", `{"newadmin":"bob"}`).status, "who leaves is no admin")
}
