package contacts_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/contacts"
	"github.com/imrest/im-go/imtest"
)

// A new user gets the contacts from another network, notes who one of them is, and
// blocks a stranger.
func Example() {
	srv := imtest.NewServer(nil) // in a program: the real app
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol", "mallory")
	client, ctx := srv.Client(), context.Background()

	imported, err := client.Contacts.Import(ctx, "alice", []string{"bob", "carol", "dave"}, contacts.ImportOptions{Notify: true})
	if err != nil && !errors.Is(err, batch.ErrPartial) {
		log.Fatal(err)
	}
	for _, item := range imported.Failed() {
		fmt.Printf("%s was not added: %v\n", item.ID, item.Err)
	}
	if err := client.Contacts.SetRemark(ctx, "alice", "bob", "the plumber"); err != nil {
		log.Fatal(err)
	}
	if _, err := client.Contacts.Block(ctx, "alice", []string{"mallory"}); err != nil {
		log.Fatal(err)
	}

	for contact, err := range client.Contacts.All(ctx, "alice", contacts.ListOptions{Remarks: true}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s %q\n", contact.Username, contact.Remark)
	}
	// Output:
	// dave was not added: the user does not exist
	// carol ""
	// bob "the plumber"
}

func ExampleService_Import() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob")
	client := srv.Client()
	imported, err := client.Contacts.Import(context.Background(), "alice", []string{"bob", "dave"}, contacts.ImportOptions{})
	switch {
	case errors.Is(err, batch.ErrPartial):
		fmt.Println("added:", imported.Done().IDs())
		for _, item := range imported.Failed() {
			fmt.Println(item.ID, errors.Is(item.Err, im.ErrNotFound))
		}
	case err != nil:
		log.Fatal(err)
	}
	// Output:
	// added: [bob]
	// dave true
}

// More users than one call takes are blocked call by call.
func ExampleService_Block() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice")
	client := srv.Client()
	strangers := make([]string, 70)
	for i := range strangers {
		strangers[i] = fmt.Sprintf("stranger%d", i)
	}
	srv.AddUsers(strangers...)
	for chunk := range batch.Chunks(strangers, contacts.MaxBlockBatch) {
		blocked, err := client.Contacts.Block(context.Background(), "alice", chunk)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(len(blocked), "blocked")
	}
	// Output:
	// 50 blocked
	// 20 blocked
}

func ExampleService_Check() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client := srv.Client()
	srv.AddContacts("alice", "bob")
	relations, err := client.Contacts.Check(context.Background(), "alice", []string{"bob", "carol"})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range relations {
		fmt.Println(r.ID, r.Value == contacts.RelationContact)
	}
	// Output:
	// bob true
	// carol false
}

func ExampleService_CheckBlocked() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "mallory")
	client := srv.Client()
	srv.AddBlocked("alice", "mallory")
	relations, err := client.Contacts.CheckBlocked(context.Background(), "alice", []string{"mallory"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(relations[0].ID, relations[0].Value == contacts.RelationBlocked)
	// Output:
	// mallory true
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
