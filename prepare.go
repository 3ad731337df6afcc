package im

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/transport"
)

// prepared is a call that has been checked and encoded, with the account of its attempts.
type prepared struct {
	*api.Call
	callOptions
	path        string // escaped
	url         string
	server      string   // host of url
	contentType []string // nil: none
	body        []byte
	upload      *transport.Stream
	sink        *api.Sink
	streams     bool // uploads or downloads a file

	journey  // of a download
	attempts int
	waited   time.Duration // for the quota, over all attempts
	event    Event         // of the last attempt
	grant    grant         // of the last attempt
	token    bearer        // of the last attempt

	// What ended the attempts before, each kind with a bound of its own: a token that
	// expires must not use up the retries for a broken connection.
	failures, rateRefusals int
	tokenRefusals
}

// prepare does everything that needs no I/O.
func (c *core) prepare(p *prepared) error {
	if err := p.check(); err != nil {
		return err
	}
	path, err := p.Expand(c.to.prefix)
	if err != nil {
		return err
	}
	p.path = path
	if e := p.Endpoint; e.MaxURL > 0 {
		if n := len(c.to.url(path, p.Query)); n > e.MaxURL {
			return api.TooLarge(e.ItemsIn, "make a URL of %d bytes, at most %d are allowed", n, e.MaxURL)
		}
	}
	return p.encode()
}

// check rejects what no encoding would make right.
func (p *prepared) check() error {
	if p.Invalid != nil {
		return p.Invalid
	}
	e := p.Endpoint
	if e.MaxItems > 0 {
		if err := api.MaxItems(e.ItemsIn, p.Items, e.MaxItems); err != nil {
			return err
		}
	}
	return api.First(checkHeader(p.Call), api.CheckPairs("", p.Query), p.lane.check())
}

// encode makes the body, and takes the destination of a download.
func (p *prepared) encode() error {
	e := p.Endpoint
	p.sink, _ = p.Out.(*api.Sink)
	p.streams = p.sink != nil
	if p.sink != nil && p.sink.W == nil {
		return api.Invalid("w", "must not be nil")
	}
	if e.Method != http.MethodGet {
		p.contentType = jsonType // the API wants it without a body, too
	}
	if p.Body != nil && !carriesBody(e.Method) {
		return api.Invalid("Body", "must be nil: %s carries no body", e.Method)
	}
	switch body := p.Body.(type) {
	case nil:
	case api.Form:
		if err := api.CheckPairs(e.ItemsIn, body); err != nil {
			return err
		}
		p.contentType = formType
		p.body = []byte(url.Values(body).Encode())
	case *api.Upload:
		contentType, length, open := body.Form()
		p.contentType, p.streams = []string{contentType}, true
		p.upload = &transport.Stream{Length: length, Open: open}
	default:
		encoded, err := encode(body)
		if err != nil {
			return api.Invalid("Body", "cannot be encoded: %v", err)
		}
		if err := api.CheckEncoded(e.ItemsIn, body, encoded); err != nil {
			return err
		}
		if sized, ok := body.(api.Sized); ok {
			if err := sized.CheckEncoded(len(encoded)); err != nil {
				return err
			}
		}
		p.body = encoded
	}
	return nil
}

// carriesBody reports whether a request with this method has its body sent.
func carriesBody(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

// checkHeader rejects what net/http would reject as a fault of the network.
func checkHeader(call *api.Call) error {
	if !api.HeaderValue(call.Bearer) {
		return api.Invalid("UserToken", "must not hold control characters")
	}
	for name, values := range call.Header {
		for _, v := range values {
			if !api.HeaderValue(v) {
				return api.Invalid(api.GoName(name), "must be valid UTF-8 without control characters")
			}
		}
	}
	return nil
}

// direct sets where the call goes to.
func (c *core) direct(ctx context.Context, p *prepared) error {
	if p.Endpoint == &lookUpHosts {
		p.url = p.Endpoint.Path + "?" + p.Query.Encode() // at a server of its own
		p.server = c.serverOf("https", strings.TrimPrefix(lookupServer, "https://"))
		return nil
	}
	if p.URL != "" {
		return c.directTo(p)
	}
	to, err := c.address(ctx)
	if err != nil {
		return lookupError(ctx, p, err)
	}
	p.url, p.server = to.url(p.path, p.Query), c.serverOf(to.scheme, to.host)
	return nil
}

// place is what was called.
type place struct{ endpoint, path string }

func (p *prepared) place() place {
	if p.URL != "" {
		return place{p.Endpoint.ID, p.URL}
	}
	return place{p.Endpoint.ID, p.path}
}

// Header values that are the same for every call.
var (
	jsonType   = []string{"application/json"}
	formType   = []string{"application/x-www-form-urlencoded"}
	binaryType = []string{"application/octet-stream"}
	identity   = []string{"identity"}
)

// header makes the header of one attempt. The values are shared, the map is not.
func (c *core) header(p *prepared, token []string) http.Header {
	h := make(http.Header, 4+len(p.Header))
	h["User-Agent"] = c.agent
	h["Accept"] = jsonType
	if p.sink != nil {
		h["Accept"], h["Accept-Encoding"] = binaryType, identity
	}
	if p.contentType != nil {
		h["Content-Type"] = p.contentType
	}
	if token != nil {
		h["Authorization"] = token
	}
	maps.Copy(h, p.Header)
	return h
}
