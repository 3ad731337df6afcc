package imtest

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxBody is the largest request body but for files.
const maxBody = 1 << 20

// bodyKind is what an endpoint takes as its body.
type bodyKind uint8

const (
	noBody        bodyKind = iota // whatever comes is ignored
	jsonBody                      // JSON, labelled so, as a form, or not at all
	lenientBody                   // JSON or a form, under any name
	multipartBody                 // read by the handler, part by part
)

// An App is the app that a server serves, as paths and envelopes name it.
type app struct {
	org, name string // the path prefix /{org}/{app}
	id        string // the other prefix, /app-id/{id}
	uuid      string
	now       func() time.Time // the server's clock
}

// caller is whose token came with a call.
type caller struct {
	user string // "" for the app
	app  bool
}

// A call is one request on its way through the server.
type call struct {
	r       *http.Request
	app     *app
	route   *route // nil: the path leads to no endpoint
	started time.Time

	segments []string  // of the path below the prefix, unescaped
	values   []string  // path values, in the order of route.names
	byAppID  bool      // the prefix was /app-id/{id}
	caller   caller    // whose token it was
	refused  *apiError // why no endpoint was found

	body     []byte
	bodyRead bool
	bodyErr  *apiError
	query    url.Values
}

// newCall finds the endpoint of an app that a request is for.
func (rt *router) newCall(r *http.Request, app *app) *call {
	if r.Body == nil { // a request that did not come over the wire
		r.Body = http.NoBody
	}
	c := &call{r: r, app: app, started: app.now(), query: r.URL.Query()}
	segments, ok := unescape(segmentsOf(r.URL.EscapedPath()))
	if !ok {
		c.refused = errInvalidRequest()
		return c
	}
	if m := rt.outside.find(r.Method, segments); m.routes != nil {
		c.segments = segments
		c.pick(m)
		return c
	}
	if c.segments, ok = c.cutPrefix(segments); !ok {
		c.refused = errNoSuchApp(segments)
		return c
	}
	m := rt.prefixed.find(r.Method, c.segments)
	switch {
	case m.routes != nil:
		c.pick(m)
	case m.known:
		c.refused = errMethodNotAllowed()
	default:
		c.refused = errNoSuchPath(c.segments, m.depth)
	}
	return c
}

// refuse takes a call away from its endpoint.
func (c *call) refuse(err *apiError) { c.route, c.values, c.refused = nil, nil, err }

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
func (c *call) cutPrefix(segments []string) ([]string, bool) {
	switch {
	case len(segments) < 2:
		return nil, false
	case segments[0] == "app-id" && segments[1] == c.app.id:
		c.byAppID = true
		return segments[2:], true
	case segments[0] == c.app.org && segments[1] == c.app.name:
		return segments[2:], true
	}
	return nil, false
}

// pick takes the first endpoint whose condition holds.
func (c *call) pick(m match) {
	c.values = m.values
	for _, r := range m.routes {
		c.route = r
		if r.when == nil || r.when(c) {
			return
		}
	}
}

// id is the id of the endpoint, "" if the path leads to none.
func (c *call) id() string {
	if c.route == nil {
		return ""
	}
	return c.route.id
}

// readIn checks the content type and takes in the body that the endpoint reads.
func (c *call) readIn() *apiError {
	if !c.contentTypeFits() {
		return errMediaType()
	}
	if c.route.body == noBody || c.route.body == multipartBody {
		return nil
	}
	c.readBody()
	return c.bodyErr
}

// contentTypeFits holds if the body came under a name that the endpoint takes.
func (c *call) contentTypeFits() bool {
	switch c.route.body {
	case jsonBody:
		return c.passesForJSON()
	case multipartBody:
		return c.contentType() == "multipart/form-data"
	case noBody, lenientBody:
		return true
	}
	return true
}

// passesForJSON holds for a body that the service reads as JSON: clients that
// leave the label out, or let curl -d write that of a form, are served.
func (c *call) passesForJSON() bool {
	kind := c.contentType()
	return kind == "" || kind == "application/json" || kind == "application/x-www-form-urlencoded"
}

// contentType is the media type of the body, "" if none is given; one that cannot
// be read is returned as it came.
func (c *call) contentType() string {
	label := c.r.Header.Get("Content-Type")
	if kind, _, _ := mime.ParseMediaType(label); kind != "" {
		return kind
	}
	return strings.TrimSpace(label)
}

// readBody reads the body once, up to the limit.
func (c *call) readBody() []byte {
	if c.bodyRead {
		return c.body
	}
	c.bodyRead = true
	var buf bytes.Buffer
	if n := c.r.ContentLength; n > 0 && n <= maxBody {
		buf.Grow(int(n) + bytes.MinRead)
	}
	n, err := buf.ReadFrom(io.LimitReader(c.r.Body, maxBody+1))
	switch {
	case err != nil:
		c.bodyErr = errInvalidRequest()
	case n > maxBody:
		c.bodyErr = errBodyTooLarge()
	default:
		c.body = buf.Bytes()
	}
	return c.body
}

// takeIn reads the whole body into memory, within reason, for whoever reads it
// later: only then does net/http notice a client that hangs up.
func (c *call) takeIn() {
	var buf bytes.Buffer
	if _, err := io.CopyN(&buf, c.r.Body, 64<<20); err == io.EOF { //nolint:errorlint // CopyN gives it as it is
		c.r.Body = io.NopCloser(&buf)
		return
	}
	c.r.Body = io.NopCloser(io.MultiReader(&buf, c.r.Body))
}

// drain takes in what the client has still to send, within reason. A client
// that waits for "100 Continue" has nothing to send.
func (c *call) drain() {
	if c.r.Header.Get("Expect") == "" {
		_, _ = io.CopyN(io.Discard, c.r.Body, 64<<20) // ends early with EOF
	}
}

// value returns a path value by its name.
func (c *call) value(name string) string {
	for i, n := range c.route.names {
		if n == name {
			return c.values[i]
		}
	}
	return ""
}

// number returns a number of the query, no more than most; absent, or below 1,
// it is standard.
func (c *call) number(name string, standard, most int) (int, *apiError) {
	text := c.query.Get(name)
	if text == "" {
		return standard, nil
	}
	n, err := strconv.ParseInt(text, 10, 64) // also on 32 bits
	if err != nil {
		return 0, errInvalidRequest()
	}
	if n < 1 {
		return standard, nil
	}
	return int(min(n, int64(most))), nil
}

// object reads the body as one JSON object.
func (c *call) object() (*object, *apiError) {
	var o object
	if err := json.Unmarshal(c.body, &o.fields); err != nil {
		return nil, errJSON(err)
	}
	return &o, nil
}

// objects reads the body as an array of JSON objects.
func (c *call) objects() ([]object, *apiError) {
	var list []map[string]json.RawMessage
	if err := json.Unmarshal(c.body, &list); err != nil {
		return nil, errJSON(err)
	}
	all := make([]object, len(list))
	for i, fields := range list {
		all[i].fields = fields
	}
	return all, nil
}

// form reads the body as a form. Some clients send JSON under its name.
func (c *call) form() (*object, *apiError) {
	if text := bytes.TrimSpace(c.body); len(text) > 0 && text[0] == '{' {
		return c.object()
	}
	values, err := url.ParseQuery(string(c.body))
	if err != nil {
		return nil, errInvalidRequest()
	}
	o := object{fields: map[string]json.RawMessage{}}
	for name, list := range values {
		o.fields[name] = encode(list[0])
	}
	return &o, nil
}

// bodyIsArray holds for a JSON body that begins with a bracket.
func bodyIsArray(c *call) bool {
	text := bytes.TrimSpace(c.readBody())
	return len(text) > 0 && text[0] == '['
}

// An object is a JSON object of a request. Unlike a Go struct it tells absent
// from empty and does not take "newPassword" for "newpassword". Its readers
// take the names that documents give a field, and the first one present
// counts; a null is as good as absent. A value of a wrong type sets bad.
type object struct {
	fields map[string]json.RawMessage
	bad    string // the first field with a value of a wrong type
}

// raw returns the field's JSON, nil if it is absent or null.
func (o *object) raw(names ...string) json.RawMessage {
	for _, name := range names {
		if v := o.fields[name]; v != nil && string(v) != "null" {
			return v
		}
	}
	return nil
}

// has holds for a field that is present and not null.
func (o *object) has(names ...string) bool { return o.raw(names...) != nil }

// text returns a string, "" if there is none.
func (o *object) text(names ...string) string {
	var v string
	o.decode(&v, names)
	return v
}

// texts returns an array of strings.
func (o *object) texts(names ...string) []string {
	var v []string
	o.decode(&v, names)
	return v
}

// integer returns a number, also one that is written as a string.
func (o *object) integer(names ...string) int64 {
	raw := o.raw(names...)
	if raw == nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
	if err != nil {
		o.note(names[0])
	}
	return n
}

// boolean returns a bool, also one that is written as a string.
func (o *object) boolean(names ...string) bool {
	switch strings.Trim(string(o.raw(names...)), `"`) {
	case "true":
		return true
	case "false", "":
		return false
	}
	o.note(names[0])
	return false
}

// inner returns an object in the object, nil if there is none.
func (o *object) inner(names ...string) *object {
	var v object
	o.decode(&v.fields, names)
	if v.fields == nil {
		return nil
	}
	return &v
}

// isObject holds for a field that is absent or an object; null is neither.
func (o *object) isObject(name string) bool {
	v, present := o.fields[name]
	return !present || len(v) > 0 && v[0] == '{'
}

// all returns an array of objects; one object that is no array counts as one.
func (o *object) all(name string) []object {
	if raw := bytes.TrimSpace(o.raw(name)); len(raw) > 0 && raw[0] == '{' {
		return []object{*o.inner(name)}
	}
	var list []map[string]json.RawMessage
	o.decode(&list, []string{name})
	return convert(list, func(fields map[string]json.RawMessage) object {
		if fields == nil {
			o.note(name) // a null
		}
		return object{fields: fields}
	})
}

func (o *object) decode(v any, names []string) {
	raw := o.raw(names...)
	if raw == nil {
		return
	}
	if err := json.Unmarshal(raw, v); err != nil {
		o.note(names[0])
	}
}

// note remembers the first field with a bad value.
func (o *object) note(name string) {
	if o.bad == "" {
		o.bad = name
	}
}

// culprit is the character that a parser quotes. The engines of encoding/json
// count differently where it stands.
var culprit = regexp.MustCompile(`character '(.)'`)

// errJSON quotes the parser as the API does: the character at which it gave up.
func errJSON(err error) *apiError {
	quoted := culprit.FindStringSubmatch(err.Error())
	if quoted == nil {
		return errJSONParse(0)
	}
	at, _ := utf8.DecodeRuneInString(quoted[1])
	return errJSONParse(at)
}
