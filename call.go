package im

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/quota"
	"github.com/imrest/im-go/internal/transport"
)

// core sends calls; the domains know it as an api.Caller.
type core struct {
	settings
	to        address
	platform  Platform
	sender    *transport.Sender
	tokens    *tokenCache
	quotas    *quotas
	endpoints []*api.Endpoint
	lookup    *lookup
}

// prepared is a call that has been checked and encoded: all that stays the same
// from try to try.
type prepared struct {
	*api.Call
	callOptions
	path        string // escaped
	url         string
	contentType []string // nil: none
	body        []byte
	upload      *transport.Stream
	sink        *api.Sink
	streams     bool // uploads or downloads a file

	journey // of a download
	tries   int
	grant   quota.Grant // of the last try
	token   bearer      // of the last try

	// What ended the tries before, each kind with a bound of its own: a token that
	// expires must not use up the repeats for a broken connection.
	failures, refusals int
	rejections
}

// Call carries out one call: check, encode, then try until there is a result.
func (c *core) Call(ctx context.Context, call *api.Call) error {
	if ctx == nil {
		return argumentError(call.Endpoint.ID, api.Invalid("ctx", "must not be nil; context.Background() has no end"))
	}
	p, err := c.prepare(call)
	if err != nil {
		return argumentError(call.Endpoint.ID, err)
	}
	p.callOptions = optionsOf(ctx)
	if err := p.lane.check(); err != nil {
		return argumentError(call.Endpoint.ID, err)
	}
	if err := c.direct(ctx, p); err != nil {
		return err
	}
	for {
		event := Event{Endpoint: call.Endpoint.ID, Try: p.tries + 1}
		failure := c.try(ctx, p, &event)
		if failure == nil {
			c.observe(ctx, event)
			return nil
		}
		if failure == p.rejection {
			return failure // known already: there is no other token to send
		}
		if failure.refused() && failure.Status != 0 {
			event.Paused, event.Rate = p.grant.Refused(ctx, min(failure.RetryAfter, c.maxWait)) // for everybody, sent again or not
		}
		failure.Tries = p.tries
		failure.scrub(call.Secrets...)
		wait, again := c.again(ctx, p, failure)
		event.Status, event.Code, event.Err, event.Again = failure.Status, failure.Code, failure, again
		c.observe(ctx, event)
		if !again {
			return failure
		}
		if err := sleep(ctx, wait); err != nil {
			return givenUp(ctx, p, err, failure)
		}
	}
}

// prepare does everything that needs no I/O.
func (c *core) prepare(call *api.Call) (*prepared, error) {
	if call.Invalid != nil {
		return nil, call.Invalid
	}
	e := call.Endpoint
	if e.MaxItems > 0 {
		if err := api.MaxItems(e.ItemsIn, call.Items, e.MaxItems); err != nil {
			return nil, err
		}
	}
	path, err := call.Expand(c.to.prefix)
	if err != nil {
		return nil, err
	}
	if err := api.First(checkHeader(call), api.CheckPairs("", call.Query)); err != nil {
		return nil, err
	}
	p := &prepared{Call: call, path: path}
	p.sink, _ = call.Out.(*api.Sink)
	p.streams = p.sink != nil
	if p.sink != nil && p.sink.W == nil {
		return nil, api.Invalid("w", "must not be nil")
	}
	if e.Method != http.MethodGet {
		p.contentType = jsonType // asked for without a body, too
	}
	if call.Body != nil && !carriesBody(e.Method) {
		return nil, api.Invalid("Body", "must be nil: %s carries no body", e.Method)
	}
	switch body := call.Body.(type) {
	case nil:
	case api.Form:
		if err := api.CheckPairs(e.ItemsIn, body); err != nil {
			return nil, err
		}
		p.contentType = formType
		p.body = []byte(url.Values(body).Encode())
	case *api.Upload:
		contentType, length, open := body.Form()
		p.contentType, p.streams = []string{contentType}, true
		p.upload = &transport.Stream{Length: length, Open: open}
	default:
		encoded, err := encode(body)
		if err != nil {
			return nil, api.Invalid("Body", "cannot be encoded: %v", err)
		}
		if err := api.CheckEncoded(e.ItemsIn, body, encoded); err != nil {
			return nil, err
		}
		if sized, ok := body.(api.Sized); ok {
			if err := sized.CheckEncoded(len(encoded)); err != nil {
				return nil, err
			}
		}
		p.body = encoded
	}
	return p, nil
}

// carriesBody reports whether a request with this method has its body sent.
func carriesBody(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

// checkHeader refuses what net/http would refuse, as a fault of the network.
func checkHeader(call *api.Call) error {
	if !headerValue(call.Bearer) {
		return api.Invalid("UserToken", "must not hold control characters")
	}
	for name, values := range call.Header {
		for _, v := range values {
			if !headerValue(v) {
				return api.Invalid(api.GoName(name), "must not hold control characters, and be valid UTF-8")
			}
		}
	}
	return nil
}

func headerValue(v string) bool {
	return utf8.ValidString(v) && !strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// direct says where the call goes to.
func (c *core) direct(ctx context.Context, p *prepared) error {
	if p.Endpoint == &lookUpHosts {
		to, err := url.Parse(c.lookupURL())
		if err != nil {
			return configError("WithHostLookup", "%v", err)
		}
		to.RawQuery = p.Query.Encode()
		p.url = to.String()
		return nil
	}
	if p.URL != "" {
		return c.directTo(p)
	}
	to, err := c.address(ctx)
	if err != nil {
		return lookupError(ctx, p, err)
	}
	p.url = to.url(p.path, p.Query)
	return nil
}

// Header values that are the same for every call.
var (
	jsonType   = []string{"application/json"}
	formType   = []string{"application/x-www-form-urlencoded"}
	binaryType = []string{"application/octet-stream"}
	identity   = []string{"identity"}
)

// try sends the call once. It returns nil, with the answer decoded, or what went
// wrong.
func (c *core) try(ctx context.Context, p *prepared, event *Event) *Error {
	token, failure := c.bearer(ctx, p) // first: what is granted is to be sent at once
	if failure != nil {
		return failure
	}
	grant, err := c.quotas.take(ctx, p.Call, p.lane)
	event.Waited = grant.Waited()
	if err != nil {
		return quotaError(p, err)
	}
	p.grant = grant
	settle := grant.Lost // holds for a panic or Goexit in the user's code
	defer func() { settle() }()
	if grant.Waited() > 0 {
		if token, failure = c.bearer(ctx, p); failure != nil { // may be a newer one by now
			settle = grant.Undo
			return failure
		}
	}
	p.tries++
	p.token = token
	started := time.Now()
	failure = c.exchange(ctx, p, token)
	event.Took = time.Since(started)
	switch {
	case failure == nil:
		event.Status = http.StatusOK
		settle = grant.Done
		return nil
	case failure.unsent:
		settle = grant.Undo
	case failure.Status != 0:
		settle = grant.Done
	}
	failure.scrub(token.Value)
	return failure
}

// exchange sends one request and reads its answer.
func (c *core) exchange(ctx context.Context, p *prepared, token bearer) *Error {
	if token.held != nil {
		c.tokens.sending.Add(1)
		defer c.tokens.sending.Add(-1)
	}
	limit := c.timeLimit(ctx, p)
	defer limit.stop()
	res, err := c.send(limit, p, &transport.Request{
		Method: p.Endpoint.Method, URL: p.url, Header: c.header(p, token.header),
		Body: p.body, Stream: watch(limit, p.upload), Abandon: limit.cancel,
	})
	if err != nil {
		return sendError(ctx, p, err)
	}
	defer res.Body.Close()
	if p.header != nil {
		*p.header = res.Header
	}
	failure := c.read(ctx, p, res, limit)
	if token.held != nil && (p.bare || tokenAccepted(res.StatusCode, failure)) {
		c.tokens.accepted(p)
	}
	if failure != nil {
		failure.RetryAfter = retryAfter(res.Header)
		explain(p, failure, res)
	}
	return p.elsewhere(failure)
}

// header makes the header of one try. The values are shared, the map is not.
func (c *core) header(p *prepared, token []string) http.Header {
	h := make(http.Header, 4+len(p.Header))
	h["User-Agent"] = c.agent
	h["Accept"] = jsonType
	if p.sink != nil {
		h["Accept"], h["Accept-Encoding"] = binaryType, identity
	}
	if p.contentType != nil {
		h["Content-Type"] = p.contentType
	}
	if token != nil {
		h["Authorization"] = token
	}
	maps.Copy(h, p.Header)
	return h
}

// again decides whether and after which wait a failed call is sent once more.
func (c *core) again(ctx context.Context, p *prepared, failure *Error) (time.Duration, bool) {
	if failure.tokenRejected() {
		return c.renewToken(ctx, p, failure)
	}
	if p.tries == 0 || p.noRetry || ctx.Err() != nil {
		return 0, false
	}
	refused := failure.refused()
	switch {
	case refused:
		p.refusals++
	default:
		p.failures++
	}
	switch {
	case p.failures > c.retries, p.refusals > c.retries*refusalsPerRetry:
		return 0, false
	case failure.permanent, failure.unknown, failure.RetryAfter > c.maxWait:
		return 0, false
	case refused && c.quotas.set != nil:
		return 0, true // the pool makes it wait
	case refused:
		return max(failure.RetryAfter, backoff(p.refusals, time.Second, c.maxWait)), true
	case errors.Is(failure.kind, ErrConflict) && (p.Endpoint.Idempotent || failure.transient):
		return backoff(p.failures, time.Second, c.maxWait), true
	case failure.transient:
		return max(failure.RetryAfter, backoff(p.failures, 200*time.Millisecond, c.maxWait)), true
	}
	return 0, false
}

// refusalsPerRetry is how many refusals for the rate count as one retry: nothing
// was carried out, the wait is short, and others may be ahead in line.
const refusalsPerRetry = 3

// read takes the answer in.
func (c *core) read(ctx context.Context, p *prepared, res *http.Response, limit *timeLimit) *Error {
	success := res.StatusCode >= 200 && res.StatusCode < 300
	switch {
	case res.StatusCode < 200: // a switched protocol, whose body would never end
		return badAnswer(p, res.StatusCode, nil, errUnasked)
	case success && p.sink != nil:
		return c.download(ctx, p, res, limit)
	}
	buf := buffers.Get().(*bytes.Buffer)
	defer release(buf)
	more, err := readAnswer(buf, res.Body, res.ContentLength, c.maxAnswer)
	body := buf.Bytes()
	switch {
	case res.StatusCode == http.StatusTooManyRequests && ctx.Err() == nil: // whatever its body is like
		return answered(p, res.StatusCode, unpack(res, body))
	case err != nil:
		return networkError(ctx, p, res.StatusCode, err)
	case more:
		return badAnswer(p, res.StatusCode, body, tooLargeError{c.maxAnswer, "bytes"})
	case !success:
		return answered(p, res.StatusCode, unpack(res, body))
	case packed(res):
		return badAnswer(p, res.StatusCode, nil, errCompressed)
	case tooManyValues(body, maxValues(c.maxAnswer)):
		return badAnswer(p, res.StatusCode, body, tooLargeError{int64(maxValues(c.maxAnswer)), "values"})
	}
	return decode(p, res.StatusCode, body)
}

// decode fills what the call wants from an answer of success.
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
	if err := json.Unmarshal(body, out); err != nil {
		return badAnswer(p, status, body, err)
	}
	if p.response != nil {
		fillResponse(p.response, status, body)
	}
	return nil
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

// quotaError makes the error of a wait that ended without a grant.
func quotaError(p *prepared, err error) *Error {
	e := &Error{Endpoint: p.Endpoint.ID, kind: ErrRateLimited, permanent: true, cause: err}
	var never *quota.CostError
	var canceled *quota.CanceledError
	var store *quota.StoreError
	switch {
	case errors.As(err, &never):
		e.kind = ErrInvalidArgument
	case errors.As(err, &canceled):
		e.kind = ErrCanceled
	case errors.As(err, &store):
		e.kind = ErrUnavailable
	}
	return e
}
