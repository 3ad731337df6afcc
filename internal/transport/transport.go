// Package transport puts one HTTP request on the wire. It is the only place that
// knows resty, used as a thin sender: no retries, hooks, path parameters, result
// decoding, cookie jar or limiter of resty's, since each of them repeats sends,
// drops bodies or hides errors in ways that this client must not.
package transport

import (
	"context"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/go-resty/resty/v2"
)

// Request is one try of a call.
type Request struct {
	Method string
	URL    string      // absolute, escaped
	Header http.Header // canonical keys; one map a try, since the sender keeps it
	Body   *Body       // nil: none
}

// Body is sent with its length known beforehand, and opened anew for each try.
type Body struct {
	Length int64
	Open   func() (io.ReadCloser, error)
}

// Sender sends requests over one http.Client.
type Sender struct {
	resty *resty.Client
	http  *http.Client
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
	// A redirect would turn a POST into a GET and carry the token elsewhere.
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	rc := resty.NewWithClient(&own)
	rc.SetLogger(silent{}).SetDisableWarn(true)
	rc.SetPreRequestHook(fill)
	return &Sender{resty: rc, http: &own}
}

// newTransport keeps as many idle connections as there are calls at once: with
// net/http's two, each burst would open connections and throw them away. The
// answers are small, so compression would only hide their length.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   1024,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
		DisableCompression:    true,
	}
}

// Send sends one request. The caller closes the body of the answer.
func (s *Sender) Send(ctx context.Context, r *Request) (*http.Response, error) {
	req := s.resty.R().SetContext(requestContext{ctx, r}).SetDoNotParseResponse(true)
	res, err := req.Execute(r.Method, r.URL)
	if err != nil {
		return nil, err
	}
	return res.RawResponse, nil
}

// CloseIdle closes connections that no call uses.
func (s *Sender) CloseIdle() { s.http.CloseIdleConnections() }

// requestContext carries header and body past resty, which would copy the one
// and read the other into memory, several times, losing its length.
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
	raw.Header = r.Header
	if r.Body == nil {
		return nil
	}
	body, err := r.Body.Open()
	if err != nil {
		return &SourceError{err}
	}
	// GetBody is what HTTP/2 needs to repeat a request that the server turned away
	// unread (GOAWAY).
	raw.Body, raw.ContentLength, raw.GetBody = body, r.Body.Length, r.Body.Open
	return nil
}

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
