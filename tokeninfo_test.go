package im_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
)

// The token that AppToken returns is the one that the calls of the client carry.
func TestAppToken(t *testing.T) {
	srv := imtest.NewServer(t)
	client := srv.Client()
	token, err := client.AppToken(t.Context())
	require.NoError(t, err)
	require.NoError(t, client.Check(t.Context()))
	requests := srv.RequestsTo("users.list")
	require.Len(t, requests, 1)
	assert.Equal(t, "Bearer "+token.Value, requests[0].Header.Get("Authorization"))
	assert.Len(t, srv.RequestsTo("auth.app_token"), 1, "one fetch for both")
	assert.False(t, token.Expires.IsZero())

	config := srv.Config()
	config.Token = im.ClientCredentials{ID: srv.ClientID(), Secret: "wrong"}
	refused, err := im.New(config)
	require.NoError(t, err)
	defer refused.Close()
	_, err = refused.AppToken(t.Context())
	assert.ErrorIs(t, err, im.ErrUnauthorized)
	_, err = client.AppToken(nil) //nolint:staticcheck // what is tested
	assert.ErrorIs(t, err, im.ErrInvalidArgument)
}

func TestReadToken(t *testing.T) {
	certificate := im.AppCertificate{AppID: "0123456789abcdef0123456789abcdef", Certificate: "fedcba9876543210fedcba9876543210", TTL: time.Hour}
	app, err := certificate.AppToken()
	require.NoError(t, err)
	user, err := certificate.UserToken("alice", 2*time.Hour)
	require.NoError(t, err)
	dynamic, err := im.ClientCredentials{ID: "id", Secret: "secret"}.UserToken("acme#demo", "bob", time.Minute)
	require.NoError(t, err)

	for _, row := range []struct {
		token im.Token
		want  im.TokenInfo
	}{
		{app, im.TokenInfo{Kind: im.TokenAccess2, AppID: certificate.AppID, App: true}},
		{user, im.TokenInfo{Kind: im.TokenAccess2, AppID: certificate.AppID, Username: "alice", User: true}},
		{dynamic, im.TokenInfo{Kind: im.TokenDynamic, AppKey: "acme#demo", Username: "bob", User: true}},
		{im.Token{Value: "YWMtAbC"}, im.TokenInfo{Kind: im.TokenOpaque}},
	} {
		got, err := im.ReadToken(row.token.Value)
		require.NoError(t, err)
		if !row.token.Expires.IsZero() {
			assert.WithinDuration(t, row.token.Expires, got.Expires, time.Second)
			assert.WithinDuration(t, time.Now(), got.Issued, time.Minute)
		}
		got.Issued, got.Expires = time.Time{}, time.Time{}
		assert.Equal(t, row.want, got)
	}
	for _, wrong := range []string{"", "Bearer x", "007", app.Value[:40]} {
		_, err := im.ReadToken(wrong)
		require.ErrorIs(t, err, im.ErrInvalidArgument, "%q", wrong)
	}
}

func ExampleReadToken() {
	certificate := im.AppCertificate{AppID: "0123456789abcdef0123456789abcdef", Certificate: "fedcba9876543210fedcba9876543210"}
	token, err := certificate.UserToken("alice", time.Hour)
	if err != nil {
		panic(err)
	}
	info, err := im.ReadToken(token.Value)
	if err != nil {
		panic(err)
	}
	fmt.Println(info.Kind, info.Username, info.Expires.Sub(info.Issued))
	// Output: access_token2 alice 1h0m0s
}
