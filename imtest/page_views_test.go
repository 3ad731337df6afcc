package imtest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"image"
	"image/png"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// viewed gets a view of the page; id is a parameter of it, "" for none.
func viewed(t *testing.T, srv *imtest.Server, view, id string) string {
	t.Helper()
	target := "/_im/page/" + view
	if id != "" {
		target += "?id=" + url.QueryEscape(id)
	}
	rec := browse(t, srv, "GET", target, "")
	require.Equal(t, 200, rec.Code, target)
	return rec.Body.String()
}

var (
	tag   = regexp.MustCompile(`(?s)<(style|script)[^>]*>.*?</(style|script)>|<[^>]*>`)
	space = regexp.MustCompile(`\s+`)
)

// textOf is what a page shows, without its tags and with single spaces.
func textOf(page string) string {
	return strings.TrimSpace(space.ReplaceAllString(html.UnescapeString(tag.ReplaceAllString(page, " ")), " "))
}

// all asserts that a page shows some texts.
func all(t *testing.T, page string, parts ...string) {
	t.Helper()
	text := textOf(page)
	for _, part := range parts {
		assert.Contains(t, text, part)
	}
}

func TestPageShowsAllOfAUser(t *testing.T) {
	c := newClient(t, imtest.WithPage())
	everything(t, c)
	c.srv.SetUserAttributes("alice", map[string]string{"color": "green", "app_token": "S3cret.token"})
	c.srv.AddPushBinding("alice", imtest.PushBinding{Device: "phone-1", Notifier: "apns", Token: "S3cret.device"})
	page := viewed(t, c.srv, "user", "alice")
	all(t, page, "alice user online", "Password none", "Groups 2", "hiking club owner", "Rooms 1", "lobby owner", "Contacts 1", "bob B <&>", "Blocked 1 carol",
		"Attributes 2", "app_token •••", "color green", "Favorites 1 f d e", "web 101", "phone-1 apns, token •••", "Presence text away", "Push nickname A",
		"notification_no_disturbing_start 22", "Received messages")
	assert.Contains(t, page, `href="/_im/page/group?id=42"`)
	assert.Contains(t, page, `href="/_im/page/user?id=bob"`)
	assert.Contains(t, page, `href="/_im/page/messages?from=alice"`)
	all(t, viewed(t, c.srv, "user", "bob"), "Mutes 2", "chatroom for ever", "Watches the presence of 1 alice")
	all(t, viewed(t, c.srv, "user", "erin"), "erin user banned", "Password •••")
}

func TestPageShowsAllOfCircles(t *testing.T) {
	c := newClient(t, imtest.WithPage())
	everything(t, c)
	page := viewed(t, c.srv, "group", "42")
	all(t, page, "n group disabled all muted", "Owner bob", "Description d", "Announcement x", "Users at most 7", "Public yes", "Members 3", "carol k: v", "Admins 1 alice",
		"Muted 1 carol until", "Allowed 3", "Blocked 1 dave")
	assert.Contains(t, page, `href="/_im/page/user?id=dave"`)
	all(t, viewed(t, c.srv, "room", "lobby"), "lobby room", "Attributes 1 k v (of alice)", "bob tag guest (muted)", "Messages")
	threads := textOf(viewed(t, c.srv, "threads", ""))
	assert.Contains(t, threads, "Threads 1 in all")
	id := c.srv.Threads()[0].ID
	thread := viewed(t, c.srv, "thread", id)
	all(t, thread, "thread", "Hangs on "+c.srv.Threads()[0].MessageID)
	assert.Contains(t, thread, `href="/_im/page/message?id=`+c.srv.Threads()[0].MessageID)
	group := c.srv.Threads()[0].GroupID
	all(t, viewed(t, c.srv, "group", group), "Files 1 shared.txt application/octet-stream, 6 B, restricted, of alice", "Threads 1")
	assert.Contains(t, browse(t, c.srv, "GET", "/_im/page/threads?group="+group, "").Body.String(), `data-id="`+id+`"`)
	assert.NotContains(t, browse(t, c.srv, "GET", "/_im/page/threads?group=7", "").Body.String(), `data-id="`+id+`"`)
}

func TestPageShowsAllOfAMessage(t *testing.T) {
	c := newClient(t, imtest.WithPage())
	group := hikers(c)
	sent := c.send("POST", "/messages/chatgroups", `{"from":"alice","to":["`+group+`"],"type":"img","body":{"filename":"a.png","url":"http://x/y","secret":"S3cret.share"},"ext":{"deep":{"er":1,"token":"S3cret.ext"}}}`)
	require.Equal(t, 200, sent.status)
	id := c.srv.AllMessages()[0].ID
	page := viewed(t, c.srv, "message", id)
	all(t, page, "Message "+id+" message img", "From alice", "To group hiking club", "Target id "+group, `"secret": "•••"`, `"er": 1`, `"token": "•••"`)
	assert.Contains(t, page, `href="/_im/page/group?id=`+group)
	say(c, "users", "bob", "again")
	c.send("POST", "/reaction/user/bob", `{"msgId":"`+c.srv.AllMessages()[1].ID+`","message":"👍"}`)
	all(t, viewed(t, c.srv, "message", c.srv.AllMessages()[1].ID), "Reactions 1 👍 bob")
}

// Lists find by text and by filter.
func TestPageFinds(t *testing.T) {
	c := newClient(t, imtest.WithPage())
	everything(t, c)
	rows := func(target string) []string {
		t.Helper()
		rec := browse(t, c.srv, "GET", "/_im/page/"+target, "")
		require.Equal(t, 200, rec.Code, target)
		var ids []string
		for _, row := range strings.Split(rec.Body.String(), `data-id="`)[1:] {
			id, _, _ := strings.Cut(row, `"`)
			ids = append(ids, id)
		}
		return ids
	}
	assert.Equal(t, []string{"erin"}, rows("users?state=banned"))
	assert.Equal(t, []string{"alice"}, rows("users?state=online"))
	assert.Equal(t, []string{"carol"}, rows("users?q=AR"))
	assert.Equal(t, []string{"42"}, rows("groups?q=bob"), "by its owner")
	assert.Equal(t, []string{"lobby"}, rows("rooms?q=lob"))
	assert.Len(t, rows("messages?q=gone"), 1)
	assert.Len(t, rows("messages?type=file"), 1)
	assert.Len(t, rows("messages?to=room&id=lobby"), 1)
	assert.Len(t, rows("messages?to=any&id=stranger"), 1)
	assert.Len(t, rows("messages?from=ADMIN"), 5)
	assert.Len(t, rows("messages?to=room"), 1)
	assert.Len(t, rows("messages?to=user&id=dave&type=txt&q=all"), 1)
	assert.Len(t, rows("requests?endpoint=users.deactivate"), 1)
	assert.Empty(t, rows("requests?status=5xx"))
	assert.Len(t, rows("requests?q=tagId"), 1, "by its body")
	assert.Len(t, rows("events?kind=user_deleted"), 2)
	assert.Len(t, rows("files"), 1)
	assert.Empty(t, rows("files?q=nothing"))
	assert.Empty(t, rows("callbacks?state=lost"))
}

// Everything can be reached from the newest page on, by "older".
func TestPageTurnsThroughEverything(t *testing.T) {
	c := newClient(t, imtest.WithPage())
	for i := range 120 {
		c.srv.AddGroup(imtest.Group{Owner: "alice"})
		c.srv.AddRoom(imtest.Room{Owner: "alice"})
		say(c, "users", "bob", fmt.Sprint("message ", i))
	}
	older := regexp.MustCompile(`id="older" href="([^"]+)"`)
	for list, want := range map[string]int{
		"groups": 120, "rooms": 120, "messages": 120, "messages?to=user&id=bob": 120, "messages?q=message": 120, "requests?endpoint=messages.": 120, "events?kind=message_sent": 120,
		"events": len(collectEvents(c.srv)),
	} {
		seen := map[string]bool{}
		target := "/_im/page/" + list
		for range 50 {
			page := browse(t, c.srv, "GET", target, "").Body.String()
			for _, row := range strings.Split(page, `data-id="`)[1:] {
				id, _, _ := strings.Cut(row, `"`)
				assert.False(t, seen[id], "%s of %s comes twice", id, list)
				seen[id] = true
			}
			next := older.FindStringSubmatch(page)
			if next == nil {
				break
			}
			target = html.UnescapeString(next[1])
		}
		assert.Len(t, seen, want, list)
	}
	page := viewed(t, c.srv, "user", "alice")
	all(t, page, "Groups 120")
	assert.Equal(t, 1, strings.Count(page, "part=Groups&amp;skip=50"))
	last := browse(t, c.srv, "GET", "/_im/page/user?id=alice&part=Groups&skip=100", "").Body.String()
	assert.Equal(t, 20, strings.Count(last, `class="entry"`))
	assert.Contains(t, last, "skip=50")
}

func collectEvents(srv *imtest.Server) (seqs []int64) {
	for e := range srv.Events() {
		seqs = append(seqs, e.Seq)
	}
	return seqs
}

// A request is shown whole, except for what opens something.
func TestPageShowsRequestsWithoutSecrets(t *testing.T) {
	c := newClient(t, imtest.WithPage())
	c.send("POST", "/users", `[{"username":"bob","password":"S3cret.pass"}]`)
	c.send("PUT", "/users/bob/password", `{"newpassword":"S3cret.pass"}`)
	c.send("GET", "/users/bob?token=S3cret.query&limit=1", "")
	c.send("PUT", "/users/bob/push/binding", `{"device_id":"d","device_token":"S3cret.device","notifier_name":"n"}`)
	c.send("POST", "/users", `[{"username":"carol","password":"S3cret.pass"`)
	views := []string{
		viewed(t, c.srv, "requests", ""), viewed(t, c.srv, "events", ""), viewed(t, c.srv, "user", "bob"),
		browse(t, c.srv, "GET", "/", "").Body.String(),
	}
	for i := range c.srv.Requests() {
		views = append(views, viewed(t, c.srv, "request", strconv.Itoa(i+1)))
	}
	page := strings.Join(views, "")
	assert.NotContains(t, page, "S3cret")
	assert.NotContains(t, page, c.token)
	assert.NotContains(t, page, c.srv.ClientSecret())
	assert.NotContains(t, page, c.srv.Certificate())
	all(t, page, "Authorization: Bearer •••", `"username": "bob"`, `"password": "•••"`, `"client_secret": "•••"`, "token=•••&limit=1", `"device_token": "•••"`, "{username} bob",
		"withheld since it may hold a secret")
}

func TestPageShowsCallbacksWithoutSecrets(t *testing.T) {
	r := newReceiver(t)
	c := calling(t, []imtest.Rule{{Name: "mine", URL: r.URL + "?token=S3cret.url", Secret: callbackSecret, Kinds: []string{"message.text"}}}, imtest.WithPage())
	c.text("alice", "bob", "hi")
	c.wait()
	page := viewed(t, c.srv, "callback", "1")
	all(t, page, "message.text 1 callback", "Rule mine", "token=•••", `"security": "•••"`, `"msg": "hi"`, "Attempt 1", "status 200")
	assert.NotContains(t, page+viewed(t, c.srv, "callbacks", ""), "S3cret")
	assert.NotContains(t, page, callbackSecret)
	again := browse(t, c.srv, "POST", "/_im/page/callback?id=1", "redeliver=1")
	assert.Equal(t, []any{303, "/_im/page/callback?id=1"}, []any{again.Code, again.Header().Get("Location")})
	c.wait()
	assert.Len(t, r.got(), 2)
	assert.Contains(t, browse(t, c.srv, "GET", "/_im/page/callbacks?q=mine", "").Body.String(), `data-id="2"`)
}

// Whatever names, texts and bodies hold, it stays text, and leads nowhere but into the page.
func TestPageOfHostileNames(t *testing.T) {
	c := newClient(t, imtest.WithPage())
	const nasty = `"><script>alert(1)</script><img src=x onerror=alert(1)>' javascript:alert(1) {{.}} ../../x?a=b#c`
	c.srv.AddUser(imtest.User{Username: nasty, Nickname: nasty})
	c.srv.SetUserAttributes(nasty, map[string]string{nasty: nasty})
	c.srv.AddContacts(nasty, nasty+"2", "..")
	group := c.srv.AddGroup(imtest.Group{ID: nasty, Name: nasty, Owner: nasty, Description: nasty, Announcement: nasty, Custom: nasty, Attributes: map[string]map[string]string{nasty: {nasty: nasty}}})
	room := c.srv.AddRoom(imtest.Room{ID: nasty + "r", Name: nasty, Owner: nasty, Attributes: map[string]string{nasty: nasty}})
	body, err := json.Marshal(map[string]any{"from": nasty, "to": []string{nasty}, "type": "custom", "body": map[string]string{"customEvent": nasty}, "ext": map[string]string{nasty: nasty}})
	require.NoError(t, err)
	require.Equal(t, 200, c.send("POST", "/messages/users", string(body)).status)
	c.header.Set("X-Nasty", nasty)
	c.send("GET", "/users/"+url.PathEscape(nasty)+"?"+url.QueryEscape(nasty), "")
	pages := map[string]string{"overview": browse(t, c.srv, "GET", "/", "").Body.String()}
	for view, id := range map[string]string{
		"user": nasty, "group": group.ID, "room": room.ID, "message": c.srv.AllMessages()[0].ID, "request": strconv.Itoa(len(c.srv.Requests())),
		"users": "", "groups": "", "rooms": "", "messages": "", "requests": "", "events": "", "threads": "", "files": "", "callbacks": "",
	} {
		pages[view] = viewed(t, c.srv, view, id)
	}
	pages["search"] = browse(t, c.srv, "GET", "/_im/page/messages?id="+url.QueryEscape(nasty)+"&q="+url.QueryEscape(nasty), "").Body.String()
	pages["missing"] = browse(t, c.srv, "GET", "/_im/page/user?id="+url.QueryEscape(nasty+"3"), "").Body.String()
	href := regexp.MustCompile(`(?:href|src|action)="([^"]*)"`)
	for name, page := range pages {
		assert.Equal(t, 1, strings.Count(page, "<script"), name)
		assert.NotContains(t, page, "<img", name)
		for _, m := range href.FindAllStringSubmatch(page, -1) {
			assert.Regexp(t, `^(/|/_im/page/[a-z]+(\?[^<>"']*)?|data:image/svg.*)$`, m[1], name)
		}
	}
	assert.Contains(t, pages["user"], "&lt;script&gt;")
	all(t, viewed(t, c.srv, "user", nasty), "Contacts 2")
}

// Of what was uploaded, pictures alone are served, as what they are.
func TestPageServesPicturesOnly(t *testing.T) {
	c := newClient(t, imtest.WithPage())
	var picture bytes.Buffer
	require.NoError(t, png.Encode(&picture, image.NewGray(image.Rect(0, 0, 2, 2))))
	upload := func(name string, data []byte, header ...string) string {
		require.Equal(t, 200, c.upload(name, data, header...).status)
		files := c.srv.Files()
		return files[len(files)-1].UUID
	}
	good := upload("a.html", picture.Bytes(), "restrict-access", "true")
	rec := browse(t, c.srv, "GET", "/_im/page/file?id="+good, "")
	assert.Equal(t, 200, rec.Code)
	assert.Equal(t, picture.Bytes(), rec.Body.Bytes())
	assert.Equal(t, "image/png", rec.Header().Get("Content-Type"))
	assert.Equal(t, "nosniff", rec.Header().Get("X-Content-Type-Options"))
	assert.Contains(t, rec.Header().Get("Content-Security-Policy"), "sandbox")
	assert.Empty(t, browse(t, c.srv, "HEAD", "/_im/page/file?id="+good, "").Body.String())
	for name, data := range map[string]string{
		"a.png": "<html><script>alert(1)</script>", "b.png": `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
		"c.png": "%PDF-1.4", "d.png": "text", "e.png": "", "f.png": `<?xml version="1.0"?><svg/>`, "g.png": "\x00\x00\x01\x00icon",
	} {
		id := upload(name, []byte(data))
		assert.Equal(t, 404, browse(t, c.srv, "GET", "/_im/page/file?id="+id, "").Code, name)
		assert.NotContains(t, viewed(t, c.srv, "files", ""), "file?id="+id, name)
	}
	assert.Equal(t, 404, browse(t, c.srv, "GET", "/_im/page/file?id=no", "").Code)
	assert.Equal(t, 400, browse(t, c.srv, "POST", "/_im/page/file?id="+good, "").Code)

	send := `{"from":"alice","to":["bob"],"type":"img","body":{"filename":"a.png","url":"` + c.srv.FileURL(good) + `","secret":"s"}}`
	require.Equal(t, 200, c.send("POST", "/messages/users", send).status)
	id := c.srv.AllMessages()[0].ID
	const shown = `<img class="picture" src="/_im/page/file?id=`
	for _, page := range []string{viewed(t, c.srv, "message", id), viewed(t, c.srv, "messages", ""), browse(t, c.srv, "GET", "/", "").Body.String()} {
		assert.Contains(t, page, shown+good)
	}
	sendPicture(c, "alice", "bob")
	id2 := c.srv.AllMessages()[1].ID
	assert.Contains(t, viewed(t, c.srv, "message", id2), shown)
	require.Equal(t, 200, c.send("POST", "/messages/msg_recall", order(id2, "bob", "chat", true)).status)
	assert.NotContains(t, viewed(t, c.srv, "message", id2), shown, "it is recalled")
	assert.Contains(t, viewed(t, c.srv, "message", id), shown)
	c.srv.Clock().Advance(8 * 24 * time.Hour)
	assert.NotContains(t, viewed(t, c.srv, "message", id), shown, "it has expired")
	assert.Equal(t, 404, browse(t, c.srv, "GET", "/_im/page/file?id="+good, "").Code)
	all(t, viewed(t, c.srv, "files", ""), "expired")
}

func TestPageMovesTheClock(t *testing.T) {
	beijing := time.FixedZone("CST", 8*60*60)
	start := time.Date(2026, 3, 1, 9, 0, 0, 0, beijing)
	srv := imtest.NewServer(t, imtest.WithPage(), imtest.WithClock(imtest.NewClock(start)))
	page := browse(t, srv, "GET", "/", "").Body.String()
	all(t, page, "clock 2026-03-01 09:00:00 CST (UTC+08:00)", "stands still")
	assert.Contains(t, page, `datetime="2026-03-01T09:00:00&#43;08:00"`)
	for i, move := range []struct {
		button string
		want   time.Duration
	}{{"minute", time.Minute}, {"hour", time.Hour + time.Minute}, {"day", 25*time.Hour + time.Minute}} {
		rec := browse(t, srv, "POST", "/_im/page/users?q=x", "clock="+move.button)
		assert.Equal(t, []any{303, "/_im/page/users?q=x"}, []any{rec.Code, rec.Header().Get("Location")})
		assert.Equal(t, start.Add(move.want), srv.Clock().Now(), i)
	}
	browse(t, srv, "POST", "/", "clock=run")
	assert.True(t, srv.Clock().Runs())
	assert.NotContains(t, browse(t, srv, "GET", "/", "").Body.String(), "stands still")
	browse(t, srv, "POST", "/", "clock=stop")
	assert.False(t, srv.Clock().Runs())
	assert.Equal(t, 400, browse(t, srv, "POST", "/", "clock=back").Code)
	assert.Equal(t, 403, browse(t, srv, "POST", "/", "clock=day", "Origin", "http://evil.example").Code)
	assert.Equal(t, 400, browse(t, srv, "POST", "/_im/page/users", "text=x&to=bob").Code, "a message is sent from the overview")
	assert.Less(t, srv.Clock().Now().Sub(start), 26*time.Hour)
}

func TestPageOfWhatIsNotThere(t *testing.T) {
	srv := imtest.NewServer(t, imtest.WithPage())
	for _, view := range []string{"user", "group", "room", "thread", "message", "request", "callback"} {
		rec := browse(t, srv, "GET", "/_im/page/"+view+"?id=no", "")
		assert.Equal(t, 404, rec.Code, view)
		all(t, rec.Body.String(), "There is no such "+view)
	}
	for _, list := range []string{"users", "groups", "rooms", "threads", "messages", "files", "requests", "callbacks", "events"} {
		assert.Equal(t, 400, browse(t, srv, "GET", "/_im/page/"+list+"?after=no", "").Code, list)
		all(t, viewed(t, srv, list, ""), "0 in all", "Nothing.", "the end")
	}
	srv.AddUsers("bob")
	assert.Equal(t, 400, browse(t, srv, "GET", "/_im/page/user?id=bob&skip=no", "").Code)
	assert.Equal(t, 200, browse(t, srv, "GET", "/_im/page/user?id=bob&part=Groups&skip=100000000", "").Code)
	srv.AddGroup(imtest.Group{Owner: "bob"})
	far := browse(t, srv, "GET", fmt.Sprint("/_im/page/user?id=bob&part=Groups&skip=", math.MaxInt), "").Body.String()
	assert.NotContains(t, far, ">more<", "there is nothing behind it")
	assert.Equal(t, 404, browse(t, srv, "GET", "/_im/page/nothing", "").Code)
	assert.Equal(t, 405, browse(t, srv, "DELETE", "/_im/page/users", "").Code)
	assert.Equal(t, 404, browse(t, imtest.NewServer(t, imtest.WithControl()), "GET", "/_im/page/users", "").Code, "the page is another option")
	assert.Empty(t, srv.Requests())
}

// A request keeps its number for as long as it is there, and no other gets it.
func TestPageNumbersRequests(t *testing.T) {
	c := newClient(t, imtest.WithPage()) // its token is the first request
	for i := range 1010 {
		c.send("GET", fmt.Sprint("/users/user-", i+2), "")
	}
	assert.Equal(t, 404, browse(t, c.srv, "GET", "/_im/page/request?id=11", "").Code)
	for _, number := range []string{"12", "500", "1011"} {
		all(t, viewed(t, c.srv, "request", number), "{username} user-"+number)
	}
	c.srv.Reset()
	c.send("GET", "/users/bob", "")
	assert.Equal(t, 404, browse(t, c.srv, "GET", "/_im/page/request?id=1011", "").Code)
	all(t, viewed(t, c.srv, "request", "1012"), "{username} bob")
}

// All of the page is for hosts of this machine alone, and takes no form of another site.
func TestPageIsGuardedEverywhere(t *testing.T) {
	srv := imtest.NewServer(t, imtest.WithPage())
	for _, path := range []string{"/", "/_im/page/users", "/_im/page/file?id=x", "/_im/events"} {
		req, err := http.NewRequest("GET", srv.URL()+path, nil)
		require.NoError(t, err)
		req.Host = "evil.example"
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		resp.Body.Close()
		assert.Equal(t, 403, resp.StatusCode, path)
		assert.Equal(t, 403, browse(t, srv, "POST", path, "clock=stop", "Sec-Fetch-Site", "cross-site").Code, path)
	}
	assert.True(t, srv.Clock().Runs())
	rec := browse(t, srv, "GET", "/_im/page/users", "")
	assert.Contains(t, rec.Header().Get("Content-Security-Policy"), "default-src 'none'")
	assert.Equal(t, "nosniff", rec.Header().Get("X-Content-Type-Options"))
	nonce := regexp.MustCompile(`script-src 'nonce-([^']+)'`).FindStringSubmatch(rec.Header().Get("Content-Security-Policy"))[1]
	assert.NotContains(t, browse(t, srv, "GET", "/_im/page/users", "").Body.String(), nonce, "each page has its own")
}
