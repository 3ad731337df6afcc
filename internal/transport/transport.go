// Package transport puts one HTTP request on the wire. It is the only place that
// knows resty, used as a thin sender: no retries, hooks, path parameters, result
// decoding, cookie jar or limiter of resty's, since each of them repeats sends,
// drops bodies or hides errors in ways that this client must not.
package transport

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/go-resty/resty/v2"
)

// Request is one try of a call.
type Request struct {
	Method string
	URL    *url.URL
	Header http.Header // canonical keys; one map a try, since net/http keeps it
	Bytes  []byte      // the body, or
	Stream *Stream     // the body; nil: Bytes
}

// Stream is a body that is sent with its length known beforehand, and opened anew
// for each try.
type Stream struct {
	Length int64
	Open   func() (io.ReadCloser, error)
}

// Sender sends requests over one http.Client.
type Sender struct {
	resty *resty.Client
	http  *http.Client
	idle  sync.Pool // of *resty.Request
}

// New makes a sender over a copy of hc; nil stands for a client with a
// transport of its own, tuned for many calls to one host.
func New(hc *http.Client) *Sender {
	var own http.Client
	if hc != nil {
		own = *hc
	}
	if own.Transport == nil {
		own.Transport = newTransport()
	}
	own.Transport = keepRedirects{own.Transport}
	rc := resty.NewWithClient(&own)
	rc.SetLogger(silent{}).SetDisableWarn(true)
	rc.SetPreRequestHook(fill)
	return &Sender{resty: rc, http: &own}
}

// newTransport keeps as many idle connections as there are calls at once: with
// net/http's two, each burst would open connections and throw them away. The
// answers are small, so compression would only hide their length.
func newTransport() http.RoundTripper {
	f := &frugal{dialer: net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}}
	f.Transport = &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            f.dial,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    1024,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 1 << 20, // net/http takes 10 MiB
		DisableCompression:     true,
	}
	return f
}

// Send sends one request. The caller closes the body of the answer.
func (s *Sender) Send(ctx context.Context, r *Request) (*http.Response, error) {
	req := s.request()
	res, err := req.SetContext(requestContext{ctx, r}).Execute(http.MethodGet, placeholder)
	s.idle.Put(req)
	if err != nil {
		return nil, err
	}
	return res.RawResponse, nil
}

// placeholder is a URL that costs resty little: it parses it twice a call, before
// fill puts the real request in its place.
const placeholder = "im:"

var placeholderHeader = http.Header{"User-Agent": {"im-go"}}

// request gives an unused resty request: each new one costs six maps.
func (s *Sender) request() *resty.Request {
	if req, ok := s.idle.Get().(*resty.Request); ok {
		return req
	}
	req := s.resty.R().SetDoNotParseResponse(true)
	req.Header = placeholderHeader
	return req
}

// CloseIdle closes connections that no call uses.
func (s *Sender) CloseIdle() { s.http.CloseIdleConnections() }

// requestContext carries the request past resty, which would copy its parts and
// read its body into memory, several times, losing its length.
type requestContext struct {
	context.Context
	request *Request
}

type requestKey struct{}

func (c requestContext) Value(key any) any {
	if _, ok := key.(requestKey); ok {
		return c.request
	}
	return c.Context.Value(key)
}

// fill runs on the http.Request that resty is about to send.
func fill(_ *resty.Client, raw *http.Request) error {
	r := raw.Context().Value(requestKey{}).(*Request)
	raw.Method, raw.URL, raw.Host, raw.Header = r.Method, r.URL, r.URL.Host, r.Header
	// GetBody is what HTTP/2 needs to repeat a request that the server turned away
	// unread (GOAWAY).
	switch {
	case r.Stream != nil:
		body, err := r.Stream.Open()
		if err != nil {
			return &SourceError{err}
		}
		raw.Body, raw.ContentLength, raw.GetBody = body, r.Stream.Length, r.Stream.Open
	case r.Bytes != nil:
		raw.Body, raw.ContentLength, raw.GetBody = r.body(), int64(len(r.Bytes)), r.again
	}
	return nil
}

// body reads Bytes, which nobody changes: net/http may still read when the call
// is over. It knows this very form, and sends header and body in one write.
func (r *Request) body() io.ReadCloser { return io.NopCloser(bytes.NewReader(r.Bytes)) }

func (r *Request) again() (io.ReadCloser, error) { return r.body(), nil }

// SourceError is a body that could not be opened: nothing was sent.
type SourceError struct{ Err error }

func (e *SourceError) Error() string { return e.Err.Error() }

// Unwrap gives the error of the source.
func (e *SourceError) Unwrap() error { return e.Err }

// silent keeps resty from writing URLs to stderr.
type silent struct{}

func (silent) Errorf(string, ...any) {}
func (silent) Warnf(string, ...any)  {}
func (silent) Debugf(string, ...any) {}
