package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// start runs imserver and returns what it printed and how to end it.
func start(t *testing.T, args ...string) (lines []string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), in, io.Discard)
		in.Close()
	}()
	scanner := bufio.NewScanner(out)
	for scanner.Scan() {
		lines = append(lines, scanner.Text())
		if strings.HasPrefix(scanner.Text(), "TOKEN=") {
			break
		}
	}
	return lines, func() error {
		cancel()
		return <-ended
	}
}

func TestPrintsWhatAClientNeeds(t *testing.T) {
	lines, stop := start(t, "-org", "o", "-app", "a", "-client-id", "id", "-client-secret", "it's")
	require.Greater(t, len(lines), 5)
	assert.Regexp(t, `^export IM_HOST=http://127\.0\.0\.1:\d+$`, lines[0])
	assert.Equal(t, []string{"export IM_ORG=o", "export IM_APP=a", "export IM_CLIENT_ID=id", `export IM_CLIENT_SECRET='it'\''s'`}, lines[1:5])
	assert.NoError(t, stop())
}

func TestCurlLineWorksAsPrinted(t *testing.T) {
	for _, tool := range []string{"sh", "curl", "sed"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("needs " + tool)
		}
	}
	lines, stop := start(t, "-client-secret", `it's "odd"`)
	out, err := exec.Command("sh", "-c", lines[len(lines)-1]).Output()
	assert.NoError(t, err)
	assert.Contains(t, string(out), `"username":"alice","activated":true`)
	assert.NoError(t, stop())
}

func TestWrongCommandLine(t *testing.T) {
	var stderr bytes.Buffer
	assert.ErrorIs(t, run(context.Background(), []string{"-nothing"}, io.Discard, &stderr), errUsage)
	assert.ErrorIs(t, run(context.Background(), []string{"extra"}, io.Discard, &stderr), errUsage)
	assert.Contains(t, stderr.String(), `unexpected argument "extra"`)
	assert.ErrorContains(t, run(context.Background(), []string{"-addr", "nowhere:x"}, io.Discard, &stderr), "listen")
}
