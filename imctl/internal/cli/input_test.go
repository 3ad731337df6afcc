package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/clitest"
)

func file(t *testing.T, name, content string) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// Text after a JSON value is rejected, in files and in flags, and the file or the flag is named.
func TestTextAfterJSON(t *testing.T) {
	c := clitest.NewAlone(t)
	for name, content := range map[string]string{
		"config.json":  `{"profiles":{"p":{"host":"a1.easemob.com","app_key":"o#a","credential":"client_secret","client_id":"i","secret_in":"file"}}}`,
		"secrets.json": `{"p":"s3cret"}`,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(c.Env["IMCTL_CONFIG"], name), []byte(content), 0o600))
	}
	users := func() clitest.Result {
		return c.Run("token", "user", "alice", "--profile", "p", "--dynamic", "--ttl", "1h")
	}
	users().OK()
	for _, name := range []string{"config.json", "secrets.json"} {
		path := filepath.Join(c.Env["IMCTL_CONFIG"], name)
		good, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, tail := range []string{"x", "}", " {}", "]"} {
			require.NoError(t, os.WriteFile(path, append(good, tail...), 0o600))
			r := users()
			assert.NotZero(t, r.Exit, tail)
			assert.Contains(t, r.Stderr, path)
			assert.NotContains(t, r.Stderr, "s3cret")
		}
		require.NoError(t, os.WriteFile(path, append(good, " \n\t"...), 0o600))
		users().OK()
		require.NoError(t, os.WriteFile(path, append(good, strings.Repeat(" ", 16<<20)...), 0o600))
		r := users()
		assert.NotZero(t, r.Exit)
		assert.Contains(t, r.Stderr, path+" is longer than 16384 KiB")
		require.NoError(t, os.WriteFile(path, good, 0o600))
	}
	for _, tail := range []string{"x", "}", " {}", "]"} {
		for _, args := range [][]string{
			{"users", "register-batch", "--body", `[{"username":"a"}]`}, {"messages", "send-to-users", "--to", "a", "--type", "txt", "--body", `{"msg":"x"}`},
			{"messages", "send", "a", "--text", "x", "--ext", `{}`}, {"api", "POST", "/users", "--body", `{}`},
		} {
			flag := args[len(args)-2]
			args[len(args)-1] += tail
			c.Run(append(args, "--dry-run")...).Fails(app.ExitUsage, flag+" must be")
		}
	}
	assert.Contains(t, c.Run("trigger", "message.text", "--set", "ext={}}", "-o", "json").OK(), `"ext": "{}}"`, "that is not JSON, but text")
}

// Numbers in flags keep all their digits.
func TestNumbersInFlags(t *testing.T) {
	c := clitest.NewAlone(t)
	for _, args := range [][]string{
		{"messages", "send", "a", "--text", "x", "--ext", `{"id":9007199254740993}`}, {"api", "POST", "/users", "--body", `{"id":9007199254740993}`},
	} {
		assert.Contains(t, c.Run(append(args, "--dry-run", "-o", "json")...).OK(), "9007199254740993", args)
	}
}

// A secret in the command line stands in the list of processes: that is said, except under --quiet. From a file it is not.
func TestSecretsInFlags(t *testing.T) {
	c := clitest.NewAlone(t)
	register := []string{"users", "register-batch", "--body"}
	for _, row := range []struct {
		args         []string
		inline, file string
		says         string
	}{
		{register, `[{"username":"a","password":"hunter2"},{"username":"b","password":"hunter2"}]`, "", `"password" of --body`},
		{[]string{"api", "POST", "/users", "--body"}, `{"deep":[{"Client_Secret":"hunter2"}]}`, "", `"Client_Secret" of --body`},
		{[]string{"api", "GET", "/users", "--header"}, "Authorization=Bearer hunter2", "\r\nAuthorization=Bearer hunter2\r\nX=y\n", `"Authorization" of --header`},
		{[]string{"api", "GET", "/users", "--query"}, "token=hunter2", "", `"token" of --query`},
		{[]string{"messages", "send", "a", "--event", "e", "--set"}, "token=hunter2", "", `"token" of --set`},
		{[]string{"messages", "send", "a", "--text", "x", "--ext"}, `{"token":"hunter2"}`, "", `"token" of --ext`},
		{[]string{"trigger", "message.text", "--set"}, "payload.bodies.0.secret=hunter2", "", `"secret" of --set`},
	} {
		run := func(value string, more ...string) clitest.Result {
			r := c.Run(append(append(row.args, value, "--dry-run", "-o", "json"), more...)...)
			r.OK()
			return r
		}
		inline := run(row.inline)
		assert.Equal(t, 1, strings.Count(inline.Stderr, row.says+" stands in the list of processes: read "), row.args)
		assert.NotContains(t, inline.Stderr, "hunter2")
		assert.Empty(t, run(row.inline, "--quiet").Stderr, row.args)
		if row.file == "" {
			row.file = row.inline
		}
		elsewhere := run("@" + file(t, "value", row.file))
		assert.Empty(t, elsewhere.Stderr, row.args)
		assert.Equal(t, inline.Stdout, elsewhere.Stdout, row.args)
		if row.args[0] != "trigger" { // which shows what it makes
			assert.NotContains(t, inline.Stdout, "hunter2", row.args)
		}
	}
	r := c.Run("api", "GET", "/users?token=hunter2", "--dry-run")
	r.OK()
	assert.Contains(t, r.Stderr, `"token" of --query`)
	assert.NotContains(t, r.Stdout, "hunter2")
	c.Run("api", "GET", "/users", "--header", "@"+file(t, "header", "a=b\nhunter2\n")).Fails(app.ExitUsage, "--header: line 2 of @")
	c.Run("users", "list", "--dry-run", "-o", "json").OK()
	help := c.Run("api", "--help").OK()
	assert.Contains(t, help, "list of processes")
	c.Env["LANG"] = "zh_CN.UTF-8"
	help = c.Run("api", "--help").OK()
	assert.Contains(t, help, "进程列表")
}

// Stdin can be read once.
func TestStdinTwice(t *testing.T) {
	c := clitest.NewAlone(t)
	c.Stdin = "{}"
	c.Run("messages", "send", "a", "--text", "-", "--ext", "-", "--dry-run").Fails(app.ExitUsage, "only one flag can be read from -")
}

// What a flag reads is bounded.
func TestLongInput(t *testing.T) {
	c := clitest.NewAlone(t)
	c.Stdin = strings.Repeat("x", 1<<20+1)
	for _, args := range [][]string{{"messages", "send", "a", "--text", "-"}, {"token", "decode", "-"}, {"api", "POST", "/users", "--body", "-"}} {
		c.Run(append(args, "--dry-run")...).Fails(app.ExitUsage, "stdin is longer than 1024 KiB")
	}
	c.Terminal.Stdin, c.Terminal.Stderr = true, true
	c.Run("users", "ban", "alice").Fails(app.ExitFailed, "the line is longer than 64 KiB")
}

// A file that is overwritten is another file until it is whole: what was there stays as it is.
func TestPagesAreWhole(t *testing.T) {
	c := clitest.NewAlone(t)
	dir := t.TempDir()
	page, before := filepath.Join(dir, "imctl.1"), filepath.Join(dir, "before")
	require.NoError(t, os.WriteFile(page, []byte("old"), 0o600))
	require.NoError(t, os.Link(page, before))
	c.Run("man", dir).OK()
	old, err := os.ReadFile(before)
	require.NoError(t, err)
	assert.Equal(t, "old", string(old))
	written, err := os.ReadFile(page)
	require.NoError(t, err)
	assert.Contains(t, string(written), ".TH")
	left, err := filepath.Glob(filepath.Join(dir, ".im-*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

// Errors that are made without an App are in Chinese as well.
func TestErrorsInChinese(t *testing.T) {
	c := clitest.NewAlone(t)
	c.Env["LANG"] = "zh_CN.UTF-8"
	for args, says := range map[string]string{
		"trigger message.text --set timestamp=noon":         "--set 的路径 \"timestamp\"：应为数字",
		"trigger message.text --set payload.bodies.7.msg=x": "列表没有下标 \"7\"，应为 0 到 0",
		"trigger message.text --set from.name=x":            "\"name\" 之下没有内容",
		"login a/b --host h":                                "配置名是 \"a/b\"",
		"version --=x":                                      "--=x 不是选项",
		"users import " + file(t, "a.csv", "username,password\na,\"b\nc\n") + " --dry-run": "该行始于第 2 行",
	} {
		c.Run(strings.Fields(args)...).Fails(app.ExitUsage, says)
	}
	require.NoError(t, os.WriteFile(filepath.Join(c.Env["IMCTL_CONFIG"], "config.json"), []byte("{} x"), 0o600))
	r := c.Run("profile", "list", "-o", "json")
	r.Fails(app.ExitFailed, "JSON 值之后还有内容")
}

// A variable that is not set is an empty value in a shell: the command does not do something else instead.
func TestEmptyValues(t *testing.T) {
	c := clitest.New(t)
	c.Server.AddUsers("alice")
	for _, args := range [][]string{
		{"users", "delete", "alice", "--yes", "--profile", ""}, {"users", "list", "--lane", ""}, {"users", "list", "--jq", ""},
		{"messages", "send", "alice", "--text", "x", "--from", ""}, {"messages", "send", "alice", "--text", "x", "--ext", ""},
		{"messages", "send", "alice", "--event", ""}, {"messages", "send", "alice", "--command", ""}, {"messages", "send", "alice", "--text", ""},
		{"messages", "history", "2026-11-26T12Z", "--of", ""}, {"inspect", "alice", "--receiver", ""}, {"inspect", "alice", "--hour", ""},
		{"users", "export", filepath.Join(t.TempDir(), "x.csv"), "--attributes", ""}, {"users", "export", filepath.Join(t.TempDir(), "x.csv"), "--attributes", "a,,b"},
		{"api", "POST", "/users", "--body", ""}, {"messages", "download-file", "f", "--to-file", ""}, {"listen", "--no-verify", "--from", ""},
		{"push", "unbind", "alice", "--device-id", "d", "--notifier-name", "", "--yes"},
	} {
		flag := ""
		for i, arg := range args {
			if strings.HasPrefix(arg, "--") && i+1 < len(args) && (args[i+1] == "" || args[i+1] == "a,,b") {
				flag = arg
			}
		}
		c.Run(args...).Fails(app.ExitUsage, flag+" must not be empty")
	}
	c.Run("chatrooms", "add-members", "1", "--usernames", "a,,b").Fails(app.ExitUsage, "--usernames has an empty entry")
	assert.Empty(t, c.Server.Requests())
	c.Run("push", "set-nickname", "alice", "--nickname", "").OK()
	user, _ := c.Server.User("alice")
	assert.Empty(t, user.Nickname, "the API takes an empty one")
}

// What is not a path is named as it was given.
func TestPathsOfAPI(t *testing.T) {
	c := clitest.NewAlone(t)
	for _, path := range []string{"", "/", "users", "http://a1.easemob.com/o/a/users", "//users", "/users//x", "/./users", "/users/.."} {
		c.Run("api", "GET", path, "--dry-run").Fails(app.ExitUsage, `PATH is "`+path+`", must begin with /`)
	}
	for _, path := range []string{"/users/", "/users/a%2Fb", "/users/%F0%9F%98%80", "/users?limit=1"} {
		c.Run("api", "GET", path, "--dry-run").OK()
	}
}

// A file of the command line that is wrong is a wrong command line: nothing is sent.
func TestWrongFiles(t *testing.T) {
	c := clitest.New(t)
	folder := t.TempDir()
	none, wrong := filepath.Join(folder, "none", "x"), file(t, "wrong.txt", "x")
	for _, args := range [][]string{
		{"messages", "upload-file", "--file", none}, {"messages", "upload-file", "--file", folder}, {"groups", "upload-file", "1", "--file", none, "--dry-run"},
		{"messages", "download-file", "f", "--to-file", none}, {"messages", "download-file", "f", "--to-file", folder},
		{"serve", "--addr", "127.0.0.1:0", "--data", folder}, {"serve", "--addr", "127.0.0.1:0", "--data", wrong}, {"serve", "--addr", "127.0.0.1:0", "--seed", none},
		{"serve", "--addr", "127.0.0.1:0", "--seed", wrong}, {"serve", "--addr", "127.0.0.1:0", "--faults", wrong}, {"serve", "--addr", "127.0.0.1:0", "--tls", none},
	} {
		c.Run(args...).Fails(app.ExitUsage)
	}
	assert.Empty(t, c.Server.Requests())
	c.Run("messages", "download-file", "f", "--to-file", filepath.Join(folder, "x")).Fails(app.ExitFailed, "404")
}
