package reaction_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/reaction"
	"github.com/imrest/im-go/users"
)

// Two users react to a message; one of them thinks better of it.
func Example() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, err := im.New(srv.Config())
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	for _, name := range []string{"alice", "bob"} {
		if _, err := client.Users.Register(ctx, users.NewUser{Username: name, Password: "S3cret.pass"}); err != nil {
			log.Fatal(err)
		}
	}
	sent, err := client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{From: "alice", Body: messages.Text("It is done.")})
	if err != nil {
		log.Fatal(err)
	}
	id := sent[0].Value

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

	list, err := client.Reaction.Get(ctx, "bob", reaction.Query{MessageIDs: []string{id}})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range list[0].Reactions {
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
