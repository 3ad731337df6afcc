package im

import (
	"context"
	"net/url"
	"strings"

	"github.com/imrest/im-go/internal/api"
)

// clusters are the hosts that the vendors publish, and whether they stand in
// mainland China. Those of VIP clusters and of Shengwang are given to each customer.
var clusters = map[string]bool{
	"a1.easemob.com": true, "a1.easecdn.com": true, // China 1
	"a31.easemob.com": true, "a31.easecdn.com": true, // China 2
	"a1-sgp.easemob.com": false, "a1-sgp.easecdn.com": false, // Singapore
	"a41.easemob.com": false, "a41.easecdn.com": false, // Virginia
	"a51.easemob.com": false, "a51.easecdn.com": false, // Frankfurt
	"a41.chat.agora.io": false, // Virginia
	"a61.chat.agora.io": false, // Singapore
	"a71.chat.agora.io": false, // Frankfurt
}

// inChina reports where a host stands. On loopback, where tests run, it is where most
// of the platform's clusters do.
func inChina(hostname string, p Platform) (china, known bool) {
	hostname = strings.ToLower(strings.TrimSuffix(hostname, "."))
	if isLoopback(hostname) {
		return editionOf(p).china, true
	}
	china, known = clusters[hostname]
	return china, known
}

// InChina implements what [api.InChina] asks for.
func (c *core) InChina(ctx context.Context, e *api.Endpoint) (china, known bool, err error) {
	to, err := c.address(ctx)
	if err != nil {
		return false, false, lookupError(ctx, &prepared{Call: &api.Call{Endpoint: e}}, err)
	}
	china, known = inChina((&url.URL{Host: to.host}).Hostname(), c.platform)
	return china, known, nil
}

// AppPath implements what [api.AppPath] asks for.
func (c *core) AppPath() string { return c.to.prefix }
