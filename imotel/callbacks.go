package imotel

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/imrest/im-go/callbacks"
)

// Callbacks returns the configuration with an Observe that reports each callback, beside the
// Observe that the configuration has.
func (t *Telemetry) Callbacks(c callbacks.Config) callbacks.Config {
	observe := c.Observe
	c.Observe = func(ctx context.Context, o callbacks.Observation) {
		d, _ := ctx.Value(deliveryKey{}).(*delivery)
		if d == nil { // not served by Receive
			d = &delivery{t: t, span: span{parent: ctx, ctx: ctx}}
			defer t.queue.add(d)
		}
		d.seen, d.Observation = true, o
		d.decision.Store(o.Verdict != "")
		if observe != nil {
			observe(ctx, o)
		}
	}
	return c
}

// Receive returns the handler with a span for each callback, and one for each event that its
// functions handle, those included that come out of a store. Call it once for a handler, which
// should be made of a configuration of [Telemetry.Callbacks].
func (t *Telemetry) Receive(h *callbacks.Handler) http.Handler {
	h.Use(t.handling)
	h.UseDecision(deciding)
	t.intake.add(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d := &delivery{t: t}
		d.span = span{tracer: t.tracer, parent: r.Context(), begun: time.Now(), name: "receive", of: d}
		defer func() {
			d.ended = time.Now()
			t.queue.add(d)
		}()
		h.ServeHTTP(w, r.WithContext(trace.ContextWithSpan(context.WithValue(r.Context(), deliveryKey{}, d), d)))
	})
}

// delivery is the note of one callback.
type delivery struct {
	span
	callbacks.Observation
	t        *Telemetry
	decision atomic.Bool
	seen     bool
	ended    time.Time // zero: without a span
}

type deliveryKey struct{}

// system is the messaging.system of callbacks.
const system = "im"

// deciding notes that a callback asks for a decision, before a function asks for its span.
func deciding(next callbacks.DecisionFunc) callbacks.DecisionFunc {
	return func(ctx context.Context, o *callbacks.Outgoing) callbacks.Verdict {
		if d, ok := ctx.Value(deliveryKey{}).(*delivery); ok {
			d.decision.Store(true)
		}
		return next(ctx, o)
	}
}

func (d *delivery) beginning() (trace.SpanKind, trace.SpanStartOption) {
	kind := trace.SpanKindConsumer
	if d.decision.Load() {
		kind = trace.SpanKindServer
	}
	return kind, trace.WithAttributes(d.t.messaging(d.operation())...)
}

// operation is what the span stands for: a decision or an event.
func (d *delivery) operation() string {
	if d.decision.Load() {
		return "decide"
	}
	return "receive"
}

func (t *Telemetry) messaging(operation string) []attribute.KeyValue {
	with := []attribute.KeyValue{semconv.MessagingSystemKey.String(system), semconv.MessagingOperationName(operation)}
	switch operation {
	case "receive":
		with = append(with, semconv.MessagingOperationTypeReceive)
	case "process":
		with = append(with, semconv.MessagingOperationTypeProcess)
	}
	return append(with, t.always...)
}

func (d *delivery) hand() {
	if !d.seen {
		return // the handler has panicked
	}
	kind := callbackErrorType(d.Err)
	if !d.ended.IsZero() {
		guarded(func() { d.trace(kind) })
	}
	d.count(kind)
}

func (d *delivery) trace(kind string) {
	s := d.started()
	if s.IsRecording() {
		s.SetName(d.operation() + " " + kindOf(d.Kind))
		s.SetAttributes(withError(kind, callbackKey.String(kindOf(d.Kind)), semconv.HTTPResponseStatusCode(d.Status))...)
		if d.Verdict != "" {
			s.SetAttributes(verdictKey.String(d.Verdict), fellBackKey.Bool(d.FellBack))
		} else {
			s.SetAttributes(resultKey.String(d.result()))
		}
		if kind != "" {
			s.SetStatus(codes.Error, "") // no text
		}
	}
	d.finish(d.ended)
}

func (d *delivery) count(kind string) {
	m, of := d.t.meters, kindOf(d.Kind)
	if d.Lag > 0 && !d.Recovered {
		m.lag.Record(d.ctx, d.Lag.Seconds(), m.keep(key{of: lagMetric, a: of}, callbackKey.String(of)).record...)
	}
	if d.Verdict == "" {
		result := d.result()
		m.received.Add(d.ctx, 1, m.keep(key{of: receivedMetric, a: of, b: result, c: kind},
			withError(kind, callbackKey.String(of), resultKey.String(result))...).add...)
		return
	}
	k := key{of: verdictMetric, a: d.Verdict, b: strconv.FormatBool(d.FellBack)}
	with := m.keep(k, verdictKey.String(d.Verdict), fellBackKey.Bool(d.FellBack))
	m.verdicts.Add(d.ctx, 1, with.add...)
	if !d.ended.IsZero() {
		m.decided.Record(d.ctx, d.ended.Sub(d.begun).Seconds(), with.record...)
	}
}

// result says what became of a callback that is not a decision.
func (d *delivery) result() string {
	switch {
	case d.Recovered:
		return "recovered"
	case d.Status >= 400:
		return "refused"
	case d.Quarantined:
		return "quarantined"
	case d.Repeated:
		return "repeated"
	case d.Suspicious:
		return "suspicious"
	}
	return "accepted"
}

// kindOf is the kind of an event; one that could not be read has none.
func kindOf(k callbacks.Kind) string {
	if k == "" {
		k = callbacks.KindUnknown
	}
	return string(k)
}

// handling surrounds the functions that handle an event.
func (t *Telemetry) handling(next callbacks.HandlerFunc) callbacks.HandlerFunc {
	return func(ctx context.Context, e callbacks.Event) error {
		h := &handled{t: t, of: kindOf(e.Kind())}
		h.span = span{tracer: t.tracer, parent: ctx, begun: time.Now(), name: "process " + h.of, of: h}
		h.err = errPanicked
		defer func() {
			h.ended = time.Now()
			t.queue.add(h)
		}()
		h.err = next(trace.ContextWithSpan(ctx, h), e)
		return h.err
	}
}

var errPanicked = errors.New("a function of the app has panicked")

// handled is the note of an event that the functions of the app have handled.
type handled struct {
	span
	t     *Telemetry
	of    string
	err   error
	ended time.Time
}

func (h *handled) beginning() (trace.SpanKind, trace.SpanStartOption) {
	return trace.SpanKindConsumer, trace.WithAttributes(append(h.t.messaging("process"), callbackKey.String(h.of))...)
}

func (h *handled) hand() {
	m, kind := h.t.meters, callbackErrorType(h.err)
	guarded(func() {
		s := h.started()
		if kind != "" {
			s.SetAttributes(semconv.ErrorTypeKey.String(kind))
			s.SetStatus(codes.Error, "") // no text
		}
		h.finish(h.ended)
	})
	m.handled.Record(h.ctx, h.ended.Sub(h.begun).Seconds(), m.keep(key{of: handledMetric, a: h.of, b: kind},
		withError(kind, callbackKey.String(h.of))...).record...)
}

// callbackErrorType is the error.type of a callback; empty: it was accepted.
func callbackErrorType(err error) string {
	for _, reason := range []struct {
		err  error
		name string
	}{
		{callbacks.ErrMethod, "method"}, {callbacks.ErrToken, "token"}, {callbacks.ErrTooLong, "too_long"},
		{callbacks.ErrSignature, "signature"}, {callbacks.ErrStale, "stale"}, {callbacks.ErrFull, "store_full"},
		{callbacks.ErrDeadline, "deadline"}, {callbacks.ErrOverloaded, "overloaded"}, {errPanicked, "panic"},
	} {
		if errors.Is(err, reason.err) {
			return reason.name
		}
	}
	if _, panicked := errors.AsType[*callbacks.PanicError](err); panicked {
		return "panic"
	}
	return errorType(err)
}

// intake knows the handlers, for how far a ban is.
type intake struct {
	mu       sync.Mutex
	handlers []*callbacks.Handler
}

func (i *intake) add(h *callbacks.Handler) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.handlers = append(i.handlers, h)
}

// observe reports the handler that has least left: a ban is of the app.
func (i *intake) observe(m *meters, o metric.Observer) {
	i.mu.Lock()
	handlers := slices.Clone(i.handlers)
	i.mu.Unlock()
	if len(handlers) == 0 {
		return
	}
	least := handlers[0].Stats().FailuresLeft
	for _, h := range handlers[1:] {
		least = min(least, h.Stats().FailuresLeft)
	}
	o.ObserveInt64(m.failuresLeft, int64(least), m.fresh())
}
