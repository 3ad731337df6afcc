package users_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/users"
)

// Onboarding: a batch of users is registered, one of them comes with a token of
// her own, and one who misbehaves is muted, then banned.
func Example() {
	srv := imtest.NewServer(nil) // in a program: the real app
	defer srv.Close()
	srv.AddUser(imtest.User{Username: "bob"})
	client, err := im.New(srv.Config())
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()

	batch, err := client.Users.RegisterBatch(ctx, []users.NewUser{
		{Username: "alice", Password: "S3cret.pass"},
		{Username: "bob", Password: "0ther.pass"},
		{Username: "mallory", Password: "th1rd.pass"},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range batch {
		switch {
		case errors.Is(r.Err, im.ErrAlreadyExists):
			fmt.Println(r.Username, "is here already")
		case r.Err != nil:
			log.Fatal(r.Err)
		default:
			fmt.Println("welcome,", r.User.Username)
		}
	}

	token, err := client.UserToken(ctx, "alice", im.UserTokenOptions{TTL: 24 * time.Hour})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("alice logs in with", token.Value != "")

	if err := client.Users.Mute(ctx, users.Mute{Username: "mallory", Group: new(time.Hour), Room: new(im.Forever)}); err != nil {
		log.Fatal(err)
	}
	muted, err := client.Users.GetMute(ctx, "mallory")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("muted in rooms for ever:", muted.Room == im.Forever)
	if _, err := client.Users.Deactivate(ctx, "mallory"); err != nil {
		log.Fatal(err)
	}
	for u, err := range client.Users.All(ctx, page.Options{Limit: 100}) {
		if err != nil {
			log.Fatal(err)
		}
		if !u.Activated {
			fmt.Println("banned:", u.Username)
		}
	}
	// Output:
	// welcome, alice
	// bob is here already
	// welcome, mallory
	// alice logs in with true
	// muted in rooms for ever: true
	// banned: mallory
}
