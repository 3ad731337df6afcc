package contacts_test

import (
	"context"
	"fmt"
	"log"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/contacts"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/users"
)

// A new user gets the contacts that she has in another network, notes who one of
// them is, and blocks a stranger.
func Example() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, err := im.New(srv.Config())
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	_, err = client.Users.RegisterBatch(ctx, []users.NewUser{
		{Username: "alice", Password: "S3cret.pass"}, {Username: "bob", Password: "S3cret.pass"},
		{Username: "carol", Password: "S3cret.pass"}, {Username: "mallory", Password: "S3cret.pass"},
	})
	if err != nil {
		log.Fatal(err)
	}

	imported, err := client.Contacts.Import(ctx, "alice", []string{"bob", "carol", "dave"}, contacts.ImportOptions{Notify: true})
	if err != nil {
		log.Fatal(err)
	}
	for _, one := range imported {
		if one.Err != nil {
			fmt.Printf("%s was not added: %v\n", one.ID, one.Err)
		}
	}
	if err := client.Contacts.SetRemark(ctx, "alice", "bob", "the plumber"); err != nil {
		log.Fatal(err)
	}
	blocked, err := client.Contacts.Block(ctx, "alice", []string{"mallory"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("blocked:", blocked.Done())

	for contact, err := range client.Contacts.All(ctx, "alice", contacts.ListOptions{Remarks: true}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s %q\n", contact.Username, contact.Remark)
	}
	// Output:
	// dave was not added: the user does not exist
	// blocked: [mallory]
	// carol ""
	// bob "the plumber"
}
