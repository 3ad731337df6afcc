// Package transport sends one request per attempt. It is the only place that knows
// resty, used as a plain sender: no retries, path parameters, result decoding, cookie
// jar or limiter of resty's, since each of them resends requests, drops bodies or
// hides errors in ways that this client must not.
package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/go-resty/resty/v2"
)

// Request is one attempt of a call.
type Request struct {
	Method string
	URL    string      // absolute, escaped
	Header http.Header // canonical keys; the sender keeps it
	Body   []byte      // nobody changes it; nil: none, or
	Stream *Stream

	// Abandon ends the context of the attempt. It is called when net/http is about
	// to send the request a second time.
	Abandon context.CancelCauseFunc
}

// Stream is a body with its length known beforehand. It is opened once per attempt.
type Stream struct {
	Length int64
	Open   func() (io.ReadCloser, error)
}

// Sender sends requests over one http.Client.
type Sender struct {
	resty  *resty.Client
	http   *http.Client
	base   http.RoundTripper
	own    bool // base is newTransport's, which speaks HTTP/1.1 only
	shared shared
}

// New makes a sender over a copy of hc; a nil client, and one without a transport,
// get a transport for many calls to one host.
func New(hc *http.Client) *Sender {
	s := &Sender{http: new(http.Client)}
	if hc != nil {
		*s.http = *hc
	}
	if s.base = s.http.Transport; s.base == nil {
		s.base, s.own = newTransport(), true
	}
	s.http.Transport = keepRedirects{s.base}
	s.resty = resty.NewWithClient(s.http)
	s.resty.SetLogger(silent{}).SetDisableWarn(true)
	s.resty.SetPreRequestHook(func(_ *resty.Client, r *http.Request) error {
		r.GetBody = nil // with it net/http resends POSTs
		return nil
	})
	return s
}

// Send sends one request. Its error is an [*Error] or a [*SourceError]. The caller
// closes the body of the response.
func (s *Sender) Send(ctx context.Context, r *Request) (*http.Response, error) {
	a := &attempt{sender: s, abandon: r.Abandon}
	defer a.end()
	res, err := s.do(a.watch(ctx), a, r)
	if err != nil {
		failure := a.failed(ctx, err)
		if source, ok := errors.AsType[*SourceError](err); ok {
			return nil, source
		}
		return nil, failure
	}
	if a.responded() {
		_ = res.Body.Close()
		return nil, a.failed(ctx, errResent)
	}
	if !s.own { // net/http's bodies end with the context, others may not
		body := res.Body
		stop := context.AfterFunc(ctx, func() { _ = body.Close() })
		res.Body = &boundBody{&reportedBody{body, func() { s.shared.sign(a.conn) }}, ctx, stop}
	}
	return res, nil
}

func (s *Sender) do(ctx context.Context, a *attempt, r *Request) (*http.Response, error) {
	if r.Stream != nil {
		return s.stream(ctx, a, r)
	}
	req := s.resty.R().SetContext(ctx).SetDoNotParseResponse(true)
	req.Header = r.Header
	if r.Method != http.MethodGet && r.Method != http.MethodHead { // without a reader resty makes one of unknown length
		req.SetBody(bytes.NewReader(r.Body))
	}
	res, err := req.Execute(r.Method, r.URL)
	if err != nil {
		return nil, err
	}
	return res.RawResponse, nil
}

// stream goes past resty, which reads bodies into memory.
func (s *Sender) stream(ctx context.Context, a *attempt, r *Request) (*http.Response, error) {
	body, err := r.Stream.Open()
	if err != nil {
		return nil, &SourceError{err}
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, &reportedBody{body, a.progress})
	if err != nil {
		_ = body.Close() // nothing was read from it
		return nil, err
	}
	req.Header, req.ContentLength = r.Header.Clone(), r.Stream.Length // resty clones, too: other attempts share the values
	return s.http.Do(req)
}

// CloseIdle closes connections that no call uses.
func (s *Sender) CloseIdle() { s.http.CloseIdleConnections() }

// reportedBody reports progress while it is read.
type reportedBody struct {
	io.ReadCloser
	progress func()
}

func (b *reportedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		b.progress()
	}
	return n, err
}

// boundBody ends with the context of its attempt.
type boundBody struct {
	io.ReadCloser
	ctx  context.Context //nolint:containedctx // of the attempt
	stop func() bool
}

func (b *boundBody) Read(p []byte) (int, error) {
	if b.ctx.Err() != nil { // a body may not mind that it was closed
		return 0, context.Cause(b.ctx)
	}
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // io.Reader's end is io.EOF itself
		err = endOf(b.ctx, err)
	}
	return n, err
}

func (b *boundBody) Close() error {
	b.stop()
	return b.ReadCloser.Close()
}

// silent keeps resty from writing URLs to stderr.
type silent struct{}

func (silent) Errorf(string, ...any) {}
func (silent) Warnf(string, ...any)  {}
func (silent) Debugf(string, ...any) {}
