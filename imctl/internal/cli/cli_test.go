package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/cli"
	"github.com/imrest/im-go/imctl/internal/clitest"
	"github.com/imrest/im-go/imtest"
)

func TestUsageErrors(t *testing.T) {
	c := clitest.NewAlone(t)
	for _, row := range []struct {
		args []string
		says []string
	}{
		{[]string{"profle"}, []string{`unknown command "imctl profle"`, `Did you mean "imctl profile"?`}},
		{[]string{"profile", "lst"}, []string{`Did you mean "imctl profile list"?`}},
		{[]string{"profile", "zzzzzzz"}, []string{`"imctl profile --help" lists the commands.`}},
		{[]string{"version", "--outptu", "json"}, []string{"unknown flag --outptu", `Did you mean "--output"?`}},
		{[]string{"version", "--=z"}, []string{"--=z is not a flag"}},
		{[]string{"version", "-z"}, []string{"unknown flag -z", `See "imctl version --help".`}},
		{[]string{"version", "-o", "xml"}, []string{`--output is "xml", must be table, json, jsonl, yaml, csv`}},
		{[]string{"version", "--jq", "."}, nil},
		{[]string{"version", "--jq", ".["}, []string{"--jq: "}},
		{[]string{"version", "--lane", "fast"}, []string{`--lane is "fast"`}},
		{[]string{"version", "now"}, []string{`unexpected argument "now"`}},
		{[]string{"profile", "use"}, []string{"NAME is missing"}},
		{[]string{"profile", "use", "locl"}, []string{`there is no profile "locl"`, `Did you mean "local"?`}},
		{[]string{"completion", "tcsh"}, []string{`SHELL is "tcsh"`}},
		{[]string{"login"}, []string{"there is no terminal to ask on"}},
		{[]string{"users", "list", "--limit", "x"}, []string{`--limit is "x", must be a whole number`}},
		{[]string{"users", "list", "--limit"}, []string{"--limit needs a value"}},
		{[]string{"version", "-o"}, []string{"--output needs a value"}},
		{[]string{"quotas", "--every", "5"}, []string{`--every is "5", must be a time such as 90s or 2h`}},
		{[]string{"quotas", "--once=maybe"}, []string{`--once is "maybe", must be true or false`}},
		{[]string{"quotas", "--once", "--every", "5s"}, []string{"only one of these can be given: --once, --every", `See "imctl quotas --help".`}},
		{[]string{"listen"}, []string{"one of these must be given: --secret, --no-verify"}},
		{[]string{"users", "mute", "alice", "--chats", "5x"}, []string{`--chats is "5x", must be a time such as 90s, 2h or 7d, or forever`}},
		{[]string{"messages", "send", "a", "--text", "x", "--set", "a=b"}, []string{"--set needs --event"}},
		{[]string{"messages", "send", "a", "--text", "x", "--resume"}, []string{"--resume needs --to-file"}},
		{[]string{"inspect", "1", "--receiver", "bob", "--zone", "utc"}, []string{"--zone needs --hour"}},
		{[]string{"quotas", "--redis-prefix", "x"}, []string{"--redis-prefix needs --redis"}},
		{[]string{"listen", "--no-verify", "--max-age", "5s"}, []string{"only one of these can be given: --max-age, --no-verify"}},
	} {
		if row.says == nil {
			c.Run(row.args...).OK()
			continue
		}
		c.Run(row.args...).Fails(app.ExitUsage, row.says...)
	}
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// Output that cannot be written ends the run with an error, whatever wrote it.
func TestStdoutFails(t *testing.T) {
	c := clitest.New(t)
	c.Server.AddUsers("alice")
	for _, args := range []string{
		"version", "version -o json", "--help", "users", "users get --help", "schema", "completion bash", "profile list -o csv",
		"doctor", "doctor -o jsonl", "users list", "users list --dry-run",
	} {
		var stderr bytes.Buffer
		exit := cli.Run(t.Context(), app.Env{
			Args: strings.Fields(args), Stdin: strings.NewReader(""), Stdout: full{}, Stderr: &stderr,
			Getenv: func(name string) string { return c.Env[name] }, Now: time.Now, Keyring: c.Keyring, Options: c.Options,
		})
		assert.Equal(t, app.ExitFailed, exit, args)
		assert.Contains(t, stderr.String(), "no space left", args)
	}
}

// Errors are JSON under -o json, wherever the flag stands.
func TestErrorsAsJSON(t *testing.T) {
	c := clitest.New(t)
	for _, args := range [][]string{
		{"profile", "show", "nothing", "-o", "json"},
		{"-o=json", "version", "--wrong"},
		{"version", "--wrong", "-ojson"},
		{"version", "--wrong", "-qo", "json"},
	} {
		r := c.Run(args...)
		var problem app.Problem
		require.NoError(t, json.Unmarshal([]byte(r.Stderr), &problem), r.Stderr)
		assert.Equal(t, "usage", problem.Kind)
		assert.Equal(t, app.ExitUsage, problem.Exit)
		assert.NotEmpty(t, problem.Hint)
		assert.Empty(t, r.Stdout)
	}
}

// The value of another flag, and what follows "--", does not choose the form of the output.
func TestValueThatLooksLikeOutput(t *testing.T) {
	c := clitest.New(t)
	c.Server.AddUsers("alice")
	assert.Contains(t, c.Run("messages", "send", "alice", "--text", "-oops").OK(), "STATE")
	assert.Contains(t, c.Run("messages", "send", "alice", "--text", "--output=xml").OK(), "STATE")
	c.Run("users", "get", "--", "-ojson").Fails(app.ExitFailed, "imctl: ")
}

func TestChinese(t *testing.T) {
	c := clitest.NewAlone(t)
	c.Env["LANG"] = "zh_CN.UTF-8"
	c.Run("profile", "lst").Fails(app.ExitUsage, "未知命令", "是不是")
	c.Run("version", "-o", "xml").Fails(app.ExitUsage, "只能是 table、json")
	c.Run("users", "list", "--limit", "x").Fails(app.ExitUsage, `--limit 的值是 "x"，应为整数`)
	c.Run("listen").Fails(app.ExitUsage, "必须给出其中之一：--secret、--no-verify")
	c.Run("users", "ban", "alice").Fails(app.ExitUsage, "封禁 1 名用户？没有可供询问的终端。")
	clitest.Golden(t, "help-zh.txt", c.Run("login", "--help").OK())
	c.Env["LC_ALL"] = "C"
	clitest.Golden(t, "help-en.txt", c.Run("login", "--help").OK())
}

func TestLogin(t *testing.T) {
	c := clitest.New(t)
	host := c.Env["IM_HOST"]
	delete(c.Env, "IM_HOST")
	appKey := c.Server.Org() + "#" + c.Server.App()
	args := []string{"login", "work", "--host", host, "--platform", "easemob", "--app-key", appKey, "--client-id", c.Server.ClientID(), "--client-secret", "-"}

	c.Run("profile", "show").Fails(app.ExitCredentials, "imctl login")
	c.Stdin = "wrong"
	c.Run(args...).Fails(app.ExitCredentials, "Nothing was stored")
	assert.Equal(t, []string(nil), names(t, c))

	c.Stdin = c.Server.ClientSecret() + "\n"
	c.Run(args...).OK()
	assert.Equal(t, c.Server.ClientSecret(), c.Keyring["work"])
	c.Run(args...).Fails(app.ExitUsage, "already", "--yes")
	assert.NotContains(t, c.Run("profile", "show").OK(), c.Server.ClientSecret())

	c.Run("profile", "use", "local").OK()
	assert.Contains(t, c.Run("profile", "show").OK(), "local")
	c.Run("profile", "remove", "work", "--yes").OK()
	assert.Empty(t, c.Keyring)
}

func names(t *testing.T, c *clitest.CLI) (names []string) {
	var all []struct {
		Name string `json:"name"`
	}
	require.NoError(t, json.Unmarshal([]byte(c.Run("profile", "list", "-o", "json").OK()), &all))
	for _, p := range all {
		if p.Name != "local" {
			names = append(names, p.Name)
		}
	}
	return names
}

// Without a keyring the secret is in a file that only its owner can read.
func TestLoginWithoutKeyring(t *testing.T) {
	c := clitest.New(t)
	c.Keyring = nil
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("s3cret\n"), 0o600))
	login := func() clitest.Result {
		return c.Run("login", "p", "--host", "a1.easemob.com", "--app-key", "o#a", "--client-id", "i", "--client-secret", "@"+secret, "--no-check", "--yes")
	}
	login().OK()
	path := filepath.Join(c.Env["IMCTL_CONFIG"], "secrets.json")
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.JSONEq(t, `{"p":"s3cret"}`, string(raw))
	if runtime.GOOS == "windows" {
		return
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.NoError(t, os.Chmod(path, 0o644))
	login().Fails(app.ExitFailed, "chmod 600")
}

// A secret in the command line is rejected, and not shown.
func TestSecretsAreNotTakenFromTheCommandLine(t *testing.T) {
	c := clitest.NewAlone(t)
	r := c.Run("login", "--host", "h", "--client-secret", "hunter2")
	r.Fails(app.ExitUsage, "--client-secret: secrets are read from @FILE")
	assert.NotContains(t, r.Stderr, "hunter2")
}

// No flag takes a secret from the command line.
func TestFlagsForSecrets(t *testing.T) {
	secret := regexp.MustCompile("password|secret|token|certificate|authorization|credential")
	found := 0
	walk(cli.Root(app.New(app.Env{Getenv: func(string) string { return "" }})), func(c *cobra.Command) {
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if secret.MatchString(f.Name) {
				found++
				assert.Equal(t, app.SecretType, f.Value.Type(), "%s --%s", c.CommandPath(), f.Name)
			}
		})
	})
	assert.Greater(t, found, 10)
}

func TestPages(t *testing.T) {
	c := clitest.NewAlone(t)
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		assert.Contains(t, c.Run("completion", shell).OK(), "imctl")
	}
	dir := t.TempDir()
	c.Run("man", dir).OK()
	assert.FileExists(t, filepath.Join(dir, "imctl-profile-list.1"))
}

// --dry-run sends nothing, needs no profile, and shows no secret.
func TestDryRun(t *testing.T) {
	c := clitest.NewAlone(t)
	c.Stdin = "hunter2"
	for _, args := range [][]string{
		{"users", "register", "--username", "alice", "--password", "-"},
		{"users", "register-batch", "--body", `[{"username":"alice","password":"hunter2"}]`},
		{"auth", "get-app-token", "--client-id", "i", "--client-secret", "-"},
	} {
		shown := c.Run(append(args, "--dry-run", "-o", "json", "--debug")...)
		assert.Contains(t, shown.OK(), `"***"`, args)
		assert.NotContains(t, shown.Stdout+shown.Stderr, "hunter2", args)
	}
}

// Ctrl-C ends a filter that never ends.
func TestEndlessFilter(t *testing.T) {
	c := clitest.NewAlone(t)
	for _, args := range [][]string{{"profile", "list"}, {"trigger", "--list", "-o", "jsonl"}} {
		ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
		stopped, cancel := context.WithCancel(t.Context())
		context.AfterFunc(ctx, cancel)
		c.RunContext(stopped, append(args, "--jq", "last(repeat(1))")...).Fails(app.ExitStopped)
		stop()
	}
}

// Under --dry-run nothing follows the request: not even an empty list.
func TestDryRunOfLists(t *testing.T) {
	c := clitest.New(t)
	for _, args := range []string{
		"users muted", "users list --all", "groups members list 1", "contacts friends alice", "messages history 2026-11-26T09Z",
		"callbacks recover --since 2026-11-26T09:00:00Z",
	} {
		shown := c.Run(append(strings.Fields(args), "--dry-run", "-o", "json")...).OK()
		var request struct {
			Method string `json:"method"`
		}
		require.NoError(t, json.Unmarshal([]byte(shown), &request), "%s: %s", args, shown)
		assert.Equal(t, "GET", request.Method, args)
	}
	assert.Empty(t, c.Server.Requests())
}

// Shells offer the values of the global flags, while their line is not complete.
func TestCompletionOfGlobalFlags(t *testing.T) {
	c := clitest.NewAlone(t)
	for _, row := range []struct {
		args []string
		want string
	}{
		{[]string{"users", "list", "-o", ""}, "jsonl\n"}, {[]string{"users", "list", "-o", "js"}, "json\n"},
		{[]string{"--lane", ""}, "background\n"}, {[]string{"users", "--profile", ""}, "local\n"}, {[]string{"users", "li"}, "list\t"},
	} {
		assert.Contains(t, c.Run(append([]string{"__complete"}, row.args...)...).OK(), row.want, row.args)
	}
}

// On a narrow terminal a row still says what it is about, and one thing is shown key by key.
func TestNarrowTables(t *testing.T) {
	c := clitest.New(t)
	c.Server.AddUsers("alice")
	g := c.Server.AddGroup(imtest.Group{Name: "徒步俱乐部", Owner: "alice"})
	c.Terminal = app.Terminal{Stdout: true, Width: func() int { return 40 }}
	for args, texts := range map[string][]string{
		"users list": {"alice"}, "groups list": {g.ID, "徒步俱乐部"}, "groups get " + g.ID: {"name  ", "徒步俱乐部", "owner  "}, "users get alice": {"username  "},
	} {
		shown := c.Run(strings.Fields(args)...).OK()
		for _, text := range texts {
			assert.Contains(t, shown, text, args)
		}
	}
}
