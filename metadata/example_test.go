package metadata_test

import (
	"context"
	"fmt"
	"log"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/metadata"
	"github.com/imrest/im-go/users"
)

// A user completes her profile, and a list of members is shown with names and
// pictures.
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

	_, err = client.Metadata.Set(ctx, "alice", metadata.Attributes{
		metadata.Nickname:  "Alice & Co",
		metadata.AvatarURL: "https://img.example.com/alice.png",
		"city":             "Oslo",
	})
	if err != nil {
		log.Fatal(err)
	}
	profiles, err := client.Metadata.GetBatch(ctx, []string{"alice", "bob"}, []string{metadata.Nickname, metadata.AvatarURL})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range profiles {
		fmt.Printf("%s: %q %q\n", p.Username, p.Attributes[metadata.Nickname], p.Attributes[metadata.AvatarURL])
	}
	// Output:
	// alice: "Alice & Co" "https://img.example.com/alice.png"
	// bob: "" ""
}
