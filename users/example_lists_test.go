package users_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"
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

// A registration whose response is lost is not retried: a user who is there at the second call
// was made by the first.
func ExampleService_Register() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.Fault(imtest.OnEndpoint("users.register"), imtest.First(1), imtest.CutAfterProcessing())
	client, ctx := srv.Client(), context.Background()
	alice := users.NewUser{Username: "alice", Password: "S3cret.pass"}
	_, err := client.Users.Register(ctx, alice)
	if errors.Is(err, im.ErrOutcomeUnknown) {
		_, err = client.Users.Register(ctx, alice)
	}
	fmt.Println("there:", err == nil || errors.Is(err, im.ErrAlreadyExists))
	// Output: there: true
}

// The second call says that the user is gone.
func ExampleService_Delete() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice")
	client := srv.Client()
	for range 2 {
		err := client.Users.Delete(context.Background(), "alice")
		if err != nil && !errors.Is(err, im.ErrNotFound) {
			log.Fatal(err)
		}
		fmt.Println("was gone already:", err != nil)
	}
	// Output:
	// was gone already: false
	// was gone already: true
}

func ExampleService_SetPassword() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice")
	client := srv.Client()
	err := client.Users.SetPassword(context.Background(), "alice", strings.Repeat("x", users.MaxPassword+1))
	fmt.Println("too long:", errors.Is(err, im.ErrInvalidArgument))
	// Output: too long: true
}
