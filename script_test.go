package im_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
)

// script is an http.RoundTripper that responds from a list, the last one over
// and over, and keeps what it was sent. It needs no network, so it works on the
// fake clock of testing/synctest.
type script struct {
	responses []response

	mu       sync.Mutex
	requests []sentRequest
}

type response struct {
	status int
	header http.Header
	body   string
	from   io.Reader                     // in place of a body
	err    error                         // in place of a response
	unsent bool                          // with err: the transport reports that it got no connection
	do     func(*http.Request) *response // decides by the request
}

type sentRequest struct {
	*http.Request
	body string
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := sentRequest{Request: r}
	if r.Body != nil {
		b, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil {
			return nil, err
		}
		sent.body = string(b)
	}
	s.mu.Lock()
	s.requests = append(s.requests, sent)
	a := s.responses[min(len(s.requests), len(s.responses))-1]
	s.mu.Unlock()
	if a.do != nil {
		a = *a.do(r)
	}
	switch trace := httptrace.ContextClientTrace(r.Context()); {
	case a.err != nil && a.unsent:
		trace.GetConn(r.URL.Host)
		return nil, a.err
	case a.err != nil:
		return nil, a.err
	case r.Context().Err() != nil:
		return nil, r.Context().Err()
	}
	header := a.header
	if header == nil {
		header = http.Header{"Content-Type": {"application/json"}}
	}
	res := &http.Response{
		StatusCode: a.status, Header: header, Request: r, ProtoMajor: 1, ProtoMinor: 1,
		Body: io.NopCloser(strings.NewReader(a.body)), ContentLength: int64(len(a.body)),
	}
	if a.from != nil {
		res.Body, res.ContentLength = io.NopCloser(a.from), -1
	}
	return res, nil
}

// config is a client's configuration against a script.
var config = im.Config{Host: "a1.example.com", Org: "acme", App: "demo", Platform: im.Agora, Token: im.StaticToken("app-token")}

func (s *script) client(t *testing.T, options ...im.Option) *im.Client {
	t.Helper()
	return s.clientFor(t, config, options...)
}

func (s *script) clientFor(t *testing.T, c im.Config, options ...im.Option) *im.Client {
	t.Helper()
	client, err := im.New(c, append([]im.Option{im.WithHTTPClient(&http.Client{Transport: s})}, options...)...)
	require.NoError(t, err)
	return client
}

var errBroken = errors.New("connection reset by peer")

const aliceResponse = `{"entities":[{"uuid":"u","username":"alice","activated":true}]}`
