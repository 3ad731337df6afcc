package imotel

import (
	"fmt"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/semconv/v1.43.0/httpconv"
	"go.opentelemetry.io/otel/trace"
)

// Bounds of buckets, in seconds.
var (
	callBounds = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60}
	waitBounds = []float64{0.001, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300}
	lagBounds  = []float64{0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86400}
)

// meters are the instruments. The histograms and counters among them are used by the queue
// alone, one note at a time.
type meters struct {
	meter  metric.Meter
	always []attribute.KeyValue
	sets   map[key]*set // made once for all notes alike

	call         metric.Float64Histogram // im.client.call.duration
	request      metric.Float64Histogram // http.client.request.duration
	retries      metric.Int64Counter
	unknown      metric.Int64Counter
	wait         metric.Float64Histogram
	tokenFetch   metric.Float64Histogram
	tokenAge     metric.Float64ObservableGauge
	storeFails   metric.Int64ObservableCounter
	fallback     metric.Int64ObservableGauge
	used         metric.Int64ObservableGauge
	left         metric.Int64ObservableGauge
	waiting      metric.Int64ObservableGauge
	pause        metric.Float64ObservableGauge
	granted      metric.Int64ObservableCounter
	refused      metric.Int64ObservableCounter
	lag          metric.Float64Histogram
	received     metric.Int64Counter
	verdicts     metric.Int64Counter
	handled      metric.Float64Histogram
	decided      metric.Float64Histogram
	failuresLeft metric.Int64ObservableGauge
	rows         metric.Int64ObservableCounter
	dropped      metric.Int64ObservableCounter
}

func newMeters(meter metric.Meter, always []attribute.KeyValue) *meters {
	m := &meters{meter: meter, always: always, sets: make(map[key]*set)}
	m.request = made[metric.Float64Histogram](func() (metric.Float64Histogram, error) {
		h, err := httpconv.NewClientRequestDuration(meter)
		return h.Inst(), err
	}, noop.Float64Histogram{})
	m.call = m.seconds("im.client.call.duration", "Duration of calls, with all their attempts and waits.", callBounds)
	m.wait = m.seconds("im.client.quota.wait", "Time that calls which had to wait for their quota have waited.", waitBounds)
	m.tokenFetch = m.seconds("im.client.token.fetch.duration", "Duration of fetches of the app token.", callBounds)
	m.lag = m.seconds("im.callback.lag", "Time from an event to the arrival of its callback.", lagBounds)
	m.handled = m.seconds("im.callback.handling.duration", "Duration of the handling of an event by the functions of the app.", callBounds)
	m.decided = m.seconds("im.callback.decision.duration", "Duration of decisions about messages, until the response.", callBounds)
	m.retries = m.counter("im.client.retries", "{attempt}", "Attempts that were followed by another one.")
	m.unknown = m.counter("im.client.outcome_unknown", "{call}", "Calls that may have been carried out, and were not retried.")
	m.received = m.counter("im.callback.received", "{callback}", "Callbacks, by what became of them.")
	m.verdicts = m.counter("im.callback.verdicts", "{decision}", "Decisions about messages, by verdict.")

	m.used = m.gauge("im.client.quota.used", "{unit}", "What is taken of a quota, by this client's count.")
	m.left = m.gauge("im.client.quota.left", "{unit}", "What is left of a quota, by this client's count.")
	m.waiting = m.gauge("im.client.waiting", "{call}", "Calls that wait for their quota.")
	m.fallback = m.gauge("im.client.quota.fallback", "{state}", "1 while the shared store of quotas fails and this process counts by itself.")
	m.failuresLeft = m.gauge("im.callback.failures_left", "{callback}", "Failures that this process may respond with before it takes care to avoid a ban.")
	m.pause = m.secondsNow("im.client.quota.pause", "Time until a pool that the server has refused goes on; 0: it is not paused.")
	m.tokenAge = m.secondsNow("im.client.token.age", "Time since the app token was fetched.")
	m.granted = m.total("im.client.quota.granted", "{call}", "Calls that a pool of quotas has let through.")
	m.refused = m.total("im.client.quota.refused", "{call}", "Calls that the server has refused for their rate.")
	m.storeFails = m.total("im.client.store.failures", "{failure}", "Reports that a shared store fails.")
	m.rows = m.total("im.batch.rows", "{row}", "Items of jobs, by what became of them.")
	m.dropped = m.total("im.telemetry.dropped", "{note}", "Spans and values that were dropped since a provider took too long.")
	return m
}

// own are the instruments of observeOwn, quotas those of the client's.
func (m *meters) own() []metric.Observable {
	return []metric.Observable{m.dropped, m.tokenAge, m.storeFails, m.fallback, m.failuresLeft, m.rows}
}

func (m *meters) quotas() []metric.Observable {
	return []metric.Observable{m.used, m.left, m.waiting, m.pause, m.granted, m.refused}
}

// made makes an instrument, or one that does nothing if the provider fails.
func made[I any](f func() (I, error), otherwise I) I {
	instrument := otherwise
	guarded(func() {
		got, err := f()
		if err != nil {
			otel.Handle(fmt.Errorf("imotel: %w", err))
			return
		}
		instrument = got
	})
	return instrument
}

func (m *meters) seconds(name, about string, bounds []float64) metric.Float64Histogram {
	return made[metric.Float64Histogram](func() (metric.Float64Histogram, error) {
		return m.meter.Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(about), metric.WithExplicitBucketBoundaries(bounds...))
	}, noop.Float64Histogram{})
}

func (m *meters) counter(name, unit, about string) metric.Int64Counter {
	return made[metric.Int64Counter](func() (metric.Int64Counter, error) {
		return m.meter.Int64Counter(name, metric.WithUnit(unit), metric.WithDescription(about))
	}, noop.Int64Counter{})
}

func (m *meters) gauge(name, unit, about string) metric.Int64ObservableGauge {
	return made[metric.Int64ObservableGauge](func() (metric.Int64ObservableGauge, error) {
		return m.meter.Int64ObservableGauge(name, metric.WithUnit(unit), metric.WithDescription(about))
	}, noop.Int64ObservableGauge{})
}

func (m *meters) secondsNow(name, about string) metric.Float64ObservableGauge {
	return made[metric.Float64ObservableGauge](func() (metric.Float64ObservableGauge, error) {
		return m.meter.Float64ObservableGauge(name, metric.WithUnit("s"), metric.WithDescription(about))
	}, noop.Float64ObservableGauge{})
}

func (m *meters) total(name, unit, about string) metric.Int64ObservableCounter {
	return made[metric.Int64ObservableCounter](func() (metric.Int64ObservableCounter, error) {
		return m.meter.Int64ObservableCounter(name, metric.WithUnit(unit), metric.WithDescription(about))
	}, noop.Int64ObservableCounter{})
}

// key names a set of attributes: of which instrument, and the values that distinguish sets.
type key struct {
	of         metricName
	a, b, c, d string
	n          int
}

// metricName keeps the sets of instruments apart.
type metricName byte

const (
	callMetric metricName = iota
	requestMetric
	retryMetric
	unknownMetric
	waitMetric
	tokenMetric
	lagMetric
	receivedMetric
	verdictMetric
	handledMetric
)

// set is a set of attributes, as options are given it.
type set struct {
	record []metric.RecordOption
	add    []metric.AddOption
	start  trace.SpanStartOption // for the span of an attempt
}

// maxSets bounds the sets that are kept, should a server make up statuses or hosts.
const maxSets = 10_000

// keep returns the set of a key, made once for all notes alike. Only the queue may call it; what is
// frequent looks into sets before, to spare the attributes.
func (m *meters) keep(k key, attributes ...attribute.KeyValue) *set {
	if s := m.sets[k]; s != nil {
		return s
	}
	if len(m.sets) >= maxSets {
		clear(m.sets)
	}
	attributes = append(attributes, m.always...)
	with := metric.WithAttributeSet(attribute.NewSet(attributes...))
	s := &set{record: []metric.RecordOption{with}, add: []metric.AddOption{with}, start: trace.WithAttributes(attributes...)}
	m.sets[k] = s
	return s
}

// fresh is the attributes of a value that a reader has asked for.
func (m *meters) fresh(attributes ...attribute.KeyValue) metric.ObserveOption {
	return metric.WithAttributeSet(attribute.NewSet(append(attributes, m.always...)...))
}
