package im_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
)

// A redirect from https to http is tried over https, and in plain http only where
// there is no https, with nothing in it that is secret.
func TestRedirectsFromHTTPS(t *testing.T) {
	plain := newHost(t, fileOf("plain"))
	secure := newTLSHost(t, fileOf("secure"))
	for to, want := range map[string]string{
		plain.URL: "plain", "http" + strings.TrimPrefix(secure.URL, "https"): "secure",
	} {
		api := newTLSHost(t, redirectTo(302, to+"/f"))
		client := api.client(t, im.WithHTTPClient(api.Client()))
		for range 2 {
			got, err := downloads["messages.DownloadFile"](t.Context(), client, "")
			require.NoError(t, err)
			assert.Equal(t, want, got)
		}
	}
	for _, h := range []*host{plain, secure} {
		require.Len(t, h.requests(), 2)
		assert.Empty(t, h.requests()[0].Header.Get("Authorization")+h.requests()[0].Header.Get("Share-Secret"))
	}

	// to the API host itself, in plain http: over https it is the same host
	var api *host
	api = newTLSHost(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/f" {
			fileOf("JPEG")(w, r)
			return
		}
		redirectTo(302, "http"+strings.TrimPrefix(api.URL, "https")+"/f")(w, r)
	})
	_, err := downloads["messages.DownloadFile"](t.Context(), api.client(t, im.WithHTTPClient(api.Client())), "")
	require.NoError(t, err)
	assert.Equal(t, "Bearer app-token", api.requests()[1].Header.Get("Authorization"))
}

// In plain http nothing secret is sent, even to the API host.
func TestRedirectsToPlainHTTPOfTheAPIHost(t *testing.T) {
	server := &script{responses: []response{
		{status: 302, header: http.Header{"Location": {"http://a1.example.com/f"}}},
		{err: errBroken},
		{status: 302, header: http.Header{"Location": {"/g"}}},
		{status: 200, body: "JPEG"},
	}}
	_, err := downloads["messages.DownloadFile"](t.Context(), server.client(t), "")
	require.NoError(t, err)
	var seen []string
	for _, r := range server.requests {
		seen = append(seen, strings.TrimSpace(r.URL.String()+" "+r.Header.Get("Authorization")+" "+r.Header.Get("Share-Secret")))
	}
	assert.Equal(t, []string{
		"https://a1.example.com/acme/demo/chatfiles/u Bearer app-token s3cr3t-of-file",
		"https://a1.example.com/f Bearer app-token s3cr3t-of-file", "http://a1.example.com/f", "http://a1.example.com/g",
	}, seen)
}

// The API has had its request, whatever becomes of the way to the storage.
func TestRedirectsCountForTheQuota(t *testing.T) {
	gone := newHost(t, nil)
	gone.Close()
	api := newHost(t, redirectTo(302, gone.URL))
	client := api.client(t, im.WithQuota("messages.download_file", im.Quota{N: 1, Per: time.Hour}))
	_, err := downloads["messages.DownloadFile"](t.Context(), client, "")
	require.ErrorIs(t, err, im.ErrUnavailable)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err = downloads["messages.DownloadFile"](ctx, client, "")
	require.ErrorIs(t, err, im.ErrRateLimited)
	assert.Len(t, api.requests(), 1)
}
