package imtest_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// mixedBodies are bodies of calls; the others send anyBody. U, V are users, G a
// group, R a room, M a message, T a thread.
var mixedBodies = map[string]string{
	"users.register":       `{"username":"U","password":"p"}`,
	"users.register_batch": `[{"username":"U","password":"p"},{"username":"V","password":"p"}]`,
	"mutes.set":            `{"username":"U","chat":60,"groupchat":-1,"chatroom":0}`,

	"messages.send_groups":               `{"from":"U","to":["G"],"type":"txt","body":{"msg":"x"}}`,
	"messages.send_rooms":                `{"from":"U","to":["R"],"type":"txt","body":{"msg":"x"}}`,
	"messages.send_legacy":               `{"from":"U","target_type":"chatgroups","target":["G"],"msg":{"type":"txt","msg":"x"}}`,
	"messages.send_group_targeted":       `{"from":"U","to":["G"],"users":["V"],"type":"txt","body":{"msg":"x"}}`,
	"messages.send_room_targeted":        `{"from":"U","to":["R"],"users":["V"],"type":"txt","body":{"msg":"x"}}`,
	"messages.stream_user":               `{"from":"U","to":"V","body":{"msg":"x","seq":1}}`,
	"messages.stream_group":              `{"from":"U","to":"G","body":{"msg":"x","seq":1}}`,
	"messages.import_user":               `{"from":"U","target":"V","type":"txt","body":{"msg":"x"}}`,
	"messages.import_group":              `{"from":"U","target":"G","type":"txt","body":{"msg":"x"}}`,
	"messages.recall":                    `{"msg_id":"M","to":"V","chat_type":"chat","from":"U","force":true}`,
	"messages.recall_batch":              `{"msgs":[{"msg_id":"M","to":"V","chat_type":"chat","from":"U","force":true}]}`,
	"messages.recall_batch_legacy":       `{"msgs":[{"msg_id":"M","to":"V","chat_type":"chat","from":"U","force":true}]}`,
	"messages.delete_conversation":       `{"channel":"V","type":"chat","delete_roam":true}`,
	"messages.modify":                    `{"new_msg":{"type":"txt","msg":"y"},"new_ext":{"a":1}}`,
	"messages.search":                    `{"data":{"keyword":"x","groupIds":["G"],"highlightEnable":true}}`,
	"contacts.import":                    `{"usernames":["V"]}`,
	"metadata.batch_get":                 `{"targets":["U"],"properties":["k"]}`,
	"metadata.set":                       `k=v&l=w`,
	"presence.set":                       `{"ext":"x"}`,
	"reaction.create":                    `{"msgId":"M","message":"+1"}`,
	"push.set_no_disturbing":             `{"notification_no_disturbing":true,"notification_no_disturbing_start":"22","notification_no_disturbing_end":"7"}`,
	"push.set_display_style":             `{"notification_display_style":1}`,
	"push.set_nickname":                  `{"nickname":"N"}`,
	"push.set_nicknames_batch":           `[{"username":"U","push_nickname":"N"}]`,
	"push.set_settings":                  `{"type":"NONE"}`,
	"push.set_language":                  `{"translationLanguage":"EU"}`,
	"push.create_template":               `{"name":"tpl","title_pattern":"t","content_pattern":"c"}`,
	"push.set_user_template":             `{"templateName":"tpl"}`,
	"push.bind_device":                   `{"device_id":"d","notifier_name":"APNS","device_token":"t"}`,
	"push.create_label":                  `{"name":"vip","description":"d"}`,
	"push.send_label":                    `{"targets":["vip"],"pushMessage":{"title":"t","content":"c"}}`,
	"push.create_message":                `{"title":"t","content":"c"}`,
	"push.send_broadcast_task":           `{"pushMsgId":971234567890123456}`,
	"callbacks.storage_retry":            `{"date":"202601010000","retry":0}`,
	"groups.transfer":                    `{"newowner":"U"}`,
	"groups.update":                      `{"groupname":"n","maxusers":100}`,
	"groups.set_announcement":            `{"announcement":"x"}`,
	"groups.set_member_attributes":       `{"metaData":{"k":"v"}}`,
	"chatrooms.transfer_owner":           `{"newowner":"U"}`,
	"chatrooms.update":                   `{"name":"n"}`,
	"chatrooms.set_attributes":           `{"metaData":{"k":"v"},"autoDelete":"DELETE"}`,
	"chatrooms.force_set_attributes":     `{"metaData":{"k":"v"},"autoDelete":"NO_DELETE"}`,
	"chatrooms.get_attributes":           `{"keys":["k"]}`,
	"chatrooms.set_user_tags":            `{"tags":["t"]}`,
	"chatrooms.mute_tag":                 `{"tag":"t","mute_duration":60}`,
	"chatrooms.add_super_admin":          `{"superadmin":"U"}`,
	"contacts.check":                     `{"username":"U","check_list":["V"]}`,
	"contacts.block_check":               `{"username":"U","check_list":["V"]}`,
	"messages.export_moderation_records": `{"dateFrom":1,"dateTo":2}`,
	"groups.set_members_attributes":      `[{"username":"user-1","metaData":{"k":"v"}}]`,
	"thread.create":                      `{"group_id":"G","name":"t","owner":"U","msg_id":"M"}`,
	"thread.modify":                      `{"name":"u"}`,
	"favorites.add":                      `{"data":"x","type":1,"ext":"e"}`,
	"favorites.add_batch":                `{"username":"U","collections":[{"id":"f","type":1,"data":"x","ext":"","createdAt":1718006400123}]}`,
	"favorites.remove":                   `{"collection_ids":["f"]}`,
	"translation.translate":              `{"text":"x","to":["de"]}`,
	"translation.detect":                 `{"text":"x"}`,
	"moderation.check_text":              `{"content":"x"}`,
	"moderation.create_list":             `{"name":"words","scope":"ALL","disposition":"PASS","userId":"v","textContexts":["x"]}`,
}

const anyBody = `{"username":"U","usernames":["U","V"],"users":["U","V"],"to":["U","V"],"from":"U","type":"txt","body":{"msg":"x"},` +
	`"msg":{"type":"txt","msg":"x"},"target_type":"users","targets":["U"],"target":"U","newpassword":"p","password":"p","owner":"U","members":["V"],` +
	`"groupname":"n","name":"n","desc":"d","public":true,"maxusers":100,"newadmin":"U","mute_duration":60000,"announcement":"x",` +
	`"pushMessage":{"title":"t","content":"c"},"lifetime":"forever","chatfile_ids":["F"],"title_pattern":"t","content_pattern":"c",` +
	`"properties":["k"],"metaData":{"k":"v"},"keys":["k"],"remark":"r","grant_type":"inherit","autoCreateUser":true,` +
	`"msg_ids":["M"]}`

// mixedQuery serves all calls that have a query.
const mixedQuery = "?limit=5&pagesize=5&pagenum=1&msgId=M&msgIdList=M&message=%2B1&msgType=chat&userId=V&groupId=G&delTime=1&app_key=acme%23demo&startTime=1&endTime=2"

// mixedServer holds what mixed calls name; it can be filled again at any time.
func mixedServer(srv *imtest.Server) {
	for i := range 8 {
		srv.AddUsers(fmt.Sprint("user-", i))
	}
	for i := range 3 {
		srv.AddGroup(imtest.Group{ID: strconv.Itoa(101 + i), Name: "g", Owner: "user-0", Members: []string{"user-1", "user-2", "user-3"}})
		srv.AddRoom(imtest.Room{ID: fmt.Sprint("room", i), Owner: "user-0", Members: []string{"user-1", "user-2", "user-3"}})
	}
}

// mixer makes calls of all endpoints, the same ones for the same seed.
type mixer struct {
	*rand.Rand
	c     *client
	sent  []imtest.Message // as it was a moment ago
	calls int
}

func (m *mixer) user() string  { return fmt.Sprint("user-", m.IntN(8)) }
func (m *mixer) group() string { return strconv.Itoa(101 + m.IntN(3)) }
func (m *mixer) room() string  { return fmt.Sprint("room", m.IntN(3)) }

func (m *mixer) message() string {
	if m.calls++; m.calls%32 == 1 {
		m.sent = m.c.srv.AllMessages()
		m.sent = m.sent[max(0, len(m.sent)-20):]
	}
	if len(m.sent) == 0 {
		return "1"
	}
	return m.sent[m.IntN(len(m.sent))].ID
}

func (m *mixer) value(name string) string {
	switch {
	case strings.Contains(name, "chatroom_id"):
		return m.room()
	case strings.Contains(name, "group_id"):
		return m.group()
	case name == "msg_id":
		return m.message()
	case name == "thread_id":
		if all := m.c.srv.Threads(); len(all) > 0 {
			return all[len(all)-1].ID
		}
	case name == "file_id":
		for _, g := range m.c.srv.Groups() {
			if len(g.Files) > 0 {
				return g.Files[0].UUID
			}
		}
	case name == "file_uuid":
		if all := m.c.srv.Files(); len(all) > 0 {
			return all[len(all)-1].UUID
		}
	}
	if v, ok := map[string]string{
		"status": "1", "expiry": "60", "resource": "web", "chattype": "user", "name": "tpl", "labelname": "vip",
		"startTime": "2026-01-01", "endTime": "2026-01-02", "query_type": "1", "time": "2026010100", "messageId": "971234567890123456",
		"resourceId": "android_1",
	}[name]; ok {
		return v
	}
	return m.user()
}

// request makes one call of an endpoint.
func (m *mixer) request(r imtest.RouteInfo) *http.Request {
	path := strings.TrimPrefix(r.Path, "https://rs.easemob.com")
	for {
		before, rest, found := strings.Cut(path, "{")
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, "}")
		path = before + m.value(name) + after
	}
	if path != "/easemob/server.json" {
		path = m.c.prefix + path
	}
	body, known := mixedBodies[r.ID]
	if !known {
		body = anyBody
	}
	fill := strings.NewReplacer(`"U"`, `"`+m.user()+`"`, `"V"`, `"`+m.user()+`"`, `"G"`, `"`+m.group()+`"`, `"R"`, `"`+m.room()+`"`,
		`"M"`, `"`+m.message()+`"`, `"F"`, `"`+m.value("file_uuid")+`"`)
	query := strings.NewReplacer("=M", "="+m.message(), "=V", "="+m.user(), "=G", "="+m.group()).Replace(mixedQuery)
	kind, data := "application/json", []byte(fill.Replace(body))
	if r.ID == "metadata.set" {
		kind = "application/x-www-form-urlencoded"
	}
	if strings.HasSuffix(r.ID, ".upload_file") {
		kind, data = smallUpload()
	}
	req, err := http.NewRequest(r.Method, m.c.srv.URL()+path+query, bytes.NewReader(data))
	require.NoError(m.c.t, err)
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Authorization", "Bearer "+m.c.token)
	return req
}

func smallUpload() (contentType string, body []byte) {
	var buf bytes.Buffer
	form := multipart.NewWriter(&buf)
	part, _ := form.CreateFormFile("file", "a.txt")
	_, _ = io.WriteString(part, "text")
	form.Close()
	return form.FormDataContentType(), buf.Bytes()
}

// call makes one call and returns its status, 0 if there is no response.
func (m *mixer) call(r imtest.RouteInfo) int {
	resp, err := http.DefaultClient.Do(m.request(r))
	if err != nil {
		m.c.t.Errorf("%s: %v", r.ID, err)
		return 0
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		m.c.t.Errorf("%s: %v", r.ID, err)
	}
	return resp.StatusCode
}

// look reads the server as a test or a browser would.
func (m *mixer) look() {
	srv := m.c.srv
	switch m.IntN(8) {
	case 0:
		srv.Groups()
	case 1:
		srv.Rooms()
	case 2:
		srv.Conversations(m.user())
	case 3:
		srv.Requests()
	case 4:
		if user := m.user(); m.IntN(2) == 0 {
			srv.LogIn(user)
		} else {
			srv.LogOut(user)
		}
	case 5:
		if err := srv.Save(io.Discard); err != nil {
			m.c.t.Error(err)
		}
	case 6:
		browse(m.c.t.(*testing.T), srv, "GET", "/", "")
	case 7:
		srv.QuotaUse()
		mixedServer(srv)
	}
}

// 64 clients call all endpoints at once while others look on: every call is
// responded, almost every endpoint does its work at least once, and what is left
// is whole: it can be saved and comes back the same.
func TestAllEndpointsUnder64Clients(t *testing.T) {
	c := newClient(t, imtest.WithPage())
	mixedServer(c.srv)
	c.srv.LogIn("user-1")
	routes := imtest.Routes()
	var mu sync.Mutex
	worked, responses := map[string]bool{}, 0
	var all sync.WaitGroup
	for seed := range uint64(64) {
		all.Go(func() {
			m := &mixer{Rand: rand.New(rand.NewPCG(seed, 1)), c: c}
			order := m.Perm(len(routes))
			order = order[:len(order)/3] // of each client; all together make every call
			for _, i := range order {
				status := m.call(routes[i])
				m.look()
				mu.Lock()
				responses++
				worked[routes[i].ID] = worked[routes[i].ID] || status == 200
				mu.Unlock()
			}
		})
	}
	all.Wait()
	idle := slices.DeleteFunc(slices.Sorted(maps.Keys(worked)), func(id string) bool { return worked[id] })
	t.Logf("%d calls; %d endpoints of %d did their work; not %v", responses, len(routes)-len(idle), len(routes), idle)
	assert.LessOrEqual(t, len(idle), len(routes)/7, "endpoints that were never right: %v", idle)

	text := saved(t, c.srv)
	again, err := imtest.Start(imtest.WithData(strings.NewReader(text)))
	require.NoError(t, err)
	defer again.Close()
	want, _ := c.srv.Dump()
	have, _ := again.Dump()
	assert.Equal(t, want, have)
}
