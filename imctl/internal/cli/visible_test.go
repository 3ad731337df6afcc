package cli_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/clitest"
)

// escapes are an attempt to repaint the screen, with one control character of each kind.
const escapes = "\x1b]0;mine\a\u009b31m\x7f\u202eRed 小明"

// hostile is a server whose texts repaint the screen: those of a user, or those of an error with status.
func hostile(t *testing.T, status int) *clitest.CLI {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reply := map[string]any{"error": escapes, "error_description": escapes}
		switch {
		case strings.HasSuffix(r.URL.Path, "/token"):
			reply = map[string]any{"access_token": "t", "expires_in": 86400}
		case strings.Contains(r.URL.Path, "/chatfiles/"):
			_, _ = w.Write([]byte(escapes + "\x9b\xe5\xb0"))
			return
		case r.URL.Path == "/_im/quotas":
			raw, _ := json.Marshal([]any{map[string]any{"pool": "users.get", "user": escapes, "n": 100, "used": 42}})
			_, _ = w.Write(raw)
			return
		case status == http.StatusOK:
			reply = map[string]any{"entities": []any{map[string]any{"username": "alice", "nickname": escapes, escapes: 1}}}
		default:
			w.WriteHeader(status)
		}
		raw, _ := json.Marshal(reply)
		_, _ = w.Write(raw)
	}))
	t.Cleanup(srv.Close)
	c := clitest.NewAlone(t)
	for name, value := range map[string]string{"HOST": srv.URL, "PLATFORM": "easemob", "APP_KEY": "o#a", "CLIENT_ID": "i", "CLIENT_SECRET": "s"} {
		c.Env["IM_"+name] = value
	}
	return c
}

// repaints reports whether a text does something else on a terminal than be shown.
func repaints(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' || r == '\u202e'
	})
}

// What others have written reaches no terminal as it is, whatever the form; a pipe gets it whole.
func TestTextsOfOthersOnATerminal(t *testing.T) {
	for _, args := range []string{
		"users get alice", "users get alice -o json", "users get alice -o jsonl", "users get alice -o yaml", "users get alice -o csv",
		"users get alice --jq .[].nickname", "api GET /users/alice", "api GET /x --jq .entities[0].nickname", "users list --all", "messages download-file f",
	} {
		c := hostile(t, http.StatusOK)
		piped := c.Run(strings.Fields(args)...).OK()
		c.Terminal.Stdout = true
		shown := c.Run(strings.Fields(args)...).OK()
		assert.False(t, repaints(shown), "%s: %q", args, shown)
		assert.Contains(t, shown, "Red 小明", args)
		assert.True(t, utf8.ValidString(shown), "%s: %q", args, shown)
		if strings.Contains(args, "download") {
			assert.True(t, strings.HasSuffix(shown, "小明\uFFFD\uFFFD"), "the last bytes are shown: %q", shown)
		}
		if strings.HasSuffix(args, "-o json") {
			assert.JSONEq(t, piped, shown, "a terminal shows the same value")
			assert.True(t, repaints(piped))
		}
	}
}

// Messages are read on terminals, and in logs that are read there later.
func TestTextsOfOthersInErrors(t *testing.T) {
	for _, args := range []string{"users get alice", "users ban alice bob --yes", "api GET /users/alice", "doctor", "users get alice --debug", "users get alice -o json"} {
		c := hostile(t, http.StatusNotFound)
		r := c.Run(strings.Fields(args)...)
		require.NotZero(t, r.Exit, args)
		assert.False(t, repaints(r.Stderr), "%s: %q", args, r.Stderr)
		if strings.HasSuffix(args, "-o json") {
			var problem struct {
				Code string `json:"code"`
			}
			require.NoError(t, json.Unmarshal([]byte(r.Stderr), &problem))
			assert.Equal(t, escapes, problem.Code)
		}
	}
}

// Bars are drawn past the forms of output, with the names that the emulator of another host has.
func TestTextsOfOthersInBars(t *testing.T) {
	c := hostile(t, http.StatusOK)
	c.Terminal = app.Terminal{Stdout: true, Width: func() int { return 400 }}
	bars := c.Start("quotas", "--every", "1h")
	bars.Await("Red 小明")
	shown := bars.Stop().Stdout
	assert.False(t, repaints(shown), "%q", shown)
}

// Whoever reaches the emulator writes its log.
func TestTextsOfOthersInTheRequestLog(t *testing.T) {
	c := clitest.NewAlone(t)
	serve := c.Start("serve", "--addr", "127.0.0.1:0", "--log", "-o", "json")
	serve.Await("In another terminal")
	var where struct {
		URL string `json:"url"`
	}
	require.NoError(t, json.Unmarshal([]byte(serve.Stdout()), &where))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, where.URL+"/acme/demo/users", http.NoBody)
	require.NoError(t, err)
	request.URL.RawQuery = "limit=\u009b31m\u202e\x9bRed小明"
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	serve.Await("Red小明")
	shown := serve.Stop().Stderr
	assert.False(t, repaints(shown), "%q", shown)
	assert.True(t, utf8.ValidString(shown), "%q", shown)
}
