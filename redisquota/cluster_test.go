package redisquota_test

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/redisquota"
	"github.com/imrest/im-go/redisquota/internal/redisserver"
)

// All keys of a script lie in one slot, whatever the prefix: a cluster refuses the
// script else.
func TestPrefixesInACluster(t *testing.T) {
	r, err := redisserver.Start("--cluster-enabled", "yes", "--cluster-config-file", t.TempDir()+"/nodes.conf")
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(r.Kill)
	c := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{r.Addr}})
	t.Cleanup(func() { _ = c.Close() })
	node := redis.NewClient(&redis.Options{Addr: r.Addr})
	t.Cleanup(func() { _ = node.Close() })
	require.NoError(t, node.ClusterAddSlotsRange(t.Context(), 0, 16383).Err())
	require.Eventually(t, func() bool { return c.Set(t.Context(), "up", "1", 0).Err() == nil }, time.Minute, 50*time.Millisecond)

	takes := []im.QuotaTake{
		{Quota: perSecond(1), Cost: 1},
		{Quota: im.Quota{N: 5, Per: time.Minute, Items: true}, Cost: 1},
		{Quota: im.Quota{N: 5, Per: time.Minute, PerUser: true}, User: "{alice}", Cost: 1},
	}
	for _, prefix := range []string{"", "{}", "a{}b", "{}{}", "{", "}", "}{", "{x}", "a{x}b", "{{}", "{}}", "im:{}:"} {
		s := &redisquota.Store{Redis: c, Prefix: prefix}
		for _, pool := range []string{"users.get", "GET /users/{username}/{}"} {
			wait, err := s.Take(t.Context(), "acme/demo", pool, takes)
			require.NoError(t, err, prefix)
			require.Zero(t, wait, prefix)
			wait, err = s.Take(t.Context(), "acme/demo", pool, takes)
			require.NoError(t, err, prefix)
			require.Positive(t, wait, prefix)
			require.NoError(t, s.Pause(t.Context(), "acme/demo", pool, time.Second), prefix)
		}
		unlock, err := s.Lock(t.Context(), "acme/demo", time.Second)
		require.NoError(t, err, prefix)
		require.NotNil(t, unlock, prefix)
		unlock()
		require.NoError(t, s.Save(t.Context(), "acme/demo", im.Token{Value: "t"}))
		got, err := s.Load(t.Context(), "acme/demo")
		require.NoError(t, err)
		assert.Equal(t, "t", got.Value)
		require.NoError(t, s.Drop(t.Context(), "acme/demo", "t"))
	}
}
