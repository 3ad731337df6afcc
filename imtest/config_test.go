package imtest_test

import (
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
