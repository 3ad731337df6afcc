package imotel_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/embedded"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
	"github.com/imrest/im-go/imotel"
	"github.com/imrest/im-go/imtest"
)

// Providers that do something whenever they are asked for something.
type (
	oddTracers struct {
		tracenoop.TracerProvider
		do func()
	}
	oddTracer struct {
		tracenoop.Tracer
		do func()
	}
	oddMeters struct {
		metricnoop.MeterProvider
		do func()
	}
	oddMeter struct {
		metricnoop.Meter
		do func()
	}
	oddHistogram struct {
		metricnoop.Float64Histogram
		do func()
	}
)

func (p oddTracers) Tracer(string, ...trace.TracerOption) trace.Tracer { return oddTracer{do: p.do} }
func (p oddTracer) Start(ctx context.Context, _ string, _ ...trace.SpanStartOption) (context.Context, trace.Span) {
	p.do()
	return ctx, tracenoop.Span{}
}
func (p oddMeters) Meter(string, ...metric.MeterOption) metric.Meter { return oddMeter{do: p.do} }
func (p oddMeter) Float64Histogram(string, ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	return oddHistogram{do: p.do}, nil
}
func (p oddHistogram) Record(context.Context, float64, ...metric.RecordOption) { p.do() }

// A provider that blocks delays no call, and one that panics fails none: as many calls as ever.
func TestProvidersThatBlockOrPanic(t *testing.T) {
	var mu sync.Mutex
	var handled []error
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		mu.Lock()
		defer mu.Unlock()
		handled = append(handled, err)
	}))
	release := make(chan struct{})
	block := func() { <-release }
	var all []*imotel.Telemetry
	for name, o := range map[string]imotel.Options{
		"tracer blocks": {TracerProvider: oddTracers{do: block}}, "meter blocks": {MeterProvider: oddMeters{do: block}},
		"tracer panics": {TracerProvider: oddTracers{do: func() { panic("at the disco") }}},
		"meter panics":  {MeterProvider: oddMeters{do: func() { panic("at the disco") }}},
	} {
		t.Run(name, func(t *testing.T) {
			srv := imtest.NewServer(t)
			telemetry := imotel.New(o)
			all = append(all, telemetry)
			client, err := telemetry.NewClient(srv.Config(), im.WithoutQuotas())
			require.NoError(t, err)
			defer client.Close()
			begun := time.Now()
			for range 200 {
				require.NoError(t, send(t.Context(), client))
				time.Sleep(time.Millisecond) // so that notes are handed on meanwhile
			}
			assert.Less(t, time.Since(begun), time.Minute)
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			if err := telemetry.Flush(ctx); err != nil {
				assert.ErrorIs(t, err, context.DeadlineExceeded)
			}
		})
	}
	close(release)
	for _, telemetry := range all {
		require.NoError(t, telemetry.Flush(t.Context()))
	}
	mu.Lock()
	defer mu.Unlock()
	assert.NotEmpty(t, handled, "a panic is passed to the error handler")
	for _, err := range handled {
		assert.NotContains(t, err.Error(), "disco")
	}
}

// endless is a processor that panics when a span ends.
type endless struct{ sdktrace.SpanProcessor }

func (endless) OnStart(context.Context, sdktrace.ReadWriteSpan) {}
func (endless) OnEnd(sdktrace.ReadOnlySpan)                     { panic("at the disco") }

// Spans that panic take no metric with them.
func TestMetricsOutlastSpans(t *testing.T) {
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) {}))
	c := collect(t, imotel.Options{}, sdktrace.WithSpanProcessor(endless{}))
	client := c.client(t, imtest.NewServer(t))
	require.NoError(t, send(t.Context(), client))
	h, post := receiver(t, c, callbacks.Config{})
	callbacks.On(h, func(context.Context, callbacks.Event) error { return nil })
	require.Equal(t, http.StatusOK, post(callbackstest.Example(callbacks.KindMessageRecall)))
	m := c.metrics(t)
	kind := str("im.callback.kind", "message.recall")
	assert.InDelta(t, 1, point(t, m["im.client.call.duration"], str("im.endpoint", "messages.send_users")), 0)
	requests, _ := m["http.client.request.duration"].(metricdata.Histogram[float64])
	assert.Len(t, requests.DataPoints, 2, "that of the token, too")
	assert.InDelta(t, 1, point(t, m["im.callback.received"], kind, str("im.callback.result", "accepted")), 0)
	assert.InDelta(t, 1, point(t, m["im.callback.handling.duration"], kind), 0)
}

// While a provider blocks, what cannot be kept is dropped and counted.
func TestDropped(t *testing.T) { synctest.Test(t, dropped) } // a machine that stalls hands on nothing in between

func dropped(t *testing.T) {
	release := make(chan struct{})
	telemetry := imotel.New(imotel.Options{TracerProvider: oddTracers{do: func() { <-release }}, MeterProvider: metricnoop.NewMeterProvider()})
	call := func() {
		_, end := imotel.Hook(telemetry, t.Context(), im.CallInfo{Endpoint: "users.get"})
		end(im.CallEnd{})
	}
	call()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	require.Error(t, telemetry.Flush(ctx), "it blocks")
	for range imotel.MaxNotes + 100 {
		call()
	}
	assert.EqualValues(t, 100, telemetry.Dropped())
	close(release)
	require.NoError(t, telemetry.Flush(t.Context()))
}

// An exporter that fails or takes its time does not concern calls, whichever processor it hangs on.
func TestExporterThatBlocks(t *testing.T) {
	release := make(chan struct{})
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSyncer(slowExporter{release}))
	telemetry := imotel.New(imotel.Options{TracerProvider: tracers, MeterProvider: metricnoop.NewMeterProvider()})
	srv := imtest.NewServer(t)
	client, err := telemetry.NewClient(srv.Config())
	require.NoError(t, err)
	defer client.Close()
	for range 5 {
		require.NoError(t, send(t.Context(), client))
		time.Sleep(30 * time.Millisecond)
	}
	begun := time.Now()
	telemetry.Close()
	assert.Less(t, time.Since(begun), time.Minute, "Close does not wait for ever")
	close(release)
	require.NoError(t, telemetry.Flush(t.Context()))
}

type slowExporter struct{ release chan struct{} }

func (s slowExporter) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error {
	<-s.release
	return errors.New("cannot reach the collector")
}
func (s slowExporter) Shutdown(context.Context) error { return nil }

// Without providers, the global ones of OpenTelemetry are those.
func TestGlobalProviders(t *testing.T) {
	tracers, meters := otel.GetTracerProvider(), otel.GetMeterProvider()
	defer func() { otel.SetTracerProvider(tracers); otel.SetMeterProvider(meters) }()
	c := &collected{spans: tracetest.NewInMemoryExporter(), reader: sdkmetric.NewManualReader()}
	c.Telemetry = imotel.New(imotel.Options{}) // before they are set: OpenTelemetry passes on
	otel.SetTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSyncer(c.spans)))
	otel.SetMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(c.reader)))
	defer c.Close()
	client := c.client(t, imtest.NewServer(t))
	require.NoError(t, send(t.Context(), client))
	assert.Contains(t, c.ended(t), "messages.send_users")
	assert.Contains(t, c.metrics(t), "im.client.quota.granted")
}

// A scrape that does not end delays no call.
func TestScrapeThatBlocks(t *testing.T) {
	release, within := make(chan struct{}), make(chan struct{})
	reader := sdkmetric.NewManualReader()
	meters := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	telemetry := imotel.New(imotel.Options{TracerProvider: tracenoop.NewTracerProvider(), MeterProvider: meters})
	defer telemetry.Close()
	client, err := telemetry.NewClient(imtest.NewServer(t).Config())
	require.NoError(t, err)
	defer client.Close()
	gauge, err := meters.Meter("another").Int64ObservableGauge("blocks")
	require.NoError(t, err)
	_, err = meters.Meter("another").RegisterCallback(func(context.Context, metric.Observer) error {
		close(within)
		<-release
		return nil
	}, gauge)
	require.NoError(t, err)
	var scrape sync.WaitGroup
	scrape.Go(func() {
		var all metricdata.ResourceMetrics
		assert.NoError(t, reader.Collect(context.Background(), &all))
	})
	<-within
	for range 20 {
		require.NoError(t, send(t.Context(), client))
	}
	close(release)
	scrape.Wait()
}

// observedMeters keeps the callbacks that are registered.
type observedMeters struct {
	metricnoop.MeterProvider
	callbacks *[]metric.Callback
}

type observedMeter struct {
	metricnoop.Meter
	callbacks *[]metric.Callback
}

func (p observedMeters) Meter(string, ...metric.MeterOption) metric.Meter {
	return observedMeter{callbacks: p.callbacks}
}

func (m observedMeter) RegisterCallback(f metric.Callback, _ ...metric.Observable) (metric.Registration, error) {
	*m.callbacks = append(*m.callbacks, f)
	return metricnoop.Registration{}, nil
}

// oddObserver does something for each value that it gets.
type oddObserver struct {
	embedded.Observer
	do func()
}

func (o oddObserver) ObserveInt64(metric.Int64Observable, int64, ...metric.ObserveOption) { o.do() }
func (o oddObserver) ObserveFloat64(metric.Float64Observable, float64, ...metric.ObserveOption) {
	o.do()
}

// A reader that blocks at any of its values delays nothing that reports to a Telemetry.
func TestReaderThatBlocks(t *testing.T) {
	var callbacks []metric.Callback
	telemetry := imotel.New(imotel.Options{TracerProvider: tracenoop.NewTracerProvider(), MeterProvider: observedMeters{callbacks: &callbacks}})
	defer telemetry.Close()
	client, err := telemetry.NewClient(imtest.NewServer(t).Config())
	require.NoError(t, err)
	defer client.Close()
	reported := func() {
		for _, store := range []string{im.QuotaStoreEvent, im.TokenStoreEvent} {
			imotel.Attempted(telemetry, t.Context(), im.Event{Endpoint: store, Err: im.ErrUnavailable})
		}
		imotel.Job(telemetry, "register", batch.Job[int]{})
		assert.NoError(t, send(t.Context(), client))
	}
	reported()
	values, release := make(chan struct{}), make(chan struct{})
	var reader sync.WaitGroup
	reader.Go(func() {
		defer close(values)
		for _, f := range callbacks {
			assert.NoError(t, f(context.Background(), oddObserver{do: func() { values <- struct{}{}; <-release }}))
		}
	})
	n := 0
	for range values {
		n++
		done := make(chan struct{})
		go func() { defer close(done); reported() }()
		select {
		case <-done:
		case <-time.After(time.Minute):
			assert.Fail(t, "a value that the reader has not taken holds up a call", "the %d-th", n)
		}
		release <- struct{}{}
	}
	reader.Wait()
	assert.Greater(t, n, 10)
}

// A Telemetry has one client: the quotas of two could not be told apart.
func TestOneClient(t *testing.T) {
	c := collect(t, imotel.Options{})
	srv := imtest.NewServer(t)
	_, err := c.NewClient(im.Config{})
	require.ErrorIs(t, err, im.ErrInvalidArgument)
	c.client(t, srv)
	_, err = c.NewClient(srv.Config())
	require.ErrorContains(t, err, "Options.App")
}
