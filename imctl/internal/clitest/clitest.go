// Package clitest runs commands in process against an emulator.
package clitest

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/cli"
	"github.com/imrest/im-go/imtest"
)

var update = flag.Bool("update", false, "write the golden files")

// CLI is a world to run commands in. Change its fields before a run.
type CLI struct {
	t      *testing.T
	Server *imtest.Server    // nil with NewAlone
	Env    map[string]string // IM_* point to Server; IMCTL_CONFIG is an empty folder
	Stdin  string
	Now    time.Time
	// Terminal: zero is pipes.
	Terminal app.Terminal
	Keyring  Keyring
	Options  []im.Option // of every client
}

// Result is what a run leaves.
type Result struct {
	t              *testing.T
	Exit           int
	Stdout, Stderr string
}

// New is a world with an emulator.
func New(t *testing.T, options ...imtest.Option) *CLI {
	t.Helper()
	c := NewAlone(t)
	c.Server = imtest.NewServer(t, options...)
	c.Env["IM_HOST"], c.Env["IM_PLATFORM"] = c.Server.URL(), "easemob"
	c.Env["IM_ORG"], c.Env["IM_APP"] = c.Server.Org(), c.Server.App()
	c.Env["IM_CLIENT_ID"], c.Env["IM_CLIENT_SECRET"] = c.Server.ClientID(), c.Server.ClientSecret()
	return c
}

// NewAlone is a world without any server.
func NewAlone(t *testing.T) *CLI {
	return &CLI{
		t: t, Env: map[string]string{"IMCTL_CONFIG": t.TempDir()}, Keyring: Keyring{},
		Now: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC),
	}
}

// In is the same world for a subtest.
func (c *CLI) In(t *testing.T) *CLI {
	in := *c
	in.t = t
	return &in
}

// Run runs one command line.
func (c *CLI) Run(args ...string) Result {
	c.t.Helper()
	return c.RunContext(c.t.Context(), args...)
}

// RunContext runs one command line until ctx ends, as Ctrl-C would.
func (c *CLI) RunContext(ctx context.Context, args ...string) Result {
	c.t.Helper()
	var stdout, stderr bytes.Buffer
	exit := cli.Run(ctx, c.env(args, &stdout, &stderr))
	return Result{t: c.t, Exit: exit, Stdout: stdout.String(), Stderr: stderr.String()}
}

func (c *CLI) env(args []string, stdout, stderr io.Writer) app.Env {
	return app.Env{
		Args: args, Stdin: strings.NewReader(c.Stdin), Stdout: stdout, Stderr: stderr,
		Getenv: func(name string) string { return c.Env[name] }, Now: func() time.Time { return c.Now },
		Keyring: c.Keyring, Terminal: c.Terminal, Options: c.Options,
	}
}

// OK requires exit code 0, and returns stdout.
func (r Result) OK() string {
	r.t.Helper()
	require.Zero(r.t, r.Exit, "stderr: %s", r.Stderr)
	return r.Stdout
}

// Fails requires an exit code, and these texts on stderr.
func (r Result) Fails(exit int, texts ...string) {
	r.t.Helper()
	require.Equal(r.t, exit, r.Exit, "stdout: %s\nstderr: %s", r.Stdout, r.Stderr)
	for _, text := range texts {
		assert.Contains(r.t, r.Stderr, text)
	}
}

// Golden compares a text with testdata/NAME; go test -update writes it.
func Golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", filepath.FromSlash(name))
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
		return
	}
	want, err := os.ReadFile(path) //nolint:gosec // the test names it
	require.NoError(t, err, "go test -update writes it")
	assert.Equal(t, strings.ReplaceAll(string(want), "\r\n", "\n"), got)
}

// Keyring is a keyring in memory; nil is a system without one.
type Keyring map[string]string

var errNoKeyring = errors.New("no keyring")

// Set stores a secret.
func (k Keyring) Set(name, secret string) error {
	if k == nil {
		return errNoKeyring
	}
	k[name] = secret
	return nil
}

// Get returns a secret.
func (k Keyring) Get(name string) (string, error) {
	secret, ok := k[name]
	if !ok {
		return "", errNoKeyring
	}
	return secret, nil
}

// Delete removes a secret.
func (k Keyring) Delete(name string) error {
	delete(k, name)
	return nil
}
