package im

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/imrest/im-go/internal/transport"
)

// A download goes to the addresses that a server names: on some clusters
// attachments lie at a storage host, and history files do everywhere. No other call
// follows a redirect.

const (
	maxRedirects   = 5
	maxRedirectEnd = 4 << 10 // what is read of a redirect's body, so that its connection can be used again
)

// journey is the way of a download from address to address.
type journey struct {
	hops    int      // redirects that the attempt has followed
	bare    bool     // they led away from the host that the token is for
	plain   *url.URL // the address of a file as it was given, in plain http; nil: it was https
	noHTTPS bool     // an address that was given so does not serve https
}

// send sends the request of an attempt and, for a download, one more for each
// redirect. A redirect that is not followed is an *Error.
func (c *core) send(limit *timeLimit, p *prepared, r *transport.Request) (*http.Response, error) {
	if p.sink == nil {
		return c.sender.Send(limit.ctx, r)
	}
	at, err := url.Parse(r.URL)
	if err != nil {
		return nil, redirectError(p, 0, "leads to an address that cannot be read")
	}
	p.hops, p.bare = 0, false
	header, given, status := r.Header, p.plain, 0
	for {
		r.URL, r.Header = at.String(), maps.Clone(header) // net/http adds cookies to it
		res, err := c.visit(limit.ctx, p, r, at, given)
		if given != nil && p.noHTTPS {
			at = given
		}
		switch {
		case errors.Is(err, errNear):
			return nil, redirectError(p, status, "leads to a private or loopback address, which the API host is not")
		case err != nil || !transport.IsRedirect(res.StatusCode):
			return res, err
		}
		_, _ = io.CopyN(io.Discard, res.Body, maxRedirectEnd) // nothing is lost with it
		_ = res.Body.Close()
		status = res.StatusCode
		if p.hops == maxRedirects {
			return nil, redirectError(p, status, "redirects more than 5 times")
		}
		next, problem := target(at, transport.Location(res))
		if problem != "" {
			return nil, redirectError(p, status, problem)
		}
		p.hops++
		p.Secrets = append(p.Secrets, permissions(next)...)
		if given = nil; next.Scheme == "http" && at.Scheme == "https" {
			given, next = next, overHTTPS(next)
		}
		if p.bare = p.bare || !sameOrigin(at, next); p.bare {
			header = neutral(header) // for good: nothing comes back with a redirect home
		}
		at = next
		limit.extend()
	}
}

// visit sends one request of a download. An address that was given in plain http is fetched
// over https first; given is its original form, where the request goes if the host does
// not serve https, without anything that is meant for one host.
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

// maxConnect is how long https may take where it may not be served.
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

// neutral is what every host may see of a header: no token, no share secret, no
// cookie, nothing of the caller's.
func neutral(h http.Header) http.Header {
	kept := http.Header{}
	for _, key := range []string{"User-Agent", "Accept", "Accept-Encoding"} {
		if values := h[key]; values != nil {
			kept[key] = values
		}
	}
	return kept
}

// target reads an address that a server names, which may be relative.
func target(from *url.URL, location string) (to *url.URL, problem string) {
	if location == "" {
		return nil, "redirects without a Location"
	}
	to, err := from.Parse(location)
	switch {
	case err != nil || to.Hostname() == "":
		return nil, "leads to an address that cannot be read"
	case to.Scheme != "https" && to.Scheme != "http":
		return nil, "leads to an address that is neither https nor http"
	case to.User != nil:
		return nil, "leads to an address with credentials in it"
	}
	to.Fragment, to.RawFragment = "", ""
	return to, ""
}

// directTo sends a download to an address that the API has named.
func (c *core) directTo(p *prepared) error {
	to, problem := target(&url.URL{}, p.URL)
	if problem != "" {
		return redirectError(p, 0, problem)
	}
	p.Secrets = append(p.Secrets, permissions(to)...)
	if to.Scheme == "http" {
		p.plain, to = to, overHTTPS(to)
	}
	p.url, p.server = to.String(), c.serverOf(to.Scheme, to.Host)
	return nil
}

// redirectError is an address that a download does not go to. Its text does not
// show it: it may be a permission in itself.
func redirectError(p *prepared, status int, problem string) *Error {
	return &Error{Endpoint: p.Endpoint.ID, Status: status, kind: ErrBadResponse, permanent: true, Description: "the server " + problem}
}

// sendError is a request that got no response.
func sendError(ctx context.Context, p *prepared, err error) *Error {
	if failure, ok := err.(*Error); ok { //nolint:errorlint // of send: one further down is of another call, and why the context ended or the source failed
		return failure
	}
	return p.elsewhere(networkError(ctx, p, 0, err))
}

// elsewhere corrects what a failure behind a redirect says about the API: it has
// had its request, and the other host has not seen the token.
func (p *prepared) elsewhere(e *Error) *Error {
	if e == nil || p.hops == 0 {
		return e
	}
	e.unsent = false
	if p.bare && errors.Is(e.kind, ErrUnauthorized) {
		e.kind = ErrForbidden
	}
	return e
}

// permissions are the parts of a signed address that must not be shown.
func permissions(u *url.URL) []string {
	secrets := []string{u.String()}
	for _, values := range u.Query() {
		for _, v := range values {
			if len(v) >= 8 { // a time, or more
				secrets = append(secrets, v, url.QueryEscape(v))
			}
		}
	}
	return secrets
}

// overHTTPS is an address in plain http, over https.
func overHTTPS(u *url.URL) *url.URL {
	secure := *u
	secure.Scheme = "https"
	if secure.Port() == "80" {
		secure.Host = strings.TrimSuffix(secure.Host, ":80")
	}
	return &secure
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"https": "443", "http": "80"}[u.Scheme]
}
