package favorites_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/favorites"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/page"
)

// A user keeps a text, notes why, and reads the list, the oldest entry first.
func Example() {
	srv := imtest.NewServer(nil) // in a program: the real app
	defer srv.Close()
	srv.AddUsers("alice")
	client, ctx := srv.Client(), context.Background()

	kept, err := client.Favorites.Add(ctx, "alice", favorites.NewFavorite{Data: "The kettle is 19 euros.", Ext: "kitchen"})
	if err != nil {
		log.Fatal(err)
	}
	if err := client.Favorites.SetExt(ctx, "alice", kept.ID, "kitchen, bought"); err != nil {
		log.Fatal(err)
	}
	for f, err := range client.Favorites.All(ctx, "alice", favorites.ListOptions{Order: page.OrderOldestFirst}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(f.Data, f.Ext)
	}
	// Output: The kettle is 19 euros. kitchen, bought
}

// More favorites than one call takes are kept call by call, with their own times.
func ExampleService_AddBatch() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice")
	client, ctx := srv.Client(), context.Background()
	old := make([]favorites.NewFavorite, 30) // from another app, say
	for i := range old {
		old[i] = favorites.NewFavorite{
			ID: fmt.Sprint("note-", i), Data: fmt.Sprint("note ", i), Created: time.Date(2024, 6, 10, 8, i, 0, 0, time.UTC),
		}
	}
	for chunk := range batch.Chunks(old, favorites.MaxBatch) {
		kept, err := client.Favorites.AddBatch(ctx, "alice", chunk)
		if err != nil && !errors.Is(err, batch.ErrPartial) {
			log.Fatal(err)
		}
		fmt.Println("kept:", len(kept.Done()), "failed:", kept.Failed().IDs())
	}
	// Output:
	// kept: 20 failed: []
	// kept: 10 failed: []
}

func ExampleService_SetExt() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client := srv.Client()
	err := client.Favorites.SetExt(context.Background(), "alice", "note-1", strings.Repeat("x", favorites.MaxExt+1))
	fmt.Println("too long:", errors.Is(err, im.ErrInvalidArgument))
	// Output: too long: true
}

// One favorite that is not there fails the call.
func ExampleService_RemoveBatch() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice")
	client, ctx := srv.Client(), context.Background()
	if _, err := client.Favorites.Add(ctx, "alice", favorites.NewFavorite{ID: "note-1", Data: "a note"}); err != nil {
		log.Fatal(err)
	}
	for range 2 {
		removed, err := client.Favorites.RemoveBatch(ctx, "alice", []string{"note-1"})
		if err != nil && !errors.Is(err, im.ErrNotFound) {
			log.Fatal(err)
		}
		fmt.Println("removed:", removed.Done().IDs(), "not there:", errors.Is(err, im.ErrNotFound))
	}
	// Output:
	// removed: [note-1] not there: false
	// removed: [] not there: true
}
