package wire

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A Response is what a handler found: the payload of a 200. The envelope around
// it follows from the route's shape.
type Response struct {
	Action     string    // "": the method in lower case
	URI        string    // "": the call's own
	entities   any       // nil: none
	Count      int       // number of entities
	Total      *int      // nil: none
	Data       any       // nil: none
	Properties any       // nil: none
	Cursor     string    // "": no further page
	plain      any       // not nil: the whole body, without an envelope
	File       *Download // not nil: bytes instead of JSON
	Location   string    // not "": where the response is
}

// Entities responds with entities; what it is given must be free of the state.
func Entities[T any](list ...T) *Response {
	if list == nil {
		list = []T{}
	}
	return &Response{entities: list, Count: len(list)}
}

// Data responds with a payload under "data".
func Data(payload any) *Response { return &Response{Data: payload} }

// Done responds with an action only.
func Done(action string) *Response { return &Response{Action: action} }

// Plain responds without an envelope.
func Plain(body any) *Response { return &Response{plain: body} }

// Shape is the set of fields that an endpoint's envelope has beside timestamp
// and duration, as its example in the catalogue shows. Cursor and data are
// there when the handler sets them.
type Shape uint16

// What an envelope may have.
const (
	InAction   Shape = 1 << iota
	InApp            // application, organization, applicationName
	InPath           // the path below the prefix
	InRootPath       // only its first segment
	InURI            // the URL without query
	InRootURI        // only up to the first segment
	InEntities       // [] even if the handler sets none
	InCount
	InParams     // the query
	InProperties // {} even if the handler sets none
	InOrg        // organization, applicationName

	Full = InAction | InApp | InPath | InURI
)

// Envelope is what stands around a payload.
type Envelope struct {
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

// Wrap puts the envelope of the endpoint around a response.
func (c *Call) Wrap(ans *Response) Envelope {
	now := c.App.Now()
	in := func(field Shape) bool { return c.Route.Shape&field != 0 }
	env := Envelope{
		Entities:   ans.entities,
		Data:       ans.Data,
		Properties: ans.Properties,
		Cursor:     ans.Cursor,
		Total:      ans.Total,
		Timestamp:  now.UnixMilli(),
		Duration:   now.Sub(c.Started).Milliseconds(),
	}
	if in(InAction) {
		env.Action = c.Action(ans)
	}
	if in(InApp) && !c.ByAppID {
		env.Application = c.App.UUID
	}
	if in(InApp|InOrg) && !c.ByAppID {
		env.Organization, env.ApplicationName = c.App.Org, c.App.Name
	}
	if in(InParams) {
		env.Params = c.Query
	}
	if in(InEntities) && env.Entities == nil {
		env.Entities = []struct{}{}
	}
	if in(InProperties) && env.Properties == nil {
		env.Properties = struct{}{}
	}
	if in(InCount) {
		env.Count = &ans.Count
	}
	c.locate(&env)
	if ans.URI != "" {
		env.URI = ans.URI
	}
	return env
}

// Action is the action of a response: its own, or the method in lower case.
func (c *Call) Action(ans *Response) string {
	if ans.Action != "" {
		return ans.Action
	}
	return strings.ToLower(c.R.Method)
}

// locate fills in path and uri.
func (c *Call) locate(env *Envelope) {
	root := "/" + c.Segments[0]
	switch {
	case c.Route.Shape&InPath != 0:
		env.Path = "/" + strings.Join(c.Segments, "/")
	case c.Route.Shape&InRootPath != 0:
		env.Path = root
	}
	switch {
	case c.Route.Shape&InURI != 0:
		env.URI = c.Here()
	case c.Route.Shape&InRootURI != 0:
		env.URI = c.Base() + root
	}
}

// Base is the URL up to the end of the prefix, as the client wrote it.
func (c *Call) Base() string {
	if c.ByAppID {
		return c.origin() + "/app-id/" + c.App.ID
	}
	return c.origin() + "/" + c.App.Org + "/" + c.App.Name
}

// Here is the URL without the query.
func (c *Call) Here() string { return c.Base() + "/" + strings.Join(escape(c.Segments), "/") }

// At responds with another path than that of the call.
func (c *Call) At(ans *Response, path string) *Response {
	env := c.Wrap(ans)
	env.Path, env.URI = path, c.Base()+path
	return Plain(env)
}

// origin is the scheme and host that the client used.
func (c *Call) origin() string { return c.Scheme() + "://" + c.R.Host }

// Scheme is the scheme that the client used.
func (c *Call) Scheme() string {
	if c.R.TLS != nil {
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

// A Reply is a response or an error, ready to be written.
type Reply struct {
	Status      int
	ContentType string
	Body        []byte
	File        *Download // the body is this file, of which a range may be asked for
	location    string

	GoAway bool // the connection ends with this reply

	// Spoil, when set, writes the reply in place of Write: a fault.
	Spoil func(w http.ResponseWriter, r *http.Request, whole *Reply)
}

// Render turns a response into a reply.
func (c *Call) Render(ans *Response) *Reply {
	switch {
	case ans.Location != "":
		return &Reply{Status: http.StatusFound, ContentType: "text/html", location: ans.Location}
	case ans.File != nil:
		return &Reply{Status: http.StatusOK, ContentType: ans.File.ContentType, Body: ans.File.Data, File: ans.File}
	case ans.plain != nil:
		return jsonReply(http.StatusOK, ans.plain)
	}
	return jsonReply(http.StatusOK, c.Wrap(ans))
}

// Fail turns an error into a reply.
func (c *Call) Fail(err *Error) *Reply {
	if err.raw != "" {
		return &Reply{Status: err.Status, ContentType: "application/xml", Body: []byte(err.raw)}
	}
	body := ErrorBody{
		Error:       err.code,
		Exception:   err.exception,
		Timestamp:   c.App.Now().UnixMilli(),
		Description: err.Description,
		ErrorCode:   err.number,
	}
	switch err.again {
	case "result":
		body.Result = err.Description
	case "error_desc":
		body.ErrorDesc = err.Description
	}
	return jsonReply(err.Status, body)
}

func jsonReply(status int, v any) *Reply {
	return &Reply{Status: status, ContentType: "application/json", Body: Encode(v)}
}

// Encode writes JSON as the API does: & stays &.
func Encode(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("imtest: value does not encode: " + err.Error()) // a bug of a handler
	}
	return bytes.TrimRight(buf.Bytes(), "\n")
}

// Write sends the reply.
func (rep *Reply) Write(w http.ResponseWriter, r *http.Request) {
	if rep.location != "" {
		w.Header().Set("Location", rep.location)
	}
	if rep.Spoil != nil {
		rep.Spoil(w, r, rep)
		return
	}
	if rep.GoAway {
		w.Header().Set("Connection", "close") // on HTTP/2 net/http makes a GOAWAY frame of it
	}
	w.Header().Set("Content-Type", rep.ContentType)
	if rep.File != nil {
		rep.File.serve(w, r, rep.Body)
		return
	}
	w.WriteHeader(rep.Status)
	_, _ = w.Write(rep.Body) // JSON, or a file under its own type; a client that is gone hears nothing
}

// A Download is a file as a response carries it.
type Download struct {
	Name        string // "": none
	ContentType string
	Data        []byte
	Modified    time.Time
}

// serve writes the file, or the part of it that was asked for.
func (f *Download) serve(w http.ResponseWriter, r *http.Request, data []byte) {
	if f.Name != "" {
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	}
	http.ServeContent(w, r, "", f.Modified, bytes.NewReader(data))
}
