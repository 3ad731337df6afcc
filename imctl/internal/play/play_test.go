package play_test

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/clitest"
)

// What one terminal serves, another sees under the profile "local", on whatever port it is.
func TestServe(t *testing.T) {
	c := clitest.NewAlone(t)
	data := filepath.Join(t.TempDir(), "im.json")
	serve := c.Start("serve", "--addr", "127.0.0.1:0", "--demo", "--data", data, "--log")
	serve.Await("In another terminal")
	assert.Contains(t, c.Run("--profile", "local", "users", "list").OK(), "小明")
	serve.Await("users.list")

	tail := c.Start("--profile", "local", "tail", "--kind", "user_registered", "-o", "jsonl", "--jq", ".data.user")
	tail.Await("mallory")
	c.Run("--profile", "local", "users", "delete", "mallory", "--yes").OK()
	c.Stdin = "S3cret.pass"
	assert.NotContains(t, tail.Stdout(), "newcomer")
	c.Run("--profile", "local", "token", "user", "newcomer", "--create").OK()
	tail.Await("newcomer")
	assert.Zero(t, tail.Stop().Exit)
	ended := c.Start("--profile", "local", "tail", "-o", "csv")
	ended.Await("newcomer")

	r := serve.Stop()
	assert.Zero(t, r.Exit, r.Stderr)
	assert.Contains(t, r.Stderr, "The emulator has stopped.")
	ended.Wait().Fails(app.ExitFailed, "the emulator has stopped")
	saved, err := os.ReadFile(data)
	require.NoError(t, err)
	assert.NotContains(t, string(saved), `"name":"mallory"`)
	assert.Contains(t, string(saved), "newcomer")

	again := c.Start("serve", "--addr", "127.0.0.1:0", "--data", data, "-o", "json")
	again.Await("In another terminal")
	var where map[string]string
	require.NoError(t, json.Unmarshal([]byte(again.Stdout()), &where))
	assert.NotEqual(t, "http://127.0.0.1:8080", where["url"])
	assert.Contains(t, c.Run("--profile", "local", "users", "list").OK(), "newcomer")
	for _, config := range []im.Config{ // of a program, by what serve printed
		{Host: where["url"], Platform: im.Easemob, AppKey: where["app_key"], Token: im.ClientCredentials{ID: where["client_id"], Secret: where["client_secret"]}},
		{Host: where["url"], Platform: im.Agora, AppID: where["app_id"], Token: im.AppCertificate{AppID: where["app_id"], Certificate: where["certificate"]}},
	} {
		client, err := im.New(config)
		require.NoError(t, err)
		_, err = client.Users.Get(t.Context(), "newcomer")
		require.NoError(t, err)
		client.Close()
	}
	c.Run("serve", "--addr", strings.TrimPrefix(where["url"], "http://")).Fails(app.ExitFailed, "127.0.0.1:0 picks a free port")
}

// The profile leads to an emulator beyond loopback, too. Nothing is sent.
func TestServeBeyondLoopback(t *testing.T) {
	addrs, err := net.InterfaceAddrs()
	require.NoError(t, err)
	for _, a := range addrs {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.To4() != nil && !ip.IP.IsLoopback() {
			c := clitest.NewAlone(t)
			serve := c.Start("serve", "--addr", net.JoinHostPort(ip.IP.String(), "0"))
			serve.Await("In another terminal")
			c.Run("--profile", "local", "--dry-run", "users", "get", "alice").OK()
			serve.Stop()
		}
	}
}

// A seed is JSON or YAML.
func TestServeSeeds(t *testing.T) {
	for form, text := range map[string]string{"JSON": `{"users": ["zoe"]}`, "YAML": "users:\n- zoe\n"} {
		c := clitest.NewAlone(t)
		name := filepath.Join(t.TempDir(), "seed")
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		serve := c.Start("serve", "--addr", "127.0.0.1:0", "--seed", name)
		serve.Await("In another terminal")
		assert.Contains(t, c.Run("--profile", "local", "users", "list").OK(), "zoe", form)
		serve.Stop()
	}
}

// A profile "local" of one's own stays as it is.
func TestServeKeepsAProfile(t *testing.T) {
	c := clitest.NewAlone(t)
	c.Stdin = "s3cret"
	c.Run("login", "local", "--host", "a1.easemob.com", "--app-key", "o#a", "--client-id", "i", "--client-secret", "-", "--no-check").OK()
	serve := c.Start("serve", "--addr", "127.0.0.1:0")
	serve.Await("one that imctl login made")
	serve.Stop()
	assert.Contains(t, c.Run("profile", "show", "local").OK(), "a1.easemob.com")
}

// Wrong flags are found before anything is started.
func TestWrongFlags(t *testing.T) {
	c := clitest.New(t)
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("s"), 0o600))
	for _, row := range []struct{ args, says string }{
		{"serve --app-key acme", "org#app"},
		{"serve --quotas=mine", `--quotas is "mine"`},
		{"serve --clock noon", `--clock is "noon"`},
		{"serve --clock 9999-01-01T00:00:00Z", "of the years 1970 to 2200"},
		{"serve --callback http://127.0.0.1:1/", "--callback-secret must be given with"},
		{"serve --callback-secret @" + secret, "--callback-secret must be given with"},
		{"serve --callback-secret hunter2", "secrets are read from @FILE"},
		{"serve --callback http://127.0.0.1:1/?token=t --callback-secret @" + secret, "--callback has a secret"},
		{"serve --callback-pre-send 127.0.0.1 --callback-secret @" + secret, "must be a URL"},
		{"tail --after -1", "--after is -1"},
		{"tail --kind nosuch", `there is no kind "nosuch"`},
		{"tail --kind nosuch", "The kinds are admin_added, "},
		{"tail --kind reset --kind mesage_sent", `Did you mean "message_sent"?`},
		{"tail --kind message_sent,user_registred --dry-run", `Did you mean "user_registered"?`},
	} {
		c.Run(strings.Fields(row.args)...).Fails(app.ExitUsage, row.says)
	}
	c.Run("serve", "--addr", "127.0.0.1:0", "--faults", "nothing.json").Fails(app.ExitUsage, "nothing.json")
	c.Run("serve", "--addr", "127.0.0.1:0", "--seed", secret).Fails(app.ExitUsage, "seed")
	c.Run("tail").Fails(app.ExitFailed, "is not an emulator", "--profile local")
}

// The certificate is written whole: until then, what was there stays.
func TestCertificateIsWhole(t *testing.T) {
	c := clitest.NewAlone(t)
	path := filepath.Join(t.TempDir(), "cert.pem")
	before := path + ".before"
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	require.NoError(t, os.Link(path, before))
	serve := c.Start("serve", "--addr", "127.0.0.1:0", "--tls", path)
	serve.Await("SSL_CERT_FILE=" + path)
	serve.Stop()
	old, err := os.ReadFile(before)
	require.NoError(t, err)
	assert.Equal(t, "old", string(old))
	written, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Contains(t, string(written), "BEGIN CERTIFICATE")

	serve = c.Start("serve", "--addr", "127.0.0.1:0", "--tls", filepath.Join(path, "none", "cert.pem"))
	r := serve.Wait()
	r.Fails(app.ExitUsage)
	assert.Empty(t, r.Stdout, "nothing is served that clients cannot trust")
}
