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

// Messages are imported in the order of their times, later than the group was made.
func ExampleService_ImportToGroup() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	club := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob"}}).ID
	client, ctx := srv.Client(), context.Background()
	made := srv.Clock().Now()
	srv.Clock().Advance(48 * time.Hour)
	for i, text := range []string{"Boots or shoes?", "Boots, please."} {
		_, err := client.Messages.ImportToGroup(ctx, club, messages.Import{
			From: "alice", Body: messages.Text(text), SentAt: made.Add(time.Duration(i+1) * time.Hour),
		})
		if errors.Is(err, im.ErrOutcomeUnknown) {
			log.Fatal("it may have been imported: look before another attempt")
		}
		if err != nil {
			log.Fatal(err)
		}
	}
	for _, m := range srv.GroupMessages(club) {
		fmt.Println(m.Text(), m.Time.Sub(made).Round(time.Hour))
	}
	// Output:
	// Boots or shoes? 1h0m0s
	// Boots, please. 2h0m0s
}

// Callbacks that a receiver has missed are delivered once it is back.
func ExampleService_ResendCallbacks() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddStoredCallbacks(imtest.StoredCallbacks{Start: time.Now().Add(-time.Hour), Size: 42})
	client, ctx := srv.Client(), context.Background()
	missed, err := client.Messages.ListStoredCallbacks(ctx)
	if errors.Is(err, im.ErrForbidden) {
		log.Fatal("the storage of callbacks was not bought")
	}
	if err != nil {
		log.Fatal(err)
	}
	for _, set := range missed {
		err := client.Messages.ResendCallbacks(ctx, set.Date, messages.ResendOptions{Resends: set.Resends})
		fmt.Println(set.Size, "callbacks", err)
	}
	// Output: 42 callbacks <nil>
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
