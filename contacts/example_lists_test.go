package contacts_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/page"
)

// The newest come first.
func ExampleService_AllBlocked() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "mallory", "eve")
	srv.AddBlocked("alice", "mallory", "eve")
	client := srv.Client()
	for name, err := range client.Contacts.AllBlocked(context.Background(), "alice", page.Options{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(name)
	}
	// Output:
	// eve
	// mallory
}

// A full list of contacts is a limit of the plan, which no retry gets around.
func ExampleService_Add() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob")
	client, ctx := srv.Client(), context.Background()
	err := client.Contacts.Add(ctx, "alice", "bob")
	switch {
	case errors.Is(err, im.ErrPlanLimit):
		fmt.Println("alice or bob has too many contacts")
	case err != nil:
		log.Fatal(err)
	}
	names, err := client.Contacts.ListUsernames(ctx, "bob")
	fmt.Println(names, err)
	// Output: [alice] <nil>
}
