package imotel_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/goleak"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imotel"
	"github.com/imrest/im-go/imtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// collected is a Telemetry whose spans and metrics stay in memory.
type collected struct {
	*imotel.Telemetry
	spans  *tracetest.InMemoryExporter
	reader *sdkmetric.ManualReader
}

func collect(t testing.TB, o imotel.Options, sampler ...sdktrace.TracerProviderOption) *collected {
	t.Helper()
	c := &collected{spans: tracetest.NewInMemoryExporter(), reader: sdkmetric.NewManualReader()}
	o.TracerProvider = sdktrace.NewTracerProvider(append(sampler, sdktrace.WithSyncer(c.spans))...)
	o.MeterProvider = sdkmetric.NewMeterProvider(sdkmetric.WithReader(c.reader))
	c.Telemetry = imotel.New(o)
	t.Cleanup(c.Close)
	return c
}

// client makes a client of an emulator.
func (c *collected) client(t testing.TB, srv *imtest.Server, options ...im.Option) *im.Client {
	t.Helper()
	client, err := c.NewClient(srv.Config(), options...)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return client
}

// ended returns the spans that have ended so far, by name; a test makes one of each name, or looks at the last.
func (c *collected) ended(t testing.TB) map[string]tracetest.SpanStub {
	t.Helper()
	require.NoError(t, c.Flush(context.Background()))
	byName := make(map[string]tracetest.SpanStub)
	for _, s := range c.spans.GetSpans() {
		byName[s.Name] = s
	}
	return byName
}

// metrics returns what a reader collects, by name.
func (c *collected) metrics(t testing.TB) map[string]metricdata.Aggregation {
	t.Helper()
	require.NoError(t, c.Flush(context.Background()))
	var all metricdata.ResourceMetrics
	require.NoError(t, c.reader.Collect(context.Background(), &all))
	byName := make(map[string]metricdata.Aggregation)
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			byName[m.Name] = m.Data
		}
	}
	return byName
}

// everything returns all that was reported so far, as text.
func (c *collected) everything(t testing.TB) string {
	t.Helper()
	require.NoError(t, c.Flush(context.Background()))
	var all metricdata.ResourceMetrics
	require.NoError(t, c.reader.Collect(context.Background(), &all))
	return fmt.Sprintf("%+v %+v", c.spans.GetSpans(), all)
}
