package imotel

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"
	"go.opentelemetry.io/otel/trace/noop"
)

// span is started once its note is handed on, or before, by whoever asks for it: its time is
// that of its begin either way. So what only passes it on need not wait for the provider.
type span struct {
	embedded.Span
	tracer trace.Tracer
	parent context.Context //nolint:containedctx // of the caller, for the time when it is started
	begun  time.Time
	name   string
	of     interface {
		beginning() (trace.SpanKind, trace.SpanStartOption) // the kind, and the attributes that samplers see
	}

	once    sync.Once
	real    trace.Span
	ctx     context.Context //nolint:containedctx // with the span in it, for its children
	options [3]trace.SpanStartOption
	ending  [1]trace.SpanEndOption
}

// kindOptions are made once.
var kindOptions = map[trace.SpanKind]trace.SpanStartOption{
	trace.SpanKindClient: trace.WithSpanKind(trace.SpanKindClient), trace.SpanKindServer: trace.WithSpanKind(trace.SpanKindServer),
	trace.SpanKindConsumer: trace.WithSpanKind(trace.SpanKindConsumer),
}

// started returns the span in OpenTelemetry.
func (s *span) started() trace.Span {
	s.once.Do(func() {
		s.real, s.ctx = noop.Span{}, s.parent // if the provider panics
		guarded(func() {
			kind, with := s.of.beginning()
			s.options = [...]trace.SpanStartOption{trace.WithTimestamp(s.begun), kindOptions[kind], with}
			s.ctx, s.real = s.tracer.Start(s.parent, s.name, s.options[:]...)
		})
	})
	return s.real
}

// finish ends the span in OpenTelemetry.
func (s *span) finish(at time.Time) {
	s.ending[0] = trace.WithTimestamp(at)
	s.started().End(s.ending[:]...)
}

// End does nothing: the span ends with what it stands for.
func (s *span) End(...trace.SpanEndOption) {}

// AddEvent implements trace.Span.
func (s *span) AddEvent(name string, o ...trace.EventOption) { s.started().AddEvent(name, o...) }

// AddLink implements trace.Span.
func (s *span) AddLink(l trace.Link) { s.started().AddLink(l) }

// IsRecording implements trace.Span.
func (s *span) IsRecording() bool { return s.started().IsRecording() }

// RecordError implements trace.Span.
func (s *span) RecordError(err error, o ...trace.EventOption) { s.started().RecordError(err, o...) }

// SpanContext implements trace.Span.
func (s *span) SpanContext() trace.SpanContext { return s.started().SpanContext() }

// SetStatus implements trace.Span.
func (s *span) SetStatus(c codes.Code, d string) { s.started().SetStatus(c, d) }

// SetName implements trace.Span.
func (s *span) SetName(name string) { s.started().SetName(name) }

// SetAttributes implements trace.Span.
func (s *span) SetAttributes(kv ...attribute.KeyValue) { s.started().SetAttributes(kv...) }

// TracerProvider implements trace.Span.
func (s *span) TracerProvider() trace.TracerProvider { return s.started().TracerProvider() }
