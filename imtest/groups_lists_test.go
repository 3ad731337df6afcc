package imtest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/imrest/im-go/imtest"
)

func TestGroupBlockList(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("mallory", "trent", "dave")
	id := c.srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"mallory", "trent", "bob"}, Admins: []string{"bob"}}).ID
	path := "/chatgroups/" + id + "/blocks/users"
	c.send("POST", path+"/Mallory", "").looksLike(t, `{"action": "post", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/blocks/users/mallory", "entities": [], "data": {"result": true, "action": "add_blocks", "user": "mallory", "groupid": "254806372614145"}, "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
	assert.Equal(t, []string{"mallory"}, group(c, id).Blocked)
	assert.NotContains(t, group(c, id).Members, "mallory")
	c.send("POST", path+"/mallory", "").fails(t, 403, "forbidden_op", "users [mallory] are not members of this group!")
	c.send("POST", path+"/alice", "").fails(t, 403, "forbidden_op", "forbidden operation on group owner!")

	c.send("POST", path+"/trent,bob", "").fails(t, 403, "forbidden_op", "users [trent,bob] are not members of this group!")
	c.send("POST", "/chatgroups/"+id+"/white/users/trent,bob", "").fails(t, 403, "forbidden_op", "users [trent,bob] are not members of this group!")
	assert.Equal(t, []string{"mallory"}, group(c, id).Blocked, "one name a path")

	got := c.send("POST", path, `{"usernames": ["mallory", "trent"]}`)
	got.looksLike(t, `{"action": "post", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/blocks/users", "entities": [], "data": [{"result": false, "action": "add_blocks", "reason": "user: mallory doesn't exist in group: 254806372614145", "user": "mallory", "groupid": "254806372614145"}, {"result": true, "action": "add_blocks", "user": "trent", "groupid": "254806372614145"}], "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
	assert.Equal(t, "user: mallory doesn't exist in group: "+id, got.path("data", 0, "reason"))
	assert.Equal(t, true, got.path("data", 1, "result"))
	assert.Len(t, c.send("POST", path, `{"usernames":["bob"]}`).body["data"], 1, "an array also for one")
	assert.Empty(t, group(c, id).Admins)
	c.send("POST", path, `{"usernames":["mallory","trent"]}`).fails(t, 403, "forbidden_op", "users [mallory, trent] are not members of this group!")
	c.send("POST", path, `{"usernames":["alice"]}`).fails(t, 403, "forbidden_op", "forbidden operation on group owner!")
	c.send("POST", path, `{"usernames":`+list(61)+`}`).fails(t, 400, "invalid_parameter", "userNames is more than max limit : 60")
	c.send("POST", path, `{}`).fails(t, 400, "invalid_parameter", "usernames must be provided")

	got = c.send("GET", path, "")
	got.looksLike(t, `{"action": "get", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/blocks/users", "entities": [], "data": ["mallory", "trent"], "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo", "count": 2}`)
	assert.Equal(t, []any{"bob", "trent", "mallory"}, got.body["data"])
	got = c.send("GET", path+"?pageSize=2", "")
	assert.Equal(t, []any{"bob", "trent"}, got.body["data"])
	got = c.send("GET", path+"?pageSize=2&cursor="+got.body["cursor"].(string), "")
	assert.Equal(t, []any{"mallory"}, got.body["data"])
	assert.NotContains(t, got.body, "cursor")
	c.send("GET", path+"?cursor=x", "").fails(t, 400, "illegal_argument", "")
	c.send("GET", path+"?pageSize=x", "").fails(t, 400, "illegal_argument", "")

	c.send("DELETE", path+"/bob", "").looksLike(t, `{"action": "delete", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/blocks/users/mallory", "entities": [], "data": {"result": true, "action": "remove_blocks", "user": "mallory", "groupid": "254806372614145"}, "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
	assert.NotContains(t, group(c, id).Members, "bob", "unblocking brings nobody back")
	c.send("DELETE", path+"/bob", "").fails(t, 403, "forbidden_op", "users [bob] are not members of this group!")
	c.send("DELETE", path+"/mallory%2Ctrent", "").looksLike(t, `{"action": "delete", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/blocks/users/mallory%2Ctrent", "entities": [], "data": [{"result": true, "action": "remove_blocks", "user": "mallory", "groupid": "254806372614145"}, {"result": true, "action": "remove_blocks", "user": "trent", "groupid": "254806372614145"}], "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
	c.send("DELETE", path+"/mallory,trent", "").fails(t, 403, "forbidden_op", "users [mallory, trent] are not members of this group!")
	c.send("DELETE", path+"/"+inPath(61), "").fails(t, 400, "invalid_parameter", "removeBlacklist: list size more than max limit : 60")
	assert.Empty(t, group(c, id).Blocked)
	noSuchGroup(t, c, "GET /chatgroups/7/blocks/users", "POST /chatgroups/7/blocks/users/bob",
		`POST /chatgroups/7/blocks/users {"usernames":["bob"]}`, "DELETE /chatgroups/7/blocks/users/bob", "DELETE /chatgroups/7/blocks/users/bob,eve")
}

func TestLongBlockList(t *testing.T) {
	c := newClient(t)
	var many []string
	for i := range 600 {
		many = append(many, fmt.Sprint("u", i))
	}
	id := c.srv.AddGroup(imtest.Group{Owner: "alice", Blocked: many}).ID
	got := c.send("GET", "/chatgroups/"+id+"/blocks/users", "")
	assert.Len(t, got.body["data"], 500)
	assert.NotContains(t, got.body, "cursor", "the rest is out of reach")
	assert.Len(t, c.send("GET", "/chatgroups/"+id+"/blocks/users?pageSize=100", "").body["data"], 50)
}

func TestGroupAllowList(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	path := "/chatgroups/" + id + "/white/users"
	c.send("POST", path+"/Carol", "").looksLike(t, `{"action": "post", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/white/users/carol", "entities": [], "data": {"result": true, "action": "add_user_whitelist", "user": "carol", "groupid": "254806372614145"}, "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
	c.send("POST", path+"/dave", "").fails(t, 403, "forbidden_op", "users [dave] are not members of this group!")
	c.send("POST", path, `{"usernames": ["bob", "carol"]}`).looksLike(t, `{"action": "post", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/white/users", "entities": [], "data": [{"result": true, "action": "add_user_whitelist", "user": "bob", "groupid": "254806372614145"}, {"result": true, "action": "add_user_whitelist", "user": "carol", "groupid": "254806372614145"}], "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
	got := c.send("POST", path, `{"usernames":["dave","carol"]}`)
	assert.Equal(t, false, got.path("data", 0, "result"))
	assert.Equal(t, "user: dave doesn't exist in group: "+id, got.path("data", 0, "reason"))
	c.send("POST", path, `{"usernames":["dave"]}`).fails(t, 403, "forbidden_op", "users [dave] are not members of this group!")
	c.send("POST", path, `{"usernames":`+list(61)+`}`).fails(t, 400, "invalid_parameter", "usernames size is more than max limit : 60")
	c.send("POST", path, `{`).fails(t, 400, "json_parse", "")

	got = c.send("GET", path, "")
	got.looksLike(t, `{"action": "get", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/white/users", "entities": [], "data": ["alice", "bob"], "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo", "count": 2}`)
	assert.Equal(t, []any{"alice", "carol", "bob"}, got.body["data"], "the owner is on it by default")

	one := c.send("DELETE", path+"/carol", "")
	assert.Equal(t, map[string]any{"result": true, "action": "remove_user_whitelist", "user": "carol", "groupid": id}, one.body["data"])
	c.send("POST", path+"/carol", "")
	c.send("DELETE", path+"/bob,carol", "").looksLike(t, `{"action": "delete", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/white/users/bob,carol", "entities": [], "data": [{"result": true, "action": "remove_user_whitelist", "user": "bob", "groupid": "254806372614145"}, {"result": true, "action": "remove_user_whitelist", "user": "carol", "groupid": "254806372614145"}], "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
	c.send("DELETE", path+"/bob", "").fails(t, 403, "forbidden_op", "users [bob] are not members of this group!")
	c.send("DELETE", path+"/"+inPath(61), "").fails(t, 400, "invalid_parameter", "removeWhitelist size is more than max limit : 60")
	noSuchGroup(t, c, "GET /chatgroups/7/white/users", "POST /chatgroups/7/white/users/bob",
		`POST /chatgroups/7/white/users {"usernames":["bob"]}`, "DELETE /chatgroups/7/white/users/bob")
}

func TestGroupMuteList(t *testing.T) {
	start := time.UnixMilli(1731000000000)
	c := newClient(t, imtest.WithClock(imtest.NewClock(start)))
	id := hikers(c)
	path := "/chatgroups/" + id + "/mute"
	got := c.send("POST", path, `{"mute_duration": 86400000, "usernames": ["Bob"]}`)
	got.looksLike(t, `{"action": "post", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/mute", "entities": [], "data": [{"result": true, "expire": 1731086400000, "user": "dave"}], "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
	assert.EqualValues(t, "1731086400000", got.path("data", 0, "expire"))
	got = c.send("POST", path, `{"mute_duration":"-1","usernames":["dave","carol"]}`)
	assert.Equal(t, false, got.path("data", 0, "result"))
	assert.EqualValues(t, "4638873600000", got.path("data", 1, "expire"))
	got = c.send("GET", path, "")
	got.looksLike(t, `{"action": "get", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/mute", "entities": [], "data": [{"expire": 1731086400000, "user": "dave"}], "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
	assert.Equal(t, "bob", got.path("data", 0, "user"))

	// A mute stays with a member who leaves and ends by the clock.
	c.send("DELETE", "/chatgroups/"+id+"/users/bob", "")
	c.send("POST", "/chatgroups/"+id+"/users/bob", "")
	assert.Equal(t, map[string]time.Time{"bob": time.UnixMilli(1731086400000), "carol": time.UnixMilli(4638873600000)}, group(c, id).Muted)
	c.srv.Clock().Advance(24 * time.Hour)
	assert.Len(t, c.send("GET", path, "").body["data"], 1)
	c.send("POST", path, `{"mute_duration":0,"usernames":["carol"]}`)
	assert.Equal(t, []any{}, c.send("GET", path, "").body["data"])
	assert.Equal(t, 200, c.send("POST", path, `{"mute_duration":9223372036854775807,"usernames":["carol"]}`).status)
	assert.Equal(t, time.UnixMilli(4638873600000), group(c, id).Muted["carol"])

	c.send("POST", path, `{"mute_duration":1,"usernames":["dave"]}`).fails(t, 403, "forbidden_op", "users [dave] are not members of this group!")
	c.send("POST", path, `{"mute_duration":1,"usernames":["alice"]}`).fails(t, 403, "forbidden_op", "forbidden operation on group owner!")
	c.send("POST", path, `{"mute_duration":1,"usernames":`+list(61)+`}`).fails(t, 400, "invalid_parameter", "userNames size is more than max limit : 60")
	c.send("POST", path, `{"usernames":["bob"]}`).fails(t, 400, "invalid_parameter", "mute_duration must be provided")
	c.send("POST", path, `{"mute_duration":-2,"usernames":["bob"]}`).fails(t, 400, "invalid_parameter", "")
	c.send("POST", path, `{"mute_duration":1}`).fails(t, 400, "invalid_parameter", "usernames must be provided")

	for _, method := range []string{"DELETE", "POST"} { // POST by the overview of 2022
		c.send("POST", path, `{"mute_duration":-1,"usernames":["bob","carol"]}`)
		c.send(method, path+"/bob", "").looksLike(t, `{"action": "delete", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/mute/dave", "entities": [], "data": [{"result": true, "user": "dave"}], "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
		assert.Len(t, c.send(method, path+"/bob,carol", "").body["data"], 2)
		assert.Empty(t, group(c, id).Muted)
	}
	c.send("DELETE", path+"/"+inPath(61), "").fails(t, 400, "invalid_parameter", "removeMute member size more than max limit : 60")
	noSuchGroup(t, c, "GET /chatgroups/7/mute", `POST /chatgroups/7/mute {"mute_duration":1,"usernames":["bob"]}`, "DELETE /chatgroups/7/mute/bob")
}

func TestMuteAllOfGroup(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	got := c.send("POST", "/chatgroups/"+id+"/ban", `{"mute_duration":-1}`)
	got.looksLike(t, `{"action": "post", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/ban", "entities": [], "data": {"mute": true}, "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
	assert.Equal(t, "post", got.body["action"])
	assert.True(t, group(c, id).MutedAll)
	assert.Equal(t, true, c.send("GET", "/chatgroups/"+id, "").path("data", 0, "mute"))
	assert.Empty(t, c.send("GET", "/chatgroups/"+id+"/mute", "").body["data"], "the mute list is another thing")
	for _, method := range []string{"DELETE", "PUT"} { // PUT by the overview of 2022
		c.send("POST", "/chatgroups/"+id+"/ban", "")
		got = c.send(method, "/chatgroups/"+id+"/ban", "")
		got.looksLike(t, `{"action": "delete", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/ban", "entities": [], "data": {"mute": false}, "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
		assert.Equal(t, false, got.path("data", "mute"))
		assert.False(t, group(c, id).MutedAll)
	}
	noSuchGroup(t, c, "POST /chatgroups/7/ban", "DELETE /chatgroups/7/ban")
}
