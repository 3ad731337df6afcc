package im

import (
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

// editions are the platforms. The hosts of VIP clusters and of Shengwang are given to
// each app, and do not tell the platform.
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
	wrong.add("Platform", "must be %s: the host does not tell whose it is, and quotas and time zones differ", platformNames())
	return ""
}
