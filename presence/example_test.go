package presence_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/presence"
)

// StatusBusy is what this app calls its own status 100.
const StatusBusy presence.Status = "100"

// A user opens her contact list: she watches her contacts for a day, and sees at once who is
// there.
func Example() {
	srv := imtest.NewServer(nil) // in a program: the real app
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	srv.AddContacts("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	if err := client.Presence.Set(ctx, "bob", "android_600100", presence.Setting{Status: StatusBusy, Ext: "in a call"}); err != nil {
		log.Fatal(err)
	}

	contacts, err := client.Contacts.ListUsernames(ctx, "alice")
	if err != nil {
		log.Fatal(err)
	}
	watched, err := client.Presence.Subscribe(ctx, "alice", contacts, 24*time.Hour)
	if err != nil && !errors.Is(err, batch.ErrPartial) {
		log.Fatal(err)
	}
	for _, item := range watched.Done() {
		p := item.Value
		fmt.Printf("%s online: %t, busy: %t %q\n", item.ID, p.Online(), p.Devices["android_600100"] == StatusBusy, p.Ext)
	}
	for _, item := range watched.Failed() {
		fmt.Printf("%s is not watched: %v\n", item.ID, item.Err)
	}
	// Output:
	// carol online: false, busy: false ""
	// bob online: true, busy: true "in a call"
}

func ExampleService_Get() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob")
	client := srv.Client()
	srv.LogIn("bob", imtest.Device{ID: "android_600100"})
	presences, err := client.Presence.Get(context.Background(), "alice", []string{"bob"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(presences[0].ID, presences[0].Value.Online(), presences[0].Value.Devices)
	// Output:
	// bob true map[android_600100:1]
}

func ExampleService_Set() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("bob")
	client := srv.Client()
	err := client.Presence.Set(context.Background(), "bob", "android_600100", presence.Setting{Status: "busy"})
	fmt.Println(errors.Is(err, im.ErrInvalidArgument), err)
	// Output:
	// true im: presence.set: Status: is "busy", must match ^[0-9]+$
}

// To subscribe again renews a subscription.
func ExampleService_Subscribe() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob")
	client := srv.Client()
	for _, expiry := range []time.Duration{time.Hour, presence.MaxExpiry} {
		watched, err := client.Presence.Subscribe(context.Background(), "alice", []string{"bob"}, expiry)
		if err != nil {
			log.Fatal(err)
		}
		left := watched[0].Value.Expires.Sub(srv.Clock().Now())
		fmt.Println(watched[0].ID, left.Round(time.Minute))
	}
	// Output:
	// bob 1h0m0s
	// bob 720h0m0s
}

func ExampleService_Unsubscribe() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	if _, err := client.Presence.Subscribe(ctx, "alice", []string{"bob", "carol"}, time.Hour); err != nil {
		log.Fatal(err)
	}
	if _, err := client.Presence.Unsubscribe(ctx, "alice", []string{"carol"}); err != nil {
		log.Fatal(err)
	}
	for _, s := range srv.Subscriptions("alice") {
		fmt.Println(s.To)
	}
	// Output:
	// bob
}

// The vendor enables this count for single apps.
func ExampleService_CountOnlineMembers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	groupID := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	srv.LogIn("bob")
	client, ctx := srv.Client(), context.Background()
	online, err := client.Presence.CountOnlineMembers(ctx, groupID)
	if errors.Is(err, im.ErrNotEnabled) {
		log.Fatal("the app has no such count")
	}
	fmt.Println(online, err)
	// Output: 1 <nil>
}
