package im

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/job"
)

// lookupServer is where Easemob publishes the REST hosts of all apps.
const lookupServer = "https://rs.easemob.com"

// WithHostLookup makes a client with an empty [Config.Host] ask Easemob for the host of
// its app before the first call, and again after a day. While that fails, calls fail, and
// the client asks at most once a second. Easemob only; the app must be named by its app
// key. The request goes to https://rs.easemob.com, without a token.
func WithHostLookup() Option {
	return func(s *settings) { s.hostLookup = true }
}

// RESTHost is a REST server of an app.
type RESTHost struct {
	Protocol string `json:"protocol"`        // "https" or "http"
	Domain   string `json:"domain,omitzero"` // if it is empty, there is an IP
	IP       string `json:"ip,omitzero"`     // of version 4 or 6
	Port     string `json:"port,omitzero"`   // empty: that of the protocol
}

// Host returns the host with its port, as [Config.Host] takes it.
func (h RESTHost) Host() string {
	name := h.Domain
	if name == "" {
		name = h.IP
	}
	if h.Port == "" || h.Protocol == "https" && h.Port == "443" {
		if strings.Contains(name, ":") {
			name = "[" + name + "]" // IPv6
		}
		return h.Protocol + "://" + name
	}
	return h.Protocol + "://" + net.JoinHostPort(name, h.Port)
}

var lookUpHosts = api.Endpoint{
	ID: "auth.dns_config", Method: http.MethodGet, Path: lookupServer + "/easemob/server.json",
	Idempotent: true, Auth: api.NoToken,
}

// LookUpHosts asks Easemob for the REST hosts of the client's app, which must be
// named by its app key. The request goes to https://rs.easemob.com, without a token and
// without a quota.
//
//im:endpoint auth.dns_config
func (c *Client) LookUpHosts(ctx context.Context) ([]RESTHost, error) { return c.core.lookUpHosts(ctx) }

func (c *core) lookUpHosts(ctx context.Context) ([]RESTHost, error) {
	var out struct {
		REST struct {
			Hosts api.Many[struct {
				Protocol string   `json:"protocol"`
				Domain   string   `json:"domain"`
				IP       string   `json:"ip"`
				Port     api.Text `json:"port"`
			}] `json:"hosts"`
		} `json:"rest"`
	}
	var invalid error
	if c.to.org == "" {
		invalid = api.Invalid("AppKey", "must not be empty: the look-up does not take an app id")
	}
	err := c.Call(ctx, &api.Call{
		Endpoint: &lookUpHosts, Invalid: invalid, Out: &out,
		Query: url.Values{"app_key": {c.to.org + "#" + c.to.app}},
	})
	if err != nil {
		return nil, err
	}
	hosts := make([]RESTHost, len(out.REST.Hosts))
	for i, h := range out.REST.Hosts {
		hosts[i] = RESTHost{Protocol: h.Protocol, Domain: h.Domain, IP: h.IP, Port: string(h.Port)}
	}
	return hosts, nil
}

// lookup finds the host of a client that has none, one request at a time.
type lookup struct {
	turn chan struct{} // holds one token: whoever has it may ask

	mu      sync.Mutex
	found   address
	until   time.Time
	failure error // of the last look-up; nil: it succeeded
	failed  time.Time
}

// lookupLife is how long a host is kept.
const lookupLife = 24 * time.Hour

func newLookup() *lookup {
	l := &lookup{turn: make(chan struct{}, 1)}
	l.turn <- struct{}{}
	return l
}

// known returns what need not be asked: where the app is, or that the look-up failed a
// moment ago.
func (l *lookup) known() (to address, known bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.failure != nil && now.Sub(l.failed) < failureMemory {
		return address{}, true, l.failure
	}
	return l.found, now.Before(l.until), nil
}

func (l *lookup) learn(to address, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failure, l.failed = err, time.Now()
	if err == nil {
		l.found, l.until = to, time.Now().Add(lookupLife)
	}
}

// address returns where the calls of the client go to.
func (c *core) address(ctx context.Context) (address, error) {
	if c.to.host != "" {
		return c.to, nil
	}
	l := c.lookup
	if to, ok, err := l.known(); ok {
		return to, err
	}
	select {
	case <-l.turn:
		defer func() { l.turn <- struct{}{} }()
	case <-ctx.Done():
		return address{}, ctx.Err()
	}
	if to, ok, err := l.known(); ok { // another call has asked meanwhile
		return to, err
	}
	to, err := c.findAddress(ctx)
	if !errors.Is(err, ErrCanceled) { // a caller who gives up has learnt nothing
		l.learn(to, err)
	}
	return to, err
}

// findAddress returns the first host that the client may talk to: https, or plain
// http if that is allowed.
func (c *core) findAddress(ctx context.Context) (address, error) {
	hosts, err := c.lookUpHosts(withOptions(job.With(ctx, nil), callOptions{}))
	if err != nil {
		return address{}, err
	}
	for _, wanted := range []string{"https", "http"} {
		for _, h := range hosts {
			to := c.to
			config := Config{Host: h.Host(), PlainHTTP: c.plainHTTP}
			if config.host(&to) == nil && h.Protocol == wanted {
				return to, nil
			}
		}
	}
	return address{}, &Error{
		Endpoint: lookUpHosts.ID, Status: http.StatusOK, kind: ErrBadResponse,
		Description: "the response names no https host",
	}
}
