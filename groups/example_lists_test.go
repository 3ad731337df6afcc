package groups_test

import (
	"context"
	"fmt"
	"log"

	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/page"
)

// All groups of the app are read, 100 with a call.
func ExampleService_All() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	for i := range 150 {
		srv.AddGroup(imtest.Group{Name: fmt.Sprint("club ", i), Owner: "alice"})
	}
	client := srv.Client()
	members := 0
	for g, err := range client.Groups.All(context.Background(), page.Options{}) {
		if err != nil {
			log.Fatal(err)
		}
		members += g.MemberCount
	}
	fmt.Println(members, "members,", len(srv.RequestsTo("groups.list")), "calls")
	// Output: 150 members, 2 calls
}

// The settings of the groups come with the list.
func ExampleService_AllJoinedDetailed() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddGroup(imtest.Group{Name: "Hiking club", Owner: "alice", Members: []string{"bob"}, Public: true})
	srv.AddGroup(imtest.Group{Name: "Cake club", Owner: "bob"})
	client, ctx := srv.Client(), context.Background()
	for g, err := range client.Groups.AllJoinedDetailed(ctx, "bob", page.Numbered{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(g.Name, g.Owner, "public:", g.Public)
	}
	for g, err := range client.Groups.AllJoined(ctx, "alice", page.Numbered{}) { // ids and names only
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(g.Name)
	}
	// Output:
	// Cake club bob public: false
	// Hiking club alice public: true
	// Hiking club
}

func ExampleService_AllMembers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	groupID := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, ctx := srv.Client(), context.Background()
	for m, err := range client.Groups.AllMembers(ctx, groupID, groups.MemberListOptions{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(m.Username, m.Role)
	}
	// Output:
	// alice owner
	// bob member
	// carol member
}

// Only Agora's documents have pages; ListBlockedUsernames works on both platforms.
func ExampleService_AllBlocked() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	groupID := srv.AddGroup(imtest.Group{Owner: "alice", Blocked: []string{"mallory", "eve"}}).ID
	client, ctx := srv.Client(), context.Background()
	for name, err := range client.Groups.AllBlocked(ctx, groupID, page.Options{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(name)
	}
	names, err := client.Groups.ListBlockedUsernames(ctx, groupID)
	fmt.Println(len(names), err)
	// Output:
	// eve
	// mallory
	// 2 <nil>
}
