package groups_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/imtest"
)

// The server does not name a user who is a member already.
func ExampleService_AddMembers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("dave")
	groupID := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, ctx := srv.Client(), context.Background()
	added, err := client.Groups.AddMembers(ctx, groupID, []string{"bob", "dave"}, groups.MemberOptions{})
	if errors.Is(err, batch.ErrPartial) {
		for _, item := range added.Failed() {
			fmt.Println("not added:", item.ID, errors.Is(item.Err, batch.ErrNotReported))
		}
	} else if err != nil {
		log.Fatal(err)
	}
	fmt.Println("added:", added.Done().IDs())
	// Output:
	// not added: bob true
	// added: [dave]
}

func ExampleService_RemoveMembers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	groupID := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, ctx := srv.Client(), context.Background()
	removed, err := client.Groups.RemoveMembers(ctx, groupID, []string{"bob", "dave"}, groups.MemberOptions{Silent: true})
	if err != nil && !errors.Is(err, batch.ErrPartial) {
		log.Fatal(err)
	}
	fmt.Println("removed:", removed.Done().IDs(), "not members:", removed.Failed().IDs())
	// Output: removed: [bob] not members: [dave]
}

// A member who is blocked leaves the group, and does not come back by being unblocked.
func ExampleService_BlockMembers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	groupID := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, ctx := srv.Client(), context.Background()
	blocked, err := client.Groups.BlockMembers(ctx, groupID, []string{"bob", "dave"})
	if errors.Is(err, batch.ErrPartial) {
		fmt.Println("not members:", blocked.Failed().IDs())
	} else if err != nil {
		log.Fatal(err)
	}
	if _, err := client.Groups.UnblockMembers(ctx, groupID, blocked.Done().IDs()); err != nil {
		log.Fatal(err)
	}
	isMember, err := client.Groups.IsMember(ctx, groupID, "bob")
	fmt.Println(isMember, err)
	// Output:
	// not members: [dave]
	// false <nil>
}

// All are muted, except for bob.
func ExampleService_AllowMembers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	groupID := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, ctx := srv.Client(), context.Background()
	if err := client.Groups.MuteAll(ctx, groupID); err != nil {
		log.Fatal(err)
	}
	if _, err := client.Groups.AllowMembers(ctx, groupID, []string{"bob"}); err != nil {
		log.Fatal(err)
	}
	disallowed, err := client.Groups.DisallowMembers(ctx, groupID, []string{"bob", "carol"})
	if err != nil && !errors.Is(err, batch.ErrPartial) {
		log.Fatal(err)
	}
	fmt.Println("disallowed:", disallowed.Done().IDs(), "not on the list:", disallowed.Failed().IDs())
	// Output: disallowed: [bob] not on the list: [carol]
}

func ExampleService_MuteMembers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	groupID := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, ctx := srv.Client(), context.Background()
	muted, err := client.Groups.MuteMembers(ctx, groupID, []string{"bob", "dave"}, time.Hour)
	if err != nil && !errors.Is(err, batch.ErrPartial) {
		log.Fatal(err)
	}
	for _, item := range muted.Done() {
		fmt.Println(item.ID, "for", time.Until(item.Value).Round(time.Minute))
	}
	for _, item := range muted.Failed() {
		fmt.Println(item.ID, "is not muted:", item.Err)
	}
	if _, err := client.Groups.UnmuteMembers(ctx, groupID, muted.Done().IDs()); err != nil {
		log.Fatal(err)
	}
	// Output:
	// bob for 1h0m0s
	// dave is not muted: refused without a reason
}

func ExampleService_GetBatch() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	groupID := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, ctx := srv.Client(), context.Background()
	found, err := client.Groups.GetBatch(ctx, []string{groupID, "1"})
	if err != nil && !errors.Is(err, batch.ErrPartial) {
		log.Fatal(err)
	}
	for _, item := range found {
		fmt.Println(item.Value.Owner, item.Value.MemberCount, item.Err)
	}
	// Output:
	// alice 3 <nil>
	//  0 no such group
}

func ExampleService_SetMemberAttributesBatch() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	groupID := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, ctx := srv.Client(), context.Background()
	_, err := client.Groups.SetMemberAttributesBatch(ctx, groupID, []groups.MemberAttributes{
		{Username: "bob", Attributes: groups.Attributes{"nick": "Bo"}},
		{Username: "carol", Attributes: groups.Attributes{"nick": "Caz", "color": "red"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	found, err := client.Groups.GetMemberAttributesBatch(ctx, groupID, []string{"carol", "bob"}, []string{"nick"})
	if err != nil {
		log.Fatal(err)
	}
	for _, item := range found {
		fmt.Println(item.ID, item.Value)
	}
	// Output:
	// carol map[nick:Caz]
	// bob map[nick:Bo]
}

// An empty value removes an attribute.
func ExampleService_SetMemberAttributes() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	groupID := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, ctx := srv.Client(), context.Background()
	for _, a := range []groups.Attributes{{"nick": "Bo", "color": "red"}, {"color": ""}} {
		if err := client.Groups.SetMemberAttributes(ctx, groupID, "bob", a); err != nil {
			log.Fatal(err)
		}
	}
	left, err := client.Groups.GetMemberAttributes(ctx, groupID, "bob")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(left)
	// Output: map[nick:Bo]
}
