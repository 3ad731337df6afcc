package push_test

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
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/push"
)

func ExampleService_AllLabelUsers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob")
	client, ctx := srv.Client(), context.Background()
	if _, err := client.Push.CreateLabel(ctx, push.NewLabel{Name: "beta-testers"}); err != nil {
		log.Fatal(err)
	}
	if _, err := client.Push.AddLabelUsers(ctx, "beta-testers", []string{"alice", "bob"}); err != nil {
		log.Fatal(err)
	}
	for l, err := range client.Push.AllLabels(ctx, page.Options{}) {
		if err != nil {
			log.Fatal(err)
		}
		for u, err := range client.Push.AllLabelUsers(ctx, l.Name, page.Options{}) {
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println(l.Name, u.Username)
		}
	}
	// Output:
	// beta-testers alice
	// beta-testers bob
}

func ExampleService_RemoveLabelUsers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob")
	client, ctx := srv.Client(), context.Background()
	if _, err := client.Push.CreateLabel(ctx, push.NewLabel{Name: "beta-testers"}); err != nil {
		log.Fatal(err)
	}
	if _, err := client.Push.AddLabelUsers(ctx, "beta-testers", []string{"alice"}); err != nil {
		log.Fatal(err)
	}
	removed, err := client.Push.RemoveLabelUsers(ctx, "beta-testers", []string{"alice", "nobody"})
	if err != nil && !errors.Is(err, batch.ErrPartial) {
		log.Fatal(err)
	}
	fmt.Println("removed:", removed.Done().IDs(), "failed:", removed.Failed().IDs())
	// Output: removed: [alice] failed: [nobody]
}

func ExampleService_BindDevice() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice")
	client, ctx := srv.Client(), context.Background()
	_, err := client.Push.BindDevice(ctx, "alice", push.Binding{DeviceID: "ios_1", NotifierName: "apns-prod", DeviceToken: "740f4707"})
	if err != nil {
		log.Fatal(err)
	}
	bindings, err := client.Push.GetBindings(ctx, "alice")
	if err != nil {
		log.Fatal(err)
	}
	for _, b := range bindings {
		fmt.Println(b.DeviceID, b.NotifierName)
	}
	// Output: ios_1 apns-prod
}

// An app may have three tasks running, and start few in a day.
func ExampleService_SendToAll() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	taskID, err := client.Push.SendToAll(ctx, push.Message{Title: "Version 2 is here", Content: "Tap to see what is new."})
	switch {
	case errors.Is(err, im.ErrRateLimited):
		fmt.Println("later, or tomorrow")
	case errors.Is(err, im.ErrOutcomeUnknown):
		fmt.Println("look before another attempt: all users would be pushed to twice")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println("started:", taskID != "")
	}
	// Output: started: true
}

// The texts of the template are filled in by the sender of a message.
func ExampleService_CreateTemplate() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice")
	client, ctx := srv.Client(), context.Background()
	template, err := client.Push.CreateTemplate(ctx, push.NewTemplate{Name: "delivery", Title: "Your {0}", Content: "It comes at {1}."})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Messages.SendToUsers(ctx, []string{"alice"}, messages.Message{
		Body: messages.Text("Your kettle comes at nine."),
		Push: &messages.Push{Template: &messages.PushTemplate{Name: template.Name, TitleArgs: []string{"kettle"}, ContentArgs: []string{"kettle", "nine"}}},
	})
	fmt.Println(err)
	// Output: <nil>
}
