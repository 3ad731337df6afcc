package im

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/job"
)

// LookupServer is where Easemob tells the REST hosts of an app.
const LookupServer = "https://rs.easemob.com"

// WithHostLookup makes a client with an empty [Config.Host] ask a server for the
// host of its app before its first call, and again after a day. While that fails
// calls fail, and it is asked once a second at most. The address is [LookupServer],
// but in tests. Easemob only; the app must be named by its app key.
func WithHostLookup(address string) Option {
	return func(s *settings) {
		if address == "" {
			s.wrong.add("WithHostLookup", mustNotBeEmpty+"; LookupServer is that of Easemob")
		}
		s.lookupServer = address
	}
}

// RESTHost is a REST server of an app.
type RESTHost struct {
	Protocol string // "https" or "http"
	Domain   string // or, where it is empty,
	IP       string
	Port     string
}

// Host is the host with its port, as [Config.Host] takes it.
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
	ID: "auth.dns_config", Method: http.MethodGet, Path: LookupServer + "/easemob/server.json",
	Idempotent: true, Auth: api.NoToken,
}

// LookUpHosts asks Easemob for the REST hosts of the client's app, which must be
// named by its app key. Carries no token. Repeated after a lost response.
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
		invalid = api.Invalid("AppKey", "is not known; the look-up needs it, an app id does not do")
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

// lookup finds the host of a client that has none, one question at a time.
type lookup struct {
	turn chan struct{} // holds one token: whose turn it is to ask

	mu      sync.Mutex
	found   address
	until   time.Time
	failure error // of the last question; nil: it was responded
	failed  time.Time
}

// lookupLife is how long a response holds.
const lookupLife = 24 * time.Hour

func newLookup() *lookup {
	l := &lookup{turn: make(chan struct{}, 1)}
	l.turn <- struct{}{}
	return l
}

// known tells what need not be asked: where the app is, or that nobody could say a
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

// address is where the calls of the client go to.
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
	if to, ok, err := l.known(); ok { // somebody else has asked meanwhile
		return to, err
	}
	to, err := c.findAddress(ctx)
	if ctx.Err() == nil || err == nil { // who gives up has learnt nothing
		l.learn(to, err)
	}
	return to, err
}

// findAddress takes the first host that the client may talk to: https, or plain
// http where that is allowed.
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

// lookupURL is the address of the look-up, at the server of the option.
func (s *settings) lookupURL() string {
	server := s.lookupServer
	if server == "" {
		server = LookupServer
	}
	return server + strings.TrimPrefix(lookUpHosts.Path, LookupServer)
}
