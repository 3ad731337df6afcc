package im

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/quota"
	"github.com/imrest/im-go/internal/transport"
)

// core sends calls; the domains know it as an api.Caller.
type core struct {
	settings
	to        address
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
	url         url.URL
	contentType []string // nil: none
	body        []byte
	upload      *transport.Stream
	sink        *api.Sink
	streams     bool // uploads or downloads a file

	tries int
	grant quota.Grant // of the last try
	token bearer      // of the last try

	// What ended the tries before, each kind with a bound of its own: a token that
	// expires must not use up the repeats for a broken connection.
	failures, refusals int
	rejections
}

// Call carries out one call: check, encode, then try until there is a result.
func (c *core) Call(ctx context.Context, call *api.Call) error {
	p, err := c.prepare(call)
	if err != nil {
		return argumentError(call.Endpoint.ID, err)
	}
	if err := c.direct(ctx, p); err != nil {
		return err
	}
	p.callOptions = optionsOf(ctx)
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
	if err := checkHeader(call); err != nil {
		return nil, err
	}
	p := &prepared{Call: call, path: path}
	p.sink, _ = call.Out.(*api.Sink)
	p.streams = p.sink != nil
	if e.Method != http.MethodGet {
		p.contentType = jsonType // asked for without a body, too
	}
	switch body := call.Body.(type) {
	case nil:
	case api.Form:
		p.contentType = formType
		p.body = []byte(url.Values(body).Encode())
	case *api.Upload:
		contentType, length, open := body.Form()
		p.contentType, p.streams = []string{contentType}, true
		p.upload = &transport.Stream{Length: length, Open: open}
	default:
		encoded, err := encode(body)
		if err != nil {
			return nil, api.Invalid("body", "cannot be encoded: %v", err)
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

// checkHeader refuses what net/http would refuse, as a fault of the network.
func checkHeader(call *api.Call) error {
	if !headerValue(call.Bearer) {
		return api.Invalid("token", "must not hold control characters")
	}
	for name, values := range call.Header {
		for _, v := range values {
			if !headerValue(v) {
				return api.Invalid(name, "must not hold control characters")
			}
		}
	}
	return nil
}

func headerValue(v string) bool {
	return !strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// direct says where the call goes to.
func (c *core) direct(ctx context.Context, p *prepared) error {
	if p.Endpoint == &lookUpHosts {
		to, err := url.Parse(c.lookupURL())
		if err != nil {
			return configError("WithHostLookup", "%v", err)
		}
		p.url = *to
		p.url.RawQuery = p.Query.Encode()
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

// directTo sends a call to an address that the API has answered. The text of an
// error does not show it: it may be a permission in itself.
func (c *core) directTo(p *prepared) error {
	to, err := url.Parse(p.URL)
	if err == nil {
		_, _, err = Config{Host: to.Scheme + "://" + to.Host}.host(c.plainHTTP)
	}
	if err != nil {
		return &Error{
			Endpoint: p.Endpoint.ID, kind: ErrBadAnswer, permanent: true,
			Description: "the server answered an address that is not https",
		}
	}
	p.url = *to
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
	if grant.Waited() > 0 {
		if token, failure = c.bearer(ctx, p); failure != nil { // may be a newer one by now
			grant.Undo()
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
		grant.Done()
		return nil
	case failure.unsent:
		grant.Undo()
	case failure.Status == 0:
		grant.Lost()
	default:
		grant.Done()
	}
	failure.scrub(token.Value)
	return failure
}

// exchange sends one request and reads its answer.
func (c *core) exchange(ctx context.Context, p *prepared, token bearer) *Error {
	tryCtx, progress, cancel := c.timeLimit(ctx, p)
	defer cancel()
	if token.held != nil {
		c.tokens.sending.Add(1)
		defer c.tokens.sending.Add(-1)
	}
	res, err := c.sender.Send(tryCtx, &transport.Request{
		Method: p.Endpoint.Method, URL: &p.url, Header: c.header(p, token.header),
		Bytes: p.body, Stream: watch(tryCtx, p.upload, progress),
	})
	if err != nil {
		return networkError(ctx, p, 0, err)
	}
	defer res.Body.Close()
	failure := c.read(ctx, p, res, progress)
	if token.held != nil && tokenAccepted(res.StatusCode, failure) {
		c.tokens.accepted(p)
	}
	if failure != nil {
		failure.RetryAfter = retryAfter(res.Header.Get("Retry-After"))
	}
	return failure
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

// timeLimit bounds one try: its whole length, or for streams the time without
// progress, each of which is to be reported by calling progress.
func (c *core) timeLimit(ctx context.Context, p *prepared) (context.Context, func(), context.CancelFunc) {
	if !p.streams {
		limited, cancel := context.WithTimeoutCause(ctx, c.timeout, errTimeout)
		return limited, nil, cancel
	}
	limited, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(c.timeout, func() { cancel(errStalled) })
	return limited, func() { timer.Reset(c.timeout) }, func() { timer.Stop(); cancel(nil) }
}

var (
	errTimeout = errors.New("no answer in time")
	errStalled = errors.New("the transfer made no progress in time")
)

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
func (c *core) read(ctx context.Context, p *prepared, res *http.Response, progress func()) *Error {
	success := res.StatusCode >= 200 && res.StatusCode < 300
	if success && p.sink != nil {
		return c.download(ctx, p, res, progress)
	}
	buf := buffers.Get().(*bytes.Buffer)
	defer release(buf)
	more, err := readAnswer(buf, res.Body, res.ContentLength, c.maxAnswer)
	body := buf.Bytes()
	switch {
	case err != nil:
		return networkError(ctx, p, res.StatusCode, err)
	case more:
		return badAnswer(p, res.StatusCode, body, tooLargeError{c.maxAnswer, "bytes"})
	case res.Header.Get("Content-Encoding") == "gzip" && !res.Uncompressed:
		return badAnswer(p, res.StatusCode, nil, errCompressed)
	case !success:
		return answered(p, res.StatusCode, body)
	case tooManyValues(body, maxValues(c.maxAnswer)):
		return badAnswer(p, res.StatusCode, body, tooLargeError{int64(maxValues(c.maxAnswer)), "values"})
	}
	return decode(p, res.StatusCode, body)
}

// decode fills what the call wants from an answer of success.
func decode(p *prepared, status int, body []byte) *Error {
	out := p.Out
	if out == nil {
		out = &struct{}{} // the answer must be a JSON object all the same
	}
	if bytes.Contains(body, []byte(`"error"`)) { // rarely: a failure under status 200, or a text that says so
		var e errorBody
		if json.Unmarshal(body, &e) == nil && e.Error != "" {
			return answered(p, status, body)
		}
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
		Status: status, Timestamp: envelope.Timestamp.Time(), Duration: time.Duration(envelope.Duration) * time.Millisecond,
		Cursor: string(envelope.Cursor), Action: string(envelope.Action), Body: bytes.Clone(body),
	}
}

// download copies a binary answer to its sink, all of it or with an error.
func (c *core) download(ctx context.Context, p *prepared, res *http.Response, progress func()) *Error {
	if p.tries > 1 && p.sink.N > 0 {
		if err := p.sink.Restart(); err != nil {
			return sinkError(p, err)
		}
	}
	w := &sinkWriter{w: p.sink.W}
	n, err := io.Copy(w, &watched{Reader: res.Body, progress: progress})
	p.sink.N = n
	switch {
	case w.err != nil:
		return sinkError(p, w.err)
	case err == nil && res.ContentLength >= 0 && n != res.ContentLength:
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		e := networkError(ctx, p, res.StatusCode, err)
		e.permanent = n > 0 && p.sink.Restart == nil // what was written cannot be taken back
		return e
	}
	if p.response != nil {
		*p.response = Response{Status: res.StatusCode}
	}
	return nil
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
