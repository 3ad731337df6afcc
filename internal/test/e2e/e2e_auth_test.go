package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/push"
	"github.com/imrest/im-go/users"
)

// Users get tokens, by their password and by the rights of the app.
func TestUserTokens(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		_, err := client.Users.Register(ctx, users.NewUser{Username: "alice", Password: "S3cret.pass"})
		require.NoError(t, err)
		got, err := client.UserTokenByPassword(ctx, "Alice", "S3cret.pass", time.Hour)
		require.NoError(t, err)
		account, _ := srv.User("alice")
		assert.Equal(t, []any{"alice", account.UUID, true}, []any{got.Username, got.UUID, got.Activated})
		assert.WithinDuration(t, time.Now().Add(time.Hour), got.Expires, time.Minute)
		_, err = client.UserToken(ctx, "bob", im.UserTokenOptions{AutoCreate: true})
		if errors.Is(err, im.ErrInvalidArgument) { // Agora: made locally, which registers nobody
			_, err = client.Users.Register(ctx, users.NewUser{Username: "bob", Password: "p"})
			require.NoError(t, err)
			got, err = client.UserToken(ctx, "Bob", im.UserTokenOptions{})
			require.NoError(t, err)
			assert.Equal(t, "bob", got.Username)
			assert.WithinDuration(t, time.Now().Add(time.Hour), got.Expires, time.Minute)
			return
		}
		require.NoError(t, err)
		got, err = client.UserToken(ctx, "bob", im.UserTokenOptions{})
		require.NoError(t, err)
		assert.Equal(t, "bob", got.Username)
		_, ok := srv.User("bob")
		assert.True(t, ok, "made on the way")
		got, err = client.UserToken(ctx, "bob", im.UserTokenOptions{TTL: im.Forever})
		require.NoError(t, err)
		assert.Zero(t, got.Expires)
		assert.NotContains(t, fmt.Sprintf("%v %+v %#v", got, got, got), got.Value)
		err = client.Push.SetUserTemplate(ctx, "bob", push.TemplateDefault, push.UserTemplateOptions{UserToken: got.Value})
		require.NoError(t, err, "the token works")
	})
}

func TestTokenErrors(t *testing.T) {
	srv, client := start(t)
	ctx := t.Context()
	_, err := client.Users.Register(ctx, users.NewUser{Username: "alice", Password: "S3cret.pass"})
	require.NoError(t, err)
	_, err = client.UserTokenByPassword(ctx, "alice", "wrong", 0)
	refused(t, err, im.ErrUnauthorized)
	assert.NotContains(t, err.Error(), "wrong")
	_, err = client.UserTokenByPassword(ctx, "nobody", "p", 0)
	refused(t, err, im.ErrNotFound)
	_, err = client.UserToken(ctx, "nobody", im.UserTokenOptions{})
	refused(t, err, im.ErrNotFound)
	_, err = client.UserToken(ctx, "no blanks", im.UserTokenOptions{AutoCreate: true})
	require.ErrorIs(t, err, im.ErrInvalidArgument)
	err = client.Users.Deactivate(ctx, "alice")
	require.NoError(t, err)
	_, err = client.UserTokenByPassword(ctx, "alice", "S3cret.pass", 0)
	refused(t, err, im.ErrForbidden)
	_, err = client.UserToken(ctx, "alice", im.UserTokenOptions{})
	refused(t, err, im.ErrForbidden)

	config := srv.Config()
	config.Token = im.ClientCredentials{ID: srv.ClientID(), Secret: "wrong-s3cret"}
	_, err = connect(t, srv, config).Users.Get(ctx, "alice")
	require.ErrorIs(t, err, im.ErrUnauthorized)
	assert.NotContains(t, err.Error(), "wrong-s3cret")
	config.Token = im.StaticToken("YWMt-made-up")
	_, err = connect(t, srv, config).Users.Get(ctx, "alice")
	require.ErrorIs(t, err, im.ErrUnauthorized)
	config = srv.Config()
	config.App = "typo"
	lost, err := im.New(config) // without a journal: the server sees no endpoint in what it sends
	require.NoError(t, err)
	defer lost.Close()
	_, err = lost.Users.Get(ctx, "alice")
	require.ErrorIs(t, err, im.ErrAppNotFound)
	require.NotErrorIs(t, err, im.ErrNotFound)
}

// Tokens that the server ends are renewed without a word, whoever makes them.
func TestTokenRenewal(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		srv.AddUsers("alice")
		for range 3 {
			_, err := client.Users.Get(t.Context(), "alice")
			require.NoError(t, err)
			srv.ExpireTokens()
		}
		assert.Len(t, srv.RequestsTo("users.get"), 5, "three calls, and two 401")
	})
}

// lookupAt is a transport that sends the look-up of hosts to a server instead of Easemob's.
type lookupAt string

func (at lookupAt) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == "rs.easemob.com" {
		to, err := url.Parse(string(at))
		if err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.URL.Scheme, r.URL.Host, r.Host = to.Scheme, to.Host, ""
	}
	return http.DefaultTransport.RoundTrip(r)
}

// A client without a host asks for it.
func TestHostLookup(t *testing.T) {
	srv := imtest.NewServer(t)
	srv.AddUsers("alice")
	config := srv.Config()
	config.Host, config.Platform = "", im.Easemob
	client := connect(t, srv, config, im.WithHostLookup(), im.WithHTTPClient(&http.Client{Transport: lookupAt(srv.URL())}))
	hosts, err := client.LookUpHosts(t.Context())
	require.NoError(t, err)
	require.Len(t, hosts, 1)
	assert.Equal(t, srv.URL(), hosts[0].Host())
	_, err = client.Users.Get(t.Context(), "alice")
	require.NoError(t, err)
}

// An endpoint that there is no method for goes the same way.
func TestRawCall(t *testing.T) {
	for _, f := range forms {
		srv := imtest.NewServer(t)
		srv.AddUsers("alice")
		client, err := im.New(f.config(srv)) // without a journal: the id of a raw call is its path
		require.NoError(t, err)
		type response struct {
			Entities []struct{ Username string }
		}
		got, err := im.Raw[response](t.Context(), client, im.RawCall{Method: "GET", Path: "/users/{username}", Params: []string{"alice"}, Idempotent: true})
		require.NoError(t, err, f.name)
		assert.Equal(t, "alice", got.Entities[0].Username)
		client.Close()
	}
}
