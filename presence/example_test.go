package presence_test

import (
	"context"
	"fmt"
	"log"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/presence"
	"github.com/imrest/im-go/users"
)

// Busy is what this app calls its own status 100.
const Busy presence.Status = "100"

// A user opens her contact list: she watches her contacts for a day, and sees at
// once who is there.
func Example() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, err := im.New(srv.Config())
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	for _, name := range []string{"alice", "bob", "carol"} {
		if _, err := client.Users.Register(ctx, users.NewUser{Username: name, Password: "S3cret.pass"}); err != nil {
			log.Fatal(err)
		}
	}
	for _, contact := range []string{"bob", "carol"} {
		if _, err := client.Contacts.Add(ctx, "alice", contact); err != nil {
			log.Fatal(err)
		}
	}
	if err := client.Presence.Set(ctx, "bob", "android_600100", presence.Setting{Status: Busy, Ext: "in a call"}); err != nil {
		log.Fatal(err)
	}

	contacts, err := client.Contacts.ListUsernames(ctx, "alice")
	if err != nil {
		log.Fatal(err)
	}
	watched, err := client.Presence.Subscribe(ctx, "alice", contacts, 24*time.Hour)
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range watched {
		fmt.Printf("%s online: %t, busy: %t %q\n", p.Username, p.Online(), p.Devices["android_600100"] == Busy, p.Ext)
	}
	// Output:
	// carol online: false, busy: false ""
	// bob online: true, busy: true "in a call"
}
