package im

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/internal/api"
)

// A third platform is data: a row of editions, and its figures at the endpoints.
func TestThirdPlatformIsData(t *testing.T) {
	before := editions
	t.Cleanup(func() { editions = before })
	const third Platform = "third"
	editions = append(slices.Clone(before), edition{name: third, hosts: []string{".third.example"}, china: true})
	send := &api.Endpoint{ID: "third.send", Method: "POST", Path: "/third/{name}", Quotas: api.PerSecond(50), ByPlatform: api.ByPlatform{
		string(third): {{N: 7, Per: time.Second}, {N: 70, Per: api.Day}}, api.Easemob: api.PerSecond(10),
	}}
	plain := &api.Endpoint{ID: "third.plain", Method: "GET", Path: "/third"}

	for _, c := range []struct {
		host     string
		platform Platform
		want     api.Quotas
		china    bool // of a server on loopback
	}{
		{"a1.third.example", "", send.ByPlatform[string(third)], true},
		{"im.example.com", third, send.ByPlatform[string(third)], true},
		{"a1.easemob.com", "", api.PerSecond(10), true},
		{"a1.chat.agora.io", "", api.PerSecond(50), false},
	} {
		client, err := New(Config{Host: c.host, Platform: c.platform, Org: "acme", App: "demo", Token: StaticToken("t")})
		require.NoError(t, err, c.host)
		core := client.core
		core.Declare(send, plain)
		core.quotas, err = newQuotas(core, core.platform)
		require.NoError(t, err)
		limits := func(e *api.Endpoint) (quotas api.Quotas) {
			for _, l := range core.quotas.limits(e.PoolName(), e.QuotasOn(string(core.platform))) {
				quotas = append(quotas, api.Quota(l))
			}
			return quotas
		}
		assert.Equal(t, c.want, limits(send), c.host)
		assert.Equal(t, api.Default, limits(plain), c.host)
		raw, err := core.rawEndpoint(RawCall{Method: "POST", Path: "/third/{x}", Params: []string{"a"}})
		require.NoError(t, err)
		assert.Equal(t, c.want, limits(raw), "a raw call takes the known endpoint's quotas")
		china, known := inChina("localhost", core.platform)
		assert.Equal(t, []bool{c.china, true}, []bool{china, known}, c.host)
	}

	_, err := New(Config{Host: "im.example.com", Org: "acme", App: "demo", Token: StaticToken("t"), Platform: "fourth"})
	require.EqualError(t, err, `im: Platform: is "fourth", must be agora or easemob or third`)
}
