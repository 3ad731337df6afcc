//go:build unix

package main_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imtest"
)

// slow is a server that takes long to register users, and a file of 60, one of whom has no name.
func slow(t *testing.T) (*imtest.Server, string) {
	srv := imtest.NewServer(t)
	srv.Fault(imtest.OnEndpoint("users.register_batch"), imtest.Delay(time.Second))
	return srv, usersFile(t, srv, 60)
}

// awaitCall waits until a call of a job is under way.
func awaitCall(t *testing.T, journal string) {
	t.Helper()
	require.Eventually(t, func() bool {
		raw, _ := os.ReadFile(journal)
		return bytes.Contains(raw, []byte(`"begin"`))
	}, time.Minute, time.Millisecond)
}

// noneUnknown requires that calls which were under way have ended, and that the journal says how.
func noneUnknown(t *testing.T, journal string) {
	t.Helper()
	n := 0
	for row, err := range batch.ReadJournal(journal) {
		require.NoError(t, err)
		assert.NotEqual(t, batch.StateUnknown, row.State, "row %d", row.Number)
		n++
	}
	assert.NotZero(t, n)
}

// A terminal that is closed sends SIGHUP, perhaps twice: calls under way end first, as after Ctrl-C.
func TestHangup(t *testing.T) {
	srv, path := slow(t)
	p := begin(t, environ(t, srv), "users", "import", path)
	awaitCall(t, path+".journal")
	for range 2 {
		require.NoError(t, p.Process.Signal(syscall.SIGHUP))
		time.Sleep(50 * time.Millisecond)
	}
	assert.Contains(t, []int{3, 130}, p.end(t), p.stderr.String()) // the one call is all that there is to do
	noneUnknown(t, path+".journal")
}

// Under nohup, a terminal that is closed does not matter.
func TestNohup(t *testing.T) {
	srv, path := slow(t)
	env := environ(t, srv)
	c := exec.CommandContext(t.Context(), "sh", "-c", `trap "" HUP; exec "$0" "$@"`, imctl(t), "users", "import", path)
	c.Env = env
	require.NoError(t, c.Start())
	awaitCall(t, path+".journal")
	require.NoError(t, c.Process.Signal(syscall.SIGHUP))
	_ = c.Wait() // a row is refused
	assert.Equal(t, 3, c.ProcessState.ExitCode())
	noneUnknown(t, path+".journal")
}

// The emulator saves its data on SIGHUP, and goes on; without data SIGHUP ends it.
func TestServeHangup(t *testing.T) {
	data := filepath.Join(t.TempDir(), "im.json")
	p := start(t, environ(t, imtest.NewServer(t)), "serve", "--addr", "127.0.0.1:0", "--data", data)
	p.expect("In another terminal", "")
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGHUP))
	require.Eventually(t, func() bool { _, err := os.Stat(data); return err == nil }, time.Minute, time.Millisecond)
	p.expect("In another terminal", "\x03")
	assert.Zero(t, p.exit(), p.text())

	p = start(t, environ(t, imtest.NewServer(t)), "serve", "--addr", "127.0.0.1:0")
	p.expect("In another terminal", "")
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGHUP))
	assert.Zero(t, p.exit(), p.text())
	assert.Contains(t, p.text(), "The emulator has stopped.")
}

// A reader of the output that goes away, as tee does on Ctrl-C, does not kill a run in the middle of its calls.
func TestReaderGoesAway(t *testing.T) {
	srv, path := slow(t)
	read, write, err := os.Pipe()
	require.NoError(t, err)
	c := exec.CommandContext(t.Context(), imctl(t), "users", "import", path)
	c.Env, c.Stdout, c.Stderr = environ(t, srv), write, write
	require.NoError(t, c.Start())
	require.NoError(t, write.Close())
	awaitCall(t, path+".journal")
	require.NoError(t, read.Close())
	_ = c.Wait()
	assert.Equal(t, 1, c.ProcessState.ExitCode(), "%v", c.ProcessState)
	noneUnknown(t, path+".journal")
}
