package wire

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxBody is the largest request body, except for files.
const maxBody = 1 << 20

// BodyKind is what an endpoint takes as its body.
type BodyKind uint8

// The kinds of body.
const (
	NoBody        BodyKind = iota // whatever comes is ignored
	JSONBody                      // JSON, labelled so, as a form, or not at all
	LenientBody                   // JSON or a form, under any name
	MultipartBody                 // read by the handler, part by part
)

// An App is the app that a server serves, as paths and envelopes name it.
type App struct {
	Org, Name string // the path prefix /{org}/{app}
	ID        string // the other prefix, /app-id/{id}
	UUID      string
	Now       func() time.Time // the server's clock
}

// Caller is whose token came with a call.
type Caller struct {
	User string // "" for the app
	App  bool
}

// A Call is one request on its way through the server.
type Call struct {
	R       *http.Request
	App     *App
	Route   *Route // nil: the path leads to no endpoint
	Index   int    // of Route in the table
	Started time.Time

	Segments []string // of the path below the prefix, unescaped
	Names    []string // of the path values
	Values   []string // path values, in the order of Names
	ByAppID  bool     // the prefix was /app-id/{id}
	Caller   Caller   // whose token it was
	Refused  *Error   // why no endpoint was found

	Body     []byte
	bodyRead bool
	BodyErr  *Error
	Query    url.Values
}

// NewCall finds the endpoint of an app that a request is for.
func (rt *Router) NewCall(r *http.Request, app *App) *Call {
	if r.Body == nil { // a request that did not come over the wire
		r.Body = http.NoBody
	}
	c := &Call{R: r, App: app, Started: app.Now(), Query: r.URL.Query()}
	segments, ok := unescape(SegmentsOf(r.URL.EscapedPath()))
	if !ok {
		c.Refused = ErrInvalidRequest()
		return c
	}
	if m := rt.outside.find(r.Method, segments); m.routes != nil {
		c.Segments = segments
		c.pick(rt, m)
		return c
	}
	if c.Segments, ok = c.cutPrefix(segments); !ok {
		c.Refused = errNoSuchApp(segments)
		return c
	}
	m := rt.prefixed.find(r.Method, c.Segments)
	switch {
	case m.routes != nil:
		c.pick(rt, m)
	case m.known:
		c.Refused = ErrMethodNotAllowed()
	default:
		c.Refused = errNoSuchPath(c.Segments, m.depth)
	}
	return c
}

// Refuse takes a call away from its endpoint.
func (c *Call) Refuse(err *Error) { c.Route, c.Names, c.Values, c.Refused = nil, nil, nil, err }

// unescape decodes each segment by itself, so that %2F does not split one.
func unescape(segments []string) ([]string, bool) {
	for i, s := range segments {
		if !strings.Contains(s, "%") {
			continue
		}
		plain, err := url.PathUnescape(s)
		if err != nil {
			return nil, false
		}
		segments[i] = plain
	}
	return segments, true
}

// cutPrefix returns what follows /{org}/{app} or /app-id/{id}.
func (c *Call) cutPrefix(segments []string) ([]string, bool) {
	switch {
	case len(segments) < 2:
		return nil, false
	case segments[0] == "app-id" && segments[1] == c.App.ID:
		c.ByAppID = true
		return segments[2:], true
	case segments[0] == c.App.Org && segments[1] == c.App.Name:
		return segments[2:], true
	}
	return nil, false
}

// pick takes the first endpoint whose condition holds.
func (c *Call) pick(rt *Router, m match) {
	c.Values = m.values
	for _, i := range m.routes {
		c.Route, c.Index, c.Names = &rt.table[i], i, rt.names[i]
		if c.Route.When == nil || c.Route.When(c) {
			return
		}
	}
}

// ID is the id of the endpoint, "" if the path leads to none.
func (c *Call) ID() string {
	if c.Route == nil {
		return ""
	}
	return c.Route.ID
}

// ReadIn checks the content type and takes in the body that the endpoint reads.
func (c *Call) ReadIn() *Error {
	if !c.contentTypeFits() {
		return ErrMediaType()
	}
	if c.Route.Body == NoBody || c.Route.Body == MultipartBody {
		return nil
	}
	c.ReadBody()
	return c.BodyErr
}

// contentTypeFits holds if the body came under a name that the endpoint takes.
func (c *Call) contentTypeFits() bool {
	switch c.Route.Body {
	case JSONBody:
		return c.PassesForJSON()
	case MultipartBody:
		return c.ContentType() == "multipart/form-data"
	case NoBody, LenientBody:
		return true
	}
	return true
}

// PassesForJSON holds for a body that the service reads as JSON: clients that
// leave the label out, or let curl -d write that of a form, are served.
func (c *Call) PassesForJSON() bool {
	kind := c.ContentType()
	return kind == "" || kind == "application/json" || kind == "application/x-www-form-urlencoded"
}

// ContentType is the media type of the body, "" if none is given; one that cannot
// be read is returned as it came.
func (c *Call) ContentType() string {
	label := c.R.Header.Get("Content-Type")
	if kind, _, _ := mime.ParseMediaType(label); kind != "" {
		return kind
	}
	return strings.TrimSpace(label)
}

// ReadBody reads the body once, up to the limit.
func (c *Call) ReadBody() []byte {
	if c.bodyRead {
		return c.Body
	}
	c.bodyRead = true
	var buf bytes.Buffer
	if n := c.R.ContentLength; n > 0 && n <= maxBody {
		buf.Grow(int(n) + bytes.MinRead)
	}
	n, err := buf.ReadFrom(io.LimitReader(c.R.Body, maxBody+1))
	switch {
	case err != nil:
		c.BodyErr = ErrInvalidRequest()
	case n > maxBody:
		c.BodyErr = ErrBodyTooLarge()
	default:
		c.Body = buf.Bytes()
	}
	return c.Body
}

// TakeIn reads the whole body into memory, within reason, for whoever reads it
// later: only then does net/http notice a client that hangs up.
func (c *Call) TakeIn() {
	var buf bytes.Buffer
	if _, err := io.CopyN(&buf, c.R.Body, 64<<20); err == io.EOF { //nolint:errorlint // CopyN returns it as it is
		c.R.Body = io.NopCloser(&buf)
		return
	}
	c.R.Body = io.NopCloser(io.MultiReader(&buf, c.R.Body))
}

// Drain takes in what the client has still to send, within reason. A client
// that waits for "100 Continue" has nothing to send.
func (c *Call) Drain() {
	if c.R.Header.Get("Expect") == "" {
		_, _ = io.CopyN(io.Discard, c.R.Body, 64<<20) // ends early with EOF
	}
}

// Value returns a path value by its name.
func (c *Call) Value(name string) string {
	for i, n := range c.Names {
		if n == name {
			return c.Values[i]
		}
	}
	return ""
}

// Number returns a number of the query, at most most; absent, or below 1,
// it is standard.
func (c *Call) Number(name string, standard, most int) (int, *Error) {
	text := c.Query.Get(name)
	if text == "" {
		return standard, nil
	}
	n, err := strconv.ParseInt(text, 10, 64) // also on 32 bits
	if err != nil {
		return 0, ErrInvalidRequest()
	}
	if n < 1 {
		return standard, nil
	}
	return int(min(n, int64(most))), nil
}
