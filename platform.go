package im

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/imrest/im-go/internal/api"
)

// Platform is one of the brands of the API, which differ in quotas and in the time
// zone of history files.
type Platform string

// The platforms.
const (
	Agora   Platform = api.Agora // Shengwang as well
	Easemob Platform = api.Easemob
)

// edition is all that distinguishes a platform, apart from the quotas, which stand at
// the endpoints (api.ByPlatform), and the published clusters.
type edition struct {
	name  Platform
	hosts []string // suffixes of the hosts that this platform alone has
	china bool     // most of its clusters stand in mainland China
}

// editions are the platforms. VIP clusters and Shengwang give each app a host of its own,
// which does not show the platform.
var editions = []edition{
	{name: Agora, hosts: []string{".chat.agora.io"}},
	{name: Easemob, hosts: []string{".easemob.com", ".easecdn.com"}, china: true},
}

// editionOf returns the zero edition for an unknown platform.
func editionOf(p Platform) edition {
	for _, e := range editions {
		if e.name == p {
			return e
		}
	}
	return edition{}
}

// platformNames lists the platforms for an error.
func platformNames() string {
	names := make([]string, len(editions))
	for i, e := range editions {
		names[i] = string(e.name)
	}
	return strings.Join(names, " or ")
}

// platform is what Platform says, or else the host. A wrong one would mean wrong
// quotas and the wrong hour of history, so there is no default.
func (c Config) platform(wrong *problems, host string, lookup bool) Platform {
	switch {
	case c.Platform != "" && editionOf(c.Platform).name == "":
		wrong.add("Platform", "is %s, must be %s", api.Quoted(string(c.Platform)), platformNames())
		return ""
	case c.Platform != "":
		return c.Platform
	case host == "" && !lookup:
		return "" // Host is wrong, which is known already
	}
	name := strings.ToLower(strings.TrimSuffix((&url.URL{Host: host}).Hostname(), "."))
	for _, e := range editions {
		if slices.ContainsFunc(e.hosts, func(suffix string) bool { return strings.HasSuffix(name, suffix) }) {
			return e.name
		}
	}
	wrong.add("Platform", "must be %s: the host does not show whose it is, and quotas and time zones differ", platformNames())
	return ""
}

// clusters are the hosts that the vendors publish, and whether they stand in
// mainland China.
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

// inChina reports where a host stands. A loopback host, as in tests, stands where most of
// the platform's clusters do.
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
