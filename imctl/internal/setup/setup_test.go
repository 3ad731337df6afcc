package setup_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/clitest"
)

func login(c *clitest.CLI, name string, more ...string) clitest.Result {
	return c.Run(append([]string{"login", name, "--host", "a1.easemob.com", "--app-key", "o#a", "--client-id", "i", "--client-secret", "-", "--no-check"}, more...)...)
}

func alone(t *testing.T) *clitest.CLI {
	c := clitest.NewAlone(t)
	c.Keyring, c.Stdin = nil, "s3cret"
	return c
}

// What several processes store at the same time is all there.
func TestLoginsAtOnce(t *testing.T) {
	c := alone(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() { assert.Zero(t, login(c, fmt.Sprintf("p%d", i)).Exit) })
	}
	all.Wait()
	list := c.Run("profile", "list", "-o", "json").OK()
	secrets, err := os.ReadFile(filepath.Join(c.Env["IMCTL_CONFIG"], "secrets.json"))
	require.NoError(t, err)
	for i := range 8 {
		assert.Contains(t, list, fmt.Sprintf(`"p%d"`, i))
		assert.Contains(t, string(secrets), fmt.Sprintf(`"p%d"`, i))
	}
}

// --dry-run changes nothing on this machine either.
func TestDryRunLeavesProfiles(t *testing.T) {
	c := alone(t)
	login(c, "work").OK()
	before := c.Run("profile", "list").OK()
	for _, args := range [][]string{{"profile", "remove", "work"}, {"profile", "use", "local"}} {
		assert.Contains(t, c.Run(append(args, "--dry-run")...).Stderr, "Nothing was changed")
		assert.Equal(t, before, c.Run("profile", "list").OK())
	}
	pages := filepath.Join(t.TempDir(), "man")
	c.Run("man", pages, "--dry-run").OK()
	assert.NoDirExists(t, pages)
}

// Errors name the flag, before anything is sent.
func TestWrongLogin(t *testing.T) {
	c := alone(t)
	login(c, "two words").Fails(app.ExitUsage, `the name of a profile is "two words"`)
	login(c, "p", "--host", "h.example.com").Fails(app.ExitUsage, "imctl: --platform: must be agora or easemob")
	login(c, "p", "--app-key", "o").Fails(app.ExitUsage, `imctl: --app-key: is "o"`)
	login(c, "p", "--app-key", "o", "--platform", "x").Fails(app.ExitUsage, "\n--platform: is")
}

// A variable that goes before the chosen profile is named.
func TestVariablesBeforeProfile(t *testing.T) {
	c := alone(t)
	assert.NotContains(t, login(c, "p").Stderr, "is set")
	c.Env["IM_HOST"] = "a1.easemob.com"
	assert.Contains(t, c.Run("profile", "use", "p").Stderr, "IM_HOST is set")
	c.Env["IMCTL_PROFILE"] = "p"
	assert.NotContains(t, c.Run("profile", "use", "p").Stderr, "is set")
	assert.Contains(t, c.Run("profile", "use", "local").Stderr, "IMCTL_PROFILE is set")
}
