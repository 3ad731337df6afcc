package quotas_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/clitest"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/redisquota"
)

type row struct {
	Pool  string `json:"pool"`
	Quota string `json:"quota"`
	State string `json:"state"`
	N     int    `json:"n"`
	Used  *int   `json:"used"`
}

func rows(t *testing.T, r clitest.Result) map[string]row {
	t.Helper()
	var all []row
	require.NoError(t, json.Unmarshal([]byte(r.OK()), &all))
	byPool := map[string]row{}
	for _, one := range all {
		byPool[one.Pool+" "+one.Quota] = one
	}
	return byPool
}

// In an emulator the use is known.
func TestEmulator(t *testing.T) {
	c := clitest.New(t, imtest.WithEasemobQuotas(), imtest.WithControl(), imtest.WithClock(imtest.NewClock(time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC))))
	c.Server.AddUsers("alice")
	for range 3 {
		_, err := c.Server.Client().Users.Get(t.Context(), "alice")
		require.NoError(t, err)
	}
	got := rows(t, c.Run("quotas", "-o", "json"))
	require.Contains(t, got, "users.get 100/s")
	assert.Equal(t, 3, *got["users.get 100/s"].Used)
	assert.NotContains(t, got, "messages_users 100/s", "not used")
	assert.Zero(t, *rows(t, c.Run("quotas", "messages_users", "-o", "json"))["messages_users 100/s"].Used)

	watch := c.Start("quotas", "--every", "100ms", "-o", "jsonl", "--jq", "select(.pool == \"presence.get\").used")
	_, err := c.Server.Client().Presence.Get(t.Context(), "alice", []string{"alice"})
	require.NoError(t, err)
	watch.Await("1\n")
	assert.Zero(t, watch.Stop().Exit)
}

// What a fleet has taken on Redis is known, and that a pool pauses.
func TestFleet(t *testing.T) {
	server := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer client.Close()
	store := &redisquota.Store{Redis: client}
	c := clitest.New(t)
	c.Server.AddUsers("alice")
	worker := c.Server.Client(im.WithQuotaStore(store))
	for range 4 {
		_, err := worker.Presence.Get(t.Context(), "alice", []string{"alice"})
		require.NoError(t, err)
	}
	require.NoError(t, store.Pause(t.Context(), "acme/demo", "presence.set", time.Hour))
	got := rows(t, c.Run("quotas", "--redis", "redis://"+server.Addr(), "-o", "json"))
	require.Contains(t, got, "presence.get 50/s")
	assert.GreaterOrEqual(t, *got["presence.get 50/s"].Used, 4)
	assert.Contains(t, got["presence.set 50/s"].State, "pauses for")
	url := "redis://" + server.Addr()
	server.Close()
	c.Run("quotas", "--redis", url).Fails(app.ExitFailed, "Check --redis")
}

// Without a source there are the figures, and nothing is made up.
func TestNoSource(t *testing.T) {
	c := clitest.New(t)
	r := c.Run("quotas", "messages_groups", "-o", "json")
	assert.Contains(t, r.Stderr, "The usage is not known")
	assert.Nil(t, rows(t, r)["messages_groups 20 targets/s"].Used)
}

func TestWrongFlags(t *testing.T) {
	c := clitest.New(t)
	secret := filepath.Join(t.TempDir(), "redis")
	require.NoError(t, os.WriteFile(secret, []byte("mysql://u:hunter2@h/0"), 0o600))
	for _, row := range []struct{ args, says string }{
		{"quotas mesages_users", `Did you mean "messages_users"?`},
		{"quotas --every 1ms", "--every is 1ms"},
		{"quotas --every 1s --once", "every"},
		{"quotas --redis redis://u:hunter2@127.0.0.1/0", "--redis has a secret"},
		{"quotas --redis @" + secret, "--redis is not a URL"},
	} {
		r := c.Run(strings.Fields(row.args)...)
		r.Fails(app.ExitUsage, row.says)
		assert.NotContains(t, r.Stderr, "hunter2")
	}
}
