package imtest_test

import (
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
)

// Config names the platform whose quotas the server keeps.
func TestConfigPlatform(t *testing.T) {
	for _, row := range []struct {
		options []imtest.Option
		want    im.Platform
	}{
		{nil, im.Agora},
		{[]imtest.Option{imtest.WithQuotas()}, im.Agora},
		{[]imtest.Option{imtest.WithEasemobQuotas()}, im.Easemob},
		{[]imtest.Option{imtest.WithEasemobQuotas(), imtest.WithQuotas()}, im.Agora},
	} {
		assert.Equal(t, row.want, imtest.NewServer(t, row.options...).Config().Platform)
	}
}

// The client of a server reaches it on every road, with the options that it is given.
func TestClient(t *testing.T) {
	for road, options := range roads {
		t.Run(road, func(t *testing.T) {
			srv := imtest.NewServer(t, options...)
			srv.AddUsers("alice")
			_, err := srv.Client(im.WithUserAgent("shop/1")).Users.Get(t.Context(), "alice")
			require.NoError(t, err)
			assert.Contains(t, srv.RequestsTo("users.get")[0].Header.Get("User-Agent"), "shop/1")
		})
	}
	assert.Panics(t, func() { imtest.NewServer(t).Client(im.WithMaxResponse(-1)) })
}

// A server on another address than loopback has a client, too, though its traffic is plain http. Nothing is sent.
func TestConfigBeyondLoopback(t *testing.T) {
	addr := addressBeyondLoopback(t)
	srv := imtest.NewServer(t, imtest.WithAddr(net.JoinHostPort(addr, "0")))
	assert.True(t, srv.Config().PlainHTTP)
	assert.NotPanics(t, func() { srv.Client() })
	assert.False(t, imtest.NewServer(t).Config().PlainHTTP, "it is not needed on loopback")
	assert.False(t, imtest.NewServer(t, imtest.WithAddr(net.JoinHostPort(addr, "0")), imtest.WithTLS()).Config().PlainHTTP)
}

// addressBeyondLoopback is an address of this machine that others can reach.
func addressBeyondLoopback(t *testing.T) string {
	t.Helper()
	addrs, err := net.InterfaceAddrs()
	require.NoError(t, err)
	for _, a := range addrs {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.To4() != nil && !ip.IP.IsLoopback() {
			return ip.IP.String()
		}
	}
	t.Skip("this machine has no address but loopback")
	return ""
}
