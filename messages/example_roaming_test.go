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

func ExampleService_ListConversations() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	if _, err := client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{From: "alice", Body: messages.Text("Hello!")}); err != nil {
		log.Fatal(err)
	}
	list, err := client.Messages.ListConversations(ctx, "bob")
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range list.Items {
		fmt.Println(c.Peer, c.Unread, c.Last.Text())
		if err := client.Messages.DeleteConversation(ctx, "bob", c.Peer, c.ChatType, messages.DeleteConversationOptions{}); err != nil {
			log.Fatal(err)
		}
	}
	// Output: alice 1 Hello!
}

func ExampleService_DeleteRoamingChat() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	sent, err := client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{From: "alice", Body: messages.Text("Forget it.")})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Messages.DeleteRoamingChat(ctx, "bob", "alice", []string{sent[0].Value}, messages.RoamingOptions{Silent: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(srv.Roaming("bob", "alice")), len(srv.Roaming("alice", "bob")))
	// Output: 0 1
}

func ExampleService_DeleteRoamingGroup() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	club := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob"}}).ID
	sent, err := client.Messages.SendToGroups(ctx, []string{club}, messages.Message{From: "alice", Body: messages.Text("Forget it.")})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Messages.DeleteRoamingGroup(ctx, "bob", club, []string{sent[0].Value}, messages.RoamingOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(srv.GroupRoaming("bob", club)), len(srv.GroupRoaming("alice", club)))
	// Output: 0 1
}

// Carol begins anew; the others keep what she wrote.
func ExampleService_ClearRoaming() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()
	if _, err := client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{From: "carol", Body: messages.Text("Hello!")}); err != nil {
		log.Fatal(err)
	}
	err := client.Messages.ClearRoaming(ctx, "carol")
	if errors.Is(err, im.ErrOutcomeUnknown) {
		log.Fatal("another call would also delete what has come since")
	}
	fmt.Println(len(srv.Roaming("carol", "bob")), len(srv.Roaming("bob", "carol")), err)
	// Output: 0 1 <nil>
}

// What came after the time stays.
func ExampleService_ClearRoamingChat() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()
	var yesterday time.Time
	for _, text := range []string{"Good night!", "Good morning!"} {
		if _, err := client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{From: "alice", Body: messages.Text(text)}); err != nil {
			log.Fatal(err)
		}
		yesterday = srv.Clock().Now().Add(-time.Hour)
		srv.Clock().Advance(8 * time.Hour)
	}
	if err := client.Messages.ClearRoamingChat(ctx, "bob", "alice", yesterday, messages.RoamingOptions{}); err != nil {
		log.Fatal(err)
	}
	for _, m := range srv.Roaming("bob", "alice") {
		fmt.Println(m.Text())
	}
	// Output: Good morning!
}

func ExampleService_ClearRoamingGroup() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	club := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob"}}).ID
	client, ctx := srv.Client(), context.Background()
	if _, err := client.Messages.SendToGroups(ctx, []string{club}, messages.Message{From: "alice", Body: messages.Text("Forget it.")}); err != nil {
		log.Fatal(err)
	}
	if err := client.Messages.ClearRoamingGroup(ctx, "bob", club, srv.Clock().Now(), messages.RoamingOptions{}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(srv.GroupRoaming("bob", club)), len(srv.GroupRoaming("alice", club)))
	// Output: 0 1
}

// Groups are searched only if they are named.
func ExampleService_AllSearch() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	club := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob"}}).ID
	client, ctx := srv.Client(), context.Background()
	if _, err := client.Messages.SendToGroups(ctx, []string{club}, messages.Message{From: "alice", Body: messages.Text("Bring tea.")}); err != nil {
		log.Fatal(err)
	}
	for _, groupIDs := range [][]string{nil, {club}} {
		for hit, err := range client.Messages.AllSearch(ctx, "bob", messages.SearchQuery{Keywords: []string{"tea"}, GroupIDs: groupIDs}) {
			if errors.Is(err, im.ErrNotEnabled) {
				log.Fatal("the app has no search")
			}
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println(groupIDs != nil, hit.From, hit.Body.(messages.TextBody).Text)
		}
	}
	// Output: true alice Bring tea.
}
