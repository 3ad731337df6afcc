package im

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// read takes the response in.
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
	case res.StatusCode == http.StatusTooManyRequests && ctx.Err() == nil: // whatever its body is like
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

// decode fills what the call wants from a response of success.
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
	_ = json.Unmarshal(body, &envelope) // what can be read of it: the payload is decoded already
	*r = Response{
		Status: status, Timestamp: envelope.Timestamp.Time(), Duration: envelope.Duration.Length(time.Millisecond),
		Cursor: string(envelope.Cursor), Action: string(envelope.Action), Body: bytes.Clone(body),
	}
}
