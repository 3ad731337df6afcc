package im_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

// serve runs a handler on loopback and a client of it.
func serve(t *testing.T, h http.HandlerFunc, options ...im.Option) *im.Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	c := config
	c.Host = srv.URL
	client, err := im.New(c, append([]im.Option{im.WithRetries(0)}, options...)...)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return client
}

func zipped(s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.Bytes()
}

// Whatever comes back, the caller gets a typed error with the status and the start
// of the body.
func TestBadResponses(t *testing.T) {
	for name, c := range map[string]struct {
		h      http.HandlerFunc
		kind   error
		status int
		body   string // how the kept body begins
	}{
		"HTML":            {say(200, "text/html", "<html>login here</html>"), im.ErrBadResponse, 200, "<html>"},
		"HTML 502":        {say(502, "text/html", "<html>502</html>"), im.ErrUnavailable, 502, "<html>"},
		"empty":           {say(200, "application/json", ""), im.ErrBadResponse, 200, ""},
		"truncated":       {say(200, "application/json", `{"entities":[{"username":"al`), im.ErrBadResponse, 200, `{"entities"`},
		"another shape":   {say(200, "application/json", `{"entities":[{"username":{"a":1}}]}`), im.ErrBadResponse, 200, `{"entities"`},
		"an array":        {say(200, "application/json", `[1,2]`), im.ErrBadResponse, 200, "[1,2]"},
		"text/plain JSON": {say(404, "text/plain", `{"error":"service_resource_not_found"}`), im.ErrNotFound, 404, ""},
		"gzip": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(zipped(aliceResponse))
		}, im.ErrBadResponse, 200, ""},
		"cut in the body": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"entities":`)
		}, im.ErrUnavailable, 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := serve(t, c.h).Users.Get(t.Context(), "alice")
			require.ErrorIs(t, err, c.kind)
			failure, ok := errors.AsType[*im.Error](err)
			require.True(t, ok)
			assert.Equal(t, c.status, failure.Status)
			assert.True(t, strings.HasPrefix(failure.Body, c.body), "%q", failure.Body)
			assert.LessOrEqual(t, len(failure.Body), 2048)
		})
	}
}

func say(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// A response of 50 MB costs memory by the limit, which can be set, and not by its size.
func TestHugeResponse(t *testing.T) {
	chunk := bytes.Repeat([]byte(" "), 1<<20)
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for range 50 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}, im.WithMaxResponse(1<<20))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := client.Users.Get(t.Context(), "alice")
	runtime.ReadMemStats(&after)
	require.ErrorIs(t, err, im.ErrTooLarge)
	require.ErrorIs(t, err, im.ErrBadResponse)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16<<20))
}

// A name arrives as exactly that name, or is refused: it never means another path.
func TestNamesArriveAsTheyAre(t *testing.T) {
	srv := imtest.NewServer(t)
	client, err := im.New(srv.Config())
	require.NoError(t, err)
	t.Cleanup(client.Close)
	for _, name := range []string{"a/b", "a?b", "a#b", "a%b", "%2e%2e", "%2F", "a,b", "a b", "你好", "👍", "a+b", "a&b=c", "a;b", "a:b@c", "~", "...", "a\\b"} {
		_, err := client.Users.Get(t.Context(), name)
		require.ErrorIs(t, err, im.ErrNotFound, "%q", name)
		requests := srv.RequestsTo("users.get")
		require.NotEmpty(t, requests, "%q", name)
		assert.Equal(t, name, requests[len(requests)-1].Params["username"], "%q", name)
	}
	sent := len(srv.Requests())
	for _, name := range []string{"", ".", "..", strings.Repeat("x", 1000)} {
		err := client.Users.Delete(t.Context(), name)
		require.ErrorIs(t, err, im.ErrInvalidArgument, "%q", name)
		failure, _ := errors.AsType[*im.Error](err)
		assert.Equal(t, "username", failure.Field)
	}
	assert.Len(t, srv.Requests(), sent, "nothing was sent")
}

// A redirect is not followed: the token stays where it belongs.
func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer other.Close()
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	_, err := client.Messages.SendToUsers(t.Context(), []string{"bob"}, messages.Message{Body: messages.Text("hi")})
	require.ErrorIs(t, err, im.ErrBadResponse)
	assert.Zero(t, elsewhere)
}

// A download that ends early is an error, and a saved file is whole or not there.
func TestShortDownload(t *testing.T) {
	attempts := 0
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		attempts++
		w.Header().Set("Content-Length", "10")
		if attempts == 1 {
			_, _ = io.WriteString(w, "12345")
			return
		}
		_, _ = io.WriteString(w, "1234567890")
	}, im.WithRetries(3))
	var got bytes.Buffer
	n, err := client.Messages.DownloadFile(t.Context(), "u", &got, messages.DownloadOptions{})
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.EqualValues(t, 5, n)
	assert.Equal(t, 1, attempts, "what was written cannot be taken back")

	attempts = 0
	path := filepath.Join(t.TempDir(), "photo.jpg")
	n, err = client.Messages.SaveFile(t.Context(), "u", path, messages.DownloadOptions{})
	require.NoError(t, err)
	assert.EqualValues(t, 10, n)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "1234567890", string(content))
}

// A download's error response never ends up in the file.
func TestErrorIsNotWrittenToTheFile(t *testing.T) {
	client := serve(t, say(404, "application/json", `{"error":"file_expired","error_description":"file u is expired"}`))
	dir := t.TempDir()
	_, err := client.Messages.SaveFile(t.Context(), "u", filepath.Join(dir, "photo.jpg"), messages.DownloadOptions{})
	require.ErrorIs(t, err, im.ErrNotFound)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries)
}
