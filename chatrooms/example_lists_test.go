package chatrooms_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/chatrooms"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/page"
)

func ExampleService_All() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddRoom(imtest.Room{Name: "Lobby", Owner: "alice", Members: []string{"bob"}})
	srv.AddRoom(imtest.Room{Name: "Lounge", Owner: "bob"})
	client, ctx := srv.Client(), context.Background()
	for r, err := range client.Chatrooms.All(ctx, page.Options{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(r.Name, r.MemberCount)
	}
	for r, err := range client.Chatrooms.AllJoined(ctx, "alice", page.Numbered{}) { // ids and names only
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("alice is in", r.Name)
	}
	// Output:
	// Lounge 1
	// Lobby 2
	// alice is in Lobby
}

// Super admins may create rooms from their clients.
func ExampleService_AllSuperAdmins() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice")
	client, ctx := srv.Client(), context.Background()
	if err := client.Chatrooms.AddSuperAdmin(ctx, "alice"); err != nil {
		log.Fatal(err)
	}
	for name, err := range client.Chatrooms.AllSuperAdmins(ctx, page.Numbered{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(name)
	}
	// Output: alice
}

// Members who join or leave between the pages do not shift them.
func ExampleService_AllMembersByCursor() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	roomID := srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob", "carol", "dave"}}).ID
	client, ctx := srv.Client(), context.Background()
	o := chatrooms.MemberCursorOptions{Options: page.Options{Limit: 2}, Order: page.OrderNewestFirst}
	for name, err := range client.Chatrooms.AllMembersByCursor(ctx, roomID, o) {
		if errors.Is(err, im.ErrBadResponse) {
			log.Fatal("the server has the documented list only: AllMembers")
		}
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(name)
	}
	// Output:
	// dave
	// carol
	// bob
}
