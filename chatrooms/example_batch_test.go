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

// A user who does not exist fails the whole call; one who is a member counts as added.
func ExampleService_AddMembers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	roomID := srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, ctx := srv.Client(), context.Background()
	srv.AddUsers("dave")
	added, err := client.Chatrooms.AddMembers(ctx, roomID, []string{"bob", "dave"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("added:", added.IDs())
	_, err = client.Chatrooms.AddMembers(ctx, roomID, []string{"erin", "nobody"})
	fmt.Println("not found:", errors.Is(err, im.ErrNotFound))
	// Output:
	// added: [bob dave]
	// not found: true
}

func ExampleService_RemoveMembers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	roomID := srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, ctx := srv.Client(), context.Background()
	removed, err := client.Chatrooms.RemoveMembers(ctx, roomID, []string{"bob", "dave"})
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

// A member who is blocked leaves the room, and does not come back by being unblocked.
func ExampleService_BlockMembers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	roomID := srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, ctx := srv.Client(), context.Background()
	blocked, err := client.Chatrooms.BlockMembers(ctx, roomID, []string{"bob", "dave"})
	if errors.Is(err, batch.ErrPartial) {
		fmt.Println("not members:", blocked.Failed().IDs())
	} else if err != nil {
		log.Fatal(err)
	}
	if _, err := client.Chatrooms.UnblockMembers(ctx, roomID, blocked.Done().IDs()); err != nil {
		log.Fatal(err)
	}
	members, err := client.Chatrooms.CountMembers(ctx, roomID)
	fmt.Println(members, err)
	// Output:
	// not members: [dave]
	// 2 <nil>
}

// All are muted, except for bob.
func ExampleService_AllowMembers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	roomID := srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, ctx := srv.Client(), context.Background()
	if err := client.Chatrooms.MuteAll(ctx, roomID); err != nil {
		log.Fatal(err)
	}
	if _, err := client.Chatrooms.AllowMembers(ctx, roomID, []string{"bob"}); err != nil {
		log.Fatal(err)
	}
	disallowed, err := client.Chatrooms.DisallowMembers(ctx, roomID, []string{"bob", "carol"})
	if err != nil && !errors.Is(err, batch.ErrPartial) {
		log.Fatal(err)
	}
	fmt.Println("disallowed:", disallowed.Done().IDs(), "not on the list:", disallowed.Failed().IDs())
	// Output: disallowed: [bob] not on the list: [carol]
}

func ExampleService_MuteMembers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	roomID := srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, ctx := srv.Client(), context.Background()
	muted, err := client.Chatrooms.MuteMembers(ctx, roomID, []string{"bob"}, time.Hour)
	if err != nil {
		log.Fatal(err)
	}
	for _, item := range muted {
		fmt.Println(item.ID, "for", time.Until(item.Value).Round(time.Minute))
	}
	if _, err := client.Chatrooms.UnmuteMembers(ctx, roomID, muted.IDs()); err != nil {
		log.Fatal(err)
	}
	// Output: bob for 1h0m0s
}

func ExampleService_GetBatch() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	roomID := srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, ctx := srv.Client(), context.Background()
	found, err := client.Chatrooms.GetBatch(ctx, []string{roomID, "1"})
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
	srv := imtest.NewServer(nil)
	defer srv.Close()
	roomID := srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, ctx := srv.Client(), context.Background()
	o := chatrooms.AttributeOptions{}
	if _, err := client.Chatrooms.SetAttributes(ctx, roomID, "bob", chatrooms.Attributes{"song": "Blue Moon"}, o); err != nil {
		log.Fatal(err)
	}
	set, err := client.Chatrooms.SetAttributes(ctx, roomID, "carol", chatrooms.Attributes{"seat": "carol", "song": "Misty"}, o)
	if errors.Is(err, batch.ErrPartial) {
		fmt.Println("another's:", set.Failed().IDs())
	} else if err != nil {
		log.Fatal(err)
	}
	fmt.Println("set:", set.Done().IDs())
	// Output:
	// another's: [song]
	// set: [seat]
}

func ExampleService_ForceSetAttributes() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	roomID := srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, ctx := srv.Client(), context.Background()
	own := chatrooms.Attributes{"song": "Blue Moon"}
	if _, err := client.Chatrooms.SetAttributes(ctx, roomID, "bob", own, chatrooms.AttributeOptions{}); err != nil {
		log.Fatal(err)
	}
	set, err := client.Chatrooms.ForceSetAttributes(ctx, roomID, "carol", chatrooms.Attributes{"song": "Misty"}, chatrooms.AttributeOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("set:", set.IDs())
	// Output: set: [song]
}

func ExampleService_DeleteAttributes() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	roomID := srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, ctx := srv.Client(), context.Background()
	own := chatrooms.Attributes{"song": "Misty"}
	if _, err := client.Chatrooms.SetAttributes(ctx, roomID, "bob", own, chatrooms.AttributeOptions{}); err != nil {
		log.Fatal(err)
	}
	deleted, err := client.Chatrooms.DeleteAttributes(ctx, roomID, "carol", []string{"song"})
	if errors.Is(err, batch.ErrPartial) { // the song is bob's
		deleted, err = client.Chatrooms.ForceDeleteAttributes(ctx, roomID, "carol", deleted.Failed().IDs())
	}
	fmt.Println("deleted:", deleted.Done().IDs(), err)
	// Output: deleted: [song] <nil>
}

func ExampleService_MuteTag() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	roomID := srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, ctx := srv.Client(), context.Background()
	if err := client.Chatrooms.SetTags(ctx, roomID, "bob", []string{"guest"}); err != nil {
		log.Fatal(err)
	}
	if err := client.Chatrooms.MuteTag(ctx, roomID, "guest", im.Forever); err != nil {
		log.Fatal(err)
	}
	tags, err := client.Chatrooms.GetTags(ctx, roomID, "bob")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(tags[0].Name, "muted forever:", tags[0].Forever)
	// Output: guest muted forever: true
}

func ExampleService_Update() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	roomID := srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, ctx := srv.Client(), context.Background()
	err := client.Chatrooms.Update(ctx, roomID, chatrooms.RoomUpdate{Name: new("Lounge"), MaxMembers: 400})
	if partial, ok := errors.AsType[*batch.Error](err); ok {
		fmt.Println("not changed:", partial.Failed.IDs())
	} else if err != nil {
		log.Fatal(err)
	}
	// Output:
}
