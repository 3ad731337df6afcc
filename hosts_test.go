package im_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/users"
)

const hostsAnswer = `{"file_version":"1021","rest":{"hosts":[{"protocol":"http","ip":"203.0.113.10","port":80},
	{"protocol":"https","domain":"a1.example.com","port":"443"}]},"im":{"hosts":[]}}`

func TestHostLookup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &script{answers: []answer{{do: func(r *http.Request) *answer {
			if strings.HasSuffix(r.URL.Path, "server.json") {
				return &answer{status: 200, body: hostsAnswer}
			}
			return &answer{status: 200, body: aliceAnswer}
		}}}}
		c := config
		c.Host = ""
		client := server.clientFor(t, c, im.WithHostLookup(im.LookupServer))
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

func TestHostLookupRefusesPlainHTTP(t *testing.T) {
	server := &script{answers: []answer{{status: 200, body: `{"rest":{"hosts":[{"protocol":"http","domain":"a1.example.com","port":80}]}}`}}}
	c := config
	c.Host = ""
	err := get(t.Context(), server.clientFor(t, c, im.WithHostLookup(im.LookupServer)))
	require.ErrorIs(t, err, im.ErrBadAnswer)
	assert.Len(t, server.requests, 1)
}

func TestLookUpHosts(t *testing.T) {
	// ID: "auth.dns_config" on the wire
	server := &script{answers: []answer{{status: 200, body: hostsAnswer}}}
	hosts, err := server.client(t).LookUpHosts(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []im.RESTHost{{Protocol: "http", IP: "203.0.113.10", Port: "80"}, {Protocol: "https", Domain: "a1.example.com", Port: "443"}}, hosts)
	assert.Equal(t, "http://203.0.113.10:80", hosts[0].Host())
	assert.Equal(t, "https://a1.example.com", hosts[1].Host())

	byID := im.Config{Host: "a1.example.com", AppID: appID, Token: im.StaticToken("t")}
	_, err = server.clientFor(t, byID).LookUpHosts(t.Context())
	require.ErrorIs(t, err, im.ErrInvalidArgument)
}

func TestHostLookupEndToEnd(t *testing.T) {
	srv := imtest.NewServer(t)
	c := srv.Config()
	c.Host = ""
	client, err := im.New(c, im.WithHostLookup(srv.URL()))
	require.NoError(t, err)
	_, err = client.Users.Register(t.Context(), users.NewUser{Username: "alice", Password: "p"})
	require.NoError(t, err)
	client.Close()
}
