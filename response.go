package im

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// read reads the response.
func (c *core) read(ctx context.Context, p *prepared, res *http.Response, limit *timeLimit) *Error {
	success := res.StatusCode >= 200 && res.StatusCode < 300
	switch {
	case res.StatusCode < 200: // a switched protocol, whose body would never end
		return badResponse(p, res.StatusCode, nil, errUnasked)
	case success && p.sink != nil:
		return c.download(ctx, p, res, limit)
	}
	buf := buffers.Get().(*bytes.Buffer)
	defer release(buf)
	more, err := readResponse(buf, res.Body, res.ContentLength, c.maxResponse)
	body := buf.Bytes()
	switch {
	case res.StatusCode == http.StatusTooManyRequests && ctx.Err() == nil: // whatever its body is
		return responded(p, res.StatusCode, unpack(res, body))
	case err != nil:
		return networkError(ctx, p, res.StatusCode, err)
	case more:
		return badResponse(p, res.StatusCode, body, tooLargeError{c.maxResponse, "bytes"})
	case !success:
		return responded(p, res.StatusCode, unpack(res, body))
	case packed(res):
		return badResponse(p, res.StatusCode, nil, errCompressed)
	case tooManyValues(body, maxValues(c.maxResponse, len(body))):
		return badResponse(p, res.StatusCode, body, tooLargeError{int64(maxValues(c.maxResponse, len(body))), "values"})
	}
	return decode(p, res.StatusCode, body)
}

// decode fills what the call wants from a successful response.
func decode(p *prepared, status int, body []byte) *Error {
	out := p.Out
	if out == nil {
		out = &struct{}{} // the response must be a JSON object all the same
	}
	if failure := denied(p, status, body); failure != nil {
		return failure
	}
	if p.MayBeEmpty != nil && p.MayBeEmpty(status) && len(bytes.TrimSpace(body)) == 0 {
		out, body = &struct{}{}, []byte("{}")
	}
	if err := readInto(out, body); err != nil {
		return badResponse(p, status, body, err)
	}
	if p.response != nil {
		fillResponse(p.response, status, body)
	}
	return nil
}

func readInto(out any, body []byte) error {
	if whole, ok := out.(api.Whole); ok {
		return whole.ReadResponse(body)
	}
	return json.Unmarshal(body, out)
}

func fillResponse(r *Response, status int, body []byte) {
	var envelope struct {
		Timestamp api.Millis `json:"timestamp"`
		Duration  api.Int    `json:"duration"`
		Cursor    api.Text   `json:"cursor"`
		Action    api.Text   `json:"action"`
	}
	_ = json.Unmarshal(body, &envelope) // as far as it can be read: the payload is decoded already
	*r = Response{
		Status: status, Timestamp: envelope.Timestamp.Time(), Duration: envelope.Duration.Length(time.Millisecond),
		Cursor: string(envelope.Cursor), Action: string(envelope.Action), Body: bytes.Clone(body),
	}
}

// maxPacked bounds what is unpacked of an error response.
const maxPacked = 64 << 10

// packed reports whether a body is compressed. It was not asked for, but some gateways
// do it all the same.
func packed(res *http.Response) bool {
	switch encoding(res) {
	case "", "identity":
		return false
	}
	return true
}

func encoding(res *http.Response) string {
	return strings.ToLower(strings.TrimSpace(res.Header.Get("Content-Encoding")))
}

// unpack returns what can be read of an error response: nothing in an encoding other
// than gzip, where the status has to do.
func unpack(res *http.Response, body []byte) []byte {
	if !packed(res) {
		return body
	}
	if e := encoding(res); e != "gzip" && e != "x-gzip" {
		return nil
	}
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxPacked))
	if err != nil {
		return nil
	}
	return plain
}

// deniedBody is a successful response that names an error all the same.
type deniedBody struct {
	Error    word            `json:"error"`
	Data     json.RawMessage `json:"data"`
	Entities json.RawMessage `json:"entities"`
	Entity   json.RawMessage `json:"entity"`
	Result   json.RawMessage `json:"result"`
}

// denied makes the error of a successful response that names one; nil if it does not.
// Beside a payload the error leaves open what was done.
func denied(p *prepared, status int, body []byte) *Error {
	if !bytes.Contains(body, []byte(`"error"`)) { // mostly
		return nil
	}
	var d deniedBody
	if json.Unmarshal(body, &d) != nil || d.Error == "" {
		return nil //nolint:nilerr // whoever decodes the payload will see it
	}
	e := responded(p, status, body)
	if d.payload() {
		e.unknown, e.permanent = !p.Endpoint.Idempotent, true
	}
	return e
}

func (d *deniedBody) payload() bool {
	for _, field := range []json.RawMessage{d.Data, d.Entities, d.Entity} {
		if len(field) > 0 && string(field) != "null" {
			return true
		}
	}
	var text api.Text // the reason, by presence
	return len(d.Result) > 0 && text.UnmarshalJSON(d.Result) != nil
}

// explain lets the domain say what a failed response means. What it knows is final.
func explain(p *prepared, e *Error, res *http.Response) {
	if p.Explain == nil || e.Status < 300 {
		return
	}
	date, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		date = time.Now()
	}
	kind, reason := p.Explain(api.Failure{Status: e.Status, Code: e.Code, Text: e.Description, Date: date})
	if kind != nil {
		e.kind, e.cause, e.permanent = kind, reason, true
	}
}
