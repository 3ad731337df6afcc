package moderation_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/moderation"
	"github.com/imrest/im-go/page"
)

// A shop keeps a rival's name out of its chats, and checks a text before it sends it.
func Example() {
	srv := imtest.NewServer(nil) // in a program: an app with content moderation
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()

	_, err := client.Moderation.CreateList(ctx, moderation.NewList{
		Name: "rivals", Scope: moderation.ScopeAll, Action: moderation.ActionReject, Words: []string{"kettleworld"},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, text := range []string{"Our kettles are better.", "As kettleworld says:"} {
		verdict, err := client.Moderation.CheckText(ctx, text)
		if err != nil {
			log.Fatal(err) // not checked: im.ErrNotEnabled, say
		}
		fmt.Println(verdict.Passed(), verdict.Result, verdict.Words)
	}
	// Output:
	// true PASS []
	// false REJECT [kettleworld]
}

// More words than one call takes are added call by call. One that is in the list already
// fails its call.
func ExampleService_AddWords() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()
	list, err := client.Moderation.CreateList(ctx, moderation.NewList{
		Name: "rivals", Scope: moderation.ScopeAll, Action: moderation.ActionReject, Words: []string{"rival-130"},
	})
	if err != nil {
		log.Fatal(err)
	}
	words := make([]string, 150)
	for i := range words {
		words[i] = fmt.Sprint("rival-", i)
	}
	for chunk := range batch.Chunks(words, moderation.MaxWordsBatch) {
		added, err := client.Moderation.AddWords(ctx, "alice", list.ID, chunk)
		switch {
		case errors.Is(err, im.ErrAlreadyExists):
			fmt.Println("there already: one of", chunk[0], "and the words after it")
		case err != nil:
			log.Fatal(err)
		default:
			fmt.Println("added:", len(added))
		}
	}
	// Output:
	// added: 100
	// there already: one of rival-100 and the words after it
}

// Words are found by a part of their text.
func ExampleService_DeleteWords() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()
	list, err := client.Moderation.CreateList(ctx, moderation.NewList{
		Name: "rivals", Scope: moderation.ScopeAll, Action: moderation.ActionReject, Words: []string{"kettleworld", "teaworld", "potshop"},
	})
	if err != nil {
		log.Fatal(err)
	}
	var ids []string
	for word, err := range client.Moderation.AllWords(ctx, list.ID, "world", page.Numbered{}) {
		if err != nil {
			log.Fatal(err)
		}
		ids = append(ids, word.ID)
	}
	deleted, err := client.Moderation.DeleteWords(ctx, list.ID, ids)
	if err != nil && !errors.Is(err, batch.ErrPartial) {
		log.Fatal(err)
	}
	for l, err := range client.Moderation.AllLists(ctx, moderation.ListsQuery{}) {
		fmt.Println("deleted:", len(deleted.Done()), "left:", l.Count, err)
	}
	// Output: deleted: 2 left: 1 <nil>
}

// A file with the records of a day is ordered, waited for, and fetched.
func ExampleService_DownloadExportFile() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()
	day := time.Now().Add(-24 * time.Hour)
	uuid, err := client.Messages.ExportModeration(ctx, messages.ModerationQuery{From: day, To: day.Add(time.Hour)})
	if err != nil {
		log.Fatal(err)
	}
	for {
		files, err := client.Moderation.ListExportFiles(ctx, uuid, page.Numbered{})
		if err != nil {
			log.Fatal(err)
		}
		if status := files.Items[0].Status; status != moderation.ExportCreating {
			fmt.Println(status)
			break
		}
		srv.Clock().Advance(time.Minute) // a program sleeps
	}
	var records bytes.Buffer
	n, err := client.Moderation.DownloadExportFile(ctx, uuid, &records)
	fmt.Println(n == int64(records.Len()), err)
	// Output:
	// Finished
	// true <nil>
}
