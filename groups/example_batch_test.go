package groups_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/imtest"
)

// club returns a client of an emulator with a group of alice, bob and carol. The users dave
// and erin are in no group.
func club() (client *im.Client, groupID string, end func()) {
	srv := imtest.NewServer(nil)
	srv.AddUsers("dave", "erin")
	groupID = srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, err := im.New(srv.Config())
	if err != nil {
		log.Fatal(err)
	}
	return client, groupID, func() { client.Close(); srv.Close() }
}

// show prints what became of each item, and ends the program if the whole call failed.
func show[T any](results batch.Results[T], err error) {
	if err != nil && !errors.Is(err, batch.ErrPartial) {
		log.Fatal(err)
	}
	fmt.Println("done:", results.Done().IDs(), "failed:", results.Failed().IDs())
}

// The server does not name a user who is a member already.
func ExampleService_AddMembers() {
	client, groupID, end := club()
	defer end()
	added, err := client.Groups.AddMembers(context.Background(), groupID, []string{"bob", "dave"}, groups.MemberOptions{})
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
	client, groupID, end := club()
	defer end()
	show(client.Groups.RemoveMembers(context.Background(), groupID, []string{"bob", "dave"}, groups.MemberOptions{Silent: true}))
	// Output: done: [bob] failed: [dave]
}

func ExampleService_BlockMembers() {
	client, groupID, end := club()
	defer end()
	ctx := context.Background()
	show(client.Groups.BlockMembers(ctx, groupID, []string{"bob", "dave"}))
	show(client.Groups.UnblockMembers(ctx, groupID, []string{"bob", "dave"}))
	// Output:
	// done: [bob] failed: [dave]
	// done: [bob] failed: [dave]
}

// All are muted, except for bob.
func ExampleService_AllowMembers() {
	client, groupID, end := club()
	defer end()
	ctx := context.Background()
	if err := client.Groups.MuteAll(ctx, groupID); err != nil {
		log.Fatal(err)
	}
	show(client.Groups.AllowMembers(ctx, groupID, []string{"bob", "dave"}))
	show(client.Groups.DisallowMembers(ctx, groupID, []string{"bob", "carol"}))
	// Output:
	// done: [bob] failed: [dave]
	// done: [bob] failed: [carol]
}

func ExampleService_MuteMembers() {
	client, groupID, end := club()
	defer end()
	ctx := context.Background()
	muted, err := client.Groups.MuteMembers(ctx, groupID, []string{"bob", "dave"}, time.Hour)
	show(muted, err)
	for _, item := range muted.Done() {
		fmt.Println(item.ID, "for", time.Until(item.Value).Round(time.Minute))
	}
	show(client.Groups.UnmuteMembers(ctx, groupID, []string{"bob"}))
	// Output:
	// done: [bob] failed: [dave]
	// bob for 1h0m0s
	// done: [bob] failed: []
}

func ExampleService_GetBatch() {
	client, groupID, end := club()
	defer end()
	found, err := client.Groups.GetBatch(context.Background(), []string{groupID, "1"})
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
	client, groupID, end := club()
	defer end()
	ctx := context.Background()
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
	client, groupID, end := club()
	defer end()
	ctx := context.Background()
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

func ExampleService_Update() {
	client, groupID, end := club()
	defer end()
	err := client.Groups.Update(context.Background(), groupID, groups.GroupUpdate{Name: new("Hikers"), Public: new(false)})
	if partial, ok := errors.AsType[*batch.Error](err); ok {
		fmt.Println("not changed:", partial.Failed.IDs())
	} else if err != nil {
		log.Fatal(err)
	}
	// Output:
}

func ExampleService_UploadFile() {
	client, groupID, end := club()
	defer end()
	_, err := client.Groups.UploadFile(context.Background(), groupID, file.Bytes("film.mp4", make([]byte, 11<<20)), groups.UploadOptions{})
	fmt.Println("too large:", errors.Is(err, im.ErrTooLarge))
	// Output: too large: true
}
