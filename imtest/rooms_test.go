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

// lobby adds the room that most tests are about: alice owns it, bob and carol
// are members. dave is registered.
func lobby(c *client) string {
	c.srv.AddUsers("alice", "bob", "carol", "dave")
	r := c.srv.AddRoom(imtest.Room{Name: "lobby", Description: "open talk", Owner: "alice", Members: []string{"bob", "carol"}})
	return r.ID
}

func room(c *client, id string) imtest.Room {
	c.t.Helper()
	r, ok := c.srv.Room(id)
	require.True(c.t, ok)
	return r
}

func TestSuperAdmins(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob", "carol")
	assert.Equal(t, []any{}, c.send("GET", "/chatrooms/super_admin", "").body["data"])
	got := c.send("POST", "/chatrooms/super_admin", `{"superadmin": "Alice"}`)
	got.looksLike(t, `{"action": "post", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": {"result": "success", "resource": ""}, "duration": 1, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/super_admin"}`)
	assert.Equal(t, "success", got.path("data", "result"))
	c.send("POST", "/chatrooms/super_admin", `{"superadmin":"alice"}`)
	c.send("POST", "/chatrooms/super_admin", `{"superadmin":"bob"}`)
	got = c.send("GET", "/chatrooms/super_admin?pagenum=1&pagesize=2", "")
	got.looksLike(t, `{"action": "get", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "count": 2, "data": ["alice", "bob"], "duration": 0, "entities": [], "organization": "acme", "params": {"pagesize": ["2"], "pagenum": ["1"]}, "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/super_admin"}`)
	assert.Equal(t, []any{"alice", "bob"}, got.body["data"])
	assert.Equal(t, []any{"bob"}, c.send("GET", "/chatrooms/super_admin?pagenum=2&pagesize=1", "").body["data"])
	c.send("GET", "/chatrooms/super_admin?pagenum=x", "").fails(t, 400, "illegal_argument", "")

	got = c.send("DELETE", "/chatrooms/super_admin/Bob", "")
	got.looksLike(t, `{"action": "delete", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": {"newSuperAdmin": "bob", "resource": ""}, "duration": 0, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/super_admin/bob"}`)
	assert.Equal(t, "bob", got.path("data", "newSuperAdmin"))
	assert.Equal(t, 200, c.send("DELETE", "/chatrooms/super_admin/bob", "").status)
	assert.Equal(t, []string{"alice"}, c.srv.SuperAdmins())
	c.send("POST", "/chatrooms/super_admin", `{"superadmin":"nobody"}`).fails(t, 404, "resource_not_found", "username nobody doesn't exist!")
	c.send("DELETE", "/chatrooms/super_admin/nobody", "").fails(t, 404, "resource_not_found", "username nobody doesn't exist!")
	c.send("POST", "/chatrooms/super_admin", `{}`).fails(t, 400, "invalid_parameter", "superadmin must be provided")
	c.send("POST", "/chatrooms/super_admin", `{`).fails(t, 400, "json_parse", "")
	c.send("POST", "/chatrooms/super_admin", "").fails(t, 400, "json_parse", "")
}

func TestCreateRoom(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob")
	got := c.send("POST", "/chatrooms", `{"name": "lobby", "description": "open talk", "maxusers": 300, "owner": "Alice", "members": ["bob"]}`)
	got.looksLike(t, `{"action": "post", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": {"id": "248135790246813"}, "duration": 1, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms"}`)
	r := room(c, got.path("data", "id").(string))
	assert.Equal(t, []string{"lobby", "open talk", "alice"}, []string{r.Name, r.Description, r.Owner})
	assert.Equal(t, []string{"alice", "bob"}, r.Members)
	assert.Equal(t, 300, r.MaxUsers)
	got = c.send("POST", "/chatrooms", `{"name":"n","description":"d","owner":"alice","roomid":"stage1","members":[],"custom":"c","scale":"large","need_verify":true}`)
	assert.Equal(t, "stage1", got.path("data", "id"))
	assert.Equal(t, 1000, room(c, "stage1").MaxUsers)
	got = c.send("POST", "/chatrooms", `{"name":"n","description":"d","owner":"alice","groupid":"4711"}`) // as the Java client calls it
	assert.Equal(t, "4711", got.path("data", "id"))
	c.send("DELETE", "/chatrooms/4711", "")

	base := `"name":"n","description":"d","owner":"alice"`
	for _, tt := range []struct {
		fields       string
		status       int
		code, reason string
	}{
		{`"description":"d","owner":"alice"`, 400, "invalid_parameter", "chatroom must contain title/name field!"},
		{`"name":"n","owner":"alice"`, 400, "invalid_parameter", "description must be provided"},
		{`"name":"n","description":"d"`, 400, "invalid_parameter", "owner must be provided"},
		{base + `,"roomid":"stage1"`, 400, "illegal_argument", "group ID stage1 already exists!"},
		{base + `,"groupid":"stage1"`, 400, "illegal_argument", "group ID stage1 already exists!"},
		{base + `,"roomid":"Stage 1"`, 400, "invalid_parameter", "some of [roomid] are not valid fields"},
		{base + `,"maxusers":10001`, 403, "exceed_limit", "maxUsers cannot exceed 10000"},
		{base + `,"maxusers":1,"members":["bob"]`, 403, "exceed_limit", "members size is greater than max user size !"},
		{base + `,"custom":"` + strings.Repeat("x", 8193) + `"`, 400, "invalid_parameter", "some of [custom] are not valid fields"},
		{`"name":"` + strings.Repeat("长", 129) + `","description":"d","owner":"alice"`, 403, "exceed_limit", "title cannot exceed to 128"},
		{`"name":"n","description":"` + strings.Repeat("长", 513) + `","owner":"alice"`, 403, "exceed_limit", "desc cannot exceed to 512"},
		{`"name":"n","description":"d","owner":"nobody"`, 404, "resource_not_found", "username nobody doesn't exist!"},
		{base + `,"members":["nobody"]`, 404, "resource_not_found", "username nobody doesn't exist!"},
	} {
		c.send("POST", "/chatrooms", "{"+tt.fields+"}").fails(t, tt.status, tt.code, tt.reason)
	}
	c.send("POST", "/chatrooms", `{`).fails(t, 400, "json_parse", "")
	c.send("POST", "/chatrooms", "").fails(t, 400, "json_parse", "")
	assert.Len(t, c.srv.Rooms(), 2)
}

func TestListRooms(t *testing.T) {
	c := newClient(t)
	for i := range 12 {
		c.srv.AddRoom(imtest.Room{Name: fmt.Sprint("r", i), Owner: "alice"})
	}
	got := c.send("GET", "/chatrooms?limit=2", "")
	got.looksLike(t, `{"action": "get", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "count": 2, "data": [{"affiliations_count": 2, "disabled": false, "id": "248135790246814", "name": "lobby", "owner": "alice"}, {"affiliations_count": 1, "disabled": false, "id": "248135790246813", "name": "stage", "owner": "bob"}], "duration": 1, "entities": [], "organization": "acme", "params": {"limit": ["2"]}, "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms", "cursor": "ZGNiMjRmNGY1YjczYjlhYTNkYjk1MDY2YmEyNzFmODQ6aW06Y2hhdHJvb206NA"}`)
	assert.Equal(t, "r11", got.path("data", 0, "name"))
	got = c.send("GET", "/chatrooms?limit=2&cursor="+got.body["cursor"].(string), "")
	assert.Equal(t, "r9", got.path("data", 0, "name"))
	got = c.send("GET", "/chatrooms", "")
	assert.EqualValues(t, "10", got.body["count"])
	assert.NotContains(t, got.body, "params")
	assert.NotContains(t, c.send("GET", "/chatrooms?limit=12", "").body, "cursor")
	c.send("GET", "/chatrooms?limit=x", "").fails(t, 400, "illegal_argument", "")
	c.send("GET", "/chatrooms?cursor=x", "").fails(t, 400, "illegal_argument", "")
}

func TestListJoinedRooms(t *testing.T) {
	c := newClient(t)
	id := lobby(c)
	got := c.send("GET", "/users/Bob/joined_chatrooms?pagenum=1&pagesize=10", "")
	got.looksLike(t, `{"action": "get", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "count": 2, "data": [{"id": "248135790246814", "name": "lobby", "disabled": "false"}, {"id": "248135790246813", "name": "stage", "disabled": "false"}], "duration": 0, "entities": [], "organization": "acme", "params": {"pagesize": ["10"], "pagenum": ["1"]}, "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/users/bob/joined_chatrooms"}`)
	assert.Equal(t, map[string]any{"id": id, "name": "lobby", "disabled": "false"}, got.path("data", 0))
	for i := range 505 {
		c.srv.AddRoom(imtest.Room{Name: fmt.Sprint("r", i), Owner: "alice"})
	}
	got = c.send("GET", "/users/alice/joined_chatrooms", "")
	assert.EqualValues(t, "500", got.body["count"])
	assert.Equal(t, "r504", got.path("data", 0, "name"))
	assert.Len(t, c.send("GET", "/users/alice/joined_chatrooms?pagenum=1", "").body["data"], 506)
	c.send("GET", "/users/nobody/joined_chatrooms", "").fails(t, 404, "service_resource_not_found", "Service resource not found")
	c.send("GET", "/users/alice/joined_chatrooms?pagenum=x", "").fails(t, 400, "illegal_argument", "")
}

func TestGetRooms(t *testing.T) {
	c := newClient(t)
	id := lobby(c)
	got := c.send("GET", "/chatrooms/"+id, "")
	got.looksLike(t, `{"action": "get", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "count": 1, "data": [{"id": "248135790246813", "name": "lobby", "description": "open talk", "membersonly": false, "allowinvites": false, "invite_need_confirm": true, "maxusers": 300, "owner": "alice", "created": 1700000000000, "custom": "", "mute": false, "affiliations_count": 2, "affiliations": [{"member": "bob"}, {"owner": "alice"}], "public": true}], "duration": 0, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813"}`)
	assert.EqualValues(t, "3", got.path("data", 0, "affiliations_count"))
	other := c.srv.AddRoom(imtest.Room{Owner: "bob"}).ID
	assert.Len(t, c.send("GET", "/chatrooms/"+id+"%2C7%2C"+other, "").body["data"], 2)
	c.send("GET", "/chatrooms/7", "").fails(t, 404, "service_resource_not_found", "do not find this group:7")
	group := c.srv.AddGroup(imtest.Group{Owner: "alice"}).ID
	c.send("GET", "/chatrooms/"+group, "").fails(t, 404, "service_resource_not_found", "")
}

func TestUpdateRoom(t *testing.T) {
	c := newClient(t)
	id := lobby(c)
	got := c.send("PUT", "/chatrooms/"+id, `{"name": "lobby 2", "description": "open talk", "maxusers": 500}`)
	got.looksLike(t, `{"action": "put", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": {"description": true, "maxusers": true, "groupname": true}, "duration": 1, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813"}`)
	assert.Equal(t, "lobby 2", room(c, id).Name)
	assert.Equal(t, map[string]any{"custom": true}, c.send("PUT", "/chatrooms/"+id, `{"custom":"c"}`).body["data"])
	c.send("PUT", "/chatrooms/"+id, `{"owner":"bob"}`).fails(t, 400, "invalid_parameter", "some of [owner] are not valid fields")
	c.send("PUT", "/chatrooms/"+id, `{"name":"x","maxusers":10001}`).fails(t, 403, "exceed_limit", "maxUsers cannot exceed 10000")
	c.send("PUT", "/chatrooms/"+id, `{"name":"x","maxusers":1}`).
		fails(t, 403, "forbidden_op", "current user count is larger than the maxUsers that you want to update !")
	assert.Equal(t, 500, room(c, id).MaxUsers)
	c.send("PUT", "/chatrooms/"+id, `{`).fails(t, 400, "json_parse", "")
	assert.Equal(t, "lobby 2", room(c, id).Name)
	noSuchGroup(t, c, `PUT /chatrooms/7 {"name":"x"}`)
}

func TestTransferRoom(t *testing.T) {
	c := newClient(t)
	id := lobby(c)
	c.send("PUT", "/chatrooms/"+id, `{"newowner": "bob"}`).looksLike(t, `{"action": "put", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": {"newowner": true}, "duration": 0, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813"}`)
	assert.Equal(t, "bob", room(c, id).Owner)
	assert.Contains(t, room(c, id).Members, "alice")
	c.send("PUT", "/chatrooms/"+id, `{"newowner":"bob"}`).fails(t, 403, "forbidden_op", "new owner and old owner are the same")
	c.send("PUT", "/chatrooms/"+id, `{"newowner":"dave"}`).fails(t, 403, "forbidden_op", "user: dave doesn't exist in group: "+id)
	c.send("PUT", "/chatrooms/"+id, `{"newowner":"nobody"}`).fails(t, 404, "resource_not_found", "username nobody doesn't exist!")
	noSuchGroup(t, c, `PUT /chatrooms/7 {"newowner":"bob"}`)
}

func TestDeleteRoom(t *testing.T) {
	c := newClient(t)
	id := lobby(c)
	c.send("DELETE", "/chatrooms/"+id, "").looksLike(t, `{"action": "delete", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": {"success": true, "id": "248135790246813"}, "duration": 0, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813"}`)
	assert.Empty(t, c.srv.Rooms())
	assert.Empty(t, c.send("GET", "/users/bob/joined_chatrooms", "").body["data"])
	c.send("DELETE", "/chatrooms/"+id, "").fails(t, 404, "resource_not_found", "grpID "+id+" does not exist!")
}

func TestRoomAnnouncement(t *testing.T) {
	c := newClient(t)
	id := lobby(c)
	assert.Empty(t, c.send("GET", "/chatrooms/"+id+"/announcement", "").path("data", "announcement"))
	c.send("POST", "/chatrooms/"+id+"/announcement", `{"announcement": "Be kind."}`).looksLike(t, `{"action": "post", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": {"id": "248135790246813", "result": true}, "duration": 0, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/announcement"}`)
	got := c.send("GET", "/chatrooms/"+id+"/announcement", "")
	got.looksLike(t, `{"action": "get", "application": "8be0f3c1-4d5e-4b7a-9c21-6f2a90d1e7b4", "applicationName": "demo", "data": {"announcement": "Be kind."}, "duration": 0, "entities": [], "organization": "acme", "properties": {}, "timestamp": 1700000000123, "uri": "https://a1.example.com/acme/demo/chatrooms/248135790246813/announcement"}`)
	assert.Equal(t, "Be kind.", got.path("data", "announcement"))
	c.send("PUT", "/chatrooms/"+id+"/announcement", `{"announcement":"x"}`).fails(t, 405, "", "")
	c.send("POST", "/chatrooms/"+id+"/announcement", `{"announcement":"`+strings.Repeat("x", 513)+`"}`).fails(t, 403, "forbidden_op", "announce info length exceeds limit!")
	noSuchGroup(t, c, "GET /chatrooms/7/announcement", `POST /chatrooms/7/announcement {"announcement":"x"}`)
}

func TestRoomMessagesReachThosePresent(t *testing.T) {
	c := newClient(t)
	id := lobby(c)
	c.srv.LogIn("alice")
	c.srv.LogIn("bob")
	c.send("POST", "/messages/chatrooms", `{"from":"alice","to":["`+id+`"],"type":"txt","body":{"msg":"hi"}}`)
	assert.Len(t, c.srv.Messages("bob"), 1)
	assert.Empty(t, c.srv.Messages("carol"), "a room keeps nothing for those who are offline")
	assert.Empty(t, c.srv.Messages("alice"))
	assert.Len(t, c.srv.RoomMessages(id), 1)
}

func TestAbsentMembersLeaveRooms(t *testing.T) {
	c := newClient(t, imtest.WithClock(imtest.NewClock(time.Now())))
	id := lobby(c)
	c.send("POST", "/chatrooms/"+id+"/users/dave", "")
	c.send("POST", "/chatrooms/"+id+"/white/users/carol", "")
	for _, user := range []string{"alice", "bob", "carol"} {
		c.srv.LogIn(user)
		c.srv.LogOut(user)
	}
	c.srv.Clock().Advance(2 * time.Minute)
	assert.Len(t, room(c, id).Members, 4)
	c.srv.LogIn("bob")
	c.srv.Clock().Advance(time.Second)
	assert.Equal(t, []string{"alice", "bob", "carol", "dave"}, room(c, id).Members, "bob came back")

	c.send("POST", "/users/bob/deactivate", "")
	c.srv.Clock().Advance(2*time.Minute + time.Second)
	assert.EqualValues(t, "3", c.send("GET", "/chatrooms/"+id, "").path("data", 0, "affiliations_count"))
	assert.Equal(t, []string{"alice", "carol", "dave"}, room(c, id).Members, "dave never was online, the others are on the allow list")
	assert.Len(t, c.srv.Rooms()[0].Members, 3)
}

func TestOwnersStayInRooms(t *testing.T) {
	c := newClient(t, imtest.WithClock(imtest.NewClock(time.Now())))
	id := lobby(c)
	c.send("DELETE", "/chatrooms/"+id+"/white/users/alice", "")
	c.srv.LogIn("alice")
	c.srv.LogOut("alice")
	c.srv.Clock().Advance(time.Hour)
	assert.Contains(t, room(c, id).Members, "alice", "an owner cannot be taken out")
	c.send("DELETE", "/users/alice", "")
	_, there := c.srv.Room(id)
	assert.False(t, there, "the room goes with its owner")
}

func TestWhoComesBackTooLateHasLeftRooms(t *testing.T) {
	c := newClient(t, imtest.WithClock(imtest.NewClock(time.Now())))
	id := lobby(c)
	c.srv.LogIn("bob")
	c.srv.LogOut("bob")
	c.srv.Clock().Advance(time.Hour)
	c.srv.LogIn("bob") // nobody has looked at the room meanwhile
	assert.Equal(t, []string{"alice", "carol"}, room(c, id).Members)
}
