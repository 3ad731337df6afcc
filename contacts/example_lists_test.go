package contacts_test

import (
	"context"
	"fmt"
	"log"

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
