package chatrooms_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/chatrooms"
	"github.com/imrest/im-go/imtest"
)

// lobby returns a client of an emulator with a room of alice, bob and carol. The users dave
// and erin are in no room.
func lobby() (client *im.Client, roomID string, end func()) {
	srv := imtest.NewServer(nil)
	srv.AddUsers("dave", "erin")
	roomID = srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, err := im.New(srv.Config())
	if err != nil {
		log.Fatal(err)
	}
	return client, roomID, func() { client.Close(); srv.Close() }
}

// show prints what became of each item, and ends the program if the whole call failed.
func show[T any](results batch.Results[T], err error) {
	if err != nil && !errors.Is(err, batch.ErrPartial) {
		log.Fatal(err)
	}
	fmt.Println("done:", results.Done().IDs(), "failed:", results.Failed().IDs())
}

// A user who does not exist fails the whole call; one who is a member counts as added.
func ExampleService_AddMembers() {
	client, roomID, end := lobby()
	defer end()
	ctx := context.Background()
	show(client.Chatrooms.AddMembers(ctx, roomID, []string{"bob", "dave"}))
	_, err := client.Chatrooms.AddMembers(ctx, roomID, []string{"erin", "nobody"})
	fmt.Println("not found:", errors.Is(err, im.ErrNotFound))
	// Output:
	// done: [bob dave] failed: []
	// not found: true
}

func ExampleService_RemoveMembers() {
	client, roomID, end := lobby()
	defer end()
	removed, err := client.Chatrooms.RemoveMembers(context.Background(), roomID, []string{"bob", "dave"})
	if errors.Is(err, batch.ErrPartial) {
		for _, item := range removed.Failed() {
			fmt.Println("not a member:", item.ID, errors.Is(item.Err, im.ErrNotFound))
		}
	} else if err != nil {
		log.Fatal(err)
	}
	fmt.Println("removed:", removed.Done().IDs())
	// Output:
	// not a member: dave true
	// removed: [bob]
}

func ExampleService_BlockMembers() {
	client, roomID, end := lobby()
	defer end()
	ctx := context.Background()
	show(client.Chatrooms.BlockMembers(ctx, roomID, []string{"bob", "dave"}))
	show(client.Chatrooms.UnblockMembers(ctx, roomID, []string{"bob", "dave"}))
	// Output:
	// done: [bob] failed: [dave]
	// done: [bob] failed: [dave]
}

// All are muted, except for bob.
func ExampleService_AllowMembers() {
	client, roomID, end := lobby()
	defer end()
	ctx := context.Background()
	if err := client.Chatrooms.MuteAll(ctx, roomID); err != nil {
		log.Fatal(err)
	}
	show(client.Chatrooms.AllowMembers(ctx, roomID, []string{"bob"}))
	show(client.Chatrooms.DisallowMembers(ctx, roomID, []string{"bob"}))
	// Output:
	// done: [bob] failed: []
	// done: [bob] failed: []
}

func ExampleService_MuteMembers() {
	client, roomID, end := lobby()
	defer end()
	ctx := context.Background()
	muted, err := client.Chatrooms.MuteMembers(ctx, roomID, []string{"bob"}, time.Hour)
	if err != nil {
		log.Fatal(err)
	}
	for _, item := range muted {
		fmt.Println(item.ID, "for", time.Until(item.Value).Round(time.Minute))
	}
	show(client.Chatrooms.UnmuteMembers(ctx, roomID, []string{"bob"}))
	// Output:
	// bob for 1h0m0s
	// done: [bob] failed: []
}

func ExampleService_GetBatch() {
	client, roomID, end := lobby()
	defer end()
	found, err := client.Chatrooms.GetBatch(context.Background(), []string{roomID, "1"})
	if err != nil && !errors.Is(err, batch.ErrPartial) {
		log.Fatal(err)
	}
	for _, item := range found {
		fmt.Println(item.Value.Owner, item.Value.MemberCount, item.Err)
	}
	// Output:
	// alice 3 <nil>
	//  0 no such room
}

// An attribute belongs to the member who has set it.
func ExampleService_SetAttributes() {
	client, roomID, end := lobby()
	defer end()
	ctx := context.Background()
	o := chatrooms.AttributeOptions{}
	show(client.Chatrooms.SetAttributes(ctx, roomID, "bob", chatrooms.Attributes{"song": "Blue Moon"}, o))
	show(client.Chatrooms.SetAttributes(ctx, roomID, "carol", chatrooms.Attributes{"seat": "carol", "song": "Misty"}, o))
	show(client.Chatrooms.ForceSetAttributes(ctx, roomID, "carol", chatrooms.Attributes{"song": "Misty"}, o))
	// Output:
	// done: [song] failed: []
	// done: [seat] failed: [song]
	// done: [song] failed: []
}

func ExampleService_DeleteAttributes() {
	client, roomID, end := lobby()
	defer end()
	ctx := context.Background()
	show(client.Chatrooms.SetAttributes(ctx, roomID, "bob", chatrooms.Attributes{"song": "Misty"}, chatrooms.AttributeOptions{}))
	show(client.Chatrooms.DeleteAttributes(ctx, roomID, "carol", []string{"song"}))
	show(client.Chatrooms.ForceDeleteAttributes(ctx, roomID, "carol", []string{"song"}))
	// Output:
	// done: [song] failed: []
	// done: [] failed: [song]
	// done: [song] failed: []
}

func ExampleService_MuteTag() {
	client, roomID, end := lobby()
	defer end()
	ctx := context.Background()
	check(client.Chatrooms.SetTags(ctx, roomID, "bob", []string{"guest"}))
	check(client.Chatrooms.MuteTag(ctx, roomID, "guest", im.Forever))
	tags, err := client.Chatrooms.GetTags(ctx, roomID, "bob")
	check(err)
	fmt.Println(tags[0].Name, "muted forever:", tags[0].Forever)
	check(client.Chatrooms.UnmuteTag(ctx, roomID, "guest"))
	// Output: guest muted forever: true
}

func ExampleService_Update() {
	client, roomID, end := lobby()
	defer end()
	err := client.Chatrooms.Update(context.Background(), roomID, chatrooms.RoomUpdate{Name: new("Lounge"), MaxMembers: 400})
	if partial, ok := errors.AsType[*batch.Error](err); ok {
		fmt.Println("not changed:", partial.Failed.IDs())
	} else if err != nil {
		log.Fatal(err)
	}
	// Output:
}
