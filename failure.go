package im

import (
	"context"
	"errors"
	"net/http"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/quota"
	"github.com/imrest/im-go/internal/transport"
)

// This file makes the errors of calls: what happened. What follows from it for another
// attempt is decided in retry.go.

// errNilContext is a call without a context.
var errNilContext = api.Invalid("ctx", "must not be nil; context.Background() has no end")

// argumentError is a call that was rejected before any I/O.
func argumentError(endpoint string, err error) *Error {
	e := &Error{Endpoint: endpoint, kind: ErrInvalidArgument, permanent: true, cause: err}
	if argument, ok := errors.AsType[*api.ArgumentError](err); ok {
		e.Field = argument.Field
	}
	return e
}

// tokenError is a call that was not sent for want of a token.
func tokenError(ctx context.Context, p *prepared, err error) *Error {
	e := &Error{Endpoint: p.Endpoint.ID, kind: ErrUnauthorized, permanent: true, cause: ofAttempt(err)}
	var fetch *Error
	switch {
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		e.kind, e.cause = ErrCanceled, newContextError(ctx, ctx.Err(), nil)
	case errors.As(err, &fetch):
		e.kind = fetch.kind
	}
	return e
}

// lookupError is a call that was not sent because its host is not known.
func lookupError(ctx context.Context, p *prepared, err error) *Error {
	e := tokenError(ctx, p, err)
	switch {
	case errors.Is(e.kind, ErrUnauthorized):
		e.kind = ErrUnavailable
	case errors.Is(e.kind, ErrCanceled) && ctx.Err() == nil: // for want of time: it is the context of the call that would end
		e.cause = err
	}
	return e
}

// responded is the error of a response that says no.
func responded(p *prepared, status int, body []byte) *Error {
	e := responseError(p.Endpoint.ID, status, body)
	e.judgeResponse(p)
	return e
}

// badResponse is a response with a status of success that is none: it says no in its
// payload, or is not what the API documents. In the latter case it is not known what was
// done.
func badResponse(p *prepared, status int, body []byte, cause error) *Error {
	var no *batch.Reason
	if errors.As(cause, &no) && !errors.Is(cause, ErrOutcomeUnknown) {
		e := &Error{Endpoint: p.Endpoint.ID, Status: status, Description: no.Text, permanent: true, kind: no.Kind, cause: cause}
		if e.kind == nil {
			e.kind = ErrForbidden
		}
		return e
	}
	e := &Error{Endpoint: p.Endpoint.ID, Status: status, kind: ErrBadResponse, Body: clipBody(body), cause: cause}
	e.judgeBadResponse(p, cause)
	return e
}

// networkError is an attempt that got no response, or not all of it.
func networkError(ctx context.Context, p *prepared, status int, err error) *Error {
	e := &Error{Endpoint: p.Endpoint.ID, Status: status, kind: ErrUnavailable, cause: err}
	if source, ok := errors.AsType[*transport.SourceError](err); ok {
		e.kind, e.Field, e.permanent, e.cause = ErrInvalidArgument, "Open", true, source.Err
		if ctx.Err() != nil {
			e.kind, e.Field, e.cause = ErrCanceled, "", newContextError(ctx, ctx.Err(), nil)
		}
		return e // never counts as sent: the server saw a request that broke off within its body
	}
	sent, _ := errors.AsType[*transport.Error](err)
	e.judgeTransport(ctx, p, sent)
	if sent != nil {
		e.cause = sent.Err
	}
	if ctx.Err() != nil {
		e.kind, e.cause = ErrCanceled, newContextError(ctx, ctx.Err(), nil)
		return e
	}
	e.cause = ofAttempt(e.cause)
	return e
}

// sinkError is a download whose destination failed.
func sinkError(p *prepared, err error) *Error {
	return &Error{Endpoint: p.Endpoint.ID, Status: http.StatusOK, kind: ErrInvalidArgument, Field: "w", permanent: true, cause: err}
}

// givenUp is a call whose context ended, or would end, before the next attempt. The
// context's error, its cause and the last response stay findable.
func givenUp(ctx context.Context, p *prepared, err error, last *Error) *Error {
	return &Error{
		Endpoint: p.Endpoint.ID, Attempts: p.attempts, kind: ErrCanceled,
		permanent: true, unknown: last.unknown, cause: newContextError(ctx, err, last),
	}
}

// unfinished is a call in which user code panicked or ended its goroutine: only hooks
// see it.
func unfinished(p *prepared) *Error {
	e := &Error{Endpoint: p.Endpoint.ID, Attempts: p.attempts, kind: ErrUnavailable, permanent: true, cause: errUnfinished}
	if p.attempts > 0 {
		e.mayBeDone(p)
	}
	return e
}

var (
	errUnfinished = errors.New("the call panicked or ended its goroutine")
	errCompressed = errors.New("the response is compressed, which was not asked for")
	errUnasked    = errors.New("the server switched to a protocol that was not asked for")
)

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
