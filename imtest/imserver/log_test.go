package main

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// logged is what a log prints of two requests.
func logged(t *testing.T, arg string) string {
	t.Helper()
	var log bytes.Buffer
	s, err := parse([]string{"-addr", "127.0.0.1:0", arg}, &log)
	require.NoError(t, err)
	srv, err := imtest.Start(append(s.options, imtest.WithClock(imtest.NewClock(time.Date(2026, 3, 1, 9, 0, 0, 5e6, time.UTC))))...)
	require.NoError(t, err)
	defer srv.Close()
	for _, path := range []string{"/acme/demo/users/al%20ice?x=1", "/nothing"} {
		resp, err := http.Get(srv.URL() + path)
		require.NoError(t, err)
		resp.Body.Close()
	}
	return log.String()
}

func TestLog(t *testing.T) {
	assert.Empty(t, logged(t, "-log=false"))
	lines := "2026-03-01T09:00:00.005Z 401 GET /acme/demo/users/al%20ice?x=1 users.get\n2026-03-01T09:00:00.005Z 404 GET /nothing -\n"
	assert.Equal(t, lines, logged(t, "-log"))
	assert.Equal(t, lines, logged(t, "-log=lines"))
	assert.Equal(t, []string{
		`{"time":"2026-03-01T09:00:00.005Z","status":401,"method":"GET","path":"/acme/demo/users/al%20ice","query":"x=1","endpoint":"users.get"}`,
		`{"time":"2026-03-01T09:00:00.005Z","status":404,"method":"GET","path":"/nothing"}`, "",
	}, strings.Split(logged(t, "-log=json"), "\n"))
	_, err := parse([]string{"-log=xml"}, io.Discard)
	assert.ErrorIs(t, err, errUsage)
}

func TestClock(t *testing.T) {
	p := begin(t, "-clock", "2026-03-01T17:00:00+08:00")
	resp, err := http.Get(p.url + "/_im/clock")
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(string(text), `{"time":"2026-03-01T09:0`), "%s", text)
	assert.Contains(t, string(text), `"running":true`)
	require.NoError(t, p.stop())
	for _, clock := range []string{"noon", "9999-01-01T00:00:00Z", "0001-01-01T00:00:00Z"} {
		_, err = parse([]string{"-clock", clock}, io.Discard)
		assert.ErrorIs(t, err, errUsage)
	}
}
