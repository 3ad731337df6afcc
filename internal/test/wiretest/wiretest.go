// Package wiretest checks the domains on the wire: what a method sends, and what
// it makes of each documented response.
package wiretest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/internal/test/catalogue"
)

// Case is one method with one request and one response.
type Case struct {
	ID   string // catalogue id of the endpoint that it must call
	Name string // what is special about it; empty for the plain case
	Do   func(context.Context, *im.Client) (any, error)

	Request string      // "POST /users/alice%2Fb?limit=2", below the prefix of the app
	Body    string      // JSON compared as such, anything else as text, with BOUNDARY for that of an upload; empty: no body
	Header  http.Header // headers that must be there beside the usual ones

	// Token makes the client fetch its token by the endpoint, ahead of the call that Do
	// makes; nil: it has one.
	Token im.TokenProvider

	Status   int    // of the response; 0: 200
	Response string // body of the response
	Want     any    // what Do must return; nil: not compared
	Err      error  // what Do's error must be, by errors.Is; nil: none
}

// Request is one request as it was sent.
type Request struct {
	Method, Path string // Path is escaped, below the prefix, with the query
	Header       http.Header
	Body         string
}

const prefix = "https://a1.example.com/acme/demo"

// Client returns a client that gets these responses, one per request and the last
// one over and over, and what it sent so far.
func Client(t *testing.T, responses ...httpmock.Responder) (*im.Client, *[]Request) {
	t.Helper()
	return clientOf(t, im.StaticToken("app-token"), responses...)
}

// ClientOf is Client with a function that makes the responses.
func ClientOf(t *testing.T, respond func(Request) (status int, body string)) (*im.Client, *[]Request) {
	t.Helper()
	var sent *[]Request
	var client *im.Client
	client, sent = Client(t, func(r *http.Request) (*http.Response, error) {
		status, body := respond((*sent)[len(*sent)-1])
		return JSON(status, body)(r)
	})
	return client, sent
}

// ClientWith is Client with options.
func ClientWith(t *testing.T, options []im.Option, responses ...httpmock.Responder) (*im.Client, *[]Request) {
	t.Helper()
	return newClient(t, im.StaticToken("app-token"), options, responses...)
}

func clientOf(t *testing.T, token im.TokenProvider, responses ...httpmock.Responder) (*im.Client, *[]Request) {
	t.Helper()
	return newClient(t, token, nil, responses...)
}

func newClient(t *testing.T, token im.TokenProvider, options []im.Option, responses ...httpmock.Responder) (*im.Client, *[]Request) {
	t.Helper()
	var sent []Request
	mock := httpmock.NewMockTransport()
	mock.RegisterNoResponder(func(r *http.Request) (*http.Response, error) {
		sent = append(sent, record(t, r))
		return responses[min(len(sent), len(responses))-1](r)
	})
	options = append([]im.Option{im.WithHTTPClient(&http.Client{Transport: mock}), im.WithoutQuotas(), im.WithRetries(0)}, options...)
	client, err := im.New(im.Config{Host: "a1.example.com", Org: "acme", App: "demo", Platform: im.Agora, Token: token}, options...)
	require.NoError(t, err)
	return client, &sent
}

func record(t *testing.T, r *http.Request) Request {
	request := Request{Method: r.Method, Path: strings.TrimPrefix(r.URL.String(), prefix), Header: r.Header}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		request.Body = string(body)
	}
	return request
}

// JSON is a response of the API.
func JSON(status int, body string) httpmock.Responder {
	return httpmock.NewStringResponder(status, body).HeaderSet(http.Header{"Content-Type": {"application/json"}})
}

// Run runs the cases. Of each plain case it also plays all errors that the
// catalogue documents for the endpoint.
func Run(t *testing.T, cases []Case) {
	for _, c := range cases {
		name := c.ID
		if c.Name != "" {
			name += "/" + c.Name
		}
		t.Run(name, func(t *testing.T) {
			c.run(t)
			if c.Name == "" {
				c.runDocumentedErrors(t)
			}
		})
	}
}

func (c *Case) run(t *testing.T) {
	endpoint, ok := catalogue.ByID(c.ID)
	require.True(t, ok, "%s is not in the catalogue", c.ID)
	client, sent := c.client(t, JSON(max(c.Status, 200), c.Response))
	got, err := c.Do(t.Context(), client)
	if c.Err == nil {
		require.NoError(t, err)
	} else {
		require.ErrorIs(t, err, c.Err)
	}
	if c.Want != nil {
		assert.Equal(t, c.Want, got)
	}
	if c.Request == "" {
		assert.Empty(t, *sent, "nothing may be sent")
		return
	}
	if c.Token == nil {
		require.Len(t, *sent, 1)
	}
	request := (*sent)[0]
	assert.Equal(t, c.Request, request.Method+" "+request.Path)
	assert.True(t, matches(endpoint.Path, request.Path), "%s is not the path %s of %s", request.Path, endpoint.Path, c.ID)
	assert.Equal(t, endpoint.Method, request.Method, "method of %s", c.ID)
	c.checkHeader(t, request)
	c.checkBody(t, request)
}

func (c *Case) client(t *testing.T, response httpmock.Responder) (*im.Client, *[]Request) {
	t.Helper()
	if c.Token != nil {
		return clientOf(t, c.Token, response)
	}
	return Client(t, response)
}

// of finds the error of an endpoint, which may lie below that of the call that wanted
// its token.
func of(err error, id string) *im.Error {
	for {
		failure, ok := errors.AsType[*im.Error](err)
		if !ok || failure.Endpoint == id {
			return failure
		}
		err = failure.Unwrap()
	}
}

func (c *Case) checkHeader(t *testing.T, r Request) {
	if !strings.HasPrefix(c.ID, "auth.") {
		assert.Equal(t, "Bearer app-token", r.Header.Get("Authorization"))
	}
	assert.NotEmpty(t, r.Header.Get("Accept"))
	for name := range c.Header {
		assert.Equal(t, c.Header.Get(name), r.Header.Get(name), "header %s", name)
	}
}

func (c *Case) checkBody(t *testing.T, r Request) {
	switch {
	case c.Body == "":
		assert.Empty(t, r.Body, "body")
	case c.Body[0] == '{' || c.Body[0] == '[':
		assert.JSONEq(t, c.Body, r.Body)
		assert.Equal(t, "application/json", r.Header.Get("Content-Type"))
	default:
		assert.Equal(t, c.Body, plainBoundary(r))
	}
}

// plainBoundary is the body with BOUNDARY for the random boundary of an upload.
func plainBoundary(r Request) string {
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return r.Body
	}
	return strings.ReplaceAll(r.Body, params["boundary"], "BOUNDARY")
}

// matches compares a path with its template, segment by segment.
func matches(template, path string) bool {
	path, _, _ = strings.Cut(path, "?")
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if !strings.HasPrefix(want[i], "{") && want[i] != got[i] {
			return false
		}
	}
	return true
}

// runDocumentedErrors returns each documented error and looks for it in the
// error of the method.
func (c *Case) runDocumentedErrors(t *testing.T) {
	endpoint, _ := catalogue.ByID(c.ID)
	for _, e := range endpoint.Errors {
		if e.Status < 400 || strings.HasPrefix(e.Error, "(") {
			continue // a remark instead of a code
		}
		code, _, _ := strings.Cut(e.Error, " | ")
		body := `{"error":` + quote(code) + `,"error_code":` + strconv.Itoa(e.Code) + `,"error_description":` + quote(e.Message) + `,"timestamp":1}`
		client, _ := c.client(t, JSON(e.Status, body))
		_, err := c.Do(t.Context(), client)
		failure := of(err, c.ID)
		if !assert.NotNil(t, failure, "%d %s: %v", e.Status, code, err) {
			continue
		}
		assert.Equal(t, e.Status, failure.Status)
		assert.Equal(t, code, failure.Code)
		assert.Equal(t, e.Code, failure.ErrorCode)
		assert.Equal(t, kindOf(t, c.ID, e.Status, code, e.Message), failure.Kind().Error(), "kind of %d %s %q (%s)", e.Status, code, e.Message, e.When)
	}
}

func quote(s string) string {
	b, _ := json.Marshal(s) //nolint:errchkjson // strings always encode
	return string(b)
}
