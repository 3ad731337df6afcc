package im

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/job"
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

// Call carries out one call within the hooks.
func (c *core) Call(ctx context.Context, call *api.Call) error {
	if ctx == nil {
		return argumentError(call.Endpoint.ID, errNilContext)
	}
	return c.within(ctx, &prepared{Call: call, callOptions: optionsOf(ctx)}, c.hooks)
}

// run checks and encodes a call, and makes attempts until there is a result.
func (c *core) run(ctx context.Context, p *prepared) error {
	if err := c.prepare(p); err != nil {
		return argumentError(p.Endpoint.ID, err)
	}
	if p.job != nil && p.job.Plan != nil {
		p.job.Plan(c.quotas.cost(p.Call))
		return job.ErrPlanned
	}
	if err := c.direct(ctx, p); err != nil {
		return err
	}
	for {
		p.event = Event{Endpoint: p.Endpoint.ID, Attempt: p.attempts + 1}
		failure := c.attempt(ctx, p)
		if failure == nil {
			c.observe(ctx, p.event)
			return nil
		}
		if failure == p.refusal {
			return failure // known already: no other token exists
		}
		if failure.refused() && failure.Status != 0 {
			p.event.Paused, p.event.Rate = p.grant.Refused(ctx, min(failure.RetryAfter, c.maxWait)) // for all calls, retried or not
		}
		failure.Attempts = p.attempts
		failure.scrub(p.Secrets...)
		wait, retry := c.retry(ctx, p, failure)
		p.event.Status, p.event.Code, p.event.Err, p.event.Retried = failure.Status, failure.Code, failure, retry && ctx.Err() == nil
		c.observe(ctx, p.event)
		if !retry {
			return failure
		}
		if err := sleep(ctx, wait); err != nil {
			return givenUp(ctx, p, err, failure)
		}
	}
}

// attempt sends the call once. It returns nil, with the response decoded, or what went
// wrong.
func (c *core) attempt(ctx context.Context, p *prepared) *Error {
	token, failure := c.bearer(ctx, p) // first: once the quota is granted, the call should leave
	if failure != nil {
		return failure
	}
	grant, err := c.take(ctx, p)
	p.event.Waited = grant.Waited()
	p.waited += grant.Waited()
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
	p.attempts++
	p.event.Server = p.server
	p.token = token
	started := time.Now()
	failure = c.exchange(ctx, p, token)
	p.event.Took = time.Since(started)
	switch {
	case failure == nil:
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

// exchange sends one request and reads its response.
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
	p.event.Status = res.StatusCode
	if p.header != nil {
		*p.header = res.Header
	}
	failure := c.read(ctx, p, res, limit)
	if token.held != nil && (p.bare || tokenAccepted(res.StatusCode, failure)) {
		c.tokens.accepted(p.token, &p.tokenRefusals, p.place())
	}
	if failure != nil {
		failure.RetryAfter = cmp.Or(retryAfter(res.Header), failure.RetryAfter)
		explain(p, failure, res)
	}
	return p.elsewhere(failure)
}

// bearer returns the token that the call carries; the zero one for none.
func (c *core) bearer(ctx context.Context, p *prepared) (bearer, *Error) {
	switch {
	case p.Bearer != "":
		return newBearer(Token{Value: p.Bearer}), nil
	case p.Endpoint.Auth == api.NoToken, p.Header["Authorization"] != nil: // the caller's own: the response says nothing of the app token
		return bearer{}, nil
	}
	token, err := c.tokens.get(ctx, &p.tokenRefusals)
	switch {
	case err == errNoOther: //nolint:errorlint // never wrapped
		return bearer{}, p.refusal
	case err != nil:
		return bearer{}, tokenError(ctx, p, err)
	}
	return token, nil
}

// tokenAccepted reports whether a response shows that the server took the token. A
// gateway's page, a refusal for the rate or a 5xx does not.
func tokenAccepted(status int, failure *Error) bool {
	switch {
	case failure == nil || status < 300:
		return true
	case status == http.StatusUnauthorized || status == http.StatusTooManyRequests || status >= 500:
		return false
	}
	return failure.Code != ""
}
