package imotel

import (
	_ "github.com/prometheus/client_golang/prometheus/promhttp"
	_ "github.com/imrest/im-go"
	_ "go.opentelemetry.io/otel"
	_ "go.opentelemetry.io/otel/exporters/prometheus"
	_ "go.opentelemetry.io/otel/sdk/metric"
	_ "go.opentelemetry.io/otel/sdk/trace"
	_ "go.opentelemetry.io/otel/sdk/trace/tracetest"
	_ "go.opentelemetry.io/otel/sdk/metric/metricdata"
	_ "github.com/stretchr/testify/require"
	_ "go.uber.org/goleak"
)
