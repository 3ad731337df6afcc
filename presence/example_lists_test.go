package presence_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/page"
)

func ExampleService_AllSubscriptions() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	if _, err := client.Presence.Subscribe(ctx, "alice", []string{"bob", "carol"}, time.Hour); err != nil {
		log.Fatal(err)
	}
	for s, err := range client.Presence.AllSubscriptions(ctx, "alice", page.Numbered{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(s.Username, s.Expires.Sub(srv.Clock().Now()).Round(time.Minute))
	}
	// Output:
	// bob 1h0m0s
	// carol 1h0m0s
}
