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

// Who is on the block list cannot come in, until they are taken off it.
func ExampleService_UnblockMembers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	roomID := srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob", "mallory"}}).ID
	client, ctx := srv.Client(), context.Background()
	if _, err := client.Chatrooms.BlockMembers(ctx, roomID, []string{"mallory"}); err != nil {
		log.Fatal(err)
	}
	fmt.Println("kept out:", client.Chatrooms.AddMember(ctx, roomID, "mallory") != nil)
	unblocked, err := client.Chatrooms.UnblockMembers(ctx, roomID, []string{"bob", "mallory"})
	if err != nil && !errors.Is(err, batch.ErrPartial) {
		log.Fatal(err)
	}
	fmt.Println("unblocked:", unblocked.Done().IDs(), "were not blocked:", unblocked.Failed().IDs())
	fmt.Println("comes in:", client.Chatrooms.AddMember(ctx, roomID, "mallory") == nil)
	// Output:
	// kept out: true
	// unblocked: [mallory] were not blocked: [bob]
	// comes in: true
}

// Who is on the allow list may write in a room that is muted.
func ExampleService_AllowMembers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	roomID := srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob", "carol"}, MutedAll: true}).ID
	client, ctx := srv.Client(), context.Background()
	allowed, err := client.Chatrooms.AllowMembers(ctx, roomID, []string{"bob", "carol"})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.Chatrooms.DisallowMembers(ctx, roomID, allowed.IDs()[1:]); err != nil {
		log.Fatal(err)
	}
	names, err := client.Chatrooms.ListAllowed(ctx, roomID)
	fmt.Println(names, err)
	// Output: [alice bob] <nil>
}

// A mute by the minute, and its end.
func ExampleService_MuteMembers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	roomID := srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, ctx := srv.Client(), context.Background()
	muted, err := client.Chatrooms.MuteMembers(ctx, roomID, []string{"bob", "carol"}, 10*time.Minute)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.Chatrooms.UnmuteMembers(ctx, roomID, []string{"carol"}); err != nil {
		log.Fatal(err)
	}
	list, err := client.Chatrooms.ListMuted(ctx, roomID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(muted), "were muted, still muted:", list[0].Username, time.Until(list[0].Until).Round(time.Minute))
	// Output: 2 were muted, still muted: bob 10m0s
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
