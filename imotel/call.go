package imotel

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	im "github.com/imrest/im-go"
)

// call is the note of one call of the client's.
type call struct {
	span
	t        *Telemetry
	info     im.CallInfo
	end      im.CallEnd
	ended    time.Time
	attempts []attempt
	first    [1]attempt // where attempts are, mostly
}

// attempt is one of a call.
type attempt struct {
	im.Event
	ended time.Time
}

// callKey is the context's key for the call.
type callKey struct{}

// hook surrounds each call; see im.WithHook.
func (t *Telemetry) hook(ctx context.Context, info im.CallInfo) (context.Context, func(im.CallEnd)) {
	info.Endpoint, info.Pool = endpointOf(info.Endpoint), endpointOf(info.Pool)
	if info.Endpoint == raw {
		info.Path = ""
	}
	c := &call{t: t, info: info}
	c.span = span{tracer: t.tracer, parent: ctx, begun: time.Now(), name: info.Endpoint, kind: trace.SpanKindClient, with: c.beginning}
	c.attempts = c.first[:0]
	return trace.ContextWithSpan(context.WithValue(ctx, callKey{}, c), c), c.finish
}

func (c *call) finish(e im.CallEnd) {
	c.end, c.ended = e, time.Now()
	c.t.queue.add(c)
}

// attempted sees the events of the client; see im.WithObserver.
func (t *Telemetry) attempted(ctx context.Context, e im.Event) {
	now := time.Now()
	c, _ := ctx.Value(callKey{}).(*call)
	switch {
	case e.Endpoint == im.TokenFetchEvent:
		t.tokens.fetched(e, now)
		t.queue.add(&tokenFetch{t, ctx, c, e, now})
	case e.Attempt == 0:
		t.stores.reported(e)
	case c != nil:
		c.attempts = append(c.attempts, attempt{e, now})
	}
}

// beginning is what is known of a call when it begins.
func (c *call) beginning() []attribute.KeyValue {
	return append([]attribute.KeyValue{
		endpointKey.String(c.info.Endpoint), laneKey.String(laneOf(c.info.Lane)), poolKey.String(c.info.Pool), itemsKey.Int(c.info.Items),
	}, c.t.always...)
}

// hand reports a call.
func (c *call) hand() {
	s := c.started()
	for i := range c.attempts {
		c.attempts[i].report(c, s.IsRecording())
	}
	kind, unknown := errorType(c.end.Err), errors.Is(c.end.Err, im.ErrOutcomeUnknown)
	if s.IsRecording() {
		with := append(make([]attribute.KeyValue, 0, 4), attemptsKey.Int(c.end.Attempts), waitedKey.Float64(c.end.Waited.Seconds()))
		if kind != "" {
			with = append(with, semconv.ErrorTypeKey.String(kind), outcomeUnknownKey.Bool(unknown))
			s.SetStatus(codes.Error, "") // no text
		}
		s.SetAttributes(with...)
	}
	s.End(trace.WithTimestamp(c.ended))
	c.count(kind, unknown)
}

// Keys of sets of attributes.
type (
	callSet    struct{ endpoint, kind string }
	retrySet   struct{ endpoint, kind string }
	unknownSet struct{ endpoint string }
	poolSet    struct{ pool string }
	requestSet struct {
		endpoint, method, server, kind string
		status                         int
	}
)

func (c *call) count(kind string, unknown bool) {
	m, id := c.t.meters, c.info.Endpoint
	m.call.Record(c.ctx, c.ended.Sub(c.begun).Seconds(), m.set(callSet{id, kind}, func() []attribute.KeyValue {
		return withError(kind, endpointKey.String(id))
	}))
	if c.end.Attempts > 0 || c.end.Waited > 0 {
		m.wait.Record(c.ctx, c.end.Waited.Seconds(), m.set(poolSet{c.info.Pool}, func() []attribute.KeyValue {
			return []attribute.KeyValue{poolKey.String(c.info.Pool)}
		}))
	}
	if unknown {
		m.unknown.Add(c.ctx, 1, m.set(unknownSet{id}, func() []attribute.KeyValue { return []attribute.KeyValue{endpointKey.String(id)} }))
	}
}

// withError adds error.type to the attributes of what has failed.
func withError(kind string, attributes ...attribute.KeyValue) []attribute.KeyValue {
	if kind == "" {
		return attributes
	}
	return append(attributes, semconv.ErrorTypeKey.String(kind))
}

// report makes the span of an attempt and counts it. One that was not sent has neither.
func (a *attempt) report(c *call, recording bool) {
	begun := a.ended.Add(-a.Took)
	if recording && a.Waited > 0 {
		c.started().AddEvent("im.quota.wait", trace.WithTimestamp(begun), trace.WithAttributes(waitedKey.Float64(a.Waited.Seconds())))
	}
	kind := attemptErrorType(a.Event)
	if a.Retried {
		m, id := c.t.meters, c.info.Endpoint
		m.retries.Add(c.ctx, 1, m.set(retrySet{id, kind}, func() []attribute.KeyValue {
			return withError(kind, endpointKey.String(id))
		}))
	}
	if a.Server == "" {
		return
	}
	if recording {
		a.trace(c, begun, kind)
	}
	m := c.t.meters
	m.request.Record(c.ctx, a.Took.Seconds(), m.set(requestSet{c.info.Endpoint, c.info.Method, a.Server, kind, a.Status}, func() []attribute.KeyValue {
		return a.attributes(c, kind)
	}))
}

// trace makes the span of an attempt.
func (a *attempt) trace(c *call, begun time.Time, kind string) {
	name := method(c.info.Method).Value.AsString()
	if name == semconv.HTTPRequestMethodOther.Value.AsString() {
		name = "HTTP" // by the conventions
	}
	if c.info.Path != "" {
		name += " " + c.info.Path
	}
	with := append(a.attributes(c, kind), c.t.always...)
	if a.Attempt > 1 {
		with = append(with, semconv.HTTPRequestResendCount(a.Attempt-1))
	}
	if a.Paused > 0 {
		with = append(with, pauseKey.Float64(a.Paused.Seconds()))
	}
	_, s := c.t.tracer.Start(c.ctx, name, trace.WithTimestamp(begun), trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(with...))
	if kind != "" {
		s.SetStatus(codes.Error, "") // no text
	}
	s.End(trace.WithTimestamp(a.ended))
}

// attributes are those of an attempt that its span and its duration have.
func (a *attempt) attributes(c *call, kind string) []attribute.KeyValue {
	host, port := server(a.Server)
	with := append(make([]attribute.KeyValue, 0, 10), endpointKey.String(c.info.Endpoint), method(c.info.Method), host, port)
	if c.info.Path != "" {
		with = append(with, semconv.URLTemplate(c.info.Path))
	}
	if a.Status != 0 {
		with = append(with, semconv.HTTPResponseStatusCode(a.Status))
	}
	return withError(kind, with...)
}
