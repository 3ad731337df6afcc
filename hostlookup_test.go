package im_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
)

const hostsResponse = `{"file_version":"1021","rest":{"hosts":[{"protocol":"http","ip":"203.0.113.10","port":80},
	{"protocol":"https","domain":"a1.example.com","port":"443"}]},"im":{"hosts":[]}}`

func TestHostLookup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &script{responses: []response{{do: func(r *http.Request) *response {
			if strings.HasSuffix(r.URL.Path, "server.json") {
				return &response{status: 200, body: hostsResponse}
			}
			return &response{status: 200, body: aliceResponse}
		}}}}
		c := config
		c.Host = ""
		client := server.clientFor(t, c, im.WithHostLookup())
		require.Zero(t, together(50, func() error { return get(t.Context(), client) }))
		require.Len(t, server.requests, 51, "one look-up for all")
		lookup := server.requests[0]
		assert.Equal(t, "https://rs.easemob.com/easemob/server.json?app_key=acme%23demo", lookup.URL.String())
		assert.Empty(t, lookup.Header.Values("Authorization"))
		assert.Equal(t, "https://a1.example.com/acme/demo/users/alice", server.requests[1].URL.String())

		time.Sleep(25 * time.Hour)
		require.NoError(t, get(t.Context(), client))
		assert.Len(t, server.requests, 53, "asked again after a day")
	})
}

// A look-up server that fails is not asked by each of the calls that wait for it,
// one after the other.
func TestHostLookupFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := true
		server := &script{responses: []response{{do: func(r *http.Request) *response {
			time.Sleep(10 * time.Millisecond)
			switch {
			case broken:
				return &response{status: 500}
			case strings.HasSuffix(r.URL.Path, "server.json"):
				return &response{status: 200, body: hostsResponse}
			}
			return &response{status: 200, body: aliceResponse}
		}}}}
		c := config
		c.Host = ""
		client := server.clientFor(t, c, im.WithHostLookup())
		require.EqualValues(t, 50, together(50, func() error { return get(t.Context(), client) }))
		assert.Len(t, server.requests, 1)

		broken = false
		require.Error(t, get(t.Context(), client), "so soon")
		time.Sleep(time.Second)
		require.NoError(t, get(t.Context(), client))
	})
}

// A caller who gives up is no failure of the look-up.
func TestHostLookupGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &script{responses: []response{{do: func(r *http.Request) *response {
			if strings.HasSuffix(r.URL.Path, "server.json") {
				time.Sleep(time.Second)
				return &response{status: 200, body: hostsResponse}
			}
			return &response{status: 200, body: aliceResponse}
		}}}}
		c := config
		c.Host = ""
		client := server.clientFor(t, c, im.WithHostLookup())
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		require.ErrorIs(t, get(ctx, client), context.DeadlineExceeded)
		require.NoError(t, get(t.Context(), client))
	})
}

// Nor is one whose deadline is nearer than the next attempt.
func TestHostLookupWithoutTimeForAnotherAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &script{responses: []response{{status: 503}, {status: 200, body: hostsResponse}, {status: 200, body: aliceResponse}}}
		c := config
		c.Host = ""
		client := server.clientFor(t, c, im.WithHostLookup())
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		err := get(ctx, client)
		require.ErrorIs(t, err, im.ErrCanceled)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NoError(t, get(t.Context(), client))
	})
}

func TestHostLookupRefusesPlainHTTP(t *testing.T) {
	server := &script{responses: []response{{status: 200, body: `{"rest":{"hosts":[{"protocol":"http","domain":"a1.example.com","port":80}]}}`}}}
	c := config
	c.Host = ""
	err := get(t.Context(), server.clientFor(t, c, im.WithHostLookup()))
	require.ErrorIs(t, err, im.ErrBadResponse)
	assert.Len(t, server.requests, 1)
}

func TestLookUpHosts(t *testing.T) {
	server := &script{responses: []response{{status: 200, body: hostsResponse}}}
	hosts, err := server.client(t).LookUpHosts(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []im.RESTHost{{Protocol: "http", IP: "203.0.113.10", Port: "80"}, {Protocol: "https", Domain: "a1.example.com", Port: "443"}}, hosts)
	assert.Equal(t, "http://203.0.113.10:80", hosts[0].Host())
	assert.Equal(t, "https://a1.example.com", hosts[1].Host())
	assert.Equal(t, "https://[2001:db8::1]", im.RESTHost{Protocol: "https", IP: "2001:db8::1", Port: "443"}.Host())
	assert.Equal(t, "http://[2001:db8::1]:80", im.RESTHost{Protocol: "http", IP: "2001:db8::1", Port: "80"}.Host())

	byID := im.Config{Host: "a1.example.com", AppID: appID, Platform: im.Agora, Token: im.StaticToken("t")}
	_, err = server.clientFor(t, byID).LookUpHosts(t.Context())
	require.ErrorIs(t, err, im.ErrInvalidArgument)
}
