// The first program of a user of the root module.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
)

func main() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, err := im.New(srv.Config())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Users.Get(context.Background(), "nobody"); !errors.Is(err, im.ErrNotFound) {
		log.Fatal("expected ErrNotFound, got ", err)
	}
	fmt.Println("im-go", im.Version, "works")
}
