//go:build unix

package main_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/term"

	"github.com/imrest/im-go/imtest"
)

// terminal is imctl on a pseudo-terminal of 60 columns.
type terminal struct {
	t    *testing.T
	cmd  *exec.Cmd
	file *os.File

	mu   sync.Mutex
	seen bytes.Buffer
	end  chan struct{}
}

func start(t *testing.T, env []string, args ...string) *terminal {
	t.Helper()
	p := &terminal{t: t, cmd: exec.CommandContext(t.Context(), imctl(t), args...), end: make(chan struct{})}
	p.cmd.Env = append(env, "TERM=xterm")
	file, err := pty.StartWithSize(p.cmd, &pty.Winsize{Rows: 24, Cols: 60})
	require.NoError(t, err)
	p.file = file
	t.Cleanup(func() { _ = file.Close() })
	go func() {
		defer close(p.end)
		buffer := make([]byte, 4096)
		for {
			n, err := file.Read(buffer)
			p.mu.Lock()
			p.seen.Write(buffer[:n])
			p.mu.Unlock()
			if err != nil { // Linux reports EIO when the program has ended
				return
			}
		}
	}()
	return p
}

func (p *terminal) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.ReplaceAll(p.seen.String(), "\r\n", "\n")
}

// expect waits for a text, and types after it.
func (p *terminal) expect(text, reply string) {
	p.t.Helper()
	require.Eventually(p.t, func() bool { return strings.Contains(p.text(), text) }, time.Minute, 5*time.Millisecond, "%q in %q", text, p.text())
	_, err := io.WriteString(p.file, reply)
	require.NoError(p.t, err)
}

// expectHidden is expect for what is not shown: it types when the terminal has other modes than a new one, which shows it.
func (p *terminal) expectHidden(text, reply string) {
	p.t.Helper()
	fresh, other, err := pty.Open()
	require.NoError(p.t, err)
	defer fresh.Close()
	defer other.Close()
	shown := modes(p.t, fresh)
	require.Eventually(p.t, func() bool { return modes(p.t, p.file) != shown }, time.Minute, time.Millisecond)
	p.expect(text, reply)
}

// modes are those of a terminal: does it show what is typed?
func modes(t *testing.T, file *os.File) term.State {
	t.Helper()
	raw, err := file.SyscallConn()
	require.NoError(t, err)
	var state *term.State
	require.NoError(t, raw.Control(func(fd uintptr) { state, err = term.GetState(int(fd)) }))
	require.NoError(t, err)
	return *state
}

// exit waits for the end, and returns the exit code.
func (p *terminal) exit() int {
	p.t.Helper()
	err := p.cmd.Wait()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		require.NoError(p.t, err)
	}
	<-p.end
	return p.cmd.ProcessState.ExitCode()
}

// A table stays within the terminal, and Chinese names are aligned.
func TestTerminalTable(t *testing.T) {
	srv := imtest.NewServer(t)
	srv.AddUsers("alice")
	for _, name := range []string{"徒步俱乐部", "hiking", strings.Repeat("长", 40)} {
		srv.AddGroup(imtest.Group{Name: name, Owner: "alice"})
	}
	p := start(t, environ(t, srv), "groups", "of", "alice")
	require.Zero(t, p.exit(), p.text())
	lines := strings.Split(strings.TrimSpace(p.text()), "\n")
	require.Len(t, lines, 4)
	at := strings.Index(lines[0], "NAME")
	for _, line := range lines {
		assert.LessOrEqual(t, text.StringWidth(line), 60, line)
		assert.Equal(t, " ", line[at-1:at], "the second column begins at the same place:\n%s", p.text())
		assert.NotEqual(t, " ", line[at:at+1], line)
	}
	assert.Contains(t, p.text(), "…")
}

// Questions are asked, and no is no.
func TestTerminalQuestions(t *testing.T) {
	srv := imtest.NewServer(t)
	srv.AddUsers("alice")
	p := start(t, environ(t, srv), "users", "delete", "alice")
	p.expect("[y/N]", "n\n")
	assert.Equal(t, 1, p.exit())
	assert.Len(t, srv.Users(), 1)
	p = start(t, environ(t, srv), "users", "delete", "alice")
	p.expect("[y/N]", "y\n")
	assert.Zero(t, p.exit(), p.text())
	assert.Empty(t, srv.Users())
}

// login asks, and does not show what is typed as the secret.
func TestTerminalLogin(t *testing.T) {
	srv := imtest.NewServer(t)
	env := append(environ(t, srv), "IM_HOST=", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")
	p := start(t, env, "login", "work", "--platform", "easemob")
	p.expect("--host", srv.URL()+"\n")
	p.expect("--app-key", srv.Org()+"#"+srv.App()+"\n")
	p.expect("--client-id", srv.ClientID()+"\n")
	p.expectHidden("--client-secret", srv.ClientSecret()+"\n")
	require.Zero(t, p.exit(), p.text())
	assert.NotContains(t, p.text(), srv.ClientSecret())
	assert.Contains(t, p.text(), "Profile work is stored")
	p = start(t, env, "users", "list")
	require.Zero(t, p.exit(), p.text())
}

// Ctrl-C in the middle ends with 130.
func TestTerminalCtrlC(t *testing.T) {
	srv := imtest.NewServer(t)
	srv.AddUsers("alice")
	srv.Fault(imtest.OnEndpoint("users.get"), imtest.Delay(time.Minute))
	p := start(t, environ(t, srv), "users", "get", "alice")
	require.Eventually(t, func() bool { return len(srv.RequestsTo("auth.app_token")) > 0 }, time.Minute, time.Millisecond)
	time.Sleep(50 * time.Millisecond) // until the call waits; if it does not yet, the result is the same
	_, err := p.file.Write([]byte{3})
	require.NoError(t, err)
	assert.Equal(t, 130, p.exit(), p.text())
}

// Ctrl-C ends questions, and an empty reply is named.
func TestTerminalQuestionsStop(t *testing.T) {
	srv := imtest.NewServer(t)
	env := append(environ(t, srv), "IM_HOST=")
	p := start(t, environ(t, srv), "users", "delete", "alice")
	p.expect("[y/N]", "\x03")
	assert.Equal(t, 130, p.exit(), p.text())
	assert.Contains(t, p.text(), "\nimctl: stopped\n")
	args := []string{"login", "work", "--platform", "easemob", "--host", srv.URL(), "--app-key", "o#a", "--client-id", "i"}
	p = start(t, env, args...)
	p.expectHidden("--client-secret", "\x03")
	assert.Equal(t, 130, p.exit(), p.text())
	p = start(t, env, args...)
	p.expectHidden("--client-secret", "\n")
	assert.Equal(t, 2, p.exit(), p.text())
	assert.Contains(t, p.text(), "nothing was entered: Client secret")
	p = start(t, env, "login", "work")
	p.expect("--host", "\n")
	assert.Equal(t, 2, p.exit(), p.text())
	assert.Contains(t, p.text(), "nothing was entered: REST host")
}

// No secret stands in the list of processes, in --debug or in an error.
func TestSecretsStayInside(t *testing.T) {
	srv := imtest.NewServer(t)
	srv.AddUsers("alice")
	c := exec.CommandContext(t.Context(), imctl(t), "users", "register", "--username", "alice", "--password", "-", "--debug", "-o", "json")
	c.Env = environ(t, srv)
	c.Stdin = strings.NewReader("hunter2hunter2")
	out, err := c.CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(out), "im: attempt")
	for _, secret := range []string{"hunter2", srv.ClientSecret()} {
		assert.NotContains(t, string(out), secret)
	}
}
