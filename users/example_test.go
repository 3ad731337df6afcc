package users_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/users"
)

// A batch of users is registered, one of them gets a token of her own, and one who misbehaves
// is muted, then banned.
func Example() {
	srv := imtest.NewServer(nil) // in a program: the real app
	defer srv.Close()
	srv.AddUser(imtest.User{Username: "bob"})
	client, ctx := srv.Client(), context.Background()

	registered, err := client.Users.RegisterBatch(ctx, []users.NewUser{
		{Username: "alice", Password: "S3cret.pass"},
		{Username: "bob", Password: "0ther.pass"},
		{Username: "mallory", Password: "th1rd.pass"},
	})
	if err != nil && !errors.Is(err, batch.ErrPartial) {
		log.Fatal(err)
	}
	for _, r := range registered {
		switch {
		case errors.Is(r.Err, im.ErrAlreadyExists):
			fmt.Println(r.ID, "is here already")
		case r.Err != nil:
			log.Fatal(r.Err)
		default:
			fmt.Println("welcome,", r.Value.Username)
		}
	}

	token, err := client.UserToken(ctx, "alice", im.UserTokenOptions{TTL: 24 * time.Hour})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("alice logs in with", token.Value != "")

	if err := client.Users.Mute(ctx, "mallory", users.Mute{Group: new(time.Hour), Room: new(im.Forever)}); err != nil {
		log.Fatal(err)
	}
	muted, err := client.Users.GetMute(ctx, "mallory")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("muted in rooms for ever:", muted.Room == im.Forever)
	if err := client.Users.Deactivate(ctx, "mallory"); err != nil {
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

// More users than one call takes are registered call by call.
func ExampleService_RegisterBatch() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("user7")
	client := srv.Client()
	newcomers := make([]users.NewUser, 100)
	for i := range newcomers {
		newcomers[i] = users.NewUser{Username: fmt.Sprintf("user%d", i), Password: "S3cret.pass"}
	}
	for chunk := range batch.Chunks(newcomers, users.MaxRegisterBatch) {
		registered, err := client.Users.RegisterBatch(context.Background(), chunk)
		if err != nil && !errors.Is(err, batch.ErrPartial) {
			log.Fatal(err)
		}
		fmt.Println(len(registered.Done()), "of", len(chunk), "registered")
		for _, item := range registered.Failed() {
			fmt.Println(item.Err)
		}
	}
	// Output:
	// 59 of 60 registered
	// the user7 already exists
	// 40 of 40 registered
}

func ExampleService_GetStatusBatch() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob")
	client := srv.Client()
	srv.LogIn("alice")
	statuses, err := client.Users.GetStatusBatch(context.Background(), []string{"alice", "bob"})
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range statuses {
		fmt.Println(s.ID, s.Value)
	}
	// Output:
	// alice online
	// bob offline
}

// A kind of chat that is not named stays as it is; 0 lifts its mute.
func ExampleService_Mute() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("mallory")
	client, ctx := srv.Client(), context.Background()
	for _, m := range []users.Mute{
		{Group: new(time.Hour), Room: new(im.Forever)},
		{Group: new(time.Duration(0))},
	} {
		if err := client.Users.Mute(ctx, "mallory", m); err != nil {
			log.Fatal(err)
		}
	}
	muted, err := client.Users.GetMute(ctx, "mallory")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("groups:", muted.Group, "rooms:", muted.Room == im.Forever)
	// Output:
	// groups: 0s rooms: true
}

// All users of an app for tests are deleted.
func ExampleService_DeleteOldest() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client := srv.Client()
	o := page.Options{Limit: 2}
	for {
		deleted, err := client.Users.DeleteOldest(context.Background(), o)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(len(deleted.Items), "deleted")
		if deleted.Next == "" {
			break
		}
	}
	// Output:
	// 2 deleted
	// 1 deleted
}

func ExampleValidName() {
	for _, name := range []string{"alice", "no blanks"} {
		fmt.Println(users.ValidName(name))
	}
	// Output:
	// <nil>
	// name: is "no blanks", must not contain ' ': a-z, A-Z, 0-9, "_", "-" and "." are allowed
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
