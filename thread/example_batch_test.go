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

// open opens a thread of alice on a message of hers in a group of alice, bob and carol.
func open(srv *imtest.Server, client *im.Client) (threadID string) {
	ctx := context.Background()
	group := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	sent, err := client.Messages.SendToGroups(ctx, []string{group}, messages.Message{From: "alice", Body: messages.Text("Tea?")})
	if err != nil {
		log.Fatal(err)
	}
	threadID, err = client.Thread.Create(ctx, thread.NewThread{GroupID: group, MessageID: sent[0].Value, Owner: "alice", Name: "Tea"})
	if err != nil {
		log.Fatal(err)
	}
	return threadID
}

// A user who is not in the group fails the whole call.
func ExampleService_AddMembers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()
	threadID := open(srv, client)
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
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()
	threadID := open(srv, client)
	removed, err := client.Thread.RemoveMembers(ctx, threadID, []string{"alice", "bob"})
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
