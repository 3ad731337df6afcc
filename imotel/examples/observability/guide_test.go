package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// around is what stands around a snippet of the guide.
const around = `package guide

import (
	"context"
	"log"
	"net/http"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/imotel"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/users"
)

var (
	_, _, _, _, _ = promhttp.Handler, prometheus.New, metric.NewMeterProvider, imtest.Start, log.Fatal
	_, _, _       = callbacks.New, http.Handle, imotel.New
	config        im.Config
	secret        string
)

func snippet(ctx context.Context, telemetry *imotel.Telemetry, client *im.Client, newUsers func(func(users.NewUser, error) bool)) (summary batch.Summary, err error) {
`

// The snippets of the guide compile, in both languages, and are the same except for their comments.
func TestGuideCompiles(t *testing.T) {
	block := regexp.MustCompile("(?s)```golang\n(.*?)```")
	dir := t.TempDir()
	overlay := map[string]string{}
	var packages []string
	for _, page := range []string{"observability.md", "observability.zh-CN.md"} {
		text, err := os.ReadFile("../../../docs/" + page)
		require.NoError(t, err)
		blocks := block.FindAllSubmatch(text, -1)
		require.Len(t, blocks, 2)
		for i, b := range blocks {
			code := around + strings.Replace(string(b[1]), "summary, err := ", "summary, err = ", 1) + "\treturn summary, err\n}\n"
			code = strings.Replace(code, "client, err := telemetry", "client, err = telemetry", 1)
			code = strings.Replace(code, "telemetry := imotel.New", "telemetry = imotel.New", 1)
			file := filepath.Join(dir, fmt.Sprint(page, i, ".go"))
			require.NoError(t, os.WriteFile(file, []byte(code), 0o600))
			name := fmt.Sprintf("guide%d", len(packages))
			at, err := filepath.Abs(filepath.Join(name, "main.go"))
			require.NoError(t, err)
			overlay[at] = file
			packages = append(packages, "./"+name)
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": overlay})
	require.NoError(t, err)
	file := filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	out, err := exec.CommandContext(t.Context(), "go", append([]string{"build", "-overlay", file}, packages...)...).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// The two guides say the same, and name each metric that the program reports and each alert.
func TestGuidesAreComplete(t *testing.T) {
	en, err := os.ReadFile("../../../docs/observability.md")
	require.NoError(t, err)
	zh, err := os.ReadFile("../../../docs/observability.zh-CN.md")
	require.NoError(t, err)
	for _, mark := range []string{`(?m)^## `, `(?m)^\|`, "(?m)^```", `\]\([^)h]`, `(?m)^    \S`} {
		re := regexp.MustCompile(mark)
		assert.Len(t, re.FindAll(zh, -1), len(re.FindAll(en, -1)), "count of %s", mark)
	}
	code := func(b []byte) map[string]bool {
		set := make(map[string]bool)
		for _, word := range regexp.MustCompile("`[^`\n]+`").FindAll(b, -1) {
			set[string(word)] = true
		}
		return set
	}
	assert.Equal(t, code(en), code(zh))

	source, err := os.ReadFile("../../meters.go")
	require.NoError(t, err)
	metrics := regexp.MustCompile(`"(im\.[a-z_.]+)"`).FindAllSubmatch(source, -1)
	require.Greater(t, len(metrics), 15)
	alerts, err := os.ReadFile("alerts.yml")
	require.NoError(t, err)
	for _, m := range append(metrics, regexp.MustCompile(`alert: (\w+)`).FindAllSubmatch(alerts, -1)...) {
		assert.True(t, code(en)["`"+string(m[1])+"`"], "the guide has no %s", m[1])
	}
}
