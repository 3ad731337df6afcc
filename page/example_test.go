package page_test

import (
	"context"
	"fmt"
	"log"

	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/page"
)

// A program that is stopped after each page goes on with the Next that it saved.
func Example() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol", "dave", "erin")
	client := srv.Client()

	saved := ""
	for run := range 3 {
		for p, err := range client.Users.Pages(context.Background(), page.Options{Limit: 2, Cursor: saved}) {
			if err != nil {
				log.Fatal(err)
			}
			for _, u := range p.Items {
				fmt.Println("run", run+1, u.Username)
			}
			saved = p.Next
			break
		}
	}
	fmt.Printf("saved: %q\n", saved)
	// Output:
	// run 1 alice
	// run 1 bob
	// run 2 carol
	// run 2 dave
	// run 3 erin
	// saved: ""
}
