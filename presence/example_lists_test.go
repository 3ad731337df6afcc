package presence_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	im "github.com/imrest/im-go"
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

// The vendor enables this count for single apps.
func ExampleService_CountOnlineMembers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	groupID := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	srv.LogIn("bob")
	client, ctx := srv.Client(), context.Background()
	online, err := client.Presence.CountOnlineMembers(ctx, groupID)
	if errors.Is(err, im.ErrNotEnabled) {
		log.Fatal("the app has no such count")
	}
	fmt.Println(online, err)
	// Output: 1 <nil>
}
