package clitest

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imctl/internal/cli"
)

// patience bounds every wait for a command that runs.
const patience = 20 * time.Second

// Running is a command that runs until it is stopped, or ends by itself.
type Running struct {
	c              *CLI
	stop           context.CancelFunc
	done           chan int
	stdout, stderr shared
}

// shared is a buffer that one goroutine writes and another reads.
type shared struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write is for io.Writer.
func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// Start runs a command line beside the test, which ends it at the latest.
func (c *CLI) Start(args ...string) *Running {
	c.t.Helper()
	ctx, stop := context.WithCancel(c.t.Context())
	r := &Running{c: c, stop: stop, done: make(chan int, 1)}
	env := c.env(args, &r.stdout, &r.stderr)
	go func() { r.done <- cli.Run(ctx, env) }()
	c.t.Cleanup(func() { r.Stop() })
	return r
}

// Stderr is what the command has said so far.
func (r *Running) Stderr() string { return r.stderr.String() }

// Stdout is what the command has written so far.
func (r *Running) Stdout() string { return r.stdout.String() }

// Await waits until a text stands on stdout or stderr.
func (r *Running) Await(text string) {
	r.c.t.Helper()
	require.Eventually(r.c.t, func() bool {
		return strings.Contains(r.stdout.String(), text) || strings.Contains(r.stderr.String(), text)
	}, patience, 2*time.Millisecond, "%q does not come", text)
}

// Stop ends the command as Ctrl-C would, and returns what it leaves.
func (r *Running) Stop() Result {
	r.c.t.Helper()
	r.stop()
	return r.Wait()
}

// Wait returns what the command leaves when it has ended.
func (r *Running) Wait() Result {
	r.c.t.Helper()
	select {
	case exit := <-r.done:
		r.done <- exit // for another call
		return Result{t: r.c.t, Exit: exit, Stdout: r.stdout.String(), Stderr: r.stderr.String()}
	case <-time.After(patience):
		require.FailNow(r.c.t, "the command does not end", "stdout: %s\nstderr: %s", r.Stdout(), r.stderr.String())
		return Result{}
	}
}
