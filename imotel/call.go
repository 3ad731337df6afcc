package imotel

import (
	"context"
	"errors"
	"sync"
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
	outcome  im.CallEnd
	ended    time.Time
	attempts []attempt
	first    [1]attempt // where attempts are, mostly
}

// attempt is what is reported of one attempt.
type attempt struct {
	number, status       int
	server, kind         string // empty: not sent; has not failed
	waited, took, paused time.Duration
	retried              bool
	ended                time.Time
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
	c.span = span{tracer: t.tracer, parent: ctx, begun: time.Now(), name: info.Endpoint, of: c}
	c.attempts = c.first[:0]
	return trace.ContextWithSpan(context.WithValue(ctx, callKey{}, c), c), c.end
}

func (c *call) end(e im.CallEnd) {
	c.outcome, c.ended = e, time.Now()
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
		c.attempts = append(c.attempts, attempt{
			number: e.Attempt, status: e.Status, server: e.Server, kind: attemptErrorType(e),
			waited: e.Waited, took: e.Took, paused: e.Paused, retried: e.Retried, ended: now,
		})
	}
}

// beginning is what is known of a call when it begins.
func (c *call) beginning() (trace.SpanKind, trace.SpanStartOption) {
	b := &c.t.beginnings
	b.mu.Lock()
	defer b.mu.Unlock()
	option := b.made[c.info]
	if option == nil {
		option = trace.WithAttributes(append([]attribute.KeyValue{
			endpointKey.String(c.info.Endpoint), laneKey.String(laneOf(c.info.Lane)), poolKey.String(c.info.Pool), itemsKey.Int(c.info.Items),
		}, c.t.always...)...)
		if b.made == nil || len(b.made) >= maxSets {
			b.made = make(map[im.CallInfo]trace.SpanStartOption)
		}
		b.made[c.info] = option
	}
	return trace.SpanKindClient, option
}

// beginnings are made once for all calls alike.
type beginnings struct {
	mu   sync.Mutex
	made map[im.CallInfo]trace.SpanStartOption
}

// hand reports a call. Spans that panic leave the metrics alone.
func (c *call) hand() {
	kind, unknown := errorType(c.outcome.Err), errors.Is(c.outcome.Err, im.ErrOutcomeUnknown)
	guarded(func() { c.trace(kind, unknown) })
	for i := range c.attempts {
		c.attempts[i].count(c)
	}
	c.count(kind, unknown)
}

// trace ends the span of a call, after those of its attempts.
func (c *call) trace(kind string, unknown bool) {
	s := c.started()
	if !s.IsRecording() {
		return
	}
	for i := range c.attempts {
		c.attempts[i].trace(c, s)
	}
	with := append(c.t.ending[:0], attemptsKey.Int(c.outcome.Attempts), waitedKey.Float64(c.outcome.Waited.Seconds()))
	if kind != "" {
		with = append(with, semconv.ErrorTypeKey.String(kind), outcomeUnknownKey.Bool(unknown))
		s.SetStatus(codes.Error, "") // no text
	}
	s.SetAttributes(with...)
	c.finish(c.ended)
}

func (c *call) count(kind string, unknown bool) {
	m, id := c.t.meters, c.info.Endpoint
	k := key{of: callMetric, a: id, b: kind}
	with := m.sets[k]
	if with == nil {
		with = m.keep(k, withError(kind, endpointKey.String(id))...)
	}
	m.call.Record(c.ctx, c.ended.Sub(c.begun).Seconds(), with.record...)
	if c.outcome.Waited > 0 {
		m.wait.Record(c.ctx, c.outcome.Waited.Seconds(), m.keep(key{of: waitMetric, a: c.info.Pool}, poolKey.String(c.info.Pool)).record...)
	}
	if unknown {
		m.unknown.Add(c.ctx, 1, m.keep(key{of: unknownMetric, a: id}, endpointKey.String(id)).add...)
	}
}

// withError adds error.type to the attributes of what has failed.
func withError(kind string, attributes ...attribute.KeyValue) []attribute.KeyValue {
	if kind == "" {
		return attributes
	}
	return append(attributes, semconv.ErrorTypeKey.String(kind))
}

// count counts an attempt. One that was not sent has no duration.
func (a *attempt) count(c *call) {
	m, id := c.t.meters, c.info.Endpoint
	if a.retried {
		m.retries.Add(c.ctx, 1, m.keep(key{of: retryMetric, a: id, b: a.kind}, withError(a.kind, endpointKey.String(id))...).add...)
	}
	if a.server != "" {
		m.request.Record(c.ctx, a.took.Seconds(), a.set(c).record...)
	}
}

// set is what the span and the duration of an attempt have in common.
func (a *attempt) set(c *call) *set {
	k := key{of: requestMetric, a: c.info.Endpoint, b: c.info.Method, c: a.server, d: a.kind, n: a.status}
	if with := c.t.meters.sets[k]; with != nil {
		return with
	}
	return c.t.meters.keep(k, a.attributes(c)...)
}

// trace makes the span of an attempt. One that was not sent has none.
func (a *attempt) trace(c *call, of trace.Span) {
	begun := a.ended.Add(-a.took)
	if a.waited > 0 {
		of.AddEvent("im.quota.wait", trace.WithTimestamp(begun), trace.WithAttributes(waitedKey.Float64(a.waited.Seconds())))
	}
	if a.server == "" {
		return
	}
	options := append(c.t.starting[:0], trace.WithTimestamp(begun), kindOptions[trace.SpanKindClient], a.set(c).start)
	if a.number > 1 {
		options = append(options, trace.WithAttributes(semconv.HTTPRequestResendCount(a.number-1)))
	}
	if a.paused > 0 {
		options = append(options, trace.WithAttributes(pauseKey.Float64(a.paused.Seconds())))
	}
	_, s := c.t.tracer.Start(c.ctx, c.requestName(), options...)
	if a.kind != "" {
		s.SetStatus(codes.Error, "") // no text
	}
	c.ending[0] = trace.WithTimestamp(a.ended)
	s.End(c.ending[:]...)
}

// requestName is the name of an attempt's span, by the conventions.
func (c *call) requestName() string {
	name, ok := c.t.requests[c.info.Endpoint]
	if ok {
		return name
	}
	if name = method(c.info.Method).Value.AsString(); name == semconv.HTTPRequestMethodOther.Value.AsString() {
		name = "HTTP"
	}
	if c.info.Endpoint == raw {
		return name
	}
	if c.info.Path != "" {
		name += " " + c.info.Path
	}
	c.t.requests[c.info.Endpoint] = name
	return name
}

// attributes are those of an attempt that its span and its duration have.
func (a *attempt) attributes(c *call) []attribute.KeyValue {
	host, port := server(a.server)
	with := append(make([]attribute.KeyValue, 0, 10), endpointKey.String(c.info.Endpoint), method(c.info.Method), host, port)
	if c.info.Path != "" {
		with = append(with, semconv.URLTemplate(c.info.Path))
	}
	if a.status != 0 {
		with = append(with, semconv.HTTPResponseStatusCode(a.status))
	}
	return withError(a.kind, with...)
}
