//go:build unix

package main_test

import (
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// Bars follow what is used, in place, within the terminal; Ctrl-C ends them well.
func TestTerminalBars(t *testing.T) {
	srv := imtest.NewServer(t, imtest.WithEasemobQuotas(), imtest.WithControl())
	srv.AddUsers("alice")
	p := start(t, environ(t, srv), "quotas", "--every", "100ms", "messages_users")
	p.expect("messages_users", "")
	client := srv.Client()
	for range 5 {
		_, err := client.Users.Get(t.Context(), "alice")
		require.NoError(t, err)
	}
	p.expect("░", "")
	p.expect("\x1b[", "\x03")
	assert.Zero(t, p.exit(), p.text())
	for line := range strings.Lines(p.text()) {
		assert.LessOrEqual(t, text.StringWidthWithoutEscSequences(strings.TrimRight(line, "\n")), 60, "%q", line)
	}
}

// Ctrl-C ends what waits for events, and what serves, with 0.
func TestTerminalWaiting(t *testing.T) {
	srv := imtest.NewServer(t, imtest.WithControl())
	srv.AddUsers("小明")
	tail := start(t, environ(t, srv), "tail")
	tail.expect("小明", "\x03")
	assert.Zero(t, tail.exit(), tail.text())

	serve := start(t, environ(t, srv), "serve", "--addr", "127.0.0.1:0")
	serve.expect("In another terminal", "\x03")
	assert.Zero(t, serve.exit(), serve.text())
	assert.Contains(t, serve.text(), "The emulator has stopped.")

	listen := start(t, environ(t, srv), "listen", "--addr", "127.0.0.1:0", "--no-verify")
	listen.expect("Ctrl-C stops it", "\x03")
	assert.Zero(t, listen.exit(), listen.text())
}

// A user stands on a screen of 60 columns, with Chinese names.
func TestTerminalInspect(t *testing.T) {
	srv := imtest.NewServer(t)
	srv.AddUsers("alice")
	srv.AddGroup(imtest.Group{Name: strings.Repeat("徒步俱乐部", 8), Owner: "alice"})
	p := start(t, environ(t, srv), "inspect", "alice")
	require.Zero(t, p.exit(), p.text())
	for line := range strings.Lines(p.text()) {
		assert.LessOrEqual(t, text.StringWidth(strings.TrimRight(line, "\n")), 60, line)
	}
	assert.Contains(t, p.text(), "徒步俱乐部")
}
