package imtest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// everything fills a server with every kind of thing that it can hold.
func everything(t *testing.T, c *client) {
	t.Helper()
	ok := func(method, path, body string) got {
		t.Helper()
		g := c.send(method, path, body)
		require.Equal(t, 200, g.status, "%s %s: %s", method, path, g.text)
		c.srv.Clock().Advance(time.Millisecond) // so that no two times are the same
		return g
	}
	group := hikers(c)
	c.srv.AddUser(imtest.User{Username: "erin", Password: "S3cret.pass", Nickname: "E"})
	c.srv.AddUser(imtest.User{Username: "gone"})
	ok("DELETE", "/users/gone", "")
	ok("POST", "/users/erin/deactivate", "")
	ok("PUT", "/users/alice", `{"nickname":"A","notification_display_style":1,"notification_no_disturbing":true,"notification_no_disturbing_start":"22","notification_no_disturbing_end":"7"}`)
	c.srv.LogIn("alice")
	ok("POST", "/mutes", `{"username":"bob","chat":60,"chatroom":-1}`)

	ok("POST", "/users/alice/contacts/users/bob", "")
	ok("PUT", "/user/alice/contacts/users/bob", `{"remark":"B <&>"}`)
	c.srv.AddBlocked("alice", "carol")
	c.srv.SetUserAttributes("alice", map[string]string{"k": "v"})
	c.srv.SetPresence("alice", "web", 101, "away")
	ok("POST", "/users/bob/presence/3600", `{"usernames":["alice"]}`)

	fillCircles(c, ok, group)
	fillMessages(c, ok, group)
	fillPush(c, ok)
	ok("POST", "/users/alice/collections", `{"id":"f","type":1,"data":"d","ext":"e"}`)
	ok("POST", "/moderation/text/list", `{"name":"n","scope":"TAG","tagId":"t","disposition":"REJECT","fullMatch":true,"userId":"u","textContexts":["w"]}`)
	ok("POST", "/moderation/record/message/export", `{"dateFrom":1,"dateTo":2}`)
	date := c.srv.AddStoredCallbacks(imtest.StoredCallbacks{Start: c.srv.Clock().Now(), Size: 3})
	ok("POST", "/callbacks/storage/retry", `{"date":"`+date+`","retry":1,"targetUrl":"http://x"}`)
	require.NoError(t, c.srv.SetCallbacks(imtest.Rule{URL: "http://127.0.0.1:1", Secret: "s", Kinds: []string{"roster"}}))
	c.srv.AddBlocked("carol", "alice") // nobody is there to be told
	c.wait()
	require.NoError(t, c.srv.SetCallbacks())
}

func fillCircles(c *client, ok func(method, path, body string) got, group string) {
	c.srv.AddGroup(imtest.Group{
		ID: "42", Name: "n", Description: "d", Avatar: "a", Custom: "c", Announcement: "x", Owner: "bob",
		Members: []string{"carol", "alice"}, Admins: []string{"alice"}, Blocked: []string{"dave"}, Allowed: []string{"carol"},
		Muted: map[string]time.Time{"carol": c.srv.Clock().Now().Add(time.Hour)}, MutedAll: true, Disabled: true,
		Public: true, MembersOnly: true, AllowInvites: true, InviteNeedConfirm: true, MaxUsers: 7,
		Attributes: map[string]map[string]string{"carol": {"k": "v"}},
	})
	c.share(group, "shared.txt", "shared", "restrict-access", "true")
	c.srv.AddRoom(imtest.Room{ID: "lobby", Owner: "alice", Members: []string{"bob", "carol"}})
	ok("POST", "/chatrooms/super_admin", `{"superadmin":"alice"}`)
	ok("PUT", "/metadata/chatroom/lobby/user/alice", `{"metaData":{"k":"v"},"autoDelete":"NO_DELETE"}`)
	ok("PUT", "/chatrooms/lobby/users/bob/tag", `{"tags":["guest"]}`)
	ok("PUT", "/chatrooms/lobby/tag/mute", `{"tag":"guest","mute_duration":60000}`)
	c.srv.LogIn("bob")
	c.srv.LogOut("bob")
	hung := say(c, "chatgroups", group, "start")
	ok("POST", "/thread", `{"group_id":"`+group+`","name":"t","owner":"bob","msg_id":"`+hung+`"}`)
}

func fillMessages(c *client, ok func(method, path, body string) got, group string) {
	ok("POST", "/messages/users", `{"from":"alice","to":["bob","carol","stranger"],"type":"txt","body":{"msg":"<b>&"},"ext":{"a":[1]},`+
		`"roam_ignore_users":["carol"],"sync_device":true,"need_group_ack":true}`)
	ok("POST", "/messages/chatrooms", `{"from":"alice","to":["lobby"],"type":"txt","body":{"msg":"x"},"routetype":"ROUTE_ONLINE","chatroom_msg_level":"high"}`)
	ok("POST", "/messages/chatgroups/users", `{"from":"alice","to":["`+group+`"],"users":["bob"],"type":"txt","body":{"msg":"x"}}`)
	ok("POST", "/messages/users/import", `{"from":"alice","target":"bob","type":"txt","body":{"msg":"old"},"msg_timestamp":1656906628428}`)
	ok("POST", "/messages/users", `{"from":"alice","to":["bob"],"type":"file","body":{"url":"http://x/chatfiles/7?s=1"}}`)
	ok("POST", "/messages/broadcast", `{"target_type":"users","msg":{"type":"txt","msg":"all"}}`)
	ok("POST", "/stream_message/user", `{"from":"alice","to":"bob","body":{"msg":"one ","seq":1}}`)
	ok("POST", "/stream_message/user", `{"from":"alice","to":"bob","body":{"msg":"two","seq":2,"finish":true}}`)
	ok("POST", "/messages/msg_recall", order(say(c, "users", "bob", "gone"), "bob", "chat", true))
	kept := say(c, "users", "bob", "first")
	ok("PUT", "/messages/rewrite/"+kept, `{"new_msg":{"type":"txt","msg":"second"}}`)
	ok("POST", "/reaction/user/bob", `{"msgId":"`+kept+`","message":"👍"}`)
	ok("POST", "/reaction/user/alice", `{"msgId":"`+kept+`","message":"👍"}`)
	ok("DELETE", "/rest/message/roaming/chat/user/bob?userId=alice&msgIdList="+kept, "")
	ok("DELETE", "/users/bob/user_channel", `{"channel":"alice","type":"chat","delete_roam":false}`)
	require.NoError(c.t, c.srv.ReadConversationAs("alice", "bob"))
	c.srv.AddUsers("left")
	ok("DELETE", "/users/left", "")
	c.srv.SetHistoryZone(time.FixedZone("CST", 8*3600))
	c.srv.SetHistoryDelay(time.Hour)
	c.upload("plan.txt", []byte{0, 1, 255}, "restrict-access", "true")
}

func fillPush(c *client, ok func(method, path, body string) got) {
	ok("PUT", "/users/alice/push/binding", `{"device_id":"d","notifier_name":"APNS","device_token":"t"}`)
	ok("PUT", "/users/alice/notification/user/alice", `{"type":"AT","ignoreInterval":"22:00-07:00","ignoreDuration":60000}`)
	ok("PUT", "/users/alice/notification/language", `{"translationLanguage":"EU"}`)
	ok("POST", "/notification/template", `{"name":"n","title_pattern":"t","content_pattern":"c"}`)
	ok("PUT", "/users/alice/notification/template", `{"templateName":"n"}`)
	ok("POST", "/push/label", `{"name":"vip","description":"d"}`)
	ok("POST", "/push/label/vip/user", `{"usernames":["alice"]}`)
	ok("POST", "/push/list/label", pushBody(`"targets":["vip"],`))
	ok("POST", "/push/task", pushBody(`"platform":"ios",`))
	ok("POST", "/push/message", `{"title":"t","content":"c"}`)
	c.srv.SetPushCounts(c.srv.Clock().Now(), "APNS", imtest.PushCounts{Success: 3, Fail: 1, Arrive: 2})
}

func saved(t *testing.T, srv *imtest.Server) string {
	t.Helper()
	var buf bytes.Buffer
	require.NoError(t, srv.Save(&buf))
	return buf.String()
}

func TestSavedServerComesBackWhole(t *testing.T) {
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	c := newClient(t, imtest.WithClock(imtest.NewClock(start)))
	everything(t, c)
	c.srv.Clock().Advance(time.Minute)
	want, zero := c.srv.Dump()
	require.Empty(t, zero, "fields that this test does not fill: have it fill them, and Save keep them")

	text := saved(t, c.srv)
	require.True(t, json.Valid([]byte(text)))
	again, err := imtest.Start(imtest.WithClock(imtest.NewClock(start)), imtest.WithData(strings.NewReader(text)))
	require.NoError(t, err)
	defer again.Close()
	have, _ := again.Dump()
	assert.Equal(t, want, have)
	assert.Equal(t, text, saved(t, again), "the same state is the same data")
	assert.Equal(t, c.srv.Clock().Now(), again.Clock().Now(), "a clock that is behind moves on")
	assert.Equal(t, 1, strings.Count(text, `"msg":"<b>&"`), "what went to three users is there once")
	for _, part := range imtest.Parts() {
		assert.Contains(t, text, `"`+part+`": [`+"\n", "nothing is in %s", part)
	}
}

// A zone need not have a name.
func TestSavedZoneWithoutAName(t *testing.T) {
	for _, zone := range []*time.Location{time.FixedZone("", 3*60*60), time.FixedZone("", -90*60), time.UTC} {
		srv := imtest.NewServer(t)
		srv.SetHistoryZone(zone)
		text := saved(t, srv)
		again := newClient(t, imtest.WithData(strings.NewReader(text)))
		sent := time.Date(2026, 3, 1, 12, 0, 0, 0, zone)
		again.srv.Clock().Set(sent.Add(time.Hour))
		again.send("POST", "/messages/users/import", fmt.Sprintf(`{"from":"a","target":"b","type":"txt","body":{"msg":"x"},"msg_timestamp":%d}`, sent.UnixMilli()))
		assert.Equal(t, 200, again.send("GET", "/chatmessages/2026030112", "").status, zone)
	}
}

func TestSavedServerGoesOn(t *testing.T) {
	c := newClient(t)
	everything(t, c)
	old := c.srv.AllMessages()
	group := c.srv.Groups()[0].ID
	again := *c
	again.srv = imtest.NewServer(t, imtest.WithData(strings.NewReader(saved(t, c.srv))))

	assert.Equal(t, 401, again.send("GET", "/users/alice", "").status, "tokens are not kept")
	again.token = again.appToken()
	assert.Equal(t, "S3cret.pass", again.srv.Users()[4].Password)
	id := say(&again, "chatgroups", group, "and on")
	assert.Greater(t, id, old[len(old)-1].ID, "ids go on where they were")
	assert.Equal(t, id, again.srv.Messages("bob")[len(again.srv.Messages("bob"))-1].ID)
	made := again.srv.AddGroup(imtest.Group{Owner: "alice"})
	for _, g := range c.srv.Groups() {
		assert.NotEqual(t, g.ID, made.ID)
	}
	assert.Equal(t, 200, again.send("DELETE", "/users/alice", "").status)
	assert.Len(t, c.srv.AllMessages(), len(old), "the first server has nothing to do with it")
}

func TestBrokenData(t *testing.T) {
	c := newClient(t)
	everything(t, c)
	text := saved(t, c.srv)
	start := func(data string) error {
		srv, err := imtest.Start(imtest.WithData(strings.NewReader(data)))
		if err == nil {
			srv.Close()
		}
		return err
	}
	for cut := 0; cut < len(text)-3; cut += 1 + len(text)/300 {
		assert.Error(t, start(text[:cut]), "cut off at %d", cut)
	}
	swap := func(old, put string) string {
		require.Contains(t, text, old)
		return strings.Replace(text, old, put, 1)
	}
	for data, want := range map[string]string{
		"":                       "imtest: data: unexpected EOF",
		"[]":                     "data: [ where { should be",
		"{}":                     "} where version should be",
		`{"app":[],"version":1}`: "data: app where version should be: keys must keep the order of a saved file",
		swap(`: 1,`, `: 2,`):     "version 2; this program reads version 1",
		swap(`: 1,`, `: "x",`):   "version: json",
		text + "x":               "follows after the end",
		swap(`"users"`, `"usr"`): `"usr" is unknown, or not in its place`,
		swap(`"mutes": [`, `"mutes": [{"user":"x","kind":"y"},`):                                                      `mutes[0]: there is no kind of mute "y"`,
		swap(`"users": [`, `"users": [{"name":"x","colour":"red"},`):                                                  "users[0]: json: unknown field",
		swap(`"users": [`, `"users": [{"name":"Alice"},`):                                                             "users[0]: a user needs a name of their own",
		swap(`"app": [`, `"app": [{"uuid":"7"},`):                                                                     `app[0]: "7" is not a UUID`,
		swap(`"rooms": [`, `"rooms": [{"id":"42"},`):                                                                  "rooms[0]: it needs an id of its own",
		swap(`"messages": [`, `"messages": [{"to":"x","chat":"chat","content":{"type":"txt","body":{},"ext":5}},`):    "the ext is not an object",
		swap(`"messages": [`, `"messages": [{"to":"x","chat":"chat","content":{"type":"txt","body":{},"ext":null}},`): "the ext is not an object",
		swap(`"inboxes": [`, `"inboxes": [{"user":"x","delivered":0,"messages":[999]},`):                              "inboxes[0]: there is no message 999",
		swap(`"inboxes": [`, `"inboxes": [{"user":"x","delivered":2,"messages":[0]},`):                                "2 of 1 messages cannot have arrived",
		swap(`"messages": [`, `"messages": [{"to":"x","chat":"chat"},`):                                               "messages[0]: it has no content",
		swap(`"messages": [`, `"messages": [{"to":"x","chat":"letter"},`):                                             `there is no kind of chat "letter"`,
		swap(`"messages": [`, `"messages": [{"to":"x","chat":"chat","content":{"type":"txt","body":[]}},`):            "the body is not an object",
		swap(`"messages": [`, `"messages": [{"to":"x","chat":"chat","content":{"type":"stone","body":{}}},`):          `there is no type of message "stone"`,
		swap(`"threads": [`, `"threads": [{"id":"1","group":"no"},`):                                                  `threads[0]: there is no group "no"`,
		swap(`"joined": [`, `"joined": [{"user":"zoe","rooms":["lobby"]},`):                                           `there is no member zoe of "lobby"`,
		swap(`"reactions": [`, `"reactions": [{"message":-1},`):                                                       "there is no message -1",
		swap(`"places": [`, `"places": [{"users":[[2,3]]},`):                                                          "places[0]: users: 2 entries have no place",
		swap(`"places": [`, `"places": [{"users":[[1,6]]},`):                                                          "places[0]: users: entries cannot be there",
		swap(`"places": [`, `"places": [{"users":[[2,3],[4,2]]},`):                                                    "places[0]: users: entries cannot be there",
		swap(`"places": [`, `"places": [{"users":[[9223372036854775807,5]]},`):                                        "places[0]: users: entries cannot be there",
		swap(`"places": [`, `"places": [{"friends of zoe":[[2,3]]},`):                                                 `places[0]: there is no list "friends of zoe"`,
		swap(`"files": [{`[:10], `"files": [{"uuid":""},`):                                                            "a file needs an id",
	} {
		assert.ErrorContains(t, start(data), want)
	}
	assert.NoError(t, start(`{"version":1}`), "every part may be missing")
}

type brokenWriter struct{ left int }

func (w *brokenWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func TestSaveReportsAFullDisk(t *testing.T) {
	c := newClient(t)
	c.upload("big", make([]byte, 200_000))
	assert.ErrorContains(t, c.srv.Save(&brokenWriter{}), "disk full")
	assert.ErrorContains(t, c.srv.Save(&brokenWriter{left: 70_000}), "disk full")
}

// changer changes the server while it is being saved.
type changer struct {
	bytes.Buffer
	srv     *imtest.Server
	changed chan bool
}

func (w *changer) Write(p []byte) (int, error) {
	if w.changed == nil {
		w.changed = make(chan bool, 1)
		go func() {
			w.srv.AddUser(imtest.User{Username: "latecomer"})
			w.srv.SetPresence("alice", "web", 7, "late")
			w.changed <- true
		}()
		select {
		case <-w.changed:
		case <-time.After(time.Minute):
			return 0, errors.New("the server waits for the writer")
		}
	}
	return w.Buffer.Write(p)
}

func TestSaveHoldsNobodyUp(t *testing.T) {
	c := newClient(t)
	everything(t, c)
	c.upload("big", make([]byte, 200_000)) // so that not all is written at the end
	want := saved(t, c.srv)
	w := &changer{srv: c.srv}
	require.NoError(t, c.srv.Save(w))
	same := func(text string) string { return text[strings.Index(text, `"users"`):] } // the time is another
	assert.Equal(t, same(want), same(w.String()), "what comes during the writing is not in it")
	assert.Contains(t, saved(t, c.srv), "latecomer")
}

// A time that no calendar has is rejected: no server with it could be saved, nor its events be read.
func TestTimesThatNoCalendarHas(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice")
	for path, body := range map[string]string{
		"/collections":                      `{"username":"alice","collections":[{"id":"f","type":1,"data":"x","ext":"","createdAt":%d}]}`,
		"/messages/users/import":            `{"from":"alice","target":"bob","type":"txt","body":{"msg":"x"},"msg_timestamp":%d}`,
		"/moderation/record/message/export": `{"dateFrom":%[1]d,"dateTo":%[1]d}`,
	} {
		for _, millis := range []int64{math.MaxInt64, 253370764800000, math.MinInt64} {
			assert.Equal(t, 400, c.send("POST", path, fmt.Sprintf(body, millis)).status, "%s at %d", path, millis)
		}
		assert.Equal(t, 200, c.send("POST", path, fmt.Sprintf(body, int64(253370764799999))).status, path)
	}
	saved(t, c.srv)
	for e := range c.srv.Events() {
		_, err := json.Marshal(e)
		require.NoError(t, err)
	}
}

// movingReader moves a clock while it is read.
type movingReader struct {
	io.Reader
	clock *imtest.Clock
}

func (r movingReader) Read(p []byte) (int, error) {
	r.clock.Set(eventStart.Add(30 * time.Minute))
	return r.Reader.Read(p)
}

// A clock that is moved while data are loaded is not behind them by as much as it was before.
func TestLoadWhileTheClockMoves(t *testing.T) {
	from := imtest.NewServer(t, imtest.WithClock(imtest.NewClock(eventStart.Add(time.Hour))))
	text := saved(t, from)
	srv := imtest.NewServer(t, imtest.WithClock(imtest.NewClock(eventStart)))
	require.NoError(t, srv.Load(movingReader{strings.NewReader(text), srv.Clock()}))
	assert.Equal(t, eventStart.Add(time.Hour), srv.Clock().Now())
	require.NoError(t, srv.Load(strings.NewReader(text)))
	assert.Equal(t, eventStart.Add(time.Hour), srv.Clock().Now(), "it is not behind any more")
}
