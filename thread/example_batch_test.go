package thread_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/thread"
)

// hung returns a client of an emulator with a thread of alice in a group of alice, bob and
// carol.
func hung() (client *im.Client, threadID string, end func()) {
	srv := imtest.NewServer(nil)
	client, err := im.New(srv.Config())
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	group := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	_, err = client.Messages.SendToGroups(ctx, []string{group}, messages.Message{From: "alice", Body: messages.Text("Tea?")})
	if err != nil {
		log.Fatal(err)
	}
	threadID, err = client.Thread.Create(ctx, thread.NewThread{
		GroupID: group, MessageID: srv.GroupMessages(group)[0].ID, Owner: "alice", Name: "Tea",
	})
	if err != nil {
		log.Fatal(err)
	}
	return client, threadID, func() { client.Close(); srv.Close() }
}

// A user who is not in the group fails the whole call.
func ExampleService_AddMembers() {
	client, threadID, end := hung()
	defer end()
	ctx := context.Background()
	added, err := client.Thread.AddMembers(ctx, threadID, []string{"bob", "carol"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("added:", added.IDs())
	_, err = client.Thread.AddMembers(ctx, threadID, []string{"mallory"})
	fmt.Println("not found:", errors.Is(err, im.ErrNotFound))
	// Output:
	// added: [bob carol]
	// not found: true
}

func ExampleService_RemoveMembers() {
	client, threadID, end := hung()
	defer end()
	removed, err := client.Thread.RemoveMembers(context.Background(), threadID, []string{"alice", "bob"})
	if errors.Is(err, batch.ErrPartial) {
		fmt.Println("not members:", removed.Failed().IDs())
	} else if err != nil {
		log.Fatal(err)
	}
	fmt.Println("removed:", removed.Done().IDs())
	// Output:
	// not members: [bob]
	// removed: [alice]
}
