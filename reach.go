package im

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/imrest/im-go/internal/pattern"
	"github.com/imrest/im-go/internal/transport"
)

// A server that names an address for a download must not make the client call what only
// the client's network can reach. This file is which addresses a download may reach.

// errNear is an address that is nearer than the API host: what runs there may trust
// everybody who can reach it.
var errNear = errors.New("private or loopback address")

// sendFar sends a request unless it leads to an address nearer than the API host. The
// address of a name shows when the transport resolves it. If a proxy or the user's own
// transport does so out of sight, that is theirs to judge.
func (c *core) sendFar(ctx context.Context, r *transport.Request, at *url.URL) (*http.Response, error) {
	name := at.Hostname()
	if strings.EqualFold(name, c.apiHostname(ctx)) {
		return c.sender.Send(ctx, r)
	}
	if d := distanceOf(name); d != public {
		if !c.mayReach(ctx, d) {
			return nil, errNear
		}
		return c.sender.Send(ctx, r)
	}
	watched := watchName(ctx, name)
	first := *r
	first.Header = maps.Clone(r.Header)
	res, err := c.sender.Send(watched, &first)
	close(watched.sent)
	if !errors.Is(context.Cause(watched), errNear) {
		return res, err
	}
	if err == nil {
		_ = res.Body.Close() // it is not wanted
	}
	if !c.mayReach(ctx, distance(watched.nearest.Load())) {
		return nil, errNear
	}
	return c.sender.Send(ctx, r)
}

// nameWatch is a context that ends, with errNear, when a name turns out to lead to
// an address that is not public.
type nameWatch struct {
	context.Context
	nearest atomic.Int32
	sent    chan struct{} // closed when the request is over
}

func watchName(ctx context.Context, name string) *nameWatch {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &nameWatch{sent: make(chan struct{})}
	var asked atomic.Bool // for the name, not for that of a proxy
	w.Context = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSStart: func(info httptrace.DNSStartInfo) { asked.Store(strings.EqualFold(info.Host, name)) },
		DNSDone: func(info httptrace.DNSDoneInfo) {
			if !asked.Load() {
				return
			}
			nearest := public
			for _, a := range info.Addrs {
				ip, _ := netip.AddrFromSlice(a.IP)
				nearest = max(nearest, distanceOfIP(ip))
			}
			if nearest == public {
				return
			}
			w.nearest.Store(int32(nearest))
			cancel(errNear)
			select { // net/http dials on for others; by then this request must have given up
			case <-w.sent:
			case <-time.After(time.Second):
			}
		},
	})
	return w
}

// mayReach reports whether the API host is as near as that.
func (c *core) mayReach(ctx context.Context, d distance) bool {
	if d == never {
		return false
	}
	name := c.apiHostname(ctx)
	if own := distanceOf(name); own != public {
		return d <= own
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", name)
	if err != nil || len(addrs) == 0 {
		return false
	}
	own := never
	for _, a := range addrs {
		own = min(own, distanceOfIP(a))
	}
	return d <= own
}

// apiHostname is empty while the host is not known.
func (c *core) apiHostname(ctx context.Context) string {
	to, err := c.address(ctx)
	if err != nil {
		return ""
	}
	return (&url.URL{Host: to.host}).Hostname()
}

// distance is how near an address is.
type distance int

const (
	public distance = iota
	private
	loopback
	never // link-local, multicast, unspecified or reserved: no file is there
)

var (
	privateNets = prefixes("100.64.0.0/10") // shared address space, beside what netip knows
	neverNets   = prefixes("0.0.0.0/8", "192.0.0.0/24", "240.0.0.0/4")
	globalV6    = netip.MustParsePrefix("2000::/3") // all else of IPv6 is reserved, or has a rule of its own
	nat64       = netip.MustParsePrefix("64:ff9b::/96")
	sixToFour   = netip.MustParsePrefix("2002::/16")
)

func prefixes(texts ...string) []netip.Prefix {
	nets := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		nets[i] = netip.MustParsePrefix(text)
	}
	return nets
}

// distanceOfIP judges an address, also one of IPv4 in the form of IPv6.
func distanceOfIP(a netip.Addr) distance {
	if a = a.Unmap(); !a.IsValid() {
		return never
	}
	bytes := a.As16()
	switch {
	case a.IsLoopback():
		return loopback
	case nat64.Contains(a):
		return distanceOfIP(netip.AddrFrom4([4]byte(bytes[12:])))
	case sixToFour.Contains(a):
		return distanceOfIP(netip.AddrFrom4([4]byte(bytes[2:6])))
	case !a.IsGlobalUnicast() || contains(neverNets, a):
		return never
	case a.IsPrivate() || contains(privateNets, a):
		return private
	case a.Is6() && !globalV6.Contains(a):
		return never
	}
	return public
}

func contains(nets []netip.Prefix, a netip.Addr) bool {
	for _, n := range nets {
		if n.Contains(a) {
			return true
		}
	}
	return false
}

// numeric matches names that resolvers take for addresses in old forms: 127.1, 0x7f000001.
var numeric = pattern.Lazy(`(?i)(^|\.)(\d+|0x[0-9a-f]*)$`)

// distanceOf judges a host name as it is written. The distance of a real name shows only
// when it is resolved.
func distanceOf(hostname string) distance {
	name := strings.ToLower(strings.TrimRight(hostname, "."))
	if a, err := netip.ParseAddr(name); err == nil {
		return distanceOfIP(a.WithZone(""))
	}
	switch {
	case name == "localhost" || strings.HasSuffix(name, ".localhost"):
		return loopback
	case name == "" || strings.Contains(name, ":") || numeric().MatchString(name), strings.ContainsFunc(name, func(r rune) bool { return r > 0x7f }):
		return never
	}
	return public
}
