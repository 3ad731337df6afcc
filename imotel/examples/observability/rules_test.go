package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
	"github.com/imrest/im-go/imotel"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

// step is how often series are recorded.
const step = 15 * time.Second

// world is an emulator and what talks to it, on the fake clock.
type world struct {
	srv     *imtest.Server
	client  *im.Client
	handler *callbacks.Handler
	post    func(body callbackstest.Body, secret string)
	store   *storeOfOne
	failing atomic.Bool // what the scenario makes fail, fails now
}

// inMemory is the way to the emulator without a network, which the fake clock does not know.
type inMemory struct{ srv *imtest.Server }

func (m inMemory) RoundTrip(r *http.Request) (res *http.Response, err error) {
	defer func() {
		if p := recover(); p == http.ErrAbortHandler { //nolint:errorlint // as net/http compares
			err = errors.New("the connection is broken")
		} else if p != nil {
			panic(p)
		}
	}()
	w := httptest.NewRecorder()
	sent := r.Clone(r.Context())
	sent.RequestURI = r.URL.RequestURI()
	if sent.Body == nil {
		sent.Body = http.NoBody
	}
	sent.RemoteAddr = "192.0.2.1:1234"
	m.srv.ServeHTTP(w, sent)
	return w.Result(), nil
}

// storeOfOne is a store of quotas that lets everything through, until it fails.
type storeOfOne struct{ fails *atomic.Bool }

func (s *storeOfOne) Take(context.Context, string, string, []im.QuotaTake) (time.Duration, error) {
	if s.fails.Load() {
		return 0, errors.New("connection refused")
	}
	return 0, nil
}
func (s *storeOfOne) Pause(context.Context, string, string, time.Duration) error { return nil }

// scenario is a run of an emulator with a fault, and the alerts that are to fire at its end.
type scenario struct {
	name    string
	options func(*world) []im.Option
	each    func(context.Context, *testing.T, *world)
	fires   []string
}

func get(ctx context.Context, w *world) error {
	_, err := w.client.Users.Get(ctx, "nobody")
	if errors.Is(err, im.ErrNotFound) {
		return nil
	}
	return err
}

// calm is the traffic of a step when all is well.
func calm(ctx context.Context, t *testing.T, w *world) {
	for range 20 {
		require.NoError(t, get(ctx, w))
	}
	_, err := w.client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{Body: messages.Text("hi")})
	require.NoError(t, err)
	w.post(event(time.Second), ruleSecret)
}

// event is a callback of so long ago.
func event(ago time.Duration) callbackstest.Body {
	events++
	return callbackstest.Example(callbacks.KindMessageRecall).With("callId", fmt.Sprint("call-", events)).With("timestamp", time.Now().Add(-ago).UnixMilli())
}

var events int

// The fault of each begins after a third of the run, which lasts for half an hour.
const duration = 30 * time.Minute

var scenarios = []scenario{
	{name: "all is well"},
	{
		name: "quota",
		options: func(*world) []im.Option {
			return []im.Option{im.WithQuota("users.get", im.Quota{N: 60, Per: time.Minute})}
		},
		each: func(ctx context.Context, _ *testing.T, w *world) {
			go func() {
				for w.failing.Load() && ctx.Err() == nil { // as fast as the quota lets it
					_ = get(ctx, w)
				}
			}()
		},
		fires: []string{"ImQuotaNearlyUsed"},
	},
	{
		name: "refusals",
		each: func(ctx context.Context, t *testing.T, w *world) {
			w.srv.Fault(imtest.OnEndpoint("users.get"), imtest.First(1), imtest.RateLimited())
			for range 20 {
				require.NoError(t, get(ctx, w))
			}
		},
		fires: []string{"ImRefused"},
	},
	{
		name: "lost responses",
		each: func(ctx context.Context, t *testing.T, w *world) {
			w.srv.Fault(imtest.OnEndpoint("messages.send_users"), imtest.First(1), imtest.CutAfterProcessing())
			_, err := w.client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{Body: messages.Text("hi")})
			require.ErrorIs(t, err, im.ErrOutcomeUnknown)
		},
		fires: []string{"ImOutcomeUnknown"},
	},
	{
		name: "token",
		each: func(ctx context.Context, t *testing.T, w *world) {
			w.srv.Fault(imtest.OnEndpoint("auth.app_token"), imtest.First(10), imtest.BadGateway())
			w.srv.ExpireTokens()
			require.Error(t, get(im.WithoutRetry(ctx), w))
		},
		fires: []string{"ImTokenFails"},
	},
	{
		name:  "lag",
		each:  func(_ context.Context, _ *testing.T, w *world) { w.post(event(2*time.Minute), ruleSecret) },
		fires: []string{"ImCallbackLag"},
	},
	{
		name: "ban",
		each: func(_ context.Context, _ *testing.T, w *world) {
			for range 20 {
				w.post(event(time.Second), "a guess")
			}
		},
		fires: []string{"ImBanNear"},
	},
	{
		name:    "store",
		options: func(w *world) []im.Option { return []im.Option{im.WithQuotaStore(w.store)} },
		each:    func(ctx context.Context, _ *testing.T, w *world) { _ = get(ctx, w) },
		fires:   []string{"ImStoreFails"},
	},
}

// Each alert fires on what a run with its fault records, no other does, and none without a fault.
func TestRules(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is missing (apt-get install prometheus): the rules are not tested")
	}
	rules, err := filepath.Abs("alerts.yml")
	require.NoError(t, err)
	fired := make(map[string]bool)
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "rules_test.yml")
			require.NoError(t, os.WriteFile(file, s.unitTest(rules, record(t, s)), 0o600))
			out, err := exec.CommandContext(t.Context(), promtool, "test", "rules", file).CombinedOutput()
			require.NoError(t, err, "%s", out)
		})
		for _, alert := range s.fires {
			fired[alert] = true
		}
	}
	text, err := os.ReadFile("alerts.yml")
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		if _, alert, ok := strings.Cut(strings.TrimSpace(line), "alert: "); ok {
			require.True(t, fired[alert], "no scenario for %s", alert)
		}
	}
}

// unitTest is the run as promtool reads it: nothing fires before the fault, and at the end what it is
// for. The half of the time before the fault that is needed to begin with is left out.
func (s scenario) unitTest(rules string, series map[string][]string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "rule_files: [%q]\nevaluation_interval: %s\ntests:\n- interval: %s\n  input_series:\n", rules, step, step)
	for _, name := range slices.Sorted(maps.Keys(series)) {
		fmt.Fprintf(&b, "  - {series: %q, values: %q}\n", name, strings.Join(series[name], " "))
	}
	fmt.Fprintf(&b, "  promql_expr_test:\n")
	expect := func(at time.Duration, alerts []string) {
		fmt.Fprintf(&b, "  - expr: 'group by (alertname) (ALERTS{alertstate=\"firing\"})'\n    eval_time: %s\n    exp_samples: [", at)
		for _, alert := range alerts {
			fmt.Fprintf(&b, "{labels: '{alertname=%q}', value: 1},", alert)
		}
		fmt.Fprintf(&b, "]\n")
	}
	expect(duration/3, nil)
	expect(duration, s.fires)
	return []byte(b.String())
}

// record makes the run, and returns its series as they were scraped, "_" for none.
func record(t *testing.T, s scenario) map[string][]string {
	srv := imtest.NewServer(t) // outside of the fake clock: it listens
	series := make(map[string][]string)
	synctest.Test(t, func(t *testing.T) {
		w, registry, telemetry := newWorld(t, srv, s)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for n := range int(duration/step) + 1 {
			calm := calm
			if at := time.Duration(n) * step; s.each != nil && at > duration/3 {
				if !w.failing.Swap(true) || s.name != "quota" { // that one goes on by itself
					s.each(ctx, t, w)
				}
				calm = func(context.Context, *testing.T, *world) {}
			}
			calm(ctx, t, w)
			time.Sleep(step / 2)
			require.NoError(t, telemetry.Flush(ctx))
			scrape(t, registry, series, n)
			time.Sleep(step - time.Duration(time.Now().UnixNano())%step)
		}
		w.failing.Store(false)
		cancel()
		w.client.Close()
		telemetry.Close()
	})
	return series
}

func newWorld(t *testing.T, srv *imtest.Server, s scenario) (*world, *prometheus.Registry, *imotel.Telemetry) {
	registry := prometheus.NewRegistry()
	meters, err := newMeters(registry)
	require.NoError(t, err)
	telemetry := imotel.New(imotel.Options{MeterProvider: meters})
	w := &world{srv: srv}
	w.store = &storeOfOne{&w.failing}
	options := []im.Option{im.WithHTTPClient(&http.Client{Transport: inMemory{srv}})}
	if s.options != nil {
		options = append(options, s.options(w)...)
	}
	w.client, err = telemetry.NewClient(srv.Config(), options...)
	require.NoError(t, err)
	w.handler, err = callbacks.New(telemetry.Callbacks(callbacks.Config{Secrets: []string{ruleSecret}}))
	require.NoError(t, err)
	served := telemetry.Receive(w.handler)
	w.post = func(b callbackstest.Body, secret string) {
		served.ServeHTTP(discard{}, callbackstest.Request(secret, b))
	}
	return w, registry, telemetry
}

// scrape adds the n-th value of each series.
func scrape(t *testing.T, registry *prometheus.Registry, series map[string][]string, n int) {
	families, err := registry.Gather()
	require.NoError(t, err)
	for name, value := range samples(families) {
		for len(series[name]) < n {
			series[name] = append(series[name], "_")
		}
		series[name] = append(series[name], strconv.FormatFloat(value, 'g', -1, 64))
	}
}

// samples are what Prometheus makes of what it scrapes.
func samples(families []*dto.MetricFamily) map[string]float64 {
	all := make(map[string]float64)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			labels := make([]string, 0, len(m.GetLabel())+1)
			for _, l := range m.GetLabel() {
				labels = append(labels, fmt.Sprintf("%s=%q", l.GetName(), l.GetValue()))
			}
			put := func(suffix string, value float64, more ...string) {
				all[f.GetName()+suffix+"{"+strings.Join(append(slices.Clone(labels), more...), ",")+"}"] = value
			}
			switch h := m.GetHistogram(); {
			case h != nil:
				for _, b := range h.GetBucket() {
					put("_bucket", float64(b.GetCumulativeCount()), fmt.Sprintf("le=%q", strconv.FormatFloat(b.GetUpperBound(), 'g', -1, 64)))
				}
				put("_bucket", float64(h.GetSampleCount()), `le="+Inf"`)
				put("_count", float64(h.GetSampleCount()))
				put("_sum", h.GetSampleSum())
			case m.GetCounter() != nil:
				put("", m.GetCounter().GetValue())
			default:
				put("", m.GetGauge().GetValue())
			}
		}
	}
	return all
}
