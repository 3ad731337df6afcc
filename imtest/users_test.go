package imtest_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
)

func TestRegister(t *testing.T) {
	c := newClient(t, imtest.WithClock(imtest.NewClock(time.UnixMilli(1697600000123))))
	got := c.send("POST", "/users", `{"username":"Alice","password":"S3cret.pass","nickname":"Alice A."}`)
	got.looksLike(t, `{"action":"post","application":"5f0c1c30-6d1e-11ee-9d5b-3b7a2f10c4d2","path":"/users","uri":"https://a1.example.com/acme/demo/users","entities":[{"uuid":"9b2f7f10-6d1e-11ee-8f57-61f2c0a9e8b4","type":"user","created":1697600000123,"modified":1697600000123,"username":"alice","activated":true}],"timestamp":1697600000130,"duration":7,"organization":"acme","applicationName":"demo"}`)
	assert.Equal(t, "alice", got.path("entities", 0, "username"))
	assert.EqualValues(t, "1697600000123", got.path("entities", 0, "created"))
	assert.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, got.path("entities", 0, "uuid"))

	alice, ok := c.srv.User("ALICE")
	require.True(t, ok)
	assert.Equal(t, "S3cret.pass", alice.Password)
	assert.Equal(t, "Alice A.", alice.Nickname)
	assert.True(t, alice.Activated)
}

func TestRegisterRefused(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("taken")
	for _, tt := range []struct{ body, code, text string }{
		{`{}`, "illegal_argument", "Entity user requires a property named username"},
		{`{"username":""}`, "illegal_argument", "Entity user requires a property named username"},
		{`{"username":"a b"}`, "illegal_argument", "username [a b] is not legal"},
		{`{"username":"` + strings.Repeat("x", 65) + `"}`, "illegal_argument", "USERNAME_TOO_LONG"},
		{`{"username":"x","password":""}`, "illegal_argument", "password or pin must provided"},
		{`{"username":"x","nickname":"` + strings.Repeat("字", 101) + `"}`, "illegal_argument", "NICKNAME_TOO_LONG"},
		{`{"username":1}`, "illegal_argument", ""},
		{`{"username":"Taken"}`, "duplicate_unique_property_exists", ""},
	} {
		c.send("POST", "/users", tt.body).fails(t, 400, tt.code, tt.text)
	}
	got := c.send("POST", "/users", `{"username":"taken"}`)
	assert.Regexp(t, `^Application [0-9a-f-]{36} Entity user requires that property named username be unique, value of taken exists$`, got.body["error_description"])
	assert.Len(t, c.srv.Users(), 1)
}

func TestRegisterBatch(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("carol")
	got := c.send("POST", "/users", `[{"username":"alice","password":"a"},{"username":"bob"},{"username":"Alice","password":"a"},{"username":"carol"}]`)
	got.looksLike(t, `{"action":"post","application":"5f0c1c30-6d1e-11ee-9d5b-3b7a2f10c4d2","path":"/users","uri":"https://a1.example.com/acme/demo/users","entities":[{"uuid":"9b2f7f10-6d1e-11ee-8f57-61f2c0a9e8b4","type":"user","created":1697600000123,"modified":1697600000123,"username":"alice","activated":true},{"uuid":"9b2fcd30-6d1e-11ee-a3c1-0d5c1e7b42aa","type":"user","created":1697600000125,"modified":1697600000125,"username":"bob","activated":true}],"timestamp":1697600000131,"data":[{"username":"carol","registerUserFailReason":"the carol already exists"}],"duration":11,"organization":"acme","applicationName":"demo"}`)
	assert.Len(t, got.body["entities"], 2)
	assert.Equal(t, "the carol already exists", got.path("data", 0, "registerUserFailReason"))

	one := c.send("POST", "/users", ` [{"username":"dave"}]`)
	assert.Equal(t, []any{}, one.body["data"])
	none := c.send("POST", "/users", `[{"username":"dave"}]`)
	assert.Equal(t, []any{}, none.body["entities"])

	c.send("POST", "/users", `[{"username":"e1"},{"username":"e 2"}]`).fails(t, 400, "illegal_argument", "username [e 2] is not legal")
	c.send("POST", "/users", `[{"username":"e1","password":"a"},{"username":"E1","password":"b"}]`).
		fails(t, 400, "duplicate_unique_property_exists", "the same user E1 has a different password, the passwords are [a b]")
	many := strings.Repeat(`{"username":"x"},`, 61)
	c.send("POST", "/users", "["+strings.TrimSuffix(many, ",")+"]").
		fails(t, 400, "illegal_argument", "Request body array size[61] had almost reached or been greater than the upper range value[60]")
	assert.Len(t, c.srv.Users(), 4)
	assert.Len(t, c.srv.RequestsTo("users.register_batch"), 6)
}

func TestGetUser(t *testing.T) {
	c := newClient(t)
	c.srv.AddUser(imtest.User{Username: "alice", Nickname: "Alice A."})
	got := c.send("GET", "/users/Alice", "")
	got.looksLike(t, `{"action":"get","path":"/users","uri":"https://a1.example.com/acme/demo/users/alice","entities":[{"uuid":"9b2f7f10-6d1e-11ee-8f57-61f2c0a9e8b4","type":"user","created":1697600000123,"modified":1697600500456,"username":"alice","activated":true,"nickname":"Alice A."}],"timestamp":1697600600789,"duration":5,"count":1}`)
	assert.Equal(t, "Alice A.", got.path("entities", 0, "nickname"))
	nobody := c.send("GET", "/users/nobody", "")
	nobody.fails(t, 404, "service_resource_not_found", "Service resource not found")
	assert.Equal(t, "UserNotFoundException", nobody.body["exception"])
}

func TestListUsers(t *testing.T) {
	c := newClient(t)
	for i := range 25 {
		c.srv.AddUsers(fmt.Sprintf("user-%02d", i))
	}
	got := c.send("GET", "/users?limit=2", "")
	got.looksLike(t, `{"action":"get","params":{"limit":["2"]},"path":"/users","uri":"https://a1.example.com/acme/demo/users","entities":[{"uuid":"9b2f7f10-6d1e-11ee-8f57-61f2c0a9e8b4","type":"user","created":1697600000123,"modified":1697600000123,"username":"alice","activated":true,"nickname":"Alice A."}],"timestamp":1697600700001,"duration":9,"cursor":"LTg0MTU2OTk2MTpkZW1v","count":2}`)

	var names []string
	cursor := ""
	for pages := 1; ; pages++ {
		page := c.send("GET", "/users?cursor="+url.QueryEscape(cursor), "")
		for _, e := range page.body["entities"].([]any) {
			names = append(names, e.(map[string]any)["username"].(string))
		}
		if page.body["cursor"] == nil {
			assert.Equal(t, 3, pages)
			assert.EqualValues(t, "5", page.body["count"])
			break
		}
		cursor = page.body["cursor"].(string)
	}
	assert.Len(t, names, 25)
	assert.IsIncreasing(t, names)

	assert.EqualValues(t, "25", c.send("GET", "/users?limit=1000", "").body["count"])
	assert.EqualValues(t, "10", c.send("GET", "/users?limit=0", "").body["count"])
	c.send("GET", "/users?limit=many", "").fails(t, 400, "illegal_argument", "")
	c.send("GET", "/users?cursor=nonsense", "").fails(t, 400, "illegal_argument", "")
}

func TestDeleteUser(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob")
	c.send("POST", "/mutes", `{"username":"alice","chat":60}`)
	got := c.send("DELETE", "/users/ALICE", "")
	got.looksLike(t, `{"action":"delete","application":"5f0c1c30-6d1e-11ee-9d5b-3b7a2f10c4d2","path":"/users","uri":"https://a1.example.com/acme/demo/users","entities":[{"uuid":"9b2f7f10-6d1e-11ee-8f57-61f2c0a9e8b4","type":"user","created":1697600000123,"modified":1697600000123,"username":"alice","activated":true,"nickname":"Alice A."}],"timestamp":1697600800002,"duration":38,"organization":"acme","applicationName":"demo"}`)
	assert.Equal(t, c.srv.URL()+"/acme/demo/users", got.body["uri"])
	assert.Empty(t, c.srv.Mutes("alice"))

	bob, _ := c.srv.User("bob")
	assert.Equal(t, 200, c.send("DELETE", "/users/"+bob.UUID, "").status)
	c.send("DELETE", "/users/bob", "").fails(t, 404, "service_resource_not_found", "Service resource not found")
	assert.Empty(t, c.srv.Users())
}

func TestDeleteOldestUsers(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob", "carol")
	got := c.send("DELETE", "/users/?limit=2", "")
	got.looksLike(t, `{"action":"delete","application":"5f0c1c30-6d1e-11ee-9d5b-3b7a2f10c4d2","params":{"limit":["2"]},"path":"/users","uri":"https://a1.example.com/acme/demo/users","entities":[{"uuid":"9b2f7f10-6d1e-11ee-8f57-61f2c0a9e8b4","type":"user","created":1697600000123,"modified":1697600000123,"username":"alice","activated":true}],"timestamp":1697600900003,"duration":402,"organization":"acme","applicationName":"demo","cursor":"LTg0MTU2OTk2MTpkZW1v"}`)
	require.Len(t, c.srv.Users(), 1)
	assert.Equal(t, "carol", c.srv.Users()[0].Username)
	last := c.send("DELETE", "/users?limit=2&cursor="+got.body["cursor"].(string), "")
	assert.NotContains(t, last.body, "cursor")
	assert.Empty(t, c.srv.Users())
	c.send("DELETE", "/users?limit=x", "").fails(t, 400, "illegal_argument", "")
	c.send("DELETE", "/users?cursor=x", "").fails(t, 400, "illegal_argument", "")
}

func TestSetPassword(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice")
	c.send("PUT", "/users/alice/password", `{"newpassword":"N3w.pass"}`).
		looksLike(t, `{"action":"set user password","timestamp":1697601000004,"duration":8}`)
	alice, _ := c.srv.User("alice")
	assert.Equal(t, "N3w.pass", alice.Password)
	c.send("PUT", "/users/alice/password", `{"newPassword":"x"}`).fails(t, 400, "illegal_argument", "newpassword is required")
	c.send("PUT", "/users/nobody/password", `{"newpassword":"x"}`).fails(t, 404, "entity_not_found", "User null not found")
	assert.Equal(t, 200, c.send("POST", "/users/alice/password", `{"newpassword":"x"}`).status)
}

func TestDeactivateAndActivate(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice")
	c.srv.LogIn("alice")
	got := c.send("POST", "/users/alice/deactivate", "")
	got.looksLike(t, `{"action":"Deactivate user","entities":[{"uuid":"9b2f7f10-6d1e-11ee-8f57-61f2c0a9e8b4","type":"user","created":1697600000123,"modified":1697601100005,"username":"alice","activated":false,"nickname":"Alice A."}],"timestamp":1697601100007,"duration":12}`)
	assert.Equal(t, "Deactivate user", got.body["action"])
	assert.Equal(t, false, got.path("entities", 0, "activated"))
	alice, _ := c.srv.User("alice")
	assert.False(t, alice.Activated)
	assert.False(t, alice.Online)

	got = c.send("POST", "/users/alice/activate", "")
	got.looksLike(t, `{"action":"activate user","timestamp":1697601200006,"duration":9}`)
	assert.Equal(t, "activate user", got.body["action"])
	alice, _ = c.srv.User("alice")
	assert.True(t, alice.Activated)
	c.send("POST", "/users/nobody/deactivate", "").fails(t, 404, "service_resource_not_found", "")
	c.send("POST", "/users/nobody/activate", "").fails(t, 404, "service_resource_not_found", "")
}

func TestDevices(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice")
	assert.False(t, c.srv.LogIn("nobody"))
	assert.Equal(t, []any{}, c.send("GET", "/users/alice/resources", "").body["data"])
	c.srv.LogIn("alice", imtest.Device{ID: "android_1", UUID: "u", Name: "Pixel-9"}, imtest.Device{ID: "ios_2"})

	got := c.send("GET", "/users/alice/resources", "")
	got.looksLike(t, `{"path":"/users/alice/resources","uri":"https://a1.example.com/acme/demo/users/alice/resources","timestamp":1697601500009,"organization":"acme","application":"5f0c1c30-6d1e-11ee-9d5b-3b7a2f10c4d2","entities":[],"action":"get","data":[{"res":"android_600100200300","device_uuid":"7d3c0b1e-2f6a-4c55-9a10-5e8d4b1c7f90","device_name":"Pixel-9"}],"duration":0,"applicationName":"demo"}`)
	assert.Equal(t, "/users/alice/resources", got.body["path"])
	assert.Len(t, got.body["data"], 2)

	got = c.send("DELETE", "/users/alice/disconnect/android_1", "")
	got.looksLike(t, `{"uri":"https://a1.example.com/acme/demo/users/alice/disconnect/android_600100200300","timestamp":1697601400008,"organization":"acme","application":"5f0c1c30-6d1e-11ee-9d5b-3b7a2f10c4d2","entities":[],"action":"delete","data":{"result":true},"duration":0,"applicationName":"demo"}`)
	assert.Equal(t, true, got.path("data", "result"))
	assert.Equal(t, false, c.send("GET", "/users/alice/disconnect/android_1", "").path("data", "result"))
	c.send("DELETE", "/users/nobody/disconnect/x", "").fails(t, 404, "service_resource_not_found", "")
	assert.Equal(t, "online", c.send("GET", "/users/alice/status", "").path("data", "alice"))

	for _, method := range []string{"GET", "POST"} {
		c.srv.LogIn("alice")
		got = c.send(method, "/users/alice/disconnect", "")
		got.looksLike(t, `{"action":"get","uri":"https://a1.example.com/acme/demo/users/alice/disconnect","entities":[],"data":{"result":true},"timestamp":1697601300007,"duration":6,"count":0}`)
		assert.Equal(t, true, got.path("data", "result"))
		assert.Equal(t, "offline", c.send("GET", "/users/alice/status", "").path("data", "alice"))
	}
	assert.Equal(t, false, c.send("GET", "/users/nobody/disconnect", "").path("data", "result"))
}

func TestStatus(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob")
	c.srv.LogIn("alice")
	got := c.send("GET", "/users/ALICE/status", "")
	got.looksLike(t, `{"action":"get","uri":"https://a1.example.com/acme/demo/users/alice/status","entities":[],"data":{"alice":"offline"},"timestamp":1697601600010,"duration":4,"count":0}`)
	assert.Equal(t, map[string]any{"alice": "online"}, got.body["data"])
	c.send("GET", "/users/nobody/status", "").fails(t, 404, "service_resource_not_found", "")

	got = c.send("POST", "/users/batch/status", `{"usernames":["alice","bob","nobody"]}`)
	got.looksLike(t, `{"action":"get batch user status","data":[{"alice":"online"},{"bob":"offline"}],"timestamp":1697601700011,"duration":4}`)
	assert.Equal(t, "get batch user status", got.body["action"])
	assert.Equal(t, []any{map[string]any{"alice": "online"}, map[string]any{"bob": "offline"}, map[string]any{"nobody": "offline"}}, got.body["data"])
	many := strings.TrimSuffix(strings.Repeat(`"x",`, 101), ",")
	c.send("POST", "/users/batch/status", `{"usernames":[`+many+`]}`).
		fails(t, 400, "illegal_argument", "request body exceeds maximum limit, maximum limit is 100")
	c.send("POST", "/users/batch/status", `{}`).fails(t, 400, "illegal_argument", "")
	c.send("POST", "/users/batch/status", `{"usernames":"alice"}`).fails(t, 400, "illegal_argument", "")
}

func TestOfflineMessages(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice")
	sent := c.send("POST", "/messages/users", `{"to":["alice"],"type":"txt","body":{"msg":"hi"}}`)
	id := sent.path("data", "alice").(string)

	got := c.send("GET", "/users/Alice/offline_msg_count", "")
	got.looksLike(t, `{"action":"get","uri":"https://a1.example.com/acme/demo/users/alice/offline_msg_count","entities":[],"data":{"alice":0},"timestamp":1697601800012,"duration":3,"count":0}`)
	assert.EqualValues(t, "1", got.path("data", "alice"))
	got = c.send("GET", "/users/alice/offline_msg_status/"+id, "")
	got.looksLike(t, `{"action":"get","uri":"https://a1.example.com/acme/demo/users/alice/offline_msg_status/1210010020030040050","entities":[],"data":{"1210010020030040050":"delivered"},"timestamp":1697601900013,"duration":5,"count":0}`)
	assert.Equal(t, "undelivered", got.path("data", id))

	c.srv.LogIn("alice")
	assert.EqualValues(t, "0", c.send("GET", "/users/alice/offline_msg_count", "").path("data", "alice"))
	assert.Equal(t, "delivered", c.send("GET", "/users/alice/offline_msg_status/"+id, "").path("data", id))
	assert.Equal(t, "delivered", c.send("GET", "/users/nobody/offline_msg_status/77", "").path("data", "77"))
	c.send("POST", "/messages/users", `{"to":["alice"],"type":"txt","body":{"msg":"hi"}}`)
	assert.EqualValues(t, "0", c.send("GET", "/users/alice/offline_msg_count", "").path("data", "alice"))
	c.send("GET", "/users/nobody/offline_msg_count", "").fails(t, 404, "service_resource_not_found", "")
}

func TestMutes(t *testing.T) {
	c := newClient(t, imtest.WithClock(imtest.NewClock(time.Unix(1697602000, 0))))
	c.srv.AddUsers("alice", "bob")
	got := c.send("POST", "/mutes", `{"username":"Alice","chat":3600,"groupchat":-1,"chatroom":0}`)
	got.looksLike(t, `{"path":"/mutes","uri":"https://a1.example.com/acme/demo/mutes","timestamp":1697602000014,"organization":"acme","application":"5f0c1c30-6d1e-11ee-9d5b-3b7a2f10c4d2","action":"post","data":{"result":"ok"},"duration":74,"applicationName":"demo"}`)
	assert.Equal(t, "ok", got.path("data", "result"))
	c.send("POST", "/mutes", `{"username":"bob","chat":5}`)
	c.send("POST", "/mutes", `{"username":"alice","groupchat":-7}`) // changes nothing
	assert.Equal(t, map[string]time.Duration{"chat": time.Hour, "groupchat": im.Forever}, c.srv.Mutes("alice"))

	c.srv.Clock().Advance(10 * time.Second)
	got = c.send("GET", "/mutes/alice", "")
	got.looksLike(t, `{"path":"/mutes","uri":"https://a1.example.com/acme/demo/mutes","timestamp":1697602010015,"organization":"acme","application":"5f0c1c30-6d1e-11ee-9d5b-3b7a2f10c4d2","action":"get","data":{"userid":"acme#demo_alice","chat":3590,"groupchat":-1,"chatroom":0,"unixtime":1697602010},"duration":13,"applicationName":"demo"}`)
	assert.Equal(t, fmt.Sprint(map[string]any{"userid": "acme#demo_alice", "chat": 3590, "groupchat": -1, "chatroom": 0, "unixtime": 1697602010}), fmt.Sprint(got.body["data"]))
	assert.Equal(t, c.srv.URL()+"/acme/demo/mutes", got.body["uri"])

	got = c.send("GET", "/mutes?pageNum=1&pageSize=10", "")
	got.looksLike(t, `{"path":"/mutes","uri":"https://a1.example.com/acme/demo/mutes","timestamp":1697602020016,"organization":"acme","application":"5f0c1c30-6d1e-11ee-9d5b-3b7a2f10c4d2","action":"get","data":{"data":[{"username":"alice","chat":3580}],"unixtime":1697602020},"duration":17,"applicationName":"demo"}`)
	list := got.path("data", "data").([]any)
	require.Len(t, list, 4)
	assert.Contains(t, list, map[string]any{"username": "bob", "chat": list[3].(map[string]any)["chat"]})
	assert.Len(t, c.send("GET", "/mutes?pageNum=2&pageSize=3", "").path("data", "data"), 1)
	assert.Empty(t, c.send("GET", "/mutes?pageNum=3&pageSize=3", "").path("data", "data"))

	c.send("POST", "/mutes", `{"username":"nobody","chat":1}`).fails(t, 400, "required_property_not_found", "Entity user requires a property named username")
	c.send("GET", "/mutes/nobody", "").fails(t, 400, "required_property_not_found", "Entity user requires a property named username")
	c.send("POST", "/mutes", `{"username":"alice","chat":"x"}`).fails(t, 400, "illegal_argument", "")
	c.send("POST", "/mutes", `{"username":"alice","chat":2147483648}`).fails(t, 400, "illegal_argument", "")
	c.send("GET", "/mutes?pageNum=x", "").fails(t, 400, "illegal_argument", "")
	c.send("GET", "/mutes?pageSize=x", "").fails(t, 400, "illegal_argument", "")
}
