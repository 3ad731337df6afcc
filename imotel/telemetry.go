package imotel

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	im "github.com/imrest/im-go"
)

// Scope is the name of the instrumentation scope of all spans and metrics.
const Scope = "github.com/imrest/im-go/imotel"

// Options say where a [Telemetry] reports to.
type Options struct {
	TracerProvider trace.TracerProvider // of the spans; nil: the global one of OpenTelemetry, whenever it is set
	MeterProvider  metric.MeterProvider // of the metrics; nil: as above
	// App distinguishes the apps of a process: it is the attribute im.app of all spans and metrics.
	// Empty: they have none.
	App string
}

// Telemetry reports what one client, its callbacks and its jobs do. It is safe for many
// goroutines.
type Telemetry struct {
	tracer trace.Tracer
	meters *meters
	queue  queue
	always []attribute.KeyValue // of all spans and metrics
	tokens tokens
	stores stores
	intake intake
	jobs   jobs

	beginnings beginnings
	// Of the queue alone:
	requests map[string]string        // names of the spans of attempts, by endpoint
	starting [5]trace.SpanStartOption // used again and again
	ending   [4]attribute.KeyValue

	mu     sync.Mutex // guards what follows
	client *im.Client
	remove []metric.Registration
}

// New makes a Telemetry. If a provider panics, OpenTelemetry's error handler gets the panic, and
// nothing is reported to that provider.
func New(o Options) *Telemetry {
	t := &Telemetry{requests: make(map[string]string), tracer: tracenoop.NewTracerProvider().Tracer(Scope)}
	if o.App != "" {
		t.always = []attribute.KeyValue{appKey.String(o.App)}
	}
	if o.TracerProvider == nil {
		o.TracerProvider = otel.GetTracerProvider()
	}
	if o.MeterProvider == nil {
		o.MeterProvider = otel.GetMeterProvider()
	}
	guarded(func() {
		t.tracer = o.TracerProvider.Tracer(Scope, trace.WithInstrumentationVersion(im.Version), trace.WithSchemaURL(semconv.SchemaURL))
	})
	meter := metricnoop.NewMeterProvider().Meter(Scope)
	guarded(func() {
		meter = o.MeterProvider.Meter(Scope, metric.WithInstrumentationVersion(im.Version), metric.WithSchemaURL(semconv.SchemaURL))
	})
	t.meters = newMeters(meter, t.always)
	t.observe(t.observeOwn, t.meters.own()...)
	return t
}

// errSecondClient says why a client is not made.
var errSecondClient = errors.New("imotel: NewClient: this Telemetry has a client; make a Telemetry for each, with Options.App")

// NewClient is im.New with hook and observer of this Telemetry before those of the options; the
// client's quotas are reported too. A Telemetry can have one client.
func (t *Telemetry) NewClient(c im.Config, options ...im.Option) (*im.Client, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.client != nil {
		return nil, errSecondClient
	}
	client, err := im.New(c, append([]im.Option{im.WithHook(t.hook), im.WithObserver(t.attempted)}, options...)...)
	if err != nil {
		return nil, err
	}
	t.client = client
	t.observe(func(_ context.Context, o metric.Observer) error {
		t.meters.observeQuotas(o, client.Quotas())
		return nil
	}, t.meters.quotas()...)
	return client, nil
}

// observe registers f for the times when a reader collects.
func (t *Telemetry) observe(f metric.Callback, of ...metric.Observable) {
	guarded(func() {
		r, err := t.meters.meter.RegisterCallback(f, of...)
		if err != nil {
			otel.Handle(err)
			return
		}
		t.remove = append(t.remove, r)
	})
}

// observeOwn reports what is counted here.
func (t *Telemetry) observeOwn(_ context.Context, o metric.Observer) error {
	o.ObserveInt64(t.meters.dropped, int64(t.queue.droppedSoFar()), metric.WithAttributes(t.always...)) //nolint:gosec // never so many
	t.tokens.observe(t.meters, o)
	t.stores.observe(t.meters, o)
	t.intake.observe(t.meters, o)
	t.jobs.observe(t.meters, o)
	return nil
}

// Dropped counts what was not reported because the providers took too long.
func (t *Telemetry) Dropped() uint64 { return t.queue.droppedSoFar() }

// Flush waits until all that has happened is with the providers, or ctx ends. Call it
// before ForceFlush of a provider.
func (t *Telemetry) Flush(ctx context.Context) error { return t.queue.flush(ctx) }

// closing is how long Close waits for providers.
const closing = time.Second

// Close hands on what has happened, for a second at most, and ends the reports of quotas. Call
// it before the providers are shut down.
func (t *Telemetry) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), closing)
	defer cancel()
	_ = t.Flush(ctx) // what is not with the providers by now is lost
	t.mu.Lock()
	remove := t.remove
	t.remove = nil
	t.mu.Unlock()
	for _, r := range remove {
		guarded(func() { _ = r.Unregister() })
	}
}
