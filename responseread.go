package im

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/imrest/im-go/internal/api"
)

// maxPacked bounds what is unpacked of an error response.
const maxPacked = 64 << 10

// packed tells whether a body is compressed. Nobody has asked for that, but some
// gateways do it all the same.
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

// unpack gives what can be read of an error response: nothing in an encoding other
// than gzip, where its status has to do.
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

// deniedBody is a response of success that names an error all the same.
type deniedBody struct {
	Error    word            `json:"error"`
	Data     json.RawMessage `json:"data"`
	Entities json.RawMessage `json:"entities"`
	Entity   json.RawMessage `json:"entity"`
	Result   json.RawMessage `json:"result"`
}

// denied makes the error of a response of success that names one; nil where it does
// not. Beside a payload the error leaves open what was done.
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
