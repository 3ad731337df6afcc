package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// program runs the example until the test ends, and returns where its metrics are.
func program(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, listener, 100*time.Millisecond) }()
	t.Cleanup(func() {
		cancel()
		assert.NoError(t, <-ended)
	})
	return listener.Addr().String()
}

// prometheusAt is a Prometheus that scrapes every second, and ends with the test.
type prometheusAt string

// scraping starts the Prometheus of this machine.
func scraping(t *testing.T, target, rules string) prometheusAt {
	t.Helper()
	path, err := exec.LookPath("prometheus")
	if err != nil {
		t.Skip("prometheus is missing (apt-get install prometheus): the dashboard and the live alert are not tested")
	}
	dir := t.TempDir()
	config := fmt.Sprintf("global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [%s]\nscrape_configs:\n- job_name: im\n  static_configs: [{targets: ['%s']}]\n", rules, target)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "prometheus.yml"), []byte(config), 0o600))
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := free.Addr().String()
	require.NoError(t, free.Close())

	log, err := os.Create(filepath.Join(dir, "log"))
	require.NoError(t, err)
	cmd := exec.CommandContext(context.Background(), path, "--config.file="+filepath.Join(dir, "prometheus.yml"),
		"--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+addr)
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // this one alone
		_ = cmd.Wait()
		_ = log.Close()
		if t.Failed() {
			if text, err := os.Open(filepath.Join(dir, "log")); err == nil {
				for lines := bufio.NewScanner(text); lines.Scan(); {
					t.Log(lines.Text())
				}
			}
		}
	})
	at := prometheusAt("http://" + addr)
	require.Eventually(t, func() bool { _, err := at.get("/-/ready", nil); return err == nil }, time.Minute, 100*time.Millisecond)
	return at
}

func (p prometheusAt) get(path string, query url.Values) (json.RawMessage, error) {
	res, err := http.Get(string(p) + path + "?" + query.Encode())
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if path == "/-/ready" {
		if res.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("status %d", res.StatusCode)
		}
		return nil, nil
	}
	var body struct {
		Status string `json:"status"`
		Error  string `json:"error"`
		Data   struct {
			Result json.RawMessage `json:"result"`
			Alerts json.RawMessage `json:"alerts"`
		} `json:"data"`
	}
	if err := json.NewDecoder(res.Body).Decode(&body); err != nil {
		return nil, err
	}
	if body.Status != "success" {
		return nil, fmt.Errorf("%s", body.Error)
	}
	if body.Data.Alerts != nil {
		return body.Data.Alerts, nil
	}
	return body.Data.Result, nil
}

// query returns how many series a query has, and whether all of them have a number.
func (p prometheusAt) query(expr string) (series int, err error) {
	result, err := p.get("/api/v1/query", url.Values{"query": {expr}})
	if err != nil {
		return 0, err
	}
	var list []struct {
		Value [2]any `json:"value"`
	}
	if err := json.Unmarshal(result, &list); err != nil {
		return 0, err
	}
	for _, s := range list {
		if s.Value[1] != "NaN" {
			series++
		}
	}
	return series, nil
}

// dashboard are the queries of the dashboard, by panel.
func dashboard(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("dashboard.json")
	require.NoError(t, err)
	var d struct {
		Panels []struct {
			Title   string `json:"title"`
			Targets []struct {
				RefID string `json:"refId"`
				Expr  string `json:"expr"`
			} `json:"targets"`
		} `json:"panels"`
	}
	require.NoError(t, json.Unmarshal(text, &d))
	queries := make(map[string]string)
	for _, p := range d.Panels {
		for _, target := range p.Targets {
			queries[p.Title+" "+target.RefID] = strings.ReplaceAll(target.Expr, "$__rate_interval", "30s")
		}
	}
	require.Greater(t, len(queries), 20)
	return queries
}

// Each query of the dashboard returns data from a real Prometheus that scrapes the example, and a short
// alert fires.
func TestDashboard(t *testing.T) {
	rules := filepath.Join(t.TempDir(), "live.yml")
	require.NoError(t, os.WriteFile(rules, []byte(`groups:
- name: live
  rules:
  - {alert: ImOutcomeUnknownSoon, expr: 'sum by (im_endpoint) (increase(im_client_outcome_unknown_total[30s])) > 0', for: 1s}
`), 0o600))
	at := scraping(t, program(t), rules)
	queries := dashboard(t)
	total := len(queries)
	require.Eventually(t, func() bool {
		for name, expr := range queries {
			n, err := at.query(expr)
			require.NoError(t, err, expr)
			if n > 0 {
				delete(queries, name)
			}
		}
		return len(queries) == 0
	}, 90*time.Second, time.Second, "%v", queries)
	t.Logf("%d queries of the dashboard return data", total)

	require.Eventually(t, func() bool {
		alerts, err := at.get("/api/v1/alerts", nil)
		require.NoError(t, err)
		return strings.Contains(string(alerts), `"ImOutcomeUnknownSoon"`) && strings.Contains(string(alerts), `"state":"firing"`)
	}, time.Minute, 500*time.Millisecond)
}
