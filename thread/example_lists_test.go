package thread_test

import (
	"context"
	"fmt"
	"log"

	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/thread"
)

// The list of the app has ids only, that of a user whole threads.
func ExampleService_All() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()
	threadID := open(srv, client)
	for id, err := range client.Thread.All(ctx, thread.ListOptions{Order: page.OrderOldestFirst}) {
		fmt.Println(id == threadID, err)
	}
	for t, err := range client.Thread.AllJoined(ctx, "alice", thread.ListOptions{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(t.Name)
		for u, err := range client.Thread.AllJoinedInGroup(ctx, t.GroupID, "alice", thread.ListOptions{}) {
			fmt.Println("in its group:", u.Name, err)
		}
	}
	// Output:
	// true <nil>
	// Tea
	// in its group: Tea <nil>
}

func ExampleService_AllMembers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()
	threadID := open(srv, client)
	for name, err := range client.Thread.AllMembers(ctx, threadID, page.Options{}) {
		fmt.Println(name, err)
	}
	// Output: alice <nil>
}
