// Package redisquota counts the quotas of a fleet in Redis 7, and keeps the token
// that the fleet shares:
//
//	store := &redisquota.Store{Redis: redis.NewClient(&redis.Options{Addr: "redis:6379"})}
//	client, err := im.New(im.Config{
//		...
//		Token: im.SharedToken(store, im.ClientCredentials{ID: id, Secret: secret}),
//	}, im.WithQuotaStore(store))
//
// Redis's clock is the reference, not those of the machines. If it goes back, as after a
// failover, what was counted moves with it, and an Event of [im.QuotaStoreEvent]
// says so. Every key carries the app and has a time to live. None holds a secret, except
// for that of the token, which [im.EncryptedTokens] seals, and none the id of a user. The
// keys of a pool lie in one slot of a cluster.
//
// When Redis has lost the counters (FLUSHALL, eviction, a restart without persistence), a
// process that has taken anything in the period before notices. An Event says so, and for
// a period every process goes by its own count as well. For a quota per day, the use of
// processes that have exited since is gone: such quotas need appendonly yes. One Store
// serves all clients of a process.
package redisquota

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/redis/go-redis/v9"

	im "github.com/imrest/im-go"
)

// Store is an [im.QuotaStore] and an [im.TokenStore]. Its fields are not to be changed
// once it is in use.
type Store struct {
	Redis  redis.UniversalClient // a client, or one of a cluster
	Prefix string                // of all keys; empty: "im"

	// UserKey is the secret with which user ids are hashed (HMAC-SHA256) where a key of
	// Redis has to name a user, the same for all processes. Without it the hash is made
	// with Prefix and app, which keeps ids out of sight, but whoever knows both can find
	// out a telephone number by trying them all.
	UserKey []byte

	kept kept
}

var (
	_ im.QuotaStore = (*Store)(nil)
	_ im.TokenStore = (*Store)(nil)
)

// Format hides the client, whose options may hold a password, and the UserKey.
func (s *Store) Format(f fmt.State, _ rune) { fmt.Fprint(f, "redisquota.Store(***)") }

var errNoClient = errors.New("redisquota: Store.Redis is nil; set it to a client of go-redis")

// check finds a Store without a client, which would panic.
func (s *Store) check() error {
	if s == nil || s.Redis == nil {
		return errNoClient
	}
	if v := reflect.ValueOf(s.Redis); v.Kind() == reflect.Pointer && v.IsNil() {
		return errNoClient
	}
	return nil
}

// key names what belongs together: in a cluster, the braces make one slot of it. Those
// of a Prefix do the same, except for an empty pair, which would turn all braces off.
func (s *Store) key(app, of string) string {
	prefix := s.Prefix
	if prefix == "" {
		prefix = "im"
	}
	return strings.ReplaceAll(prefix, "{}", "%7B%7D") + ":{" + app + ":" + of + "}:"
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
