package im

import (
	"net/netip"
	"regexp"
	"strings"
)

// distance is how near an address is: where a server may send a download is a
// question of it.
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

// distanceOfIP judges an address, also one of IPv4 in the clothes of IPv6.
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

// numeric are names that resolvers take for addresses in old forms: 127.1, 0x7f000001.
var numeric = regexp.MustCompile(`(?i)(^|\.)(\d+|0x[0-9a-f]*)$`)

// distanceOf judges a host name as it is written. That of a name shows when it is
// resolved.
func distanceOf(hostname string) distance {
	name := strings.ToLower(strings.TrimRight(hostname, "."))
	if a, err := netip.ParseAddr(name); err == nil {
		return distanceOfIP(a.WithZone(""))
	}
	switch {
	case name == "localhost" || strings.HasSuffix(name, ".localhost"):
		return loopback
	case name == "" || strings.Contains(name, ":") || numeric.MatchString(name), strings.ContainsFunc(name, func(r rune) bool { return r > 0x7f }):
		return never
	}
	return public
}
