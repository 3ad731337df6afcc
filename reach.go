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

	"github.com/imrest/im-go/internal/transport"
)

// visit sends one request of a download. given is what its address was in plain
// http, if it was: that is where it goes to if the address does not serve https,
// without anything that is meant for one host.
func (c *core) visit(ctx context.Context, p *prepared, r *transport.Request, at, given *url.URL) (*http.Response, error) {
	if given == nil {
		return c.sendFar(ctx, r, at)
	}
	if !p.noHTTPS {
		way := connectWithin(ctx, min(maxConnect, c.timeout/2))
		res, err := c.sendFar(way, r, at)
		if err == nil {
			way.connected() // not every transport says so
		}
		if way.stands.Load() || ctx.Err() != nil || errors.Is(err, errNear) {
			return res, err
		}
		p.noHTTPS = true
	}
	p.bare = true
	r.URL, r.Header = given.String(), neutral(r.Header)
	return c.sendFar(ctx, r, given)
}

// maxConnect is how long https is tried where it may not be served.
const maxConnect = 5 * time.Second

// connecting is a context that ends if a request does not get its connection,
// certificate and all, in time.
type connecting struct {
	context.Context
	timer  *time.Timer
	stands atomic.Bool
}

// connectWithin returns a context that ends with ctx.
func connectWithin(ctx context.Context, d time.Duration) *connecting {
	ctx, cancel := context.WithCancel(ctx)
	w := &connecting{timer: time.AfterFunc(d, cancel)}
	w.Context = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { w.connected() }})
	return w
}

func (w *connecting) connected() {
	w.stands.Store(true)
	w.timer.Stop()
}

// errNear is an address that is nearer than the API host: what runs there may trust
// whoever can reach it.
var errNear = errors.New("private or loopback address")

// sendFar sends a request unless it leads to an address nearer than the API host.
// What a name leads to shows when the transport resolves it, which that of a user
// may do by other means, and a proxy does; then it is theirs to judge.
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
