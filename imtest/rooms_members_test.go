package imtest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/imrest/im-go/imtest"
)

func TestListRoomMembers(t *testing.T) {
	c := newClient(t)
	id := lobby(c)
	got := c.send("GET", "/chatrooms/"+id+"/users?pagesize=2&pagenum=1", "")
	got.looksLike(t, `{"action": "get", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "count": 2, "data": [{"owner": "alice"}, {"member": "bob"}], "duration": 0, "entities": [], "organization": "acme", "params": {"pagesize": ["2"], "pagenum": ["1"]}, "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/users"}`)
	assert.Equal(t, []any{map[string]any{"owner": "alice"}, map[string]any{"member": "bob"}}, got.body["data"])
	assert.EqualValues(t, "3", c.send("GET", "/chatrooms/"+id+"/users", "").body["count"])
	got = c.send("GET", "/chatrooms/"+id+"/users?version=v3&limit=1&sort=asc", "")
	got.looksLike(t, `{"action": "get", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "count": 2, "data": ["bob", "carol"], "duration": 0, "entities": [], "organization": "acme", "params": {"version": ["v3"], "limit": ["2"], "sort": ["asc"]}, "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/users", "cursor": "MTcwMDAwMDAwMDEyMw"}`)
	assert.Equal(t, []any{"bob"}, got.body["data"])
	c.send("GET", "/chatrooms/7/users", "").fails(t, 404, "service_resource_not_found", "do not find this group:7")
	c.send("GET", "/chatrooms/7/users?version=v3", "").fails(t, 404, "service_resource_not_found", "do not find this group:7")
}

func TestAddRoomMembers(t *testing.T) {
	c := newClient(t)
	id := lobby(c)
	path := "/chatrooms/" + id + "/users"
	got := c.send("POST", path+"/Dave", "")
	got.looksLike(t, `{"action": "post", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": {"result": true, "action": "add_member", "id": "248135790246813", "user": "carol"}, "duration": 0, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/users/carol"}`)
	assert.Equal(t, map[string]any{"result": true, "action": "add_member", "id": id, "user": "dave"}, c.send("POST", path+"/dave", "").body["data"], "a member is as good as added")
	c.send("POST", path+"/nobody", "").fails(t, 404, "resource_not_found", "username nobody doesn't exist!")
	c.srv.AddUsers("erin")
	got = c.send("POST", path, `{"usernames": ["carol", "Erin"]}`)
	got.looksLike(t, `{"action": "post", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": {"newmembers": ["carol", "dave"], "action": "add_member", "id": "248135790246813"}, "duration": 9, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/users"}`)
	assert.Equal(t, []any{"carol", "erin"}, got.path("data", "newmembers"))
	assert.Equal(t, []string{"alice", "bob", "carol", "dave", "erin"}, room(c, id).Members)
	c.srv.AddUsers("frank")
	c.send("POST", path, `{"usernames":["frank","nobody"]}`).fails(t, 404, "resource_not_found", "username nobody doesn't exist!")
	assert.NotContains(t, room(c, id).Members, "frank")
	c.send("POST", path, `{"usernames":`+list(61)+`}`).fails(t, 400, "invalid_parameter", "addMembers: addMembers number more than maxSize : 60")
	c.send("POST", path, `{}`).fails(t, 400, "invalid_parameter", "usernames must be provided")
	c.send("POST", path, `{`).fails(t, 400, "json_parse", "")
	c.send("POST", "/chatrooms/"+id+"/blocks/users/erin", "")
	c.send("POST", path+"/erin", "").fails(t, 403, "forbidden_op", "")
	full := c.srv.AddRoom(imtest.Room{Owner: "alice", MaxUsers: 1}).ID
	c.send("POST", "/chatrooms/"+full+"/users/bob", "").fails(t, 403, "forbidden_op", "")
	c.send("POST", "/chatrooms/"+full+"/users", `{"usernames":["bob"]}`).fails(t, 403, "forbidden_op", "")
	c.send("PUT", "/chatrooms/"+id, `{"maxusers":1}`)
	assert.Equal(t, 200, c.send("POST", path+"/dave", "").status, "a member of a full room is as good as added, too")
	assert.Equal(t, 200, c.send("POST", path, `{"usernames":["carol","dave"]}`).status)
	noSuchGroup(t, c, "POST /chatrooms/7/users/bob", `POST /chatrooms/7/users {"usernames":["bob"]}`)
}

func TestCountRoomMembers(t *testing.T) {
	c := newClient(t)
	id := lobby(c)
	got := c.send("GET", "/chatrooms/"+id+"/count", "")
	got.looksLike(t, `{"action": "get", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": 3, "duration": 0, "entities": [], "organization": "acme", "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/count"}`)
	assert.EqualValues(t, "3", got.body["data"])
	c.send("POST", "/chatrooms/"+id+"/users/dave", "")
	assert.EqualValues(t, "4", c.send("GET", "/chatrooms/"+id+"/count", "").body["data"])
	noSuchGroup(t, c, "GET /chatrooms/7/count")
}

func TestRemoveRoomMembers(t *testing.T) {
	c := newClient(t)
	id := lobby(c)
	path := "/chatrooms/" + id + "/users/"
	c.send("DELETE", path+"Carol", "").looksLike(t, `{"action": "delete", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": {"result": true, "action": "remove_member", "user": "carol", "id": "248135790246813"}, "duration": 1, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/users/carol"}`)
	c.send("DELETE", path+"carol", "").fails(t, 403, "forbidden_op", "users [carol] are not members of this group!")
	c.send("DELETE", path+"nobody", "").fails(t, 404, "resource_not_found", "username nobody doesn't exist!")
	c.send("DELETE", path+"alice", "").fails(t, 403, "forbidden_op", "forbidden operation on group owner!")
	got := c.send("DELETE", path+"carol%2Cbob", "")
	got.looksLike(t, `{"action": "delete", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": [{"result": false, "action": "remove_member", "reason": "user: carol doesn't exist in group: 248135790246813", "user": "carol", "id": "248135790246813"}, {"result": true, "action": "remove_member", "user": "dave", "id": "248135790246813"}], "duration": 0, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/users/carol%2Cdave"}`)
	assert.Equal(t, "user: carol doesn't exist in group: "+id, got.path("data", 0, "reason"))
	assert.Equal(t, []string{"alice"}, room(c, id).Members)
	c.send("DELETE", path+"carol,bob", "").fails(t, 403, "forbidden_op", "users [carol, bob] are not members of this group!")
	c.send("DELETE", path+inPath(61), "").fails(t, 400, "invalid_parameter", "kickMember: kickMembers number more than maxSize : 60")
	noSuchGroup(t, c, "DELETE /chatrooms/7/users/bob", "DELETE /chatrooms/7/users/bob,carol")
}

func TestRoomAdmins(t *testing.T) {
	c := newClient(t)
	id := lobby(c)
	path := "/chatrooms/" + id + "/admin"
	c.send("POST", path, `{"newadmin": "bob"}`).looksLike(t, `{"action": "post", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": {"result": "success", "newadmin": "bob"}, "duration": 1, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/admin"}`)
	got := c.send("GET", path, "")
	got.looksLike(t, `{"action": "get", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "count": 1, "data": ["bob"], "duration": 0, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/admin"}`)
	assert.Equal(t, []any{"bob"}, got.body["data"])
	c.send("POST", path, `{"newadmin":"dave"}`).fails(t, 403, "forbidden_op", "users [dave] are not members of this group!")
	c.send("POST", path, `{"newadmin":"nobody"}`).fails(t, 404, "resource_not_found", "username nobody doesn't exist!")
	c.send("DELETE", path+"/bob", "").looksLike(t, `{"action": "delete", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": {"result": "success", "oldadmin": "bob"}, "duration": 1, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/admin/bob"}`)
	assert.Equal(t, 200, c.send("DELETE", path+"/bob", "").status)
	assert.Empty(t, room(c, id).Admins)
	assert.Contains(t, room(c, id).Members, "bob")
	c.send("DELETE", path+"/nobody", "").fails(t, 404, "resource_not_found", "username nobody doesn't exist!")
	noSuchGroup(t, c, "GET /chatrooms/7/admin", `POST /chatrooms/7/admin {"newadmin":"bob"}`, "DELETE /chatrooms/7/admin/bob")
}

func TestRoomTags(t *testing.T) {
	c := newClient(t, imtest.WithClock(imtest.NewClock(time.UnixMilli(1700000000123))))
	id := lobby(c)
	path := "/chatrooms/" + id + "/users/bob/tag"
	c.send("PUT", path, `{"tags": ["guest", "row-1"]}`).looksLike(t, `{"action": "put", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": {"result": true}, "duration": 1, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/users/bob/tag"}`)
	c.send("PUT", "/chatrooms/"+id+"/tag/mute", `{"tag": "guest", "mute_duration": 86400}`).looksLike(t, `{"action": "put", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": {"result": true}, "duration": 1, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/tag/mute"}`)
	c.send("PUT", "/chatrooms/"+id+"/tag/mute", `{"tag":"row-1","mute_duration":-1}`)
	got := c.send("GET", path, "")
	got.looksLike(t, `{"action": "get", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": {"guest": "1700086400123", "row-1": "-1"}, "duration": 0, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/users/bob/tag"}`)
	assert.Equal(t, map[string]any{"guest": "1700086400123", "row-1": "-1"}, got.body["data"])
	muted := c.send("GET", "/chatrooms/"+id+"/mute", "")
	assert.Equal(t, "bob", muted.path("data", 0, "user"))
	assert.EqualValues(t, "4638873600000", muted.path("data", 0, "expire"), "the later of two")

	c.send("PUT", "/chatrooms/"+id+"/tag/mute", `{"tag":"row-1","mute_duration":0}`)
	c.srv.Clock().Advance(24 * time.Hour)
	assert.Equal(t, map[string]any{"guest": "0", "row-1": "0"}, c.send("GET", path, "").body["data"])
	assert.Equal(t, []any{}, c.send("GET", "/chatrooms/"+id+"/mute", "").body["data"])
	assert.Equal(t, map[string][]string{"bob": {"guest", "row-1"}}, room(c, id).Tags)

	c.send("PUT", path, `{"tags":"guest"}`).fails(t, 400, "invalid_parameter", "tags should be type of List")
	c.send("PUT", path, `{}`).fails(t, 400, "invalid_parameter", "tags should be type of List")
	c.send("PUT", path, `{"tags":`+list(11)+`}`).fails(t, 403, "exceed_limit", "user group tag count exceed limit")
	long := strings.Repeat("长", 33)
	c.send("PUT", path, `{"tags":["`+long+`"]}`).fails(t, 403, "exceed_limit", "tag length exceeds limit!")
	for _, method := range []string{"PUT", "GET"} {
		c.send(method, "/chatrooms/"+id+"/users/dave/tag", `{"tags":[]}`).fails(t, 403, "forbidden_op", "users [dave] are not members of this group!")
	}
	c.send("PUT", path, `{`).fails(t, 400, "json_parse", "")
	mute := "/chatrooms/" + id + "/tag/mute"
	c.send("PUT", mute, `{"tag":"`+long+`","mute_duration":1}`).fails(t, 403, "exceed_limit", "tag length exceeds limit!")
	c.send("PUT", mute, `{"tag":"vip","mute_duration":1}`).fails(t, 404, "resource_not_found", "group tag not found")
	c.send("PUT", mute, `{"mute_duration":1}`).fails(t, 400, "invalid_parameter", "tag must be provided")
	c.send("PUT", mute, `{"tag":"guest"}`).fails(t, 400, "invalid_parameter", "mute_duration must be provided")
	c.send("PUT", mute, `{`).fails(t, 400, "json_parse", "")
	noSuchGroup(t, c, `PUT /chatrooms/7/users/bob/tag {"tags":[]}`, "GET /chatrooms/7/users/bob/tag", `PUT /chatrooms/7/tag/mute {"tag":"x","mute_duration":1}`)

	c.send("PUT", path, `{"tags":[]}`)
	assert.Equal(t, map[string]any{}, c.send("GET", path, "").body["data"])
}
