//go:build unix

package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// bars are what was drawn in place, one over the other.
func bars(seen string) []string {
	var all []string
	for part := range strings.SplitSeq(seen, "\r\x1b[K") {
		if line, _, _ := strings.Cut(part, "\n"); strings.Contains(line, "%") {
			all = append(all, line)
		}
	}
	return all
}

var bar = regexp.MustCompile(`^\[=* *\]  *\d+%  [\d,]+/s  `)

// On a terminal a bar moves in one line, within its width; rows and messages come after it.
func TestTerminalBar(t *testing.T) {
	srv := imtest.NewServer(t)
	srv.Fault(imtest.OnEndpoint("users.register_batch"), imtest.Delay(30*time.Millisecond))
	path := usersFile(t, srv, 12_000)
	p := start(t, environ(t, srv), "users", "import", path)
	require.Equal(t, 3, p.exit(), p.text())
	drawn := bars(p.text())
	require.GreaterOrEqual(t, len(drawn), 3, p.text())
	for _, line := range drawn {
		assert.Regexp(t, bar, line)
		assert.Less(t, text.StringWidth(line), 60, line)
	}
	assert.NotContains(t, drawn[0], "100%")
	assert.Contains(t, drawn[len(drawn)-1], "100%")
	assert.Contains(t, strings.Join(drawn, "\n"), "user_management", "the quota that holds it up")
	_, after, _ := strings.Cut(p.text(), drawn[len(drawn)-1])
	lines := strings.Split(strings.TrimPrefix(after, "\r\x1b[K"), "\n")
	assert.Regexp(t, `^ROW `, lines[0])
	assert.NotContains(t, after[3:], "\x1b", "the bar is gone")
}

// In a pipe there are plain lines, and nothing under --quiet.
func TestPipeLines(t *testing.T) {
	srv := imtest.NewServer(t)
	path := usersFile(t, srv, 600)
	p := begin(t, environ(t, srv), "users", "import", path)
	require.Equal(t, 3, p.end(t), p.stderr.String())
	assert.Regexp(t, `(?m)^594 of 600 done, 6 refused, [\d,]+ a second`, p.stderr.String())
	assert.NotContains(t, p.stderr.String()+p.stdout.String(), "\x1b")
	assert.NotContains(t, p.stderr.String(), "\r")
	quiet := begin(t, environ(t, srv), "users", "import", path, "--resume", "--quiet")
	require.Equal(t, 3, quiet.end(t))
	assert.NotContains(t, quiet.stderr.String(), "a second")
}

// Ctrl-C in the middle takes the bar away, says how to go on, and ends with 130.
func TestTerminalStopped(t *testing.T) {
	srv := imtest.NewServer(t)
	srv.Fault(imtest.OnEndpoint("users.register_batch"), imtest.Delay(100*time.Millisecond))
	path := usersFile(t, srv, 24_000)
	p := start(t, environ(t, srv), "users", "import", path, "-o", "csv")
	p.expect("%", "\x03")
	assert.Equal(t, 130, p.exit())
	assert.Contains(t, p.text(), "Continue with: imctl users import "+path+" -o csv --resume")
	assert.Regexp(t, `\r\x1b\[K(row,id,state,field,error|imctl: )`, p.text())
	srv.ClearFaults()
	p = start(t, environ(t, srv), "users", "import", path, "-o", "csv", "--resume")
	require.Equal(t, 3, p.exit(), p.text())
	checkImport(t, srv, path, 24_000)
}

// In Chinese, bar and rows stay within 60 columns, and names are aligned.
func TestTerminalChinese(t *testing.T) {
	srv := imtest.NewServer(t)
	env := append(environ(t, srv), "LANG=zh_CN.UTF-8")
	path := filepath.Join(t.TempDir(), "用户.csv")
	require.NoError(t, os.WriteFile(path, []byte("username,password\nalice,S3cret.pass\n徒步俱乐部,S3cret.pass\na b,S3cret.pass\n小明,S3cret.pass\n"), 0o600))
	p := start(t, env, "users", "import", path)
	require.Equal(t, 3, p.exit(), p.text())
	drawn := bars(p.text())
	require.NotEmpty(t, drawn)
	assert.Contains(t, drawn[len(drawn)-1], "3 未完成")
	for _, line := range drawn { // a machine that stalls draws more than the last one
		assert.Less(t, text.StringWidth(line), 60, line)
	}
	rows := 0
	for line := range strings.Lines(p.text()) {
		before, _, found := strings.Cut(line, "refused")
		if !found || strings.HasPrefix(line, "imctl") {
			continue
		}
		rows++
		assert.Equal(t, len("ROW  徒步俱乐部  ")-5, text.StringWidth(before), "%q", line)
		assert.LessOrEqual(t, text.StringWidth(strings.TrimSpace(line)), 60, line)
	}
	assert.Equal(t, 3, rows, p.text())
}
