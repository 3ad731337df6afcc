// Command observability shows what imotel reports: the traffic of the quickstart, callbacks and a job, with a
// fault now and then, against an emulator in its own process, and the metrics of it for Prometheus.
//
//	go run github.com/imrest/im-go/imotel/examples/observability@latest
//	prometheus --config.file=prometheus.yml
//
// Beside it lie the configuration of Prometheus, the rules of its alerts, and a dashboard for Grafana. The
// guide docs/observability.md explains them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/otlptranslator"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imotel"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:9464", "where /metrics is served")
	every := flag.Duration("every", time.Second, "pause between rounds of traffic")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *addr)
	if err == nil {
		fmt.Printf("metrics are at http://%s/metrics; end with Ctrl-C\n", listener.Addr())
		err = run(ctx, listener, *every)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "observability:", err)
		os.Exit(1)
	}
}

// run makes traffic and serves its metrics until ctx ends.
func run(ctx context.Context, listener net.Listener, every time.Duration) error {
	registry := prometheus.NewRegistry()
	meters, err := newMeters(registry)
	if err != nil {
		return err
	}
	telemetry := imotel.New(imotel.Options{MeterProvider: meters})
	defer telemetry.Close()

	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	err = traffic(ctx, telemetry, every)
	_ = server.Close()
	if served := <-ended; err == nil && !errors.Is(served, http.ErrServerClosed) {
		err = served
	}
	return err
}

// newMeters makes a provider whose metrics are in a registry of Prometheus, under names that every version
// of Prometheus takes, which dashboard and rules are written for.
func newMeters(registry *prometheus.Registry) (*sdkmetric.MeterProvider, error) {
	reader, err := exporter.New(exporter.WithRegisterer(registry), exporter.WithoutScopeInfo(),
		exporter.WithTranslationStrategy(otlptranslator.UnderscoreEscapingWithSuffixes))
	if err != nil {
		return nil, err
	}
	return sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)), nil
}

// given is a failure that traffic asks for.
func given(err error) bool {
	return err == nil || errors.Is(err, im.ErrOutcomeUnknown) || errors.Is(err, im.ErrNotFound) || errors.Is(err, im.ErrAlreadyExists) || errors.Is(err, im.ErrPartial)
}
