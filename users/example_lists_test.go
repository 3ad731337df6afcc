package users_test

import (
	"context"
	"fmt"
	"log"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/users"
)

// A user who was muted in groups and in rooms has an entry for each.
func ExampleService_AllMutes() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("mallory")
	client, ctx := srv.Client(), context.Background()
	if err := client.Users.Mute(ctx, "mallory", users.Mute{Group: new(time.Hour), Room: new(im.Forever)}); err != nil {
		log.Fatal(err)
	}
	for m, err := range client.Users.AllMutes(ctx, page.Numbered{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(m.Username, m.Group.Round(time.Minute), m.Room == im.Forever)
	}
	// Output:
	// mallory 1h0m0s false
	// mallory 0s true
}
