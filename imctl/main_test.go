package main_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// static builds a package as it is released, once for all tests.
func static(t *testing.T, dir, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, ".")
	build.Dir = dir
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return path
}

var (
	buildOnce sync.Once
	built     string
)

// imctl is the program, built once.
func imctl(t *testing.T) string {
	t.Helper()
	if runtime.GOOS == "js" {
		t.Skip("no processes")
	}
	buildOnce.Do(func() {
		dir, err := os.MkdirTemp("", "imctl") //nolint:usetesting // for all tests
		require.NoError(t, err)
		built = filepath.Join(dir, "imctl.exe")
		require.NoError(t, os.Rename(static(t, ".", "imctl.exe"), built))
	})
	require.NotEmpty(t, built)
	return built
}

func TestMain(m *testing.M) {
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(filepath.Dir(built))
	}
	os.Exit(code)
}

// environ points to an emulator, and nothing of the machine.
func environ(t *testing.T, srv *imtest.Server) []string {
	return []string{
		"IMCTL_CONFIG=" + t.TempDir(), "IM_HOST=" + srv.URL(), "IM_PLATFORM=easemob", "IM_ORG=" + srv.Org(), "IM_APP=" + srv.App(),
		"IM_CLIENT_ID=" + srv.ClientID(), "IM_CLIENT_SECRET=" + srv.ClientSecret(), "PATH=" + os.Getenv("PATH"), "SYSTEMROOT=" + os.Getenv("SYSTEMROOT"),
	}
}

// A package that logs by itself does not write among the errors of the program.
func TestErrorsAlone(t *testing.T) {
	c := exec.CommandContext(t.Context(), imctl(t), "quotas", "--redis", "redis://127.0.0.1:1/", "-o", "json")
	c.Env = environ(t, imtest.NewServer(t))
	var stderr bytes.Buffer
	c.Stderr = &stderr
	require.Error(t, c.Run())
	assert.Equal(t, 1, bytes.Count(stderr.Bytes(), []byte("\n")), "%s", stderr.String())
	assert.True(t, bytes.HasPrefix(stderr.Bytes(), []byte(`{"error"`)), "%s", stderr.String())
}

// The program is one static file of at most 32 MB.
func TestSize(t *testing.T) {
	info, err := os.Stat(imctl(t))
	require.NoError(t, err)
	assert.LessOrEqual(t, info.Size(), int64(32<<20))
}

// Data goes to stdout, messages to stderr, and the exit code says what happened.
func TestProcess(t *testing.T) {
	srv := imtest.NewServer(t)
	srv.AddUsers("alice")
	for _, row := range []struct {
		exit   int
		args   []string
		stdout string
	}{
		{0, []string{"users", "get", "alice", "--jq", ".[0].username"}, "alice\n"},
		{1, []string{"users", "get", "nobody"}, ""},
		{2, []string{"users", "gett"}, ""},
		{3, []string{"users", "ban", "alice", "nobody", "--yes", "--jq", ".[].id"}, "alice\nnobody\n"},
		{4, []string{"users", "list", "--profile", "local", "--jq", "."}, ""},
	} {
		c := exec.CommandContext(t.Context(), imctl(t), row.args...)
		c.Env = environ(t, srv)
		if row.exit == 4 {
			c.Env = append(c.Env, "IM_HOST=", "IMCTL_PROFILE=")
			c.Args = slices.Clone(c.Args[:3])
		}
		var stdout, stderr bytes.Buffer
		c.Stdout, c.Stderr = &stdout, &stderr
		_ = c.Run() // the exit code says it
		assert.Equal(t, row.exit, c.ProcessState.ExitCode(), "%v: %s", row.args, stderr.String())
		assert.Equal(t, row.stdout, stdout.String(), row.args)
		assert.Equal(t, row.exit != 0, stderr.Len() > 0, row.args)
	}
}

// empty is the least program with cobra.
const empty = `package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func main() {
	root := &cobra.Command{Use: "empty"}
	root.AddCommand(&cobra.Command{Use: "version", Run: func(*cobra.Command, []string) { fmt.Println("0") }})
	if root.Execute() != nil {
		os.Exit(1)
	}
}
`

// imctl version takes at most twice as long as an empty program with cobra, in one run.
func TestStart(t *testing.T) {
	if os.Getenv("IM_TORTURE") == "" {
		t.Skip("IM_TORTURE=1 measures the start")
	}
	dir := t.TempDir()
	for name, content := range map[string]string{"main.go": empty, "go.mod": "module empty\n\ngo 1.26.0\n\nrequire github.com/spf13/cobra v1.10.2\n"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	sums, err := os.ReadFile("go.sum")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o600))
	t.Setenv("GOWORK", "off")
	t.Setenv("GOFLAGS", "-mod=mod")
	other := static(t, dir, "empty")
	t.Setenv("GOWORK", "")
	t.Setenv("GOFLAGS", "")

	took := func(program string) time.Duration {
		begin := time.Now()
		require.NoError(t, exec.CommandContext(t.Context(), program, "version").Run())
		return time.Since(begin)
	}
	var own, least []time.Duration
	for i := range 420 {
		a, b := took(other), took(imctl(t))
		if i >= 20 { // warm
			least, own = append(least, a), append(own, b)
		}
	}
	slices.Sort(own)
	slices.Sort(least)
	at := len(own) / 4 // the lower quartile: what else the machine does spoils the others
	t.Logf("imctl version %v, empty %v: %.2f times", own[at], least[at], float64(own[at])/float64(least[at]))
	assert.LessOrEqual(t, own[at], 2*least[at])
}
