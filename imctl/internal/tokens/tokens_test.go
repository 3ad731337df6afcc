package tokens_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/clitest"
)

// The app token that is printed works as IM_TOKEN.
func TestAppToken(t *testing.T) {
	c := clitest.New(t)
	c.Server.AddUsers("alice")
	r := c.Run("token", "app", "--ttl", "10m")
	token := strings.TrimSpace(r.OK())
	assert.Contains(t, r.Stderr, "It expires at")
	assert.Contains(t, string(c.Server.RequestsTo("auth.app_token")[0].Body), `"ttl":600`)
	delete(c.Env, "IM_CLIENT_ID")
	delete(c.Env, "IM_CLIENT_SECRET")
	c.Env["IM_TOKEN"] = token
	assert.Contains(t, c.Run("users", "get", "alice").OK(), "alice")
	c.Run("token", "app", "--ttl", "1h").Fails(app.ExitUsage, "fixed token")
	assert.Equal(t, token, strings.TrimSpace(c.Run("token", "app", "-q").OK()))
}

func TestUserTokens(t *testing.T) {
	c := clitest.New(t)
	c.Server.AddUsers("alice")
	c.Run("token", "user", "nobody").Fails(app.ExitFailed, "user not found")
	assert.NotEmpty(t, c.Run("token", "user", "nobody", "--create", "--jq", ".token").OK())
	c.Run("token", "user", "alice", "--dynamic").Fails(app.ExitUsage, "ttl")

	dynamic := c.Run("token", "user", "alice", "--dynamic", "--ttl", "10m").OK()
	assert.NotContains(t, dynamic, c.Server.ClientSecret())
	c.Stdin = dynamic
	var said map[string]any
	require.NoError(t, json.Unmarshal([]byte(c.Run("token", "decode", "-", "-o", "json").OK()), &said))
	assert.Equal(t, "dynamic", said["kind"])
	assert.Equal(t, "alice", said["username"])
	assert.Equal(t, c.Server.Org()+"#"+c.Server.App(), said["app_key"])
}

// Agora's tokens are made without a server.
func TestAgora(t *testing.T) {
	c := clitest.NewAlone(t)
	c.Env["IM_HOST"], c.Env["IM_APP_ID"], c.Env["IM_APP_CERTIFICATE"] = "a41.chat.agora.io", "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
	c.Stdin = c.Run("token", "user", "alice", "--ttl", "2h").OK()
	c.Now = time.Now().Add(3 * time.Hour)
	said := c.Run("token", "decode", "-").OK()
	assert.Contains(t, said, "access_token2")
	assert.Contains(t, said, "expired 1h0m")
	assert.NotContains(t, said, strings.TrimSpace(c.Stdin), "the token itself")
	c.Stdin = c.Run("token", "app").OK()
	assert.Contains(t, c.Run("token", "decode", "-").OK(), "app      true")
	c.Run("token", "user", "alice", "--dynamic", "--ttl", "1h").Fails(app.ExitUsage, "Easemob")
	c.Run("token", "decode", "007abc").Fails(app.ExitUsage, "from @FILE")
	c.Stdin = "007abc"
	r := c.Run("token", "decode", "-")
	r.Fails(app.ExitUsage, "token")
	assert.NotContains(t, r.Stderr, "007abc")
}
