package imtest

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A response is what a handler found: the payload of a 200. The envelope around
// it follows from the route's shape.
type response struct {
	action     string    // "": the method in lower case
	uri        string    // "": the call's own
	entities   any       // nil: none
	count      int       // number of entities
	total      *int      // nil: none
	data       any       // nil: none
	properties any       // nil: none
	cursor     string    // "": no further page
	plain      any       // not nil: the whole body, without an envelope
	file       *download // not nil: bytes instead of JSON
	location   string    // not "": where the response is
}

// entities responses with entities; what it is given must be free of the state.
func entities[T any](list ...T) *response {
	if list == nil {
		list = []T{}
	}
	return &response{entities: list, count: len(list)}
}

// data responses with a payload under "data".
func data(payload any) *response { return &response{data: payload} }

// done responses with an action only.
func done(action string) *response { return &response{action: action} }

// plain responses without an envelope.
func plain(body any) *response { return &response{plain: body} }

// shape is the set of fields that an endpoint's envelope has beside timestamp
// and duration, as its example in the catalogue shows. Cursor and data are
// there when the handler gives them.
type shape uint16

const (
	inAction   shape = 1 << iota
	inApp            // application, organization, applicationName
	inPath           // the path below the prefix
	inRootPath       // only its first segment
	inURI            // the URL without query
	inRootURI        // only up to the first segment
	inEntities       // [] even if the handler gives none
	inCount
	inParams     // the query
	inProperties // {} even if the handler gives none
	inOrg        // organization, applicationName

	full = inAction | inApp | inPath | inURI
)

type envelope struct {
	Action          string     `json:"action,omitempty"`
	Application     string     `json:"application,omitempty"`
	Params          url.Values `json:"params,omitempty"`
	Path            string     `json:"path,omitempty"`
	URI             string     `json:"uri,omitempty"`
	Entities        any        `json:"entities,omitempty"`
	Data            any        `json:"data,omitempty"`
	Properties      any        `json:"properties,omitempty"`
	Timestamp       int64      `json:"timestamp"`
	Duration        int64      `json:"duration"`
	Organization    string     `json:"organization,omitempty"`
	ApplicationName string     `json:"applicationName,omitempty"`
	Cursor          string     `json:"cursor,omitempty"`
	Count           *int       `json:"count,omitempty"`
	Total           *int       `json:"total,omitempty"`
}

// wrap puts the envelope of the endpoint around a response.
func (c *call) wrap(ans *response) envelope {
	now := c.app.now()
	in := func(field shape) bool { return c.route.shape&field != 0 }
	env := envelope{
		Entities:   ans.entities,
		Data:       ans.data,
		Properties: ans.properties,
		Cursor:     ans.cursor,
		Total:      ans.total,
		Timestamp:  now.UnixMilli(),
		Duration:   now.Sub(c.started).Milliseconds(),
	}
	if in(inAction) {
		env.Action = c.action(ans)
	}
	if in(inApp) && !c.byAppID {
		env.Application = c.app.uuid
	}
	if in(inApp|inOrg) && !c.byAppID {
		env.Organization, env.ApplicationName = c.app.org, c.app.name
	}
	if in(inParams) {
		env.Params = c.query
	}
	if in(inEntities) && env.Entities == nil {
		env.Entities = []struct{}{}
	}
	if in(inProperties) && env.Properties == nil {
		env.Properties = struct{}{}
	}
	if in(inCount) {
		env.Count = &ans.count
	}
	c.locate(&env)
	if ans.uri != "" {
		env.URI = ans.uri
	}
	return env
}

func (c *call) action(ans *response) string {
	if ans.action != "" {
		return ans.action
	}
	return strings.ToLower(c.r.Method)
}

// locate fills in path and uri.
func (c *call) locate(env *envelope) {
	root := "/" + c.segments[0]
	switch {
	case c.route.shape&inPath != 0:
		env.Path = "/" + strings.Join(c.segments, "/")
	case c.route.shape&inRootPath != 0:
		env.Path = root
	}
	switch {
	case c.route.shape&inURI != 0:
		env.URI = c.here()
	case c.route.shape&inRootURI != 0:
		env.URI = c.base() + root
	}
}

// base is the URL up to the end of the prefix, as the client wrote it.
func (c *call) base() string {
	if c.byAppID {
		return c.origin() + "/app-id/" + c.app.id
	}
	return c.origin() + "/" + c.app.org + "/" + c.app.name
}

// here is the URL without the query.
func (c *call) here() string { return c.base() + "/" + strings.Join(escape(c.segments), "/") }

// at responds with another path than that of the call.
func (c *call) at(ans *response, path string) *response {
	env := c.wrap(ans)
	env.Path, env.URI = path, c.base()+path
	return plain(env)
}

// origin is the scheme and host that the client used.
func (c *call) origin() string { return c.scheme() + "://" + c.r.Host }

func (c *call) scheme() string {
	if c.r.TLS != nil {
		return "https"
	}
	return "http"
}

func escape(segments []string) []string {
	escaped := make([]string, len(segments))
	for i, s := range segments {
		escaped[i] = url.PathEscape(s)
	}
	return escaped
}

// A reply is a response or an error, ready to be written.
type reply struct {
	status      int
	contentType string
	body        []byte
	file        *download // the body is this file, of which a range may be asked for
	location    string

	goAway bool // the connection ends with this reply

	// spoil, when set, writes the reply in place of write: a fault.
	spoil func(w http.ResponseWriter, r *http.Request, whole *reply)
}

// render turns a response into a reply.
func (c *call) render(ans *response) *reply {
	switch {
	case ans.location != "":
		return &reply{status: http.StatusFound, contentType: "text/html", location: ans.location}
	case ans.file != nil:
		return &reply{status: http.StatusOK, contentType: ans.file.contentType, body: ans.file.data, file: ans.file}
	case ans.plain != nil:
		return jsonReply(http.StatusOK, ans.plain)
	}
	return jsonReply(http.StatusOK, c.wrap(ans))
}

// fail turns an error into a reply.
func (c *call) fail(err *apiError) *reply {
	if err.raw != "" {
		return &reply{status: err.status, contentType: "application/xml", body: []byte(err.raw)}
	}
	body := errorBody{
		Error:       err.code,
		Exception:   err.exception,
		Timestamp:   c.app.now().UnixMilli(),
		Description: err.description,
		ErrorCode:   err.number,
	}
	switch err.again {
	case "result":
		body.Result = err.description
	case "error_desc":
		body.ErrorDesc = err.description
	}
	return jsonReply(err.status, body)
}

func jsonReply(status int, v any) *reply {
	return &reply{status: status, contentType: "application/json", body: encode(v)}
}

// encode writes JSON as the API does: & stays &.
func encode(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("imtest: value does not encode: " + err.Error()) // a bug of a handler
	}
	return bytes.TrimRight(buf.Bytes(), "\n")
}

// write sends the reply.
func (rep *reply) write(w http.ResponseWriter, r *http.Request) {
	if rep.location != "" {
		w.Header().Set("Location", rep.location)
	}
	if rep.spoil != nil {
		rep.spoil(w, r, rep)
		return
	}
	if rep.goAway {
		w.Header().Set("Connection", "close") // on HTTP/2 net/http makes a GOAWAY frame of it
	}
	w.Header().Set("Content-Type", rep.contentType)
	if rep.file != nil {
		rep.file.serve(w, r, rep.body)
		return
	}
	w.WriteHeader(rep.status)
	_, _ = w.Write(rep.body) //nolint:gosec // JSON, or a file under its own type; a client that is gone hears nothing
}

// A download is a file as a response carries it.
type download struct {
	name        string // "": none
	contentType string
	data        []byte
	modified    time.Time
}

// serve writes the file, or the part of it that was asked for.
func (f *download) serve(w http.ResponseWriter, r *http.Request, data []byte) {
	if f.name != "" {
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.name}))
	}
	http.ServeContent(w, r, "", f.modified, bytes.NewReader(data))
}
