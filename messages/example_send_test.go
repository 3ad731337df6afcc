package messages_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

// A list of any length goes out in calls of the most users that one takes. What failed for
// single users is looked at; a failed call ends it all.
func ExampleService_SendToUsers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	all := []string{"alice", "bob", "carol"}
	hello := messages.Message{Body: messages.Text("The shop is open.")}
	for usernames := range batch.Chunks(all, messages.MaxUsersBatch) {
		sent, err := client.Messages.SendToUsers(ctx, usernames, hello)
		if err != nil && !errors.Is(err, im.ErrPartial) {
			log.Fatal(err)
		}
		for _, item := range sent.Failed() {
			log.Printf("%s: %v", item.ID, item.Err)
		}
		fmt.Println("sent:", len(sent.Done()))
	}
	// Output: sent: 3
}

// The notification has a title of its own on every phone, and a sound on those of Apple.
func ExampleService_SendToGroups() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	club := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob"}}).ID
	sent, err := client.Messages.SendToGroups(ctx, []string{club}, messages.Message{
		From: "alice",
		Body: messages.Text("Boots, please."),
		Ext:  map[string]any{"trip": "A-17"},
		Push: &messages.Push{
			Display: &messages.PushDisplay{Title: "Hiking club"},
			APNs:    &messages.PushAPNs{Sound: "bell.caf"},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	m, _ := srv.MessageByID(sent[0].Value)
	fmt.Println(string(m.Ext))
	// Output: {"em_apns_ext":{"em_push_sound":"bell.caf"},"em_push_ext":{"title":"Hiking club"},"trip":"A-17"}
}

func ExampleService_SendToRooms() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	room := srv.AddRoom(imtest.Room{Owner: "alice"}).ID
	_, err := client.Messages.SendToRooms(ctx, []string{room}, messages.Message{
		From: "alice", Body: messages.Text("The final begins."), Priority: messages.PriorityHigh,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(srv.RoomMessages(room)[0].Text())
	// Output: The final begins.
}

func ExampleService_SendToGroupMembers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	club := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	id, err := client.Messages.SendToGroupMembers(ctx, club, []string{"bob"}, messages.Message{From: "alice", Body: messages.Text("Your turn.")})
	if err != nil {
		log.Fatal(err)
	}
	m, _ := srv.MessageByID(id)
	fmt.Println(m.Users, len(srv.Messages("carol")))
	// Output: [bob] 0
}

func ExampleService_SendToRoomMembers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	room := srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob"}}).ID
	id, err := client.Messages.SendToRoomMembers(ctx, room, []string{"bob"}, messages.Message{From: "alice", Body: messages.Command("unmute-mic")})
	if err != nil {
		log.Fatal(err)
	}
	m, _ := srv.MessageByID(id)
	fmt.Println(m.Type, m.Users)
	// Output: cmd [bob]
}

// A quota that allows few calls a day is waited for, but not beyond the deadline.
func ExampleService_BroadcastToRooms() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	_, err := client.Messages.BroadcastToRooms(ctx, messages.Broadcast{Body: messages.Text("Maintenance at noon.")})
	switch {
	case errors.Is(err, im.ErrRateLimited):
		fmt.Println("no broadcast is left today")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println("sent")
	}
	// Output: sent
}

func ExampleService_BroadcastToOnlineUsers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	srv.LogIn("bob")
	if _, err := client.Messages.BroadcastToOnlineUsers(ctx, messages.Broadcast{Body: messages.Text("The server restarts.")}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(srv.Messages("bob")), len(srv.Messages("carol")))
	// Output: 1 0
}

func ExampleService_BroadcastToAllUsers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	if _, err := client.Messages.BroadcastToAllUsers(ctx, messages.Broadcast{Body: messages.Text("Welcome to the spring release.")}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(srv.Messages("bob")), len(srv.Messages("carol")))
	// Output: 1 1
}
