package im_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/messages"
)

// downloads are all calls that fetch a file of the app.
var downloads = map[string]func(context.Context, *im.Client, string) (string, error){
	"messages.DownloadFile": func(ctx context.Context, c *im.Client, _ string) (string, error) {
		var b bytes.Buffer
		_, err := c.Messages.DownloadFile(ctx, "u", &b, messages.DownloadOptions{Secret: "s3cr3t-of-file"})
		return b.String(), err
	},
	"messages.DownloadThumbnail": func(ctx context.Context, c *im.Client, _ string) (string, error) {
		var b bytes.Buffer
		_, err := c.Messages.DownloadThumbnail(ctx, "u", &b, messages.DownloadOptions{Secret: "s3cr3t-of-file"})
		return b.String(), err
	},
	"messages.SaveFile": func(ctx context.Context, c *im.Client, path string) (string, error) {
		_, err := c.Messages.SaveFile(ctx, "u", path, messages.DownloadOptions{Secret: "s3cr3t-of-file"})
		return content(path), err
	},
	"groups.DownloadFile": func(ctx context.Context, c *im.Client, _ string) (string, error) {
		var b bytes.Buffer
		_, err := c.Groups.DownloadFile(ctx, "1", "f", &b)
		return b.String(), err
	},
	"groups.SaveFile": func(ctx context.Context, c *im.Client, path string) (string, error) {
		_, err := c.Groups.SaveFile(ctx, "1", "f", path)
		return content(path), err
	},
}

func content(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(b)
}

// host is a server that keeps what it was sent.
type host struct {
	*httptest.Server
	mu   sync.Mutex
	sent []*http.Request
}

func newHost(t *testing.T, response http.HandlerFunc) *host {
	h := &host{}
	h.Server = httptest.NewServer(h.keep(response))
	t.Cleanup(h.Close)
	return h
}

func newTLSHost(t *testing.T, response http.HandlerFunc) *host {
	h := &host{}
	h.Server = httptest.NewUnstartedServer(h.keep(response))
	h.Config.ErrorLog, h.EnableHTTP2 = silent, true
	h.StartTLS()
	t.Cleanup(h.Close)
	return h
}

func (h *host) keep(response http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.sent = append(h.sent, r)
		h.mu.Unlock()
		response(w, r)
	}
}

func (h *host) requests() []*http.Request {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.sent
}

func (h *host) client(t *testing.T, options ...im.Option) *im.Client {
	t.Helper()
	c := config
	c.Host = h.URL
	client, err := im.New(c, append([]im.Option{im.WithRetries(0)}, options...)...)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return client
}

func redirectTo(status int, location string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Location"] = []string{location}
		w.WriteHeader(status)
	}
}

func fileOf(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

func TestDownloadsFollowRedirects(t *testing.T) {
	for name, download := range downloads {
		for _, status := range []int{301, 302, 303, 307, 308} {
			t.Run(fmt.Sprintf("%s/%d", name, status), func(t *testing.T) {
				storage := newHost(t, fileOf("JPEG"))
				api := newHost(t, redirectTo(status, storage.URL+"/b/f.jpg?Signature=a%2Bb#part"))
				got, err := download(t.Context(), api.client(t), filepath.Join(t.TempDir(), "f"))
				require.NoError(t, err)
				assert.Equal(t, "JPEG", got)
				require.Len(t, api.requests(), 1)
				assert.Equal(t, "Bearer app-token", api.requests()[0].Header.Get("Authorization"))

				require.Len(t, storage.requests(), 1)
				sent := storage.requests()[0]
				assert.Equal(t, "GET /b/f.jpg?Signature=a%2Bb", sent.Method+" "+sent.RequestURI)
				assert.Equal(t, http.Header{
					"Accept": {"application/octet-stream"}, "Accept-Encoding": {"identity"}, "User-Agent": sent.Header["User-Agent"],
				}, sent.Header, "no token, no secret, no address that it came from")
			})
		}
	}
}

// On the API host itself the header stays; once it was dropped, it does not come
// back.
func TestRedirectsHome(t *testing.T) {
	var away, home *host
	away = newHost(t, func(w http.ResponseWriter, r *http.Request) { redirectTo(302, home.URL+"/back")(w, r) })
	home = newHost(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/acme/demo/chatfiles/u":
			redirectTo(302, "../files/u?v=1")(w, r)
		case "/acme/demo/files/u":
			redirectTo(302, away.URL)(w, r)
		default:
			fileOf("JPEG")(w, r)
		}
	})
	got, err := downloads["messages.DownloadFile"](t.Context(), home.client(t), "")
	require.NoError(t, err)
	assert.Equal(t, "JPEG", got)
	var seen []string
	for _, r := range home.requests() {
		seen = append(seen, r.RequestURI+" "+r.Header.Get("Authorization")+" "+r.Header.Get("Share-Secret"))
	}
	assert.Equal(t, []string{
		"/acme/demo/chatfiles/u Bearer app-token s3cr3t-of-file", "/acme/demo/files/u?v=1 Bearer app-token s3cr3t-of-file", "/back  ",
	}, seen)
}

func TestRedirectsAreBounded(t *testing.T) {
	for name, download := range downloads {
		hops := 0
		api := newHost(t, func(w http.ResponseWriter, r *http.Request) {
			if n := strings.Count(r.URL.Path, "x"); n >= hops {
				fileOf("JPEG")(w, r)
				return
			}
			redirectTo(302, r.URL.Path+"x")(w, r)
		})
		hops = 5
		got, err := download(t.Context(), api.client(t), filepath.Join(t.TempDir(), "f"))
		require.NoError(t, err, name)
		assert.Equal(t, "JPEG", got, name)
		hops = 1 << 20
		_, err = download(t.Context(), api.client(t, im.WithRetries(3)), filepath.Join(t.TempDir(), "f"))
		require.ErrorIs(t, err, im.ErrBadResponse, name)
		require.ErrorContains(t, err, "302 bad response: the server redirects more than 5 times", name)
		assert.Len(t, api.requests(), 6+6, "%s: a loop is not retried", name)
	}
}

// A server on the internet has no business at addresses that only this machine and
// its neighbours can reach.
func TestRedirectsToNowhere(t *testing.T) {
	const near = "leads to a private or loopback address, which the API host is not"
	for location, want := range map[string]string{
		"":                             "redirects without a Location",
		"https://%zz/hush":             "leads to an address that cannot be read",
		"https://a b/hush":             "leads to an address that cannot be read",
		"http://[::1/hush":             "leads to an address that cannot be read",
		"https:///hush":                "leads to an address that cannot be read",
		"//:443/hush":                  "leads to an address that cannot be read",
		"ftp://files.example.com/hush": "leads to an address that is neither https nor http",
		"file://etc/hush":              "leads to an address that is neither https nor http",
		"https://a:hush@example.com/":  "leads to an address with credentials in it",

		"http://127.0.0.1/hush":                     near,
		"https://127.8.9.1:6379/hush":               near,
		"//127.0.0.1/hush":                          near,
		"https://localhost/hush":                    near,
		"https://LOCALHOST./hush":                   near,
		"https://db.localhost/hush":                 near,
		"https://10.0.0.1/hush":                     near,
		"https://172.31.255.255/hush":               near,
		"https://192.168.1.1/hush":                  near,
		"http://169.254.169.254/latest/meta-data/":  near,
		"https://100.64.0.1/hush":                   near,
		"https://100.127.255.255/hush":              near,
		"https://0.0.0.0/hush":                      near,
		"https://0.1.2.3/hush":                      near,
		"https://224.0.0.1/hush":                    near,
		"https://255.255.255.255/hush":              near,
		"https://[::1]/hush":                        near,
		"https://[::]/hush":                         near,
		"https://[::ffff:127.0.0.1]/hush":           near,
		"https://[::ffff:10.0.0.1]/hush":            near,
		"https://[::127.0.0.1]/hush":                near,
		"https://[::ffff:0:127.0.0.1]/hush":         near, // translated
		"https://[::ffff:127.0.0.1%251]/hush":       near, // a zone where none may be
		"https://[4000::1]/hush":                    near, // reserved
		"https://127.0.0.1../hush":                  near,
		"https://[64:ff9b::7f00:1]/hush":            near,
		"https://[64:ff9b::a9fe:a9fe]/hush":         near,
		"https://[2002:0a00:0001::1]/hush":          near,
		"https://[fc00::1]/hush":                    near,
		"https://[fd12:3456::1]/hush":               near,
		"https://[fe80::1]/hush":                    near,
		"https://[fe80::1%25eth0]/hush":             near,
		"https://[fec0::1]/hush":                    near,
		"https://[ff02::1]/hush":                    near,
		"https://2130706433/hush":                   near, // what resolvers of C make of it
		"https://0x7f000001/hush":                   near,
		"https://127.1/hush":                        near,
		"https://0177.0.0.1/hush":                   near,
		"https://localho\u017ft/hush":               near, // a letter that folds into s
		"https://１２７.0.0.1/hush":                    near,
		"https://a1.easemob.com.127.0.0.1:443/hush": near,
	} {
		for _, status := range []int{301, 307} {
			server := &script{responses: []response{{status: status, header: http.Header{"Location": {location}}}, {status: 200, body: "JPEG"}}}
			_, err := downloads["messages.DownloadFile"](t.Context(), server.client(t), "")
			var failure *im.Error
			require.ErrorAs(t, err, &failure, location)
			assert.Equal(t, []any{status, im.ErrBadResponse, "the server " + want}, []any{failure.Status, failure.Kind(), failure.Description}, location)
			assert.NotContains(t, fmt.Sprintf("%+v %#v", err, failure), "hush", location)
			assert.Len(t, server.requests, 1, location)
		}
	}
	for _, location := range []string{
		"https://storage.example.com/f", "https://8.8.8.8/f", "https://[2400:3200::1]/f", "https://203.0.113.10/f",
		"https://1.example.com/f", "https://0xcafe.example.com/f", "https://b.oss-cn-beijing.aliyuncs.com:8443/f",
	} {
		server := &script{responses: []response{{status: 302, header: http.Header{"Location": {location}}}, {status: 200, body: "JPEG"}}}
		got, err := downloads["messages.DownloadFile"](t.Context(), server.client(t), "")
		require.NoError(t, err, location)
		assert.Equal(t, "JPEG", got, location)
		assert.Equal(t, location, server.requests[1].URL.String())
	}
}

// Where the API host is private or on loopback itself, so may be the storage.
func TestRedirectsNearby(t *testing.T) {
	for host, allowed := range map[string]map[string]bool{
		"https://10.0.0.1": {
			"https://10.0.0.1/f": true, "https://192.168.0.9/f": true, "https://[fd00::1]/f": true, "https://100.64.0.1/f": true,
			"https://127.0.0.1/f": false, "https://169.254.169.254/f": false, "https://0.0.0.0/f": false,
		},
		"http://localhost:8080": {
			"http://127.0.0.1/f": true, "https://[::1]/f": true, "https://10.0.0.1/f": true, "https://169.254.169.254/f": false,
		},
	} {
		for location, ok := range allowed {
			server := &script{responses: []response{{status: 302, header: http.Header{"Location": {location}}}, {status: 200, body: "JPEG"}}}
			c := config
			c.Host = host
			_, err := downloads["messages.DownloadFile"](t.Context(), server.clientFor(t, c), "")
			assert.Equal(t, ok, err == nil, "%s to %s: %v", host, location, err)
		}
	}
}

// Nothing but a download follows a redirect, and none loses its status.
func TestNoOtherCallFollowsRedirects(t *testing.T) {
	calls := map[string]func(context.Context, *im.Client) error{
		"GET": func(ctx context.Context, c *im.Client) error {
			_, err := c.Users.Get(ctx, "alice")
			return err
		},
		"DELETE": func(ctx context.Context, c *im.Client) error { return c.Users.Delete(ctx, "alice") },
		"POST": func(ctx context.Context, c *im.Client) error {
			_, err := c.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{Body: messages.Text("hi")})
			return err
		},
		"upload": func(ctx context.Context, c *im.Client) error {
			_, err := c.Messages.UploadFile(ctx, file.Bytes("a.txt", []byte("abc")), messages.UploadOptions{})
			return err
		},
		"history address": func(ctx context.Context, c *im.Client) error {
			_, err := c.Messages.GetHistoryURL(ctx, time.Unix(1, 0), messages.HistoryOptions{Zone: time.UTC})
			return err
		},
		"raw": func(ctx context.Context, c *im.Client) error {
			_, err := im.Raw[map[string]any](ctx, c, im.RawCall{Method: "GET", Path: "/odd", Idempotent: true})
			return err
		},
	}
	for name, call := range calls {
		for _, status := range []int{300, 301, 302, 303, 304, 305, 307, 308} {
			for _, location := range []string{"", "/elsewhere", "https://example.com/", ":", "https://%zz/", "http://[::1", "\xff"} {
				server := newHost(t, redirectTo(status, location))
				err := call(t.Context(), server.client(t))
				var failure *im.Error
				require.ErrorAs(t, err, &failure, "%s %d %q", name, status, location)
				assert.Equal(t, status, failure.Status, "%s %d %q: %v", name, status, location, err)
				assert.Equal(t, im.ErrBadResponse, failure.Kind(), "%s %d %q", name, status, location)
				assert.Len(t, server.requests(), 1, "%s %d %q", name, status, location)
				server.Close()
			}
		}
	}
}

// What another host says about a token that it has not seen is no matter of tokens.
func TestRedirectsAndTheToken(t *testing.T) {
	storage := newHost(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(401)
		_, _ = io.WriteString(w, `{"error":"unauthorized"}`)
	})
	tokens := 0
	api := newHost(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/token") {
			tokens++
			fileOf(`{"access_token":"t","expires_in":3600}`)(w, r)
			return
		}
		redirectTo(302, storage.URL)(w, r)
	})
	c := config
	c.Host, c.Token = api.URL, im.ClientCredentials{ID: "id", Secret: "secret"}
	client, err := im.New(c)
	require.NoError(t, err)
	for range 3 {
		_, err = downloads["groups.DownloadFile"](t.Context(), client, "")
		require.ErrorIs(t, err, im.ErrForbidden)
		require.NotErrorIs(t, err, im.ErrUnauthorized)
	}
	assert.Equal(t, 1, tokens)
	assert.Len(t, storage.requests(), 3, "not retried")
}

// A broken way to the storage is retried from the start: the next address may be
// another one.
func TestRedirectsAreRetriedFromTheStart(t *testing.T) {
	storage := newHost(t, fileOf("JPEG"))
	gone := newHost(t, nil)
	gone.Close()
	turns := 0
	api := newHost(t, func(w http.ResponseWriter, r *http.Request) {
		turns++
		to := storage.URL
		if turns == 1 {
			to = gone.URL
		}
		redirectTo(302, to)(w, r)
	})
	var events []im.Event
	client := api.client(t, im.WithRetries(1), im.WithObserver(func(_ context.Context, e im.Event) { events = append(events, e) }))
	got, err := downloads["messages.DownloadFile"](t.Context(), client, "")
	require.NoError(t, err)
	assert.Equal(t, "JPEG", got)
	assert.Len(t, api.requests(), 2)
	require.Len(t, events, 2)
	require.ErrorIs(t, events[0].Err, im.ErrUnavailable)
}
