package imtest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// browse gets or posts the page; header are names and values in turn.
func browse(t *testing.T, srv http.Handler, method, target, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequest(method, target, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	srv.ServeHTTP(rec, req)
	return rec
}

func TestPageIsThereOnlyWhenAskedFor(t *testing.T) {
	assert.Equal(t, 404, browse(t, imtest.NewServer(t), "GET", "/", "").Code)
	srv := imtest.NewServer(t, imtest.WithPage())
	page := browse(t, srv, "GET", "/", "")
	assert.Equal(t, 200, page.Code)
	assert.Equal(t, "text/html; charset=utf-8", page.Header().Get("Content-Type"))
	assert.Contains(t, page.Header().Get("Content-Security-Policy"), "default-src 'none'")
	assert.Empty(t, browse(t, srv, "HEAD", "/", "").Body.String())
	assert.Equal(t, 405, browse(t, srv, "DELETE", "/", "").Code)
	assert.Equal(t, 401, browse(t, srv, "GET", "/acme/demo/users", "").Code, "the API is where it was")
	assert.Len(t, srv.Requests(), 1, "the page is no call of the API")
}

func TestPageShowsWhatTheServerHolds(t *testing.T) {
	c := newClient(t, imtest.WithPage(), imtest.WithQuotas())
	everything(t, c)
	c.srv.AddUser(imtest.User{Username: `<i id="x">`, Nickname: `"'><script>alert(1)</script>`})
	say(c, "users", "bob", "<script>alert(1)</script>")
	c.srv.Clock().Advance(time.Hour)
	say(c, "users", "bob", "late")
	page := browse(t, c.srv, "GET", "/", "").Body.String()
	for _, part := range []string{
		"acme#demo", "hiking club", "lobby", ">banned<", ">online<", ">recalled<", ">edited<", "waiting<", "disabled, all muted", "threads: 1",
		"messages.send_users", "POST /messages/users", "&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;i id=&#34;x&#34;&gt;",
		"100 calls a second", "&#43;3600 s", "to group <a ", "<b>hiking club</b></a>", "to room <a ", "<b>lobby</b></a>",
	} {
		assert.Contains(t, page, part)
	}
	assert.Equal(t, 1, strings.Count(page, "<script"), "the page's own")
	assert.NotContains(t, page, "<i id")
	assert.NotContains(t, page, "S3cret")
	assert.NotContains(t, page, c.token)
}

// The page stays small, however much the server holds.
func TestPageOfManyThings(t *testing.T) {
	c := newClient(t, imtest.WithPage())
	for i := range 300 {
		c.srv.AddUsers(fmt.Sprint("user-", i))
		c.srv.AddGroup(imtest.Group{Owner: "user-0"})
		say(c, "users", "user-0", strings.Repeat("好", 1000))
	}
	page := browse(t, c.srv, "GET", "/", "").Body.String()
	assert.Contains(t, page, "and 250 more")
	assert.Contains(t, page, "and 270 more")
	assert.Contains(t, page, "user-299")
	assert.NotContains(t, page, "user-100")
	assert.Equal(t, 50, strings.Count(page, `class="message"`))
	assert.Less(t, len(page), 400_000)
}

func TestPageSendsAMessage(t *testing.T) {
	srv := imtest.NewServer(t, imtest.WithPage(), imtest.WithApp("o#?", "a b"))
	srv.AddUsers("bob")
	room := srv.AddRoom(imtest.Room{Owner: "bob"}).ID
	send := func(values ...string) *httptest.ResponseRecorder {
		form := url.Values{}
		for i := 0; i < len(values); i += 2 {
			form.Set(values[i], values[i+1])
		}
		return browse(t, srv, "POST", "/", form.Encode())
	}
	sent := send("from", "alice", "kind", "users", "to", " Bob ", "text", `<a> "&" {}`)
	require.Equal(t, 303, sent.Code, sent.Body)
	assert.Equal(t, "/?sent&missing=", sent.Header().Get("Location"))
	require.Len(t, srv.Messages("bob"), 1)
	assert.Equal(t, `<a> "&" {}`, srv.Messages("bob")[0].Text())
	assert.Equal(t, "alice", srv.Messages("bob")[0].From)
	assert.Contains(t, browse(t, srv, "GET", "/?sent&missing=", "").Body.String(), ">Sent.<")

	send("kind", "chatrooms", "to", room, "text", "x")
	assert.Equal(t, "admin", srv.RoomMessages(room)[0].From)
	for kind, what := range map[string]string{"users": "user", "chatgroups": "group", "chatrooms": "room", "nonsense": "user"} {
		sent = send("kind", kind, "to", "nobody", "text", "x")
		assert.Contains(t, browse(t, srv, "GET", sent.Header().Get("Location"), "").Body.String(), "Sent, though there is no such "+what)
	}
	assert.Equal(t, "messages.send_users", srv.RequestsTo("messages.send_users")[0].ID)

	refused := send("kind", "chatgroups", "to", "", "text", "kept <text>")
	assert.Equal(t, 400, refused.Code)
	assert.Contains(t, refused.Body.String(), "Not sent: param to can&#39;t be empty")
	assert.Contains(t, refused.Body.String(), `value="kept &lt;text&gt;"`)
	assert.Contains(t, refused.Body.String(), `value="chatgroups" selected`)
	assert.Equal(t, 400, browse(t, srv, "POST", "/", "text=%zz").Code)
	assert.Equal(t, 400, browse(t, srv, "POST", "/", "text="+strings.Repeat("x", 100_000)).Code)
	assert.Len(t, srv.AllMessages(), 6)
}

func TestPageKeepsQuotasAndIgnoresFaults(t *testing.T) {
	srv := imtest.NewServer(t, imtest.WithPage(), imtest.WithQuotas(), imtest.WithClock(imtest.NewClock(time.Now())))
	srv.Fault(imtest.CutAfterProcessing())
	for range 20 {
		require.Equal(t, 303, browse(t, srv, "POST", "/", "kind=chatgroups&to=1&text=x").Code)
	}
	over := browse(t, srv, "POST", "/", "kind=chatgroups&to=1&text=x")
	assert.Equal(t, 403, over.Code)
	assert.Contains(t, over.Body.String(), "20 of 20 targets a second")
	assert.Len(t, srv.GroupMessages("1"), 20)
}

// A page of another site that the developer has open cannot send messages.
func TestPageRefusesFormsOfOtherSites(t *testing.T) {
	srv := imtest.NewServer(t, imtest.WithPage())
	const form = "kind=users&to=bob&text=x"
	assert.Equal(t, 403, browse(t, srv, "POST", "/", form, "Sec-Fetch-Site", "cross-site").Code)
	assert.Equal(t, 403, browse(t, srv, "POST", "/", form, "Origin", "http://evil.example").Code)
	assert.Empty(t, srv.AllMessages())
	assert.Equal(t, 303, browse(t, srv, "POST", "/", form, "Sec-Fetch-Site", "same-origin").Code)
}

func TestPageOverTheWire(t *testing.T) {
	srv := imtest.NewServer(t, imtest.WithPage())
	resp, err := http.PostForm(srv.URL()+"/", url.Values{"to": {"bob"}, "text": {"hi"}})
	require.NoError(t, err)
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Contains(t, string(page), "no such user")
}
