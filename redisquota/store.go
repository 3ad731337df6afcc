// Package redisquota counts the quotas of a fleet in Redis 7, and keeps the token
// that the fleet shares:
//
//	store := &redisquota.Store{Redis: redis.NewClient(&redis.Options{Addr: "redis:6379"})}
//	client, err := im.New(im.Config{
//		...
//		Token: im.SharedToken(store, im.ClientCredentials{ID: id, Secret: secret}),
//	}, im.WithQuotaStore(store))
//
// Redis's clock rules, not that of the machines. Every key carries the app and
// has a time to live; none holds a secret but the token, which
// [im.EncryptedTokens] seals. The keys of a pool lie in one slot of a cluster.
//
// Counters that are lost when Redis restarts without persistence cost nothing
// within seconds, except for quotas per day: those need appendonly yes.
package redisquota

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	im "github.com/imrest/im-go"
)

// Store is an [im.QuotaStore] and an [im.TokenStore].
type Store struct {
	Redis  redis.UniversalClient
	Prefix string // of all keys; empty: "im"
}

var (
	_ im.QuotaStore = (*Store)(nil)
	_ im.TokenStore = (*Store)(nil)
)

// Format hides the client, whose options may hold a password.
func (s *Store) Format(f fmt.State, _ rune) { fmt.Fprint(f, "redisquota.Store(***)") }

// key names what belongs together: in a cluster, the braces make one slot of it.
func (s *Store) key(app, of string) string {
	prefix := s.Prefix
	if prefix == "" {
		prefix = "im"
	}
	return prefix + ":{" + app + ":" + of + "}:"
}

// within runs f and leaves it alone when the context ends: go-redis minds
// contexts only if its ContextTimeoutEnabled is set, else a Redis that hangs
// would hold a call for seconds.
func within[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := f()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
