package hooks_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/clitest"
	"github.com/imrest/im-go/imtest"
)

// secretFile is "@" and a file that holds a secret.
func secretFile(t *testing.T, secret string) string {
	path := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(path, []byte(secret+"\n"), 0o600))
	return "@" + path
}

// start starts listen, and returns its URL.
func start(c *clitest.CLI, args ...string) (*clitest.Running, string) {
	r := c.Start(append([]string{"listen", "--addr", "127.0.0.1:0"}, args...)...)
	r.Await("Ctrl-C stops it")
	return r, regexp.MustCompile(`http://[\d.:]+/`).FindString(r.Stderr())
}

// What an emulator sends is verified and shown; what somebody else sends is not.
func TestListen(t *testing.T) {
	c := clitest.New(t)
	c.Server.AddUsers("alice", "bob")
	c.Server.LogIn("alice")
	c.Server.LogIn("bob")
	listen, url := start(c, "--secret", secretFile(t, "s3cret"), "--kind", "message", "-o", "jsonl")
	require.NoError(t, c.Server.SetCallbacks(imtest.Rule{URL: url + "im", Secret: "s3cret"}))
	c.Run("messages", "send", "alice", "--text", "你好", "--from", "bob").OK()
	c.Run("users", "kick", "bob", "--yes").OK()
	require.NoError(t, c.Server.WaitCallbacks(t.Context()))
	listen.Await("你好")
	c.Run("trigger", "message.text", "--to", url, "--secret", secretFile(t, "wrong")).Fails(app.ExitFailed, "status 401")
	listen.Await("Rejected: POST")

	r := listen.Stop()
	assert.Zero(t, r.Exit)
	var shown map[string]any
	require.NoError(t, json.Unmarshal([]byte(strings.Split(r.Stdout, "\n")[0]), &shown))
	assert.Equal(t, "message.text", shown["kind"])
	assert.Equal(t, "bob", shown["from"])
	assert.NotContains(t, r.Stdout, "security", "the signature")
	assert.NotContains(t, r.Stdout+r.Stderr, "s3cret")
	assert.Regexp(t, `1 shown, [1-9]\d* left out, 1 rejected`, r.Stderr)
}

// A program on this machine gets each callback as it came, and its response counts.
func TestForward(t *testing.T) {
	c := clitest.NewAlone(t)
	bodies := make(chan string, 10)
	program := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies <- string(body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"valid":false}`)
	}))
	defer program.Close()
	secret := secretFile(t, "s3cret")
	listen, url := start(c, "--secret", secret, "--forward-to", secretFile(t, program.URL+"/?token=hush"), "--from", "alice", "--raw", "-o", "jsonl")

	trigger := func(args ...string) clitest.Result {
		return c.Run(append([]string{"trigger", "pre_send.message", "--to", secretFile(t, url+"?token=hush"), "--secret", secret}, args...)...)
	}
	shown := trigger("--set", "from=alice", "-o", "json").OK()
	assert.Contains(t, shown, `"response": "{\"valid\":false}"`)
	assert.NotContains(t, shown, "hush")
	assert.Contains(t, <-bodies, `"from":"alice"`)
	trigger("--set", "from=mallory").OK() // left out: accepted, and not forwarded
	assert.Empty(t, bodies)
	listen.Await(`"body":{`)

	program.Close()
	trigger("--set", "from=alice").Fails(app.ExitFailed, "status 502")
	r := listen.Stop()
	assert.Contains(t, r.Stderr, "Not forwarded: ")
	assert.Contains(t, r.Stdout, `"state":"not forwarded"`)
	assert.NotContains(t, r.Stdout+r.Stderr, "hush")
}

func TestTrigger(t *testing.T) {
	c := clitest.NewAlone(t)
	assert.Contains(t, c.Run("trigger", "--list").OK(), "notify.reaction")
	var body struct {
		From      string `json:"from"`
		Security  string `json:"security"`
		Timestamp int64  `json:"timestamp"`
		Payload   struct {
			Bodies []map[string]any `json:"bodies"`
		} `json:"payload"`
		Ext map[string]any `json:"ext"`
	}
	r := c.Run("trigger", "message.text", "--set", "from=17", "--set", "payload.bodies.0.msg=你好", "--set", "ext.level=3", "--secret", secretFile(t, "s3cret"), "-o", "json").OK()
	require.NoError(t, json.Unmarshal([]byte(r), &body))
	assert.Equal(t, "17", body.From, "what was text stays text")
	assert.Equal(t, "你好", body.Payload.Bodies[0]["msg"])
	assert.InDelta(t, 3, body.Ext["level"], 0)
	assert.Len(t, body.Security, 32)
	assert.Equal(t, c.Now.UnixMilli(), body.Timestamp)

	r = c.Run("trigger", "message.recall", "--set", `payload.bodies=[{"msg":"hi"}]`, "--jq", ".payload.bodies[0].msg", "-o", "json").OK()
	assert.Equal(t, `"hi"`, strings.TrimSpace(r), "an empty list is set as a whole")

	for _, row := range []struct{ args, says string }{
		{"trigger", "KIND is missing"},
		{"trigger message.txt", `Did you mean "message.text"?`},
		{"trigger message.text --set from", "must be key=value"},
		{"trigger message.text --set timestamp=noon", "must be a number"},
		{"trigger message.text --set payload.bodies.7.msg=x", `the list has no index "7"`},
		{"trigger message.recall --set payload.bodies.0.msg=x", `the list is empty and has no index "0": set the whole list, as in payload.bodies=[{"msg":"hi"}]`},
		{"trigger message.text --set from.name=x", "there is nothing below"},
		{"trigger message.text --to http://127.0.0.1:1/", "--secret is missing"},
		{"trigger message.text --to 127.0.0.1 --secret " + secretFile(t, "s"), "must be a URL"},
		{"trigger message.text --to ftp://a.example/ --secret " + secretFile(t, "s"), "must be a URL"},
		{"trigger message.text --to http://127.0.0.1:1/?token=hush --secret " + secretFile(t, "s"), "--to has a secret"},
		{"trigger message.text --to " + secretFile(t, "hush") + " --secret " + secretFile(t, "s"), "must be a URL"},
		{"callbacks resend --all --to https://example.com/?token=hush", "--to has a secret"},
		{"callbacks recover --since 2026-11-26T09:00:00Z --to https://u:hush@example.com/", "--to has a secret"},
		{"listen --no-verify --forward-to http://127.0.0.1:1/?token=hush", "--forward-to has a secret"},
		{"listen --no-verify --forward-to http://127.0.0.1:1/?access_token=hush", "--forward-to has a secret"},
		{"listen", "secret"},
		{"listen --no-verify --kind massage", "there is no kind"},
		{"listen --no-verify --forward-to localhost", "must be a URL"},
	} {
		r := c.Run(strings.Fields(row.args)...)
		r.Fails(app.ExitUsage, row.says)
		assert.NotContains(t, r.Stderr, "hush")
	}
}

// What the IM server has stored is listed and resent, once for each set.
func TestStored(t *testing.T) {
	c := clitest.New(t, imtest.WithClock(imtest.NewClock(time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC))))
	date := c.Server.AddStoredCallbacks(imtest.StoredCallbacks{Start: time.Date(2026, 11, 26, 11, 0, 0, 0, time.UTC), Size: 7})
	assert.Contains(t, c.Run("callbacks", "stored").OK(), date+"  7")
	assert.Contains(t, c.Run("callbacks", "resend", date).OK(), "resent")
	assert.Equal(t, 1, c.Server.StoredCallbacks()[0].Resent)
	assert.Contains(t, c.Run("callbacks", "resend", "--all", "--to", "https://example.com/im").OK(), "resent")
	assert.Equal(t, "https://example.com/im", c.Server.StoredCallbacks()[0].Target)
	r := c.Run("callbacks", "resend", date, "209901010000")
	r.Fails(app.ExitPartly, "1 of 2 set(s) were not resent")
	assert.Contains(t, r.Stdout, "no such set is stored")
	c.Run("callbacks", "resend").Fails(app.ExitUsage, "or --all")
	c.Run("callbacks", "resend", date, "--all").Fails(app.ExitUsage, "or --all")
	c.Run("callbacks", "recover", "--since", "yesterday").Fails(app.ExitUsage, "--since")
	c.Run("callbacks", "recover").Fails(app.ExitUsage, "--since is missing")

	r = c.Run("callbacks", "recover", "--since", time.Now().Add(time.Hour).Format(time.RFC3339))
	r.Fails(app.ExitUsage, "must be before")
	assert.NotContains(t, r.Stderr, "nothing to recover")
	c.Server.Fault(imtest.PlanLimited())
	r = c.Run("callbacks", "recover", "--since", "2026-11-26T11:00:00Z")
	r.Fails(app.ExitFailed, "resource_limited")
	assert.NotContains(t, r.Stderr, "nothing to recover", "which is not known")
}

// A list without entries is one, in every form.
func TestNothingStored(t *testing.T) {
	c := clitest.New(t)
	for form, want := range map[string]string{"table": "DATE  SIZE  STATE  ERROR\n", "json": "[]\n", "jsonl": "", "yaml": "[]\n", "csv": "date,size,state,error\n"} {
		assert.Equal(t, want, c.Run("callbacks", "resend", "--all", "-o", form).OK(), form)
	}
}

// Where storage was not bought, the history has the messages.
func TestRecover(t *testing.T) {
	c := clitest.New(t, imtest.WithoutCallbackStorage(), imtest.WithClock(imtest.NewClock(time.Now().Add(-30*time.Hour))))
	c.Env["IM_PLATFORM"] = "agora" // whose hours are those of UTC, as the emulator's
	c.Server.AddUsers("alice", "bob")
	since := c.Server.Clock().Now().UTC().Truncate(time.Hour)
	c.Run("messages", "send", "alice", "--text", "missed", "--from", "bob").OK()
	c.Server.Clock().Advance(30 * time.Hour)
	c.Run("callbacks", "stored").Fails(app.ExitFailed, "costs extra")
	r := c.Run("callbacks", "recover", "--since", since.Format(time.RFC3339), "--until", since.Add(time.Hour).Format(time.RFC3339), "-o", "jsonl")
	r.OK()
	assert.Contains(t, r.Stderr, "1 message(s) come from the history.")
	assert.Contains(t, r.Stderr, "Nothing recovers events other than messages")
	assert.Contains(t, r.Stdout, "missed")
	assert.Contains(t, r.Stdout, `"kind":"message.text"`)
	c.Run("callbacks", "recover", "--since", time.Now().UTC().Format(time.RFC3339)).Fails(app.ExitPartly, "is not there yet", "Run it again")
}
