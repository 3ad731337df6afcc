package thread_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/thread"
	"github.com/imrest/im-go/users"
)

// A thread's life: a question in a group is talked over beside it.
func Example() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()
	for _, name := range []string{"alice", "bob", "carol"} {
		if _, err := client.Users.Register(ctx, users.NewUser{Username: name, Password: "S3cret.pass"}); err != nil {
			log.Fatal(err)
		}
	}
	groupID, err := client.Groups.Create(ctx, groups.NewGroup{Owner: "alice", Name: "Hiking club", Members: []string{"bob", "carol"}})
	if err != nil {
		log.Fatal(err)
	}
	question, err := client.Messages.SendToGroups(ctx, []string{groupID}, messages.Message{From: "bob", Body: messages.Text("Boots or shoes?")})
	if err != nil {
		log.Fatal(err)
	}

	threadID, err := client.Thread.Create(ctx, thread.NewThread{
		GroupID: groupID, MessageID: question[0].Value, Owner: "bob", Name: "Boots or shoes",
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.Thread.AddMembers(ctx, threadID, []string{"carol"}); err != nil {
		log.Fatal(err)
	}
	// A message to the thread is one to a group.
	_, err = client.Messages.SendToGroups(ctx, []string{threadID}, messages.Message{From: "carol", Body: messages.Text("Boots!")})
	if err != nil {
		log.Fatal(err)
	}
	if err := client.Thread.SetName(ctx, threadID, "Boots it is"); err != nil {
		log.Fatal(err)
	}
	for t, err := range client.Thread.AllJoined(ctx, "carol", thread.ListOptions{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s, on a message of bob's: %t\n", t.Name, t.MessageID == question[0].Value)
	}

	removed, err := client.Thread.RemoveMembers(ctx, threadID, []string{"carol", "alice"})
	if err != nil && !errors.Is(err, batch.ErrPartial) {
		log.Fatal(err)
	}
	fmt.Println("removed:", removed.Done().IDs())
	fmt.Println("not a member:", removed.Failed().IDs())
	if err := client.Thread.Delete(ctx, threadID); err != nil {
		log.Fatal(err)
	}
	// Output:
	// Boots it is, on a message of bob's: true
	// removed: [carol]
	// not a member: [alice]
}
