package redisquota_test

import (
	"log"

	"github.com/redis/go-redis/v9"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/redisquota"
)

// Ten processes that use one quota and one token together.
func Example() {
	store := &redisquota.Store{Redis: redis.NewClient(&redis.Options{Addr: "redis:6379"})}
	sealed, err := im.EncryptedTokens(store, []byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		log.Fatal(err)
	}
	client, err := im.New(im.Config{
		Host: "a1.easemob.com", Org: "acme", App: "demo",
		Token: im.SharedToken(sealed, im.ClientCredentials{ID: "id", Secret: "secret"}),
	}, im.WithQuotaStore(store), im.WithQuotaFallback(0.1))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
}
