package groups_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/users"
)

// A group's life, from its first members to its end.
func Example() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()
	for _, name := range []string{"alice", "bob", "carol", "dave", "mallory"} {
		if _, err := client.Users.Register(ctx, users.NewUser{Username: name, Password: "S3cret.pass"}); err != nil {
			log.Fatal(err)
		}
	}

	groupID, err := client.Groups.Create(ctx, groups.NewGroup{
		Owner: "alice", Name: "Hiking club", Description: "Sundays, whatever the weather", Members: []string{"bob", "carol"},
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := client.Groups.SetAnnouncement(ctx, groupID, "We meet at 9."); err != nil {
		log.Fatal(err)
	}
	route, err := client.Groups.UploadFile(ctx, groupID, file.Bytes("route.txt", []byte("up, and down again")), groups.UploadOptions{})
	if err != nil {
		log.Fatal(err)
	}
	var text strings.Builder
	if _, err := client.Groups.DownloadFile(ctx, groupID, route.ID, &text); err != nil {
		log.Fatal(err)
	}
	fmt.Println("route:", text.String())

	// Two more join, and one of them has to be dealt with.
	added, err := client.Groups.AddMembers(ctx, groupID, []string{"dave", "mallory"}, groups.MemberOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("joined:", added.IDs())
	if _, err := client.Groups.MuteMembers(ctx, groupID, []string{"mallory"}, time.Hour); err != nil {
		log.Fatal(err)
	}
	if err := client.Groups.BlockMember(ctx, groupID, "mallory"); err != nil {
		log.Fatal(err)
	}
	err = client.Groups.RemoveMember(ctx, groupID, "mallory", groups.MemberOptions{})
	fmt.Println("still a member:", !errors.Is(err, im.ErrNotFound))

	// Bob takes over.
	if err := client.Groups.AddAdmin(ctx, groupID, "carol"); err != nil {
		log.Fatal(err)
	}
	if err := client.Groups.TransferOwner(ctx, groupID, "bob"); err != nil {
		log.Fatal(err)
	}
	if err := client.Groups.Update(ctx, groupID, groups.GroupUpdate{Name: new("Hiking and cake club"), MaxMembers: 50}); err != nil {
		log.Fatal(err)
	}
	club, err := client.Groups.Get(ctx, groupID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s of %s, %d of %d members\n", club.Name, club.Owner, club.MemberCount, club.MaxMembers)

	if err := client.Groups.Delete(ctx, groupID); err != nil {
		log.Fatal(err)
	}
	// Output:
	// route: up, and down again
	// joined: [dave mallory]
	// still a member: false
	// Hiking and cake club of bob, 4 of 50 members
}

// A job that reads a long list saves where it is after each page, and goes on from there
// in its next run.
func ExampleService_PageMembersByCursor() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()
	groupID := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol", "dave", "erin", "frank"}}).ID

	saved := "" // a job would read it from a file
	for run := 1; run == 1 || saved != ""; run++ {
		o := groups.MemberCursorOptions{Options: page.Options{Limit: 2, Cursor: saved}, Order: page.OrderOldestFirst}
		for p, err := range client.Groups.PageMembersByCursor(ctx, groupID, o) {
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println("run", run, p.Items)
			saved = p.Next
			break // stopped after a page
		}
	}
	// Output:
	// run 1 [bob carol]
	// run 2 [dave erin]
	// run 3 [frank]
}

func ExampleService_Update() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	groupID := srv.AddGroup(imtest.Group{Name: "Hiking club", Owner: "alice", Public: true}).ID
	client, ctx := srv.Client(), context.Background()
	err := client.Groups.Update(ctx, groupID, groups.GroupUpdate{Name: new("Hikers"), Public: new(false)})
	if partial, ok := errors.AsType[*batch.Error](err); ok {
		fmt.Println("not changed:", partial.Failed.IDs())
	} else if err != nil {
		log.Fatal(err)
	}
	group, err := client.Groups.Get(ctx, groupID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(group.Name, "public:", group.Public)
	// Output: Hikers public: false
}
