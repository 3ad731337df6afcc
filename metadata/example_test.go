package metadata_test

import (
	"context"
	"fmt"
	"log"

	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/metadata"
)

// A user completes her profile, and a list of members is shown with names and pictures.
func Example() {
	srv := imtest.NewServer(nil) // in a program: the real app
	defer srv.Close()
	srv.AddUsers("alice", "bob")
	client, ctx := srv.Client(), context.Background()

	err := client.Metadata.Set(ctx, "alice", metadata.Attributes{
		metadata.KeyNickname:  "Alice & Co",
		metadata.KeyAvatarURL: "https://img.example.com/alice.png",
		"city":                "Oslo",
	})
	if err != nil {
		log.Fatal(err)
	}
	profiles, err := client.Metadata.GetBatch(ctx, []string{"alice", "bob"}, []string{metadata.KeyNickname, metadata.KeyAvatarURL})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range profiles {
		fmt.Printf("%s: %q %q\n", p.ID, p.Value[metadata.KeyNickname], p.Value[metadata.KeyAvatarURL])
	}
	// Output:
	// alice: "Alice & Co" "https://img.example.com/alice.png"
	// bob: "" ""
}

// Keys that are not named stay as they are.
func ExampleService_Set() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice")
	client, ctx := srv.Client(), context.Background()
	for _, a := range []metadata.Attributes{{metadata.KeyNickname: "Alice", "city": "Oslo"}, {"city": "Bergen"}} {
		if err := client.Metadata.Set(ctx, "alice", a); err != nil {
			log.Fatal(err)
		}
	}
	attributes, err := client.Metadata.Get(ctx, "alice")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(attributes)
	// Output:
	// map[city:Bergen nickname:Alice]
}

// A user that does not exist has no attributes.
func ExampleService_GetBatch() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice")
	client := srv.Client()
	srv.SetUserAttributes("alice", map[string]string{"city": "Oslo"})
	cities, err := client.Metadata.GetBatch(context.Background(), []string{"alice", "nobody"}, []string{"city"})
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range cities {
		fmt.Printf("%s %q\n", c.ID, c.Value["city"])
	}
	// Output:
	// alice "Oslo"
	// nobody ""
}
