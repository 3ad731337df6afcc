package imtest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/imrest/im-go/imtest"
)

func TestRoomBlockList(t *testing.T) {
	c := newClient(t)
	id := c.srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob", "carol", "dave"}}).ID
	path := "/chatrooms/" + id + "/blocks/users"
	c.send("POST", path+"/carol", "").looksLike(t, `{"action": "post", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": {"result": true, "action": "add_blocks", "user": "carol", "chatroomid": "248135790246813"}, "duration": 27, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/blocks/users/carol"}`)
	c.send("POST", path+"/carol", "").fails(t, 403, "forbidden_op", "users [carol] are not members of this group!")
	c.send("POST", path+"/alice", "").fails(t, 403, "forbidden_op", "forbidden operation on group owner!")
	got := c.send("POST", path, `{"usernames": ["carol", "dave"]}`)
	got.looksLike(t, `{"action": "post", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": [{"result": false, "action": "add_blocks", "reason": "user: carol doesn't exist in chatroom: 248135790246813", "user": "carol", "chatroomid": "248135790246813"}, {"result": true, "action": "add_blocks", "user": "dave", "chatroomid": "248135790246813"}], "duration": 16, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/blocks/users"}`)
	assert.Equal(t, "user: carol doesn't exist in chatroom: "+id, got.path("data", 0, "reason"))
	got = c.send("GET", path, "")
	got.looksLike(t, `{"action": "get", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "count": 2, "data": ["carol", "dave"], "duration": 0, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/blocks/users"}`)
	assert.Equal(t, []any{"carol", "dave"}, got.body["data"])
	c.send("POST", path, `{"usernames":["carol"]}`).fails(t, 403, "forbidden_op", "users [carol] are not members of this group!")
	c.send("POST", path, `{"usernames":["alice"]}`).fails(t, 403, "forbidden_op", "forbidden operation on group owner!")
	c.send("POST", path, `{"usernames":`+list(61)+`}`).fails(t, 400, "invalid_parameter", "userNames is more than max limit : 60")
	c.send("POST", path, `{`).fails(t, 400, "json_parse", "")

	c.send("DELETE", path+"/carol", "").looksLike(t, `{"action": "delete", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": {"result": true, "action": "remove_blocks", "user": "carol", "chatroomid": "248135790246813"}, "duration": 45, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/blocks/users/carol"}`)
	got = c.send("DELETE", path+"/dave%2Ccarol", "")
	got.looksLike(t, `{"action": "delete", "application": "a", "applicationName": "demo", "data": [{"result": true, "action": "remove_blocks", "user": "dave", "chatroomid": "1"}], "duration": 29, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1, "uri": "u"}`)
	assert.Equal(t, false, got.path("data", 1, "result"))
	c.send("DELETE", path+"/dave,carol", "").fails(t, 403, "forbidden_op", "users [dave, carol] are not members of this group!")
	c.send("DELETE", path+"/"+inPath(61), "").fails(t, 400, "invalid_parameter", "removeBlacklist: list size more than max limit : 60")
	noSuchGroup(t, c, "GET /chatrooms/7/blocks/users", "POST /chatrooms/7/blocks/users/bob",
		`POST /chatrooms/7/blocks/users {"usernames":["bob"]}`, "DELETE /chatrooms/7/blocks/users/bob", "DELETE /chatrooms/7/blocks/users/bob,eve")
}

func TestRoomAllowList(t *testing.T) {
	c := newClient(t)
	id := lobby(c)
	path := "/chatrooms/" + id + "/white/users"
	c.send("POST", path+"/bob", "").looksLike(t, `{"action": "post", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": {"result": true, "action": "add_user_whitelist", "user": "bob", "chatroomid": "248135790246813"}, "duration": 4, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/white/users/bob"}`)
	c.send("POST", path+"/dave", "").fails(t, 403, "forbidden_op", "users [dave] are not members of this group!")
	c.send("POST", path, `{"usernames": ["bob", "carol"]}`).looksLike(t, `{"action": "post", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": [{"result": true, "action": "add_user_whitelist", "user": "bob", "chatroomid": "248135790246813"}, {"result": true, "action": "add_user_whitelist", "user": "carol", "chatroomid": "248135790246813"}], "duration": 2, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/white/users"}`)
	got := c.send("GET", path, "")
	got.looksLike(t, `{"action": "get", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "count": 2, "data": ["bob", "carol"], "duration": 3, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/white/users"}`)
	assert.Equal(t, []any{"alice", "bob", "carol"}, got.body["data"])
	c.send("POST", path, `{"usernames":["dave"]}`).fails(t, 403, "forbidden_op", "")
	c.send("POST", path, `{"usernames":`+list(61)+`}`).fails(t, 400, "invalid_parameter", "usernames size is more than max limit : 60")
	c.send("DELETE", path+"/bob%2Ccarol", "").looksLike(t, `{"action": "delete", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": [{"result": true, "action": "remove_user_whitelist", "user": "bob", "chatroomid": "248135790246813"}, {"result": true, "action": "remove_user_whitelist", "user": "carol", "chatroomid": "248135790246813"}], "duration": 1, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/white/users/bob%2Ccarol"}`)
	c.send("POST", path+"/bob", "")
	assert.Equal(t, map[string]any{"result": true, "action": "remove_user_whitelist", "user": "bob", "chatroomid": id}, c.send("DELETE", path+"/bob", "").body["data"])
	c.send("DELETE", path+"/dave", "").fails(t, 403, "forbidden_op", "")
	c.send("DELETE", path+"/"+inPath(61), "").fails(t, 400, "invalid_parameter", "removeWhitelist size is more than max limit : 60")
	noSuchGroup(t, c, "GET /chatrooms/7/white/users", "POST /chatrooms/7/white/users/bob",
		`POST /chatrooms/7/white/users {"usernames":["bob"]}`, "DELETE /chatrooms/7/white/users/bob")
}

func TestRoomMuteList(t *testing.T) {
	c := newClient(t, imtest.WithClock(imtest.NewClock(time.UnixMilli(1700000000123))))
	id := lobby(c)
	path := "/chatrooms/" + id + "/mute"
	got := c.send("POST", path, `{"usernames": ["carol", "bob"], "mute_duration": 86400000}`)
	got.looksLike(t, `{"action": "post", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": [{"result": true, "expire": 1700086400123, "user": "carol"}, {"result": true, "expire": 1700086400123, "user": "dave"}], "duration": 0, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/mute"}`)
	assert.EqualValues(t, "1700086400123", got.path("data", 1, "expire"))
	c.send("GET", path, "").looksLike(t, `{"action": "get", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": [{"expire": 1700086400123, "user": "carol"}, {"expire": 4638873600000, "user": "dave"}], "duration": 0, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/mute"}`)
	c.send("DELETE", path+"/carol", "").looksLike(t, `{"action": "delete", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": [{"result": true, "user": "carol"}], "duration": 0, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/mute/carol"}`)
	assert.Len(t, c.send("DELETE", path+"/carol%2Cbob", "").body["data"], 2)
	assert.Empty(t, room(c, id).Muted)
	c.send("POST", path, `{"usernames":["dave"],"mute_duration":1}`).fails(t, 403, "forbidden_op", "users [dave] are not members of this group!")
	c.send("POST", path, `{"usernames":`+list(61)+`,"mute_duration":1}`).fails(t, 400, "invalid_parameter", "userNames size is more than max limit : 60")
	c.send("DELETE", path+"/"+inPath(61), "").fails(t, 400, "invalid_parameter", "removeMute member size more than max limit : 60")
	noSuchGroup(t, c, "GET /chatrooms/7/mute", `POST /chatrooms/7/mute {"usernames":["bob"],"mute_duration":1}`, "DELETE /chatrooms/7/mute/bob")
}

func TestMuteAllOfRoom(t *testing.T) {
	c := newClient(t)
	id := lobby(c)
	got := c.send("POST", "/chatrooms/"+id+"/ban", "")
	got.looksLike(t, `{"action": "put", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": {"mute": true}, "duration": 1, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/ban"}`)
	assert.Equal(t, "put", got.body["action"])
	assert.Equal(t, true, c.send("GET", "/chatrooms/"+id, "").path("data", 0, "mute"))
	got = c.send("DELETE", "/chatrooms/"+id+"/ban", "")
	got.looksLike(t, `{"action": "delete", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": {"mute": false}, "duration": 1, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/ban"}`)
	assert.Equal(t, "delete", got.body["action"])
	assert.False(t, room(c, id).MutedAll)
	noSuchGroup(t, c, "POST /chatrooms/7/ban", "DELETE /chatrooms/7/ban")
}
