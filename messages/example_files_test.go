package messages_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

// The path holds all of the file, or is not touched.
func ExampleService_SaveFile() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()
	contract, err := client.Messages.UploadFile(ctx, file.Bytes("contract.pdf", []byte("PDF…")), messages.UploadOptions{Restricted: true})
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "files")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "contract.pdf")

	_, err = client.Messages.SaveFile(ctx, contract.UUID, path, messages.DownloadOptions{Secret: "wrong"})
	_, missing := os.Stat(path)
	fmt.Println("refused:", err != nil, "not touched:", errors.Is(missing, os.ErrNotExist))
	n, err := client.Messages.SaveFile(ctx, contract.UUID, path, messages.DownloadOptions{Secret: contract.Secret})
	fmt.Println(n, "bytes", err)
	// Output:
	// refused: true not touched: true
	// 6 bytes <nil>
}

// A small picture is its own thumbnail.
func ExampleService_DownloadThumbnail() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()
	picture, err := client.Messages.UploadFile(ctx, file.Bytes("kettle.jpg", []byte("JPEG…")), messages.UploadOptions{})
	if err != nil {
		log.Fatal(err)
	}
	var small bytes.Buffer
	n, err := client.Messages.DownloadThumbnail(ctx, picture.UUID, &small, messages.DownloadOptions{Secret: picture.Secret})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(n, small.String())
	// Output: 7 JPEG…
}

func ExampleService_UploadFile() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	picture, err := client.Messages.UploadFile(ctx, file.Bytes("kettle.jpg", []byte("JPEG…")), messages.UploadOptions{Restricted: true})
	if errors.Is(err, im.ErrTooLarge) {
		log.Fatal("the app takes no files of that size: ", err)
	}
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{From: "alice", Body: messages.Image(picture.Attachment(), 640, 480)})
	if err != nil {
		log.Fatal(err)
	}
	var b bytes.Buffer
	n, err := client.Messages.DownloadFile(ctx, picture.UUID, &b, messages.DownloadOptions{Secret: picture.Secret})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(n, b.String())
	// Output: 7 JPEG…
}

func ExampleService_SetFileLifetimes() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	contract, err := client.Messages.UploadFile(ctx, file.Bytes("contract.pdf", []byte("PDF…")), messages.UploadOptions{})
	if err != nil {
		log.Fatal(err)
	}
	const lost = "00000000-0000-0000-0000-000000000000"
	kept, err := client.Messages.SetFileLifetimes(ctx, "alice", []string{contract.UUID, lost}, messages.LifetimeForever)
	if err != nil && !errors.Is(err, im.ErrPartial) {
		log.Fatal(err)
	}
	fmt.Println("kept:", len(kept.Done()), "failed:", kept.Failed().IDs())
	// Output: kept: 1 failed: [00000000-0000-0000-0000-000000000000]
}
