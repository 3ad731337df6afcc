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

const sendExample = `{"path": "/messages/users", "uri": "https://a1.example.com/acme-im/garden/messages/users", "timestamp": 1718006400123, "organization": "acme-im", "application": "4f7c1e02-93ab-4d56-8e21-b0c5d97a6f13", "action": "post", "data": {"bob": "1312740985563217920", "carol": "1312740985563217921"}, "duration": 3, "applicationName": "garden"}`

func TestSendToUsers(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob")
	c.srv.LogIn("bob")
	got := c.send("POST", "/messages/users", `{"from": "Alice", "to": ["Bob", "carol", "bob"], "type": "txt", "body": {"msg": "The kettle is on."}, "ext": {"order": "A-17", "em_ignore_notification": false}, "roam_ignore_users": ["dave"], "sync_device": true}`)
	got.looksLike(t, sendExample)
	assert.Equal(t, "/messages/users", got.body["path"])
	assert.Len(t, got.body["data"], 2)

	list := c.srv.Messages("bob")
	require.Len(t, list, 1)
	m := list[0]
	assert.Equal(t, got.path("data", "bob"), m.ID)
	assert.Len(t, m.ID, 19)
	assert.Equal(t, []string{"alice", "bob", "chat", "txt", "The kettle is on."}, []string{m.From, m.To, m.ChatType, m.Type, m.Text()})
	assert.JSONEq(t, `{"msg":"The kettle is on."}`, string(m.Body))
	assert.JSONEq(t, `{"order":"A-17","em_ignore_notification":false}`, string(m.Ext))
	assert.Equal(t, []string{"dave"}, m.RoamIgnore)
	assert.Len(t, c.srv.Messages("carol"), 1, "existence is not checked")
	assert.Len(t, c.srv.Messages("alice"), 2, "sync_device")
	assert.Empty(t, c.srv.Messages("dave"))
	all := c.srv.AllMessages()
	require.Len(t, all, 2)
	first, _ := strconv.ParseInt(all[0].ID, 10, 64)
	second, _ := strconv.ParseInt(all[1].ID, 10, 64)
	assert.Greater(t, second, first)
}

func TestSendOnlineOnly(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("on", "off")
	c.srv.LogIn("on")
	got := c.send("POST", "/messages/users", `{"to":["on","off"],"type":"txt","body":{"msg":"now"},"routetype":"ROUTE_ONLINE"}`)
	assert.Len(t, got.body["data"], 2)
	require.Len(t, c.srv.Messages("on"), 1)
	assert.True(t, c.srv.Messages("on")[0].OnlineOnly)
	assert.Equal(t, "admin", c.srv.Messages("on")[0].From)
	assert.Empty(t, c.srv.Messages("off"))
}

func TestSendToGroupsAndRooms(t *testing.T) {
	c := newClient(t)
	got := c.send("POST", "/messages/chatgroups", `{"from": "alice", "to": ["219874650132482"], "type": "txt", "body": {"msg": "Standup in five minutes"}, "need_group_ack": true, "ext": {"topic": "standup"}}`)
	got.looksLike(t, strings.ReplaceAll(sendExample, "users", "chatgroups"))
	require.Len(t, c.srv.GroupMessages("219874650132482"), 1)
	m := c.srv.GroupMessages("219874650132482")[0]
	assert.Equal(t, "groupchat", m.ChatType)
	assert.True(t, m.NeedAck)

	got = c.send("POST", "/messages/chatrooms", `{"from": "alice", "to": ["230915748806657", "230915752000514"], "type": "custom", "body": {"customEvent": "gift", "customExts": {"name": "rose", "count": "3"}}, "chatroom_msg_level": "high", "ext": {"seat": "4"}}`)
	got.looksLike(t, strings.ReplaceAll(sendExample, "users", "chatrooms"))
	require.Len(t, c.srv.RoomMessages("230915752000514"), 1)
	m = c.srv.RoomMessages("230915752000514")[0]
	assert.Equal(t, "chatroom", m.ChatType)
	assert.Equal(t, "high", m.Level)
	assert.Empty(t, m.Text())
	assert.Nil(t, c.srv.Messages("230915752000514"))
}

func TestEveryTypeOfMessage(t *testing.T) {
	c := newClient(t)
	url := c.srv.FileURL("7b3e0c50-26a1-11ef-9d4c-6f0a8be1c2d7")
	bodies := map[string]string{
		"txt":    `{"msg":"The kettle is on."}`,
		"img":    `{"filename":"oak.jpg","secret":"s","url":"` + url + `","size":{"width":480,"height":720}}`,
		"audio":  `{"url":"` + url + `","filename":"memo.amr","length":10,"secret":null}`,
		"video":  `{"filename":"tour.mp4","thumb":"` + url + `","length":12,"file_length":581030,"url":"` + url + `"}`,
		"file":   `{"filename":"plan.txt","url":"` + url + `"}`,
		"loc":    `{"lat":"47.3769","lng":8.5417,"addr":"Bahnhofplatz 1"}`,
		"cmd":    `{"action":"refresh-config"}`,
		"custom": `{"customEvent":"gift/2.0","customExts":{"name":"rose"}}`,
	}
	for kind, body := range bodies {
		got := c.send("POST", "/messages/users", `{"to":["`+kind+`"],"type":"`+kind+`","body":`+body+`}`)
		require.Equal(t, 200, got.status, got.text)
		assert.JSONEq(t, body, string(c.srv.Messages(kind)[0].Body))
		assert.Nil(t, c.srv.Messages(kind)[0].Ext)
	}
	for _, kind := range []string{"text", "sticker", "TXT"} {
		c.send("POST", "/messages/users", `{"to":["x"],"type":"`+kind+`","body":{"msg":"x"}}`).
			fails(t, 400, "invalid_request_body", "Request body is invalid. Please check body is correct.")
	}
	assert.Empty(t, c.srv.Messages("x"))
}

// The service does not look into bodies: PHP sends a file without an address,
// and each gets an id, wherever messages are sent, and is recorded.
func TestBodiesAreNotLookedInto(t *testing.T) {
	clock := imtest.NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	c := newClient(t, imtest.WithClock(clock))
	c.srv.AddUsers("x")
	group := c.srv.AddGroup(imtest.Group{Name: "g", Owner: "x"}).ID
	room := c.srv.AddRoom(imtest.Room{Name: "r", Owner: "x"}).ID
	c.srv.LogIn("x")
	for _, tt := range [][2]string{
		{"txt", `{"message":"x"}`}, {"txt", `{"msg":1}`}, {"txt", `{"msg":null}`}, {"txt", `{"Msg":"x"}`},
		{"img", `{"filename":"x"}`}, {"audio", `{"url":{}}`}, {"video", `{"thumb":"x"}`}, {"file", `{"uuid":"x"}`},
		{"loc", `{"lat":"north","lng":"1","addr":"x"}`}, {"loc", `{"lat":"1","lng":"1"}`}, {"loc", `{"lat":[]}`},
		{"cmd", `{"param":{}}`}, {"custom", `{"customEvent":"a b"}`}, {"custom", `{"customExts":"x"}`}, {"custom", `{"a":1}`},
		{"custom", `{"customExts":{` + manyFields(17) + `}}`},
	} {
		kind, body := tt[0], tt[1]
		flat := `{"type":"` + kind + `",` + body[1:]
		for path, request := range map[string]string{
			"/messages/users":               `{"to":["x"],"type":"` + kind + `","body":` + body + `}`,
			"/messages/chatgroups":          `{"to":["` + group + `"],"type":"` + kind + `","body":` + body + `}`,
			"/messages/chatrooms":           `{"to":["` + room + `"],"type":"` + kind + `","body":` + body + `}`,
			"/messages/chatgroups/users":    `{"to":["` + group + `"],"users":["x"],"type":"` + kind + `","body":` + body + `}`,
			"/messages/chatrooms/users":     `{"to":["` + room + `"],"users":["x"],"type":"` + kind + `","body":` + body + `}`,
			"/messages":                     `{"target_type":"users","target":["x"],"msg":` + flat + `}`,
			"/messages/users/import":        `{"from":"a","target":"x","type":"` + kind + `","body":` + body + `}`,
			"/messages/chatgroups/import":   `{"from":"a","target":"` + group + `","type":"` + kind + `","body":` + body + `}`,
			"/messages/broadcast":           `{"target_type":"users","msg":` + flat + `}`,
			"/messages/users/broadcast":     `{"msg":` + flat + `}`,
			"/messages/chatrooms/broadcast": `{"msg":` + flat + `}`,
		} {
			got := c.send("POST", path, request)
			assert.Equal(t, 200, got.status, "%s %s: %s", path, request, got.text)
		}
		list := c.srv.Messages("x")
		assert.JSONEq(t, body, string(list[len(list)-1].Body))
		id := list[len(list)-1].ID
		recall := c.send("POST", "/messages/msg_recall", `{"msg_id":"`+id+`","to":"`+list[len(list)-1].To+`","chat_type":"`+list[len(list)-1].ChatType+`","force":true}`)
		assert.Equal(t, 200, recall.status, recall.text)
	}
	saved(t, c.srv)
	clock.Advance(time.Hour)
	status, _ := fetch(t, c.send("GET", "/chatmessages/2026030109", "").path("data", 0, "url").(string))
	assert.Equal(t, 200, status)
	for _, path := range []string{"users", "chatgroups", "chatrooms"} {
		c.send("POST", "/messages/"+path, `{"to":["x"],"type":"txt","body":{}}`).fails(t, 400, "message_send_error", "param body can't be empty")
		c.send("POST", "/messages/"+path, `{"to":["x"],"type":"txt","body":"x"}`).fails(t, 400, "invalid_request_body", "")
	}
}

func manyFields(n int) string {
	fields := make([]string, n)
	for i := range fields {
		fields[i] = fmt.Sprintf(`"k%d":"v"`, i)
	}
	return strings.Join(fields, ",")
}

func TestSendRefused(t *testing.T) {
	c := newClient(t)
	names := func(n int) string { return `["` + strings.Repeat(`x","`, n-1) + `x"]` }
	type row struct {
		body, text string
		number     string
	}
	for path, most := range map[string]int{"users": 600, "chatgroups": 3, "chatrooms": 10} {
		limit := "params to's size can't exceed limit " + strconv.Itoa(most)
		for _, tt := range []row{
			{`{"from":"","to":["b"],"type":"txt","body":{"msg":"x"}}`, "param from can't be empty", "14001"},
			{`{"to":[],"type":"txt","body":{"msg":"x"}}`, "param to can't be empty", "14002"},
			{`{"type":"txt","body":{"msg":"x"}}`, "param to can't be empty", "14002"},
			{`{"to":["b"],"type":"","body":{"msg":"x"}}`, "param type can't be empty", ""},
			{`{"to":["b"],"type":"txt","body":{}}`, "param body can't be empty", "14005"},
			{`{"to":["b"],"type":"txt"}`, "param body can't be empty", "14005"},
			{`{"to":["b"],"type":"txt","body":{"msg":"x"},"ext":"x"}`, "param ext must be JSONObject", ""},
			{`{"to":["b"],"type":"txt","body":{"msg":"x"},"ext":null}`, "param ext must be JSONObject", ""},
			{`{"to":` + names(most+1) + `,"type":"txt","body":{"msg":"x"}}`, limit, ""},
			{`{"to":["b"],"type":"txt","body":{"msg":"` + strings.Repeat("x", 5<<10) + `"}}`, "message is too large", "14007"},
			{`{"to":["b"],"type":"txt","body":{"msg":"x"},"ext":{"k":"` + strings.Repeat("x", 5<<10) + `"}}`, "message is too large", "14007"},
		} {
			got := c.send("POST", "/messages/"+path, tt.body)
			got.fails(t, 400, "message_send_error", tt.text)
			assert.Equal(t, tt.number != "", got.body["error_code"] != nil)
			if tt.number != "" {
				assert.EqualValues(t, tt.number, got.body["error_code"])
			}
		}
		for _, body := range []string{
			`{`, `[]`,
			`{"to":"b","type":"txt","body":{"msg":"x"}}`,
			`{"to":[1],"type":"txt","body":{"msg":"x"}}`,
			`{"to":["b"],"type":1,"body":{"msg":"x"}}`,
			`{"to":["b"],"type":"txt","body":"x"}`,
			`{"to":["b"],"from":1,"type":"txt","body":{"msg":"x"}}`,
			`{"to":["b"],"type":"txt","body":{"msg":"x"},"sync_device":"maybe"}`,
			`{"to":["b"],"type":"txt","body":{"msg":"x"},"roam_ignore_users":` + names(21) + `}`,
		} {
			c.send("POST", "/messages/"+path, body).fails(t, 400, "invalid_request_body", "Request body is invalid. Please check body is correct.")
		}
		c.send("GET", "/messages/"+path, "").fails(t, 405, "", "")
		assert.Equal(t, 200, c.send("POST", "/messages/"+path, `{"to":`+names(most)+`,"type":"txt","body":{"msg":"x"}}`).status)
	}
	assert.Len(t, c.srv.AllMessages(), 3)
}

func TestMessageOfTheLargestSize(t *testing.T) {
	c := newClient(t)
	text := strings.Repeat("x", 5<<10-len(`{"msg":""}`))
	assert.Equal(t, 200, c.send("POST", "/messages/users", `{"to":["b"],"type":"txt","body": { "msg" : "`+text+`" } }`).status)
	c.send("POST", "/messages/users", `{"to":["b"],"type":"txt","body":{"msg":"x`+text+`"}}`).fails(t, 400, "message_send_error", "message is too large")
}

func TestSendLegacy(t *testing.T) {
	c := newClient(t)
	send := `{"target_type": "users", "target": ["bob"], "msg": {"type": "txt", "msg": "hello from the old door"}, "from": "alice", "ext": {"k": "v"}}`
	got := c.send("POST", "/messages", send)
	got.looksLike(t, `{"path": "/messages", "uri": "https://a1.example.com/acme-im/garden/messages", "timestamp": 1718006400123, "organization": "acme-im", "application": "4f7c1e02-93ab-4d56-8e21-b0c5d97a6f13", "action": "post", "data": {"bob": "success"}, "duration": 3, "applicationName": "garden"}`)
	assert.Equal(t, "success", got.path("data", "bob"))
	got = c.send("POST", "/messages?useMsgId=true", send)
	list := c.srv.Messages("bob")
	require.Len(t, list, 2)
	assert.Equal(t, list[1].ID, got.path("data", "bob"))
	assert.JSONEq(t, `{"msg":"hello from the old door"}`, string(list[1].Body))
	assert.Equal(t, "hello from the old door", list[1].Text())

	c.send("POST", "/messages", `{"target_type":"chatrooms","target":["1"],"msg":{"type":"text","msg":"x"}}`)
	assert.Equal(t, "x", c.srv.RoomMessages("1")[0].Text())

	for body, text := range map[string]string{
		`{"target_type":"all","target":["b"],"msg":{"type":"txt","msg":"x"}}`:                                     "target_type can only be 'users' or 'chatgroups' or 'chatrooms'",
		`{"target_type":"users","target":["b"],"msg":{"type":"txt","msg":"x"},"from":""}`:                         "from can't be empty",
		`{"target_type":"users","target":[],"msg":{"type":"txt","msg":"x"}}`:                                      "",
		`{"target_type":"users","target":["b"]}`:                                                                  "",
		`{"target_type":"users","target":["b"],"msg":{"msg":"x"}}`:                                                "",
		`{"target_type":"users","target":["b"],"msg":{"type":"txt","msg":"` + strings.Repeat("x", 40<<10) + `"}}`: "message is too large",
	} {
		c.send("POST", "/messages", body).fails(t, 400, "illegal_argument", text)
	}
	c.send("POST", "/messages", `{`).fails(t, 400, "json_parse", "")
}
