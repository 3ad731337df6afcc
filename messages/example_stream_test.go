package messages_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

// An assistant's reply is shown while it is being written.
func ExampleStream() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	reply := client.Messages.StreamToUser("bob", messages.StreamOptions{From: "assistant", Format: messages.StreamFormatMarkdown})
	for _, text := range []string{"The kettle ", "is **on**"} {
		if err := reply.Send(ctx, text); err != nil {
			log.Fatal(err)
		}
	}
	if err := reply.Finish(ctx, ".", nil); err != nil {
		log.Fatal(err)
	}
	m, _ := srv.MessageByID(reply.MessageID())
	fmt.Println(m.Text())
	// Output: The kettle is **on**.
}

// The numbers of chunks rise, and a late one is refused. StreamToUser counts by itself.
func ExampleService_SendChunkToUser() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("assistant", "bob")
	client, ctx := srv.Client(), context.Background()
	id, err := client.Messages.SendChunkToUser(ctx, "bob", messages.Chunk{From: "assistant", Text: "The kettle "})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Messages.SendChunkToUser(ctx, "bob", messages.Chunk{From: "assistant", MessageID: id, Seq: 1, Text: "is on.", Finish: true})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Messages.SendChunkToUser(ctx, "bob", messages.Chunk{From: "assistant", MessageID: id, Seq: 2, Text: " Oh."})
	if failure, ok := errors.AsType[*im.Error](err); ok {
		fmt.Println("finished already:", failure.ErrorCode)
	}
	m, _ := srv.MessageByID(id)
	fmt.Println(m.Text())
	// Output:
	// finished already: 14035
	// The kettle is on.
}

func ExampleService_SendChunkToGroup() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	club := srv.AddGroup(imtest.Group{Owner: "assistant", Members: []string{"bob"}}).ID
	client, ctx := srv.Client(), context.Background()
	id, err := client.Messages.SendChunkToGroup(ctx, club, messages.Chunk{From: "assistant", Text: "Tea?", Finish: true})
	if err != nil {
		log.Fatal(err)
	}
	m, _ := srv.MessageByID(id)
	fmt.Println(m.Text())
	// Output: Tea?
}
