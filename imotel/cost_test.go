package imotel_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imotel"
)

// The bounds of what a call may cost more than with the bare client.
const (
	maxCost       = 6 * time.Microsecond
	maxUnsampled  = 2 * time.Microsecond
	maxAllocation = 24
)

// canned is a transport that responds at once, so that what is measured is the client's.
type canned struct{}

func (canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(`{"entities":[{"username":"alice","activated":true}]}`)),
	}, nil
}

// dropSpans is an exporter that keeps nothing.
type dropSpans struct{}

func (dropSpans) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error { return nil }
func (dropSpans) Shutdown(context.Context) error                             { return nil }

// costed makes a client with telemetry, and what waits until all is reported.
func costed(t testing.TB, sampler sdktrace.Sampler) (*im.Client, func()) {
	t.Helper()
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSampler(sampler), sdktrace.WithBatcher(dropSpans{}))
	meters := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))
	telemetry := imotel.New(imotel.Options{TracerProvider: tracers, MeterProvider: meters})
	client, err := telemetry.NewClient(cannedConfig(), cannedOptions()...)
	require.NoError(t, err)
	t.Cleanup(func() {
		telemetry.Close()
		_ = tracers.Shutdown(context.Background())
		_ = meters.Shutdown(context.Background())
	})
	return client, func() { _ = telemetry.Flush(context.Background()) }
}

func bare(t testing.TB) (*im.Client, func()) {
	t.Helper()
	client, err := im.New(cannedConfig(), cannedOptions()...)
	require.NoError(t, err)
	return client, func() {}
}

func cannedConfig() im.Config {
	return im.Config{Host: "a1.example.com", Org: "acme", App: "demo", Platform: im.Agora, Token: im.StaticToken("a-token")}
}

func cannedOptions() []im.Option {
	return []im.Option{im.WithHTTPClient(&http.Client{Transport: canned{}}), im.WithQuota("users.get", im.Quota{N: 100_000_000, Per: time.Second})}
}

// cost is what a call costs: the time that its caller waits, and the time of the processor for all
// that is done of it, beside the call as well.
type cost struct{ caller, total time.Duration }

func (c cost) minus(o cost) cost { return cost{c.caller - o.caller, c.total - o.total} }

// costs measures a call of each of the clients in turns, on one processor, and returns the least of
// each: what else runs on the machine makes it more.
func costs(t testing.TB, rounds int) (without, sampled, unsampled cost) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const calls = 100
	measure := func(least *cost, client *im.Client, flush func()) {
		begun, used := time.Now(), cpuTime()
		for range calls {
			if _, err := client.Users.Get(t.Context(), "alice"); err != nil {
				t.Fatal(err)
			}
		}
		caller := time.Since(begun) / calls
		flush()
		*least = cost{min(least.caller, caller), min(least.total, (cpuTime()-used)/calls)}
	}
	clients := []struct {
		client *im.Client
		flush  func()
		cost   cost
	}{{}, {}, {}}
	clients[0].client, clients[0].flush = bare(t)
	clients[1].client, clients[1].flush = costed(t, sdktrace.AlwaysSample())
	clients[2].client, clients[2].flush = costed(t, sdktrace.NeverSample())
	for i := range clients {
		clients[i].cost = cost{time.Hour, time.Hour}
	}
	for range rounds {
		for i := range clients {
			c := &clients[i]
			measure(&c.cost, c.client, c.flush)
		}
	}
	return clients[0].cost, clients[1].cost.minus(clients[0].cost), clients[2].cost.minus(clients[0].cost)
}

// BenchmarkCost reports what a call costs more than with the bare client.
func BenchmarkCost(b *testing.B) {
	for b.Loop() {
		without, sampled, unsampled := costs(b, 1000)
		for name, d := range map[string]time.Duration{
			"bare-ns": without.caller, "sampled-ns": sampled.caller, "unsampled-ns": unsampled.caller,
			"bare-cpu-ns": without.total, "sampled-cpu-ns": sampled.total, "unsampled-cpu-ns": unsampled.total,
		} {
			b.ReportMetric(float64(d.Nanoseconds()), name)
		}
	}
}

// The caller of a call waits at most so much longer, on a machine with nothing else to do.
func TestCostInTime(t *testing.T) {
	if os.Getenv("IM_TORTURE") == "" {
		t.Skip("IM_TORTURE=1 measures the time of a call")
	}
	without, sampled, unsampled := costs(t, 300)
	t.Logf("the caller waits %v without, %v more with traces and metrics, %v more if not sampled", without.caller, sampled.caller, unsampled.caller)
	t.Logf("the processor works %v without, %v more with traces and metrics, %v more if not sampled", without.total, sampled.total, unsampled.total)
	assert.LessOrEqual(t, sampled.caller, maxCost)
	assert.LessOrEqual(t, unsampled.caller, maxUnsampled)
}

// A call costs at most so many allocations more, what is done beside the call included.
func TestCostInAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector drops what sync.Pool holds")
	}
	allocations := func(client *im.Client, flush func()) float64 {
		const calls = 100
		least := 1e9
		for range 5 { // pools are emptied now and then
			least = min(least, testing.AllocsPerRun(20, func() {
				for range calls {
					if _, err := client.Users.Get(t.Context(), "alice"); err != nil {
						t.Fatal(err)
					}
				}
				flush()
			})/calls)
		}
		return least
	}
	without := allocations(bare(t))
	sampled := allocations(costed(t, sdktrace.AlwaysSample()))
	unsampled := allocations(costed(t, sdktrace.NeverSample()))
	t.Logf("%.1f allocations without, %.1f more with traces and metrics, %.1f more if not sampled", without, sampled-without, unsampled-without)
	assert.LessOrEqual(t, sampled-without, float64(maxAllocation))
}
