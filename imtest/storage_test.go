package imtest_test

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

// noise is a picture that is large enough to have a thumbnail.
func noise(t *testing.T) []byte {
	t.Helper()
	picture := image.NewGray(image.Rect(0, 0, 300, 300))
	for i := range picture.Pix {
		picture.Pix[i] = byte(rand.Uint32())
	}
	var buf bytes.Buffer
	require.NoError(t, png.Encode(&buf, picture))
	return buf.Bytes()
}

// On every road files come from the storage, by redirect, and package im follows.
func TestFileRedirects(t *testing.T) {
	for road, options := range roads {
		t.Run(road, func(t *testing.T) {
			clock := imtest.NewClock(time.Now().Truncate(time.Hour))
			c := newClient(t, append(options, imtest.WithFileRedirects(), imtest.WithClock(clock))...)
			picture := noise(t)
			uploaded := c.upload("a.png", picture, "restrict-access", "true")
			uuid, secret := uploaded.path("entities", 0, "uuid").(string), uploaded.path("entities", 0, "share-secret").(string)
			group := c.srv.AddGroup(imtest.Group{Name: "g", Owner: "alice"}).ID
			client, err := im.New(c.srv.Config(), im.WithHTTPClient(c.srv.HTTPClient()))
			require.NoError(t, err)
			defer client.Close()

			var whole, small, shared bytes.Buffer
			_, err = client.Messages.DownloadFile(t.Context(), uuid, &whole, messages.DownloadOptions{Secret: secret})
			require.NoError(t, err)
			assert.Equal(t, picture, whole.Bytes())
			_, err = client.Messages.DownloadThumbnail(t.Context(), uuid, &small, messages.DownloadOptions{Secret: secret})
			require.NoError(t, err)
			scaled, _, err := image.DecodeConfig(&small)
			require.NoError(t, err)
			assert.Equal(t, 170, scaled.Width)
			_, err = client.Messages.DownloadFile(t.Context(), uuid, io.Discard, messages.DownloadOptions{Secret: "wrong"})
			require.ErrorIs(t, err, im.ErrForbidden, "the API says who may have a file")

			file := c.share(group, "plan.txt", "plan").path("data", "file_id").(string)
			_, err = client.Groups.DownloadFile(t.Context(), group, file, &shared)
			require.NoError(t, err)
			assert.Equal(t, "plan", shared.String())

			say(c, "users", "bob", "hi")
			clock.Advance(time.Hour)
			count := 0
			for _, err := range client.Messages.ReadHistory(t.Context(), clock.Now().Add(-time.Hour), messages.HistoryOptions{}) {
				require.NoError(t, err)
				count++
			}
			assert.Equal(t, 1, count)
		})
	}
}

// The storage serves its own addresses alone, without a token, until they end.
func TestStorage(t *testing.T) {
	clock := imtest.NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	c := newClient(t, imtest.WithTLS(), imtest.WithFileRedirects(), imtest.WithClock(clock))
	c.srv.HTTPClient().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	uuid := c.upload("a.txt", []byte("hello")).path("entities", 0, "uuid").(string)
	moved := c.send("GET", "/chatfiles/"+uuid, "")
	require.Equal(t, 302, moved.status, moved.text)
	address, err := url.Parse(moved.header.Get("Location"))
	require.NoError(t, err)
	assert.Equal(t, "http", address.Scheme)
	assert.NotEqual(t, c.srv.URL()[len("https://"):], address.Host)

	ask := func(change func(*http.Request)) got {
		req := get(address.String())
		change(req)
		return c.anonymous().do(req)
	}
	whole := ask(func(*http.Request) {})
	assert.Equal(t, []any{200, "hello"}, []any{whole.status, whole.text})
	assert.Equal(t, "Sun, 01 Mar 2026 09:00:00 GMT", whole.header.Get("Date"))
	part := ask(func(r *http.Request) { r.Header.Set("Range", "bytes=1-2") })
	assert.Equal(t, []any{206, "el"}, []any{part.status, part.text})
	assert.Equal(t, 400, ask(func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+c.token) }).status)
	assert.Equal(t, 403, ask(func(r *http.Request) { r.URL.Path += "x" }).status)
	assert.Equal(t, 403, ask(func(r *http.Request) { r.URL.RawQuery = "" }).status)
	for _, path := range []string{"/", "/acme/demo/chatfiles/" + uuid, "/acme/demo/users/alice", "/easemob/server.json", "/nothing"} {
		assert.Equal(t, 404, ask(func(r *http.Request) { r.URL.Path = path }).status, path)
		assert.Equal(t, 404, ask(func(r *http.Request) { r.URL.Path, r.Method = path, "POST" }).status, path)
	}

	fired := c.srv.Fault(imtest.OnEndpoint("messages.download_file"), imtest.Trickle(0))
	slow := c.send("GET", "/chatfiles/"+uuid, "")
	assert.Equal(t, []any{302, 1}, []any{slow.status, fired()})
	assert.NotEmpty(t, slow.header.Get("Location"))

	c.srv.RefuseConnections()
	assert.Equal(t, 200, ask(func(*http.Request) {}).status, "the storage is another host")
	require.NoError(t, c.srv.AcceptConnections())
	clock.Advance(time.Hour)
	assert.Equal(t, 403, ask(func(*http.Request) {}).status, "the address has ended")
	c.srv.Close()
	_, err = http.Get(address.String()) //nolint:bodyclose // there is none
	assert.Error(t, err)
}

// A page's host check guards the storage as well.
func TestStorageHostCheck(t *testing.T) {
	c := newClient(t, imtest.WithPage(), imtest.WithFileRedirects())
	c.srv.HTTPClient().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	uuid := c.upload("a.txt", []byte("hello")).path("entities", 0, "uuid").(string)
	req := get(c.send("GET", "/chatfiles/"+uuid, "").header.Get("Location"))
	req.Host = "evil.example"
	assert.Equal(t, 403, c.anonymous().do(req).status)
}

// optionsAll is the target of "OPTIONS *".
func optionsAll(srv *imtest.Server) *url.URL {
	u, err := url.Parse(srv.URL())
	if err != nil {
		panic(err)
	}
	u.Opaque = "*"
	return u
}

// Every response is dated by the server's clock, whatever it is.
func TestDate(t *testing.T) {
	for road, options := range roads {
		t.Run(road, func(t *testing.T) {
			clock := imtest.NewClock(time.Date(2019, 7, 8, 9, 10, 11, 999, time.FixedZone("UTC+8", 8*3600)))
			c := newClient(t, append(options, imtest.WithClock(clock), imtest.WithPage())...)
			c.srv.HTTPClient().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			uuid := c.upload("a.txt", []byte("hello")).path("entities", 0, "uuid").(string)
			say(c, "users", "bob", "hi")
			clock.Advance(time.Hour)
			c.token = c.appToken()
			check := func(what string, status int, g got) {
				t.Helper()
				assert.Equal(t, []any{status, "Mon, 08 Jul 2019 02:10:11 GMT"}, []any{g.status, g.header.Get("Date")}, what)
			}
			check("response", 200, c.send("GET", "/users", ""))
			check("error", 404, c.send("GET", "/users/nobody", ""))
			check("no token", 401, c.anonymous().send("GET", "/users", ""))
			check("no path", 404, c.send("GET", "/nothing", ""))
			check("no method", 405, c.send("OPTIONS", "/users", ""))
			check("OPTIONS *", 404, (&client{t: t, srv: c.srv}).do(&http.Request{Method: "OPTIONS", URL: optionsAll(c.srv), Header: http.Header{}}))
			check("no app", 404, (&client{t: t, srv: c.srv}).send("GET", "/other/app/users", ""))
			check("file", 200, c.send("GET", "/chatfiles/"+uuid, ""))
			check("history", 200, c.anonymous().do(get(c.send("GET", "/chatmessages/2019070801", "").path("data", 0, "url").(string))))
			for name, header := range map[string][2]string{"part": {"Range", "bytes=0-1"}, "no part": {"Range", "bytes=9-"}} {
				c.header.Set(header[0], header[1])
				check(name, map[string]int{"part": 206, "no part": 416}[name], c.send("GET", "/chatfiles/"+uuid, ""))
			}
			c.header = http.Header{}
			page := (&client{t: t, srv: c.srv, header: http.Header{}})
			check("page", 200, page.send("GET", "/", ""))
			check("page, wrong method", 405, page.send("PUT", "/", ""))
			sent, err := http.NewRequest("POST", c.srv.URL()+"/", strings.NewReader("to=bob&text=x"))
			require.NoError(t, err)
			sent.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			check("page, sent", 303, page.do(sent))
			stranger := get(c.srv.URL() + "/")
			stranger.Host = "evil.example"
			check("host", 403, page.do(stranger))
			for name, row := range map[string]struct {
				fault  imtest.Fault
				status int
			}{
				"unavailable": {imtest.Unavailable(0), 503}, "gateway": {imtest.BadGateway(), 502}, "limit": {imtest.RateLimited(), 429},
				"trickle": {imtest.Trickle(0), 200}, "huge": {imtest.HugeBody(10), 200},
			} {
				c.srv.Fault(row.fault)
				check(name, row.status, c.send("GET", "/users", ""))
				c.srv.ClearFaults()
			}
			c.srv.Fault(imtest.ClockSkew(time.Hour))
			assert.Equal(t, "Mon, 08 Jul 2019 03:10:11 GMT", c.send("GET", "/users", "").header.Get("Date"), "the clock as it is then")
		})
	}
}

// A test says when the file of an hour is there; package im knows by the date of the
// response that it is not ready.
func TestHistoryDelay(t *testing.T) {
	start := time.Date(2024, 6, 10, 8, 0, 0, 0, time.UTC)
	clock := imtest.NewClock(start)
	c := newClient(t, imtest.WithClock(clock))
	c.srv.SetHistoryDelay(3 * time.Hour)
	client, err := im.New(c.srv.Config())
	require.NoError(t, err)
	defer client.Close()
	ask := func() error {
		_, err := client.Messages.GetHistoryURL(t.Context(), start, messages.HistoryOptions{})
		return err
	}
	say(c, "users", "bob", "hi")
	clock.Advance(4*time.Hour - time.Second)
	require.ErrorIs(t, ask(), messages.ErrHistoryNotReady)
	c.send("GET", "/chatmessages/2024061008", "").fails(t, 400, "illegal_argument",
		"illegal arguments: appkey: acme#demo, time: 2024061008, maybe chat message history is expired or unstored")
	again := newClient(t, imtest.WithClock(clock), imtest.WithData(strings.NewReader(saved(t, c.srv))))
	clock.Advance(time.Second - time.Nanosecond)
	assert.Equal(t, 400, again.send("GET", "/chatmessages/2024061008", "").status, "the delay is saved")
	clock.Advance(time.Nanosecond)
	require.NoError(t, ask())
	clock.Advance(48 * time.Hour)
	_, err = client.Messages.GetHistoryURL(t.Context(), start.Add(time.Hour), messages.HistoryOptions{})
	require.ErrorIs(t, err, messages.ErrHistoryEmpty)
	clock.Advance(48 * time.Hour)
	require.ErrorIs(t, ask(), messages.ErrHistoryExpired)
}

// Pictures that are too large to scale are their own thumbnails, also where an int
// has 32 bits.
func TestThumbnailsOfHugePictures(t *testing.T) {
	c := newClient(t)
	var small, long bytes.Buffer
	require.NoError(t, gif.Encode(&small, image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{color.Black}), nil))
	square := append(small.Bytes(), make([]byte, 20<<10)...)
	copy(square[6:], "\xff\xff\xff\xff") // 65,535 by 65,535, it says
	require.NoError(t, png.Encode(&long, image.NewGray(image.Rect(0, 0, 20<<20, 1))))
	for name, data := range map[string][]byte{"square": square, "long": long.Bytes()} {
		uuid := c.upload(name, data).path("entities", 0, "uuid").(string)
		got := c.download(uuid, "thumbnail", "true")
		assert.Equal(t, 200, got.status, name)
		assert.Len(t, got.text, len(data), name)
		assert.True(t, strings.HasPrefix(got.text, string(data)), name)
	}
}
