package messages_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

func ExampleService_Recall() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	sent, err := client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{From: "alice", Body: messages.Text("To the wrong Bob.")})
	if err != nil {
		log.Fatal(err)
	}
	srv.Clock().Advance(10 * time.Minute)
	err = client.Messages.Recall(ctx, sent[0].Value, messages.Recall{To: "bob", ChatType: messages.ChatTypeUser, From: "alice"})
	fmt.Println("too late:", errors.Is(err, im.ErrForbidden))
	// Output: too late: true
}

func ExampleService_RecallBatch() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	sent, err := client.Messages.SendToUsers(ctx, []string{"bob", "carol"}, messages.Message{From: "alice", Body: messages.Text("Sale: 100 % off!")})
	if err != nil {
		log.Fatal(err)
	}
	var items []messages.RecallItem
	for _, item := range sent {
		items = append(items, messages.RecallItem{MessageID: item.Value, Recall: messages.Recall{To: item.ID, ChatType: messages.ChatTypeUser}})
	}
	recalled, err := client.Messages.RecallBatch(ctx, items)
	if errors.Is(err, im.ErrPartial) {
		for _, item := range recalled.Failed() {
			log.Printf("%s stays: %v", item.ID, item.Err)
		}
	} else if err != nil {
		log.Fatal(err)
	}
	fmt.Println("recalled:", len(recalled.Done()))
	// Output: recalled: 2
}

func ExampleService_Update() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	sent, err := client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{From: "alice", Body: messages.Text("9 euros")})
	if err != nil {
		log.Fatal(err)
	}
	err = client.Messages.Update(ctx, sent[0].Value, messages.MessageUpdate{By: "alice", Body: messages.Text("19 euros")})
	switch {
	case errors.Is(err, im.ErrForbidden):
		fmt.Println("it was edited ten times")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println(srv.Messages("bob")[0].Text())
	}
	// Output: 19 euros
}
