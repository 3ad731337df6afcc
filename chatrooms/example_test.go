package chatrooms_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/chatrooms"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/users"
)

// A night in a chat room: it is opened, decorated and moderated, and closed in the
// end.
func Example() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()
	if _, err := client.Users.RegisterBatch(ctx, []users.NewUser{
		{Username: "alice"}, {Username: "bob"}, {Username: "carol"}, {Username: "dave"},
	}); err != nil {
		log.Fatal(err)
	}
	rooms := client.Chatrooms

	// Alice opens the room. Bob helps her, and the seats are attributes of it.
	roomID, err := rooms.Create(ctx, chatrooms.NewRoom{
		Name: "Late talk", Description: "what the day left over", Owner: "alice", MaxMembers: 500,
	})
	if err != nil {
		log.Fatal(err)
	}
	added, err := rooms.AddMembers(ctx, roomID, []string{"bob", "carol", "dave"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("added:", added.IDs())
	if err := rooms.AddAdmin(ctx, roomID, "bob"); err != nil {
		log.Fatal(err)
	}
	if err := rooms.SetAnnouncement(ctx, roomID, "Speak one after the other."); err != nil {
		log.Fatal(err)
	}
	_, err = rooms.SetAttributes(ctx, roomID, "alice",
		chatrooms.Attributes{"seat.1": "alice", "seat.2": "carol"}, chatrooms.AttributeOptions{Keep: true})
	if err != nil {
		log.Fatal(err)
	}

	// Carol talks too much and is muted for a while; Dave has to go. A user who is
	// not there is reported and does not hinder the others.
	muted, err := rooms.MuteMembers(ctx, roomID, []string{"carol"}, 10*time.Minute)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("muted:", muted.IDs())
	blocked, err := rooms.BlockMembers(ctx, roomID, []string{"dave", "erin"})
	if err != nil && !errors.Is(err, batch.ErrPartial) {
		log.Fatal(err)
	}
	fmt.Println("blocked:", blocked.Done().IDs())
	fmt.Println("not there:", blocked.Failed().IDs())

	// Only those on the allow list may speak while the guest is here.
	if err := rooms.AllowMember(ctx, roomID, "bob"); err != nil {
		log.Fatal(err)
	}
	if err := rooms.MuteAll(ctx, roomID); err != nil {
		log.Fatal(err)
	}
	room, err := rooms.Get(ctx, roomID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %d of %d members, all muted: %t\n", room.Name, room.MemberCount, room.MaxMembers, room.MutedAll)
	for member, err := range rooms.AllMembers(ctx, roomID, page.Numbered{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("-", member.Username, member.Role)
	}

	if err := rooms.Delete(ctx, roomID); err != nil {
		log.Fatal(err)
	}
	// Output:
	// added: [bob carol dave]
	// muted: [carol]
	// blocked: [dave]
	// not there: [erin]
	// Late talk: 3 of 500 members, all muted: true
	// - alice owner
	// - bob member
	// - carol member
}

func ExampleService_Update() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	roomID := srv.AddRoom(imtest.Room{Name: "Lobby", Owner: "alice"}).ID
	client, ctx := srv.Client(), context.Background()
	err := client.Chatrooms.Update(ctx, roomID, chatrooms.RoomUpdate{Name: new("Lounge"), MaxMembers: 400})
	if partial, ok := errors.AsType[*batch.Error](err); ok {
		fmt.Println("not changed:", partial.Failed.IDs())
	} else if err != nil {
		log.Fatal(err)
	}
	room, err := client.Chatrooms.Get(ctx, roomID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(room.Name, room.MaxMembers)
	// Output: Lounge 400
}
