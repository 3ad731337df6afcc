package reaction_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/reaction"
)

// Two users react to a message; one of them thinks better of it.
func Example() {
	srv := imtest.NewServer(nil) // in a program: the real app
	defer srv.Close()
	srv.AddUsers("alice", "bob")
	client, ctx := srv.Client(), context.Background()
	id := send(client, "alice", "bob")

	for _, put := range []struct{ who, what string }{{"bob", "👍"}, {"bob", "🎉"}, {"alice", "👍"}, {"bob", "👍"}} {
		_, err := client.Reaction.Add(ctx, put.who, id, put.what)
		switch {
		case errors.Is(err, im.ErrAlreadyExists):
			fmt.Println(put.who, put.what, "is there already")
		case err != nil:
			log.Fatal(err)
		}
	}
	if err := client.Reaction.Remove(ctx, "bob", id, "🎉"); err != nil {
		log.Fatal(err)
	}

	results, err := client.Reaction.Get(ctx, "bob", []string{id}, reaction.GetOptions{})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range results[0].Value {
		fmt.Println(r.Text, r.Count, r.Mine)
	}
	for name, err := range client.Reaction.AllUsers(ctx, "bob", id, "👍", page.Options{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(name)
	}
	// Output:
	// bob 👍 is there already
	// 👍 2 true
	// bob
	// alice
}

// send sends one message and returns its id.
func send(client *im.Client, from, to string) string {
	sent, err := client.Messages.SendToUsers(context.Background(), []string{to}, messages.Message{From: from, Body: messages.Text("It is done.")})
	if err != nil {
		log.Fatal(err)
	}
	return sent[0].Value
}

// A second call says that the reaction is there.
func ExampleService_Add() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob")
	client := srv.Client()
	id := send(client, "alice", "bob")
	for range 2 {
		r, err := client.Reaction.Add(context.Background(), "bob", id, "👍")
		switch {
		case errors.Is(err, im.ErrAlreadyExists):
			fmt.Println("it is there already")
		case err != nil:
			log.Fatal(err)
		default:
			fmt.Println(r.Text, r.MessageID == id)
		}
	}
	// Output:
	// 👍 true
	// it is there already
}

func ExampleService_Get() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob")
	client, ctx := srv.Client(), context.Background()
	id := send(client, "alice", "bob")
	if _, err := client.Reaction.Add(ctx, "bob", id, "👍"); err != nil {
		log.Fatal(err)
	}
	results, err := client.Reaction.Get(ctx, "alice", []string{id}, reaction.GetOptions{})
	if err != nil && !errors.Is(err, batch.ErrPartial) {
		log.Fatal(err)
	}
	for _, item := range results.Done() {
		for _, r := range item.Value {
			fmt.Println(r.Text, r.Count, r.Usernames)
		}
	}
	for _, item := range results.Failed() {
		fmt.Println(item.ID, item.Err)
	}
	// Output:
	// 👍 1 [bob]
}
