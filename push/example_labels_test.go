package push_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imtest"
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
	srv.AddUsers("alice")
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

func ExampleService_AddLabelUsers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob")
	client, ctx := srv.Client(), context.Background()
	if _, err := client.Push.CreateLabel(ctx, push.NewLabel{Name: "beta-testers"}); err != nil {
		log.Fatal(err)
	}

	// Carol has left the app since the list was made.
	added, err := client.Push.AddLabelUsers(ctx, "beta-testers", []string{"alice", "bob", "carol"})
	if errors.Is(err, batch.ErrPartial) {
		fmt.Println("not labelled:", added.Failed().IDs())
	} else if err != nil {
		log.Fatal(err)
	}
	fmt.Println("labelled:", added.Done().IDs())

	// Output:
	// not labelled: [carol]
	// labelled: [alice bob]
}
