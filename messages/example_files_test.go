package messages_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

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

// The pictures of an hour are saved under the names that they were sent with.
func ExampleService_SaveAttachment() {
	srv := imtest.NewServer(nil, imtest.WithClock(imtest.NewClock(time.Date(2024, 6, 10, 8, 30, 0, 0, time.UTC))))
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()
	hour := srv.Clock().Now()
	picture, err := client.Messages.UploadFile(ctx, file.Bytes("kettle.jpg", []byte("JPEG…")), messages.UploadOptions{})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{From: "alice", Body: messages.Image(picture.Attachment(), 640, 480)})
	if err != nil {
		log.Fatal(err)
	}
	srv.Clock().Advance(26 * time.Hour) // the file of an hour may take a day
	dir, err := os.MkdirTemp("", "files")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	for record, err := range client.Messages.ReadHistory(ctx, hour, messages.HistoryOptions{}) {
		if err != nil {
			log.Fatal(err)
		}
		a, ok := record.Attachment()
		if !ok {
			continue
		}
		n, err := client.Messages.SaveAttachment(ctx, a, filepath.Join(dir, filepath.Base(a.Name)))
		switch {
		case errors.Is(err, im.ErrNotFound):
			fmt.Println(a.Name, "has expired")
		case err != nil:
			log.Fatal(err)
		default:
			fmt.Println(a.Name, n)
		}
	}
	// Output: kettle.jpg 7
}

// The address is fetched without the app token, by whatever keeps the archive.
func ExampleService_GetHistoryURL() {
	srv := imtest.NewServer(nil, imtest.WithClock(imtest.NewClock(time.Date(2024, 6, 10, 8, 30, 0, 0, time.UTC))))
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()
	hour := srv.Clock().Now()
	if _, err := client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{Body: messages.Text("Hello!")}); err != nil {
		log.Fatal(err)
	}
	for range 2 {
		url, err := client.Messages.GetHistoryURL(ctx, hour, messages.HistoryOptions{})
		switch {
		case errors.Is(err, messages.ErrHistoryNotReady):
			fmt.Println("later")
		case errors.Is(err, messages.ErrHistoryEmpty):
			fmt.Println("no messages in this hour")
		case err != nil:
			log.Fatal(err)
		default:
			fmt.Println("there:", url != "")
		}
		srv.Clock().Advance(26 * time.Hour)
	}
	// Output:
	// later
	// there: true
}
