package cli_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
			_, _ = w.Write([]byte(escapes + "\x9b"))
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
