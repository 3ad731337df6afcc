// The first program of a user of redisquota.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/redisquota"
)

func main() {
	server, err := miniredis.Run()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	db := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer db.Close()

	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, err := im.New(srv.Config(), im.WithQuotaStore(&redisquota.Store{Redis: db}))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Users.Get(context.Background(), "nobody"); !errors.Is(err, im.ErrNotFound) {
		log.Fatal("expected ErrNotFound, got ", err)
	}
	if len(server.Keys()) == 0 {
		log.Fatal("no quota was counted in Redis")
	}
	fmt.Println("redisquota works")
}
