package imtest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

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
