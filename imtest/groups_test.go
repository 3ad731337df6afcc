package imtest_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// hikers adds the group that most tests are about: alice owns it, bob and carol
// are members. dave is registered.
func hikers(c *client) string {
	c.srv.AddUsers("alice", "bob", "carol", "dave")
	g := c.srv.AddGroup(imtest.Group{Name: "hiking club", Description: "weekend trips", Public: true, Owner: "alice", Members: []string{"bob", "carol"}})
	return g.ID
}

func group(c *client, id string) imtest.Group {
	c.t.Helper()
	g, ok := c.srv.Group(id)
	require.True(c.t, ok)
	return g
}

// noSuchGroup checks the error of calls on a group that does not exist.
func noSuchGroup(t *testing.T, c *client, calls ...string) {
	t.Helper()
	for _, call := range calls {
		method, rest, _ := strings.Cut(call, " ")
		path, body, _ := strings.Cut(rest, " ")
		c.send(method, path, body).fails(t, 404, "resource_not_found", "grpID 7 does not exist!")
	}
}

func TestCreateGroup(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob", "carol")
	got := c.send("POST", "/chatgroups", `{"groupname": "hiking club", "description": "weekend trips", "public": true, "maxusers": 300, "owner": "Alice", "members": ["bob", "Carol", "alice"], "custom": "{\"area\":\"north\"}", "allowinvites": true}`)
	got.looksLike(t, `{"action": "post", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups", "entities": [], "data": {"groupid": "254806372614145"}, "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
	id := got.path("data", "groupid").(string)
	g := group(c, id)
	assert.Equal(t, []string{"alice", "bob", "carol"}, g.Members)
	assert.Equal(t, []string{"hiking club", "weekend trips", `{"area":"north"}`, "alice"}, []string{g.Name, g.Description, g.Custom, g.Owner})
	assert.Equal(t, 300, g.MaxUsers)
	assert.True(t, g.Public)
	assert.True(t, g.InviteNeedConfirm)
	assert.False(t, g.AllowInvites, "a public group begins without invitations by members")

	// The names and types of older editions and of the vendor's SDKs.
	got = c.send("POST", "/chatgroups", `{"groupname":"old","desc":"d","public":false,"maxusers":"3","members_only":true,"allowinvites":"true","owner":"alice","members":[],"need_verify":true,"scale":"normal","groupid":"42"}`)
	assert.Equal(t, "42", got.path("data", "groupid"))
	g = group(c, "42")
	assert.Equal(t, "d", g.Description)
	assert.Equal(t, 3, g.MaxUsers)
	assert.True(t, g.MembersOnly)
	assert.True(t, g.AllowInvites)
	got = c.send("POST", "/chatgroups", `{"public":true,"owner":"alice","scale":"large"}`)
	assert.Equal(t, 1000, group(c, got.path("data", "groupid").(string)).MaxUsers)
	got = c.send("POST", "/chatgroups", `{"public":true,"owner":"alice"}`)
	assert.Equal(t, 200, group(c, got.path("data", "groupid").(string)).MaxUsers)
	assert.Len(t, c.srv.Groups(), 4)
}

func TestCreateGroupRefused(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob")
	c.srv.AddGroup(imtest.Group{ID: "42", Owner: "alice"})
	long := strings.Repeat("长", 129)
	for _, tt := range []struct {
		fields       string
		status       int
		code, reason string
	}{
		{`"owner":"alice"`, 400, "invalid_parameter", "group must contain public field!"},
		{`"public":true`, 400, "invalid_parameter", "owner must be provided"},
		{`"public":true,"owner":"alice","avatar":"` + strings.Repeat("x", 1025) + `"`, 400, "invalid_parameter", "avatar length is too big"},
		{`"public":true,"owner":"alice","groupname":"` + long + `"`, 400, "invalid_parameter", "some of [groupname] are not valid fields"},
		{`"public":true,"owner":"alice","description":"` + strings.Repeat("x", 513) + `"`, 400, "invalid_parameter", "some of [description] are not valid fields"},
		{`"public":true,"owner":"alice","maxusers":0`, 400, "invalid_parameter", "some of [maxusers] are not valid fields"},
		{`"public":true,"owner":"alice","maxusers":8001`, 400, "invalid_parameter", "some of [maxusers] are not valid fields"},
		{`"public":"perhaps","owner":"alice"`, 400, "invalid_parameter", "some of [public] are not valid fields"},
		{`"public":true,"owner":7`, 400, "invalid_parameter", "some of [owner] are not valid fields"},
		{`"public":true,"owner":"alice","groupid":"Club 1"`, 400, "invalid_parameter", "some of [groupid] are not valid fields"},
		{`"public":true,"owner":"alice","groupid":"42"`, 400, "illegal_argument", "group ID 42 already exists!"},
		{`"public":true,"owner":"alice","maxusers":1,"members":["bob"]`, 403, "exceed_limit", "members size is greater than max user size !"},
		{`"public":true,"owner":"nobody"`, 404, "resource_not_found", "username nobody doesn't exist!"},
		{`"public":true,"owner":"alice","members":["bob","nobody"]`, 404, "resource_not_found", "username nobody doesn't exist!"},
	} {
		c.send("POST", "/chatgroups", "{"+tt.fields+"}").fails(t, tt.status, tt.code, tt.reason)
	}
	c.send("POST", "/chatgroups", `{`).fails(t, 400, "json_parse", "")
	c.send("POST", "/chatgroups", "").fails(t, 400, "json_parse", "")
	c.anonymous().send("POST", "/chatgroups", `{}`).fails(t, 401, "group_authorization", "token is blank!")
	assert.Len(t, c.srv.Groups(), 1)
	custom := strings.Repeat("长", 2730)
	c.send("POST", "/chatgroups", `{"public":true,"owner":"alice","custom":"`+custom+`abc"}`).fails(t, 400, "invalid_parameter", "some of [custom] are not valid fields")
	assert.Equal(t, 200, c.send("POST", "/chatgroups", `{"public":true,"owner":"alice","custom":"`+custom+`ab"}`).status, "8 KB, not characters")
	assert.Equal(t, 200, c.send("POST", "/chatgroups", `{"public":true,"owner":"alice","groupname":"`+long[3:]+`"}`).status, "characters count, not bytes")
}

func TestDisableGroup(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	c.send("POST", "/chatgroups/"+id+"/disable", "").looksLike(t, `{"action": "post", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/disable", "entities": [], "data": {"disabled": true}, "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo", "properties": {}}`)
	assert.True(t, group(c, id).Disabled)
	c.send("POST", "/messages/chatgroups", `{"to":["`+id+`"],"type":"txt","body":{"msg":"x"}}`)
	assert.Empty(t, c.srv.Messages("bob"), "a disabled group is silent")
	c.send("POST", "/chatgroups/"+id+"/users/dave", "").fails(t, 403, "forbidden_op", "")
	assert.Equal(t, 200, c.send("GET", "/chatgroups/"+id, "").status)

	got := c.send("POST", "/chatgroups/"+id+"/enable", "")
	got.looksLike(t, `{"action": "post", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/enable", "entities": [], "data": {"disabled": false}, "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo", "properties": {}}`)
	assert.Equal(t, false, got.path("data", "disabled"))
	assert.Equal(t, 200, c.send("POST", "/chatgroups/"+id+"/enable", "").status)
	assert.Equal(t, 200, c.send("POST", "/chatgroups/"+id+"/users/dave", "").status)
	noSuchGroup(t, c, "POST /chatgroups/7/disable", "POST /chatgroups/7/enable")
}

func TestGetGroups(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	got := c.send("GET", "/chatgroups/"+id, "")
	got.looksLike(t, `{"action": "get", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145", "entities": [], "data": [{"id": "254806372614145", "name": "hiking club", "avatar": "https://cdn.example.com/g/1.png", "description": "weekend trips", "membersonly": false, "allowinvites": false, "maxusers": 300, "owner": "alice", "created": 1730990000456, "custom": "", "mute": false, "affiliations_count": 3, "disabled": false, "affiliations": [{"member": "carol"}, {"member": "bob"}, {"owner": "alice"}], "public": true, "invite_need_confirm": true}], "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo", "properties": {}, "count": 1}`)
	assert.Equal(t, []any{map[string]any{"member": "carol"}, map[string]any{"member": "bob"}, map[string]any{"owner": "alice"}}, got.path("data", 0, "affiliations"))
	assert.EqualValues(t, "3", got.path("data", 0, "affiliations_count"))
	assert.Empty(t, got.path("data", 0, "avatar"))

	c.send("PUT", "/chatgroups/"+id, `{"invite_need_confirm":true}`)
	assert.Equal(t, true, c.send("GET", "/chatgroups/"+id, "").path("data", 0, "invite_need_confirm"))
	other := c.srv.AddGroup(imtest.Group{Owner: "bob"}).ID
	for _, ids := range []string{id + ",7," + other, id + "%2C" + other} {
		got = c.send("GET", "/chatgroups/"+ids, "")
		assert.EqualValues(t, "2", got.body["count"])
		assert.Equal(t, other, got.path("data", 1, "id"))
	}
	noSuchGroup(t, c, "GET /chatgroups/7")
	c.send("GET", "/chatgroups/"+strings.Repeat("1,", 100)+"1", "").fails(t, 400, "illegal_argument", "")
	app := c.byAppID().send("GET", "/chatgroups/"+id, "")
	assert.NotContains(t, app.body, "applicationName")
	assert.Contains(t, app.body["uri"], "/app-id/")
}

func TestUpdateGroup(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	got := c.send("PUT", "/chatgroups/"+id, `{"groupname": "hiking club north", "maxusers": 500, "membersonly": true}`)
	got.looksLike(t, `{"action": "put", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145", "entities": [], "data": {"groupname": true, "maxusers": true, "membersonly": true}, "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo", "properties": {}}`)
	g := group(c, id)
	assert.Equal(t, "hiking club north", g.Name)
	assert.Equal(t, "weekend trips", g.Description)
	assert.Equal(t, 500, g.MaxUsers)
	assert.True(t, g.MembersOnly)

	got = c.send("PUT", "/chatgroups/"+id, `{"name":"n","desc":"d","avatar":"a","custom":"c","allowinvites":true,"invite_need_confirm":false,"public":false,"need_verify":false}`)
	assert.Equal(t, map[string]any{
		"groupname": true, "description": true, "avatar": true, "custom": true, "allowinvites": true,
		"invite_need_confirm": true, "public": true, "need_verify": true,
	}, got.body["data"])
	g = group(c, id)
	assert.Equal(t, []string{"n", "d", "a", "c"}, []string{g.Name, g.Description, g.Avatar, g.Custom})
	assert.False(t, g.Public)
	assert.False(t, g.InviteNeedConfirm)

	got = c.send("PUT", "/chatgroups/"+id, `{"groupname":"n","name":"old","description":"d","desc":"old"}`) // for servers of any age
	assert.Equal(t, map[string]any{"groupname": true, "description": true}, got.body["data"])
	c.send("PUT", "/chatgroups/"+id, `{"groupname":"x","groupid":"8"}`).fails(t, 400, "invalid_parameter", "some of [groupid] are not valid fields")
	c.send("PUT", "/chatgroups/"+id, `{"groupname":null,"a":1}`).fails(t, 400, "invalid_parameter", "some of [a, groupname] are not valid fields")
	c.send("PUT", "/chatgroups/"+id, `{"groupname":"x","maxusers":"many"}`).fails(t, 400, "invalid_parameter", "some of [maxusers] are not valid fields")
	c.send("PUT", "/chatgroups/"+id, `{"groupname":"x","maxusers":2}`).
		fails(t, 403, "forbidden_op", "current user count is larger than the maxUsers that you want to update !")
	assert.Equal(t, 500, group(c, id).MaxUsers)
	assert.Equal(t, 200, c.send("PUT", "/chatgroups/"+id, `{"maxusers":3}`).status, "as many as there are")
	c.send("PUT", "/chatgroups/"+id, `{`).fails(t, 400, "json_parse", "")
	assert.Equal(t, "n", group(c, id).Name, "all or nothing")
	noSuchGroup(t, c, `PUT /chatgroups/7 {"groupname":"x"}`, `PUT /chatgroups/7 {"newowner":"bob"}`)
}

func TestTransferGroup(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	c.send("POST", "/chatgroups/"+id+"/admin", `{"newadmin":"bob"}`)
	c.send("PUT", "/chatgroups/"+id, `{"newowner": "Bob"}`).looksLike(t, `{"action": "put", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145", "entities": [], "data": {"newowner": true}, "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
	g := group(c, id)
	assert.Equal(t, "bob", g.Owner)
	assert.Equal(t, []string{"alice", "bob", "carol"}, g.Members, "the old owner stays")
	assert.Empty(t, g.Admins)
	assert.Equal(t, []string{"bob"}, g.Allowed)
	c.send("PUT", "/chatgroups/"+id, `{"newowner":"bob"}`).fails(t, 403, "forbidden_op", "new owner and old owner are the same")
	c.send("PUT", "/chatgroups/"+id, `{"newowner":"dave"}`).fails(t, 403, "forbidden_op", "user: dave doesn't exist in group: "+id)
	c.send("PUT", "/chatgroups/"+id, `{"newowner":7}`).fails(t, 400, "invalid_parameter", "some of [newowner] are not valid fields")
	c.send("PUT", "/chatgroups/"+id, `{"newowner":""}`).fails(t, 400, "invalid_parameter", "newowner must be provided")
	c.send("POST", "/chatgroups/"+id+"/admin", `{"newadmin":7}`).fails(t, 400, "invalid_parameter", "some of [newadmin] are not valid fields")
	assert.Len(t, c.srv.RequestsTo("groups.transfer"), 5)
}

func TestDeleteGroup(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	sent := c.send("POST", "/messages/chatgroups", `{"from":"bob","to":["`+id+`"],"type":"txt","body":{"msg":"x"}}`).path("data", id).(string)
	thread := c.send("POST", "/thread", `{"group_id":"`+id+`","name":"n","msg_id":"`+sent+`","owner":"bob"}`).path("data", "thread_id").(string)
	got := c.send("DELETE", "/chatgroups/"+id, "")
	got.looksLike(t, `{"action": "delete", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145", "entities": [], "data": {"success": true, "groupid": "254806372614145"}, "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
	_, there := c.srv.Group(id)
	assert.False(t, there)
	_, there = c.srv.Thread(thread)
	assert.False(t, there, "threads go with the group")
	assert.Len(t, c.srv.GroupMessages(id), 1, "messages stay")
	assert.Empty(t, c.send("GET", "/users/bob/joined_chatgroups", "").body["data"])
	assert.Empty(t, c.send("GET", "/threads/user/bob", "").body["entities"])
	noSuchGroup(t, c, "DELETE /chatgroups/7")
}

func TestListGroups(t *testing.T) {
	c := newClient(t)
	var ids []string
	for i := range 25 {
		ids = append(ids, c.srv.AddGroup(imtest.Group{Name: fmt.Sprint("g", i), Owner: "alice"}).ID)
	}
	got := c.send("GET", "/chatgroups?limit=2", "")
	got.looksLike(t, `{"action": "get", "params": {"limit": ["2"]}, "uri": "https://a1.example.com/acme/demo/chatgroups", "entities": [], "data": [{"owner": "acme#demo_alice", "groupid": "254806372614146", "affiliations": 3, "type": "group", "lastModified": "1730995000789", "groupname": "book club"}, {"owner": "acme#demo_bob", "groupid": "254806372614145", "affiliations": 5, "type": "group", "lastModified": "1730990000456", "groupname": "hiking club"}], "timestamp": 1731000000123, "duration": 3, "cursor": "ZGVtby1jdXJzb3ItMDAwMg==", "count": 2}`)
	assert.Equal(t, "acme#demo_alice", got.path("data", 0, "owner"))
	assert.Equal(t, "g24", got.path("data", 0, "groupname"))
	assert.EqualValues(t, "1", got.path("data", 0, "affiliations"))
	ms, err := strconv.ParseInt(got.path("data", 0, "lastModified").(string), 10, 64)
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now(), time.UnixMilli(ms), time.Minute)

	var seen []string
	cursor, pages := "", 0
	for {
		page := c.send("GET", "/chatgroups?cursor="+cursor, "")
		for _, row := range page.body["data"].([]any) {
			seen = append(seen, row.(map[string]any)["groupid"].(string))
		}
		pages++
		if page.body["cursor"] == nil {
			break
		}
		cursor = page.body["cursor"].(string)
	}
	assert.Equal(t, 3, pages)
	assert.ElementsMatch(t, ids, seen)
	assert.Equal(t, ids[24], seen[0], "newest first")
	assert.Len(t, c.send("GET", "/chatgroups?limit=5000", "").body["data"], 25)
	c.send("GET", "/chatgroups?limit=x", "").fails(t, 400, "illegal_argument", "")
	c.send("GET", "/chatgroups?cursor=x", "").fails(t, 400, "illegal_argument", "")
	assert.Equal(t, []any{}, newClient(t).send("GET", "/chatgroups", "").body["data"])
}

func TestListJoinedGroups(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	got := c.send("GET", "/users/Bob/joined_chatgroups?pagesize=20&pagenum=1", "")
	got.looksLike(t, `{"action": "get", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "params": {"pagesize": ["20"], "pagenum": ["1"]}, "uri": "https://a1.example.com/acme/demo/users/alice/joined_chatgroups", "entities": [], "data": [{"groupid": "254806372614145", "groupname": "hiking club"}, {"groupid": "254806372614146", "groupname": "book club"}], "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo", "properties": {}, "count": 2}`)
	assert.Equal(t, id, got.path("data", 0, "groupid"))
	for i := range 520 {
		c.srv.AddGroup(imtest.Group{Name: fmt.Sprint("g", i), Owner: "alice"})
	}
	got = c.send("GET", "/users/alice/joined_chatgroups", "")
	assert.EqualValues(t, "500", got.body["count"])
	assert.Equal(t, "g519", got.path("data", 0, "groupname"), "the newest without paging")
	assert.NotContains(t, got.body, "params")
	assert.Len(t, c.send("GET", "/users/alice/joined_chatgroups?pagenum=2", "").body["data"], 10)
	assert.Len(t, c.send("GET", "/users/alice/joined_chatgroups?pagesize=5000", "").body["data"], 100)
	last := c.send("GET", "/users/alice/joined_chatgroups?pagesize=100&pagenum=6", "")
	assert.Len(t, last.body["data"], 21)
	assert.Equal(t, id, last.path("data", 20, "groupid"))
	assert.Empty(t, c.send("GET", "/users/alice/joined_chatgroups?pagenum=99", "").body["data"])
	assert.Empty(t, c.send("GET", "/users/dave/joined_chatgroups", "").body["data"])
	c.send("GET", "/users/nobody/joined_chatgroups", "").fails(t, 404, "service_resource_not_found", "Service resource not found")
	c.send("GET", "/users/bob/joined_chatgroups?pagenum=x", "").fails(t, 400, "illegal_argument", "")

	got = c.send("GET", "/chatgroups/user/alice", "")
	got.looksLike(t, `{"action": "get", "applicationName": "demo", "duration": 0, "entities": [{"name": "hiking club", "avatar": "https://cdn.example.com/g/1.png", "owner": "alice", "id": "254806372614145", "groupId": "254806372614145", "description": "weekend trips", "disabled": false, "public": false, "allowinvites": false, "membersonly": true, "maxusers": 300, "created": 1730990000456}], "organization": "acme", "timestamp": 1731000000123, "total": 7, "uri": "https://a1.example.com/acme/demo/chatgroups/user/alice"}`)
	assert.EqualValues(t, "521", got.body["total"])
	assert.Len(t, got.body["entities"], 5)
	assert.Len(t, c.send("GET", "/chatgroups/user/alice?pagenum=0&pagesize=100", "").body["entities"], 20)
	assert.Equal(t, "g514", c.send("GET", "/chatgroups/user/alice?pagenum=1", "").path("entities", 0, "name"), "pages count from 0")
	nobody := c.send("GET", "/chatgroups/user/nobody", "")
	assert.EqualValues(t, "0", nobody.body["total"])
	assert.Equal(t, []any{}, nobody.body["entities"])
	c.send("GET", "/chatgroups/user/bob?pagenum=x", "").fails(t, 400, "illegal_argument", "")
	c.send("GET", "/chatgroups/user/bob?pagesize=x", "").fails(t, 400, "illegal_argument", "")
}

func TestGroupAnnouncement(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	assert.Empty(t, c.send("GET", "/chatgroups/"+id+"/announcement", "").path("data", "announcement"))
	c.send("POST", "/chatgroups/"+id+"/announcement", `{"announcement": "Meet at 9"}`).looksLike(t, `{"action": "post", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/announcement", "entities": [], "data": {"id": "254806372614145", "result": true}, "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
	got := c.send("GET", "/chatgroups/"+id+"/announcement", "")
	got.looksLike(t, `{"action": "get", "application": "3f2b6c10-7a54-11ee-9c1d-0f5a8b7e2d41", "uri": "https://a1.example.com/acme/demo/chatgroups/254806372614145/announcement", "entities": [], "data": {"announcement": "Meet at 9"}, "timestamp": 1731000000123, "duration": 3, "organization": "acme", "applicationName": "demo"}`)
	assert.Equal(t, "Meet at 9", got.path("data", "announcement"))
	c.send("POST", "/chatgroups/"+id+"/announcement", `{}`).fails(t, 400, "illegal_argument", "announcement is null")
	c.send("POST", "/chatgroups/"+id+"/announcement", `{"announcement":7}`).fails(t, 400, "invalid_parameter", "")
	c.send("POST", "/chatgroups/"+id+"/announcement", `{"announcement":"`+strings.Repeat("长", 513)+`"}`).fails(t, 403, "FORBIDDEN", "announce info length exceeds limit!")
	assert.Equal(t, "Meet at 9", group(c, id).Announcement)
	assert.Equal(t, 200, c.send("POST", "/chatgroups/"+id+"/announcement", `{"announcement":""}`).status)
	assert.Empty(t, group(c, id).Announcement)
	noSuchGroup(t, c, "GET /chatgroups/7/announcement", `POST /chatgroups/7/announcement {"announcement":"x"}`)
}

func TestGroupMessagesReachMembers(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	c.srv.LogIn("bob")
	send := func(from string, more string) string {
		return c.send("POST", "/messages/chatgroups", `{"from":"`+from+`","to":["`+id+`"],"type":"txt","body":{"msg":"hi"}`+more+`}`).path("data", id).(string)
	}
	msg := send("alice", "")
	require.Len(t, c.srv.Messages("bob"), 1)
	m := c.srv.Messages("bob")[0]
	assert.Equal(t, []string{msg, "alice", id, "groupchat"}, []string{m.ID, m.From, m.To, m.ChatType})
	assert.Len(t, c.srv.Messages("carol"), 1)
	assert.Empty(t, c.srv.Messages("alice"), "not to the sender")
	assert.Empty(t, c.srv.Messages("dave"))
	assert.EqualValues(t, "0", c.send("GET", "/users/bob/offline_msg_count", "").path("data", "bob"))
	assert.EqualValues(t, "1", c.send("GET", "/users/carol/offline_msg_count", "").path("data", "carol"))

	send("alice", `,"routetype":"ROUTE_ONLINE","sync_device":true`)
	assert.Len(t, c.srv.Messages("bob"), 2)
	assert.Len(t, c.srv.Messages("carol"), 1)

	// Who is muted receives, and who sends by REST is not asked; who is blocked
	// is no member any more.
	c.send("POST", "/chatgroups/"+id+"/mute", `{"usernames":["bob"],"mute_duration":-1}`)
	c.send("POST", "/chatgroups/"+id+"/blocks/users/carol", "")
	send("alice", "")
	send("bob", "")
	assert.Len(t, c.srv.Messages("bob"), 3)
	assert.Len(t, c.srv.Messages("carol"), 1)
	assert.Len(t, c.srv.GroupMessages(id), 4)
}

func TestDeletedUsersLeaveGroups(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	room := c.srv.AddRoom(imtest.Room{Owner: "bob", Members: []string{"alice"}}).ID
	c.send("POST", "/chatrooms/super_admin", `{"superadmin":"bob"}`)
	c.send("DELETE", "/users/bob", "")
	assert.Equal(t, []string{"alice", "carol"}, group(c, id).Members)
	_, there := c.srv.Room(room)
	assert.False(t, there, "rooms go with their owner")
	assert.Empty(t, c.srv.SuperAdmins())

	// Whoever has the name next begins anew.
	c.send("POST", "/chatgroups/"+id+"/mute", `{"usernames":["carol"],"mute_duration":-1}`)
	c.send("POST", "/chatgroups/"+id+"/blocks/users/carol", "")
	c.send("DELETE", "/users/carol", "")
	assert.Empty(t, group(c, id).Blocked)
	assert.Empty(t, group(c, id).Muted)
	c.srv.AddUsers("carol")
	assert.Equal(t, 200, c.send("POST", "/chatgroups/"+id+"/users/carol", "").status)

	c.send("DELETE", "/users?limit=100", "")
	assert.Empty(t, c.srv.Groups())
}
