package im

import (
	"context"
	"net/http"
	"time"

	"github.com/imrest/im-go/internal/job"
)

// callOptions are the exceptions for single calls, which travel in the context.
type callOptions struct {
	noRetry  bool
	lane     Lane
	laned    bool     // the caller chose the lane
	job      *job.Job // that the call is of; nil: none
	response *Response
	header   *http.Header // of the last response, whatever it said
}

type callOptionsKey struct{}

func optionsOf(ctx context.Context) callOptions {
	if ctx == nil {
		return callOptions{}
	}
	o, _ := ctx.Value(callOptionsKey{}).(callOptions)
	if o.job = job.Of(ctx); o.job != nil && !o.laned {
		o.lane = Background
	}
	return o
}

// withOptions leaves a nil context as it is: the call with it is the error.
func withOptions(ctx context.Context, o callOptions) context.Context {
	if ctx == nil {
		return nil
	}
	return context.WithValue(ctx, callOptionsKey{}, o)
}

// WithoutRetry makes calls with this context send at most once.
func WithoutRetry(ctx context.Context) context.Context {
	o := optionsOf(ctx)
	o.noRetry = true
	return withOptions(ctx, o)
}

// Response is what surrounds the payload of a response.
type Response struct {
	Status    int           `json:"status"`             // of HTTP
	Timestamp time.Time     `json:"timestamp,omitzero"` // when the server responded, by its own clock
	Duration  time.Duration `json:"duration,omitzero"`  // how long the server worked
	Cursor    string        `json:"cursor,omitzero"`    // of a page
	Action    string        `json:"action,omitzero"`    // the method, as the server calls it
	Body      []byte        `json:"body,omitempty"`     // the response as it came; nil for downloads
}

// WithResponse makes each successful call with this context fill r, so that r holds the
// last response. A failed call leaves r as it is; its [Error] has the status. Do not share
// the context among calls that run at the same time: all of them write to r.
func WithResponse(ctx context.Context, r *Response) context.Context {
	o := optionsOf(ctx)
	o.response = r
	return withOptions(ctx, o)
}

// withHeader makes calls with this context keep the header of the response.
func withHeader(ctx context.Context, h *http.Header) context.Context {
	o := optionsOf(ctx)
	o.header = h
	return withOptions(ctx, o)
}

// Lane says how urgent a call is where calls wait for their quota.
type Lane int

const (
	// Foreground is the default lane, except for jobs of package batch.
	Foreground Lane = iota
	// Background calls get what foreground calls leave over.
	Background
)

// WithLane puts calls with this context into a lane, [Foreground] by default. A call in a
// lane that does not exist fails with [ErrInvalidArgument].
func WithLane(ctx context.Context, lane Lane) context.Context {
	o := optionsOf(ctx)
	o.lane, o.laned = lane, true
	return withOptions(ctx, o)
}
