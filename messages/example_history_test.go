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

// The pictures of an hour are copied, and all its messages are sent on to an archive.
func ExampleService_ReadHistory() {
	srv := imtest.NewServer(nil, imtest.WithClock(imtest.NewClock(time.Date(2024, 6, 10, 8, 30, 0, 0, time.UTC))))
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	hour := srv.Clock().Now()
	picture, err := client.Messages.UploadFile(ctx, file.Bytes("kettle.jpg", []byte("JPEG…")), messages.UploadOptions{Restricted: true})
	if err != nil {
		log.Fatal(err)
	}
	for _, body := range []messages.Body{messages.Text("Look:"), messages.Image(picture.Attachment(), 640, 480)} {
		if _, err := client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{From: "alice", Body: body}); err != nil {
			log.Fatal(err)
		}
	}
	srv.Clock().Advance(26 * time.Hour) // the file of an hour may take a day

	for record, err := range client.Messages.ReadHistory(ctx, hour, messages.HistoryOptions{}) {
		if errors.Is(err, messages.ErrHistoryEmpty) {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		if a, ok := record.Attachment(); ok {
			var copied bytes.Buffer
			if _, err := client.Messages.DownloadAttachment(ctx, a, &copied); err != nil {
				log.Fatal(err)
			}
			fmt.Println(a.Name, copied.Len())
		}
		if _, err := client.Messages.SendToUsers(ctx, []string{"archive"}, record.Message()); err != nil {
			log.Fatal(err)
		}
		fmt.Println(record.Body.Type(), record.Text())
	}
	// Output:
	// txt Look:
	// kettle.jpg 7
	// img
}

func ExampleService_SaveHistory() {
	srv := imtest.NewServer(nil, imtest.WithClock(imtest.NewClock(time.Date(2024, 6, 10, 8, 30, 0, 0, time.UTC))))
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	_, err := client.Messages.SaveHistory(ctx, srv.Clock().Now().Add(-2*time.Hour), "hour.gz", messages.HistoryOptions{})
	fmt.Println("to be fetched later:", errors.Is(err, messages.ErrHistoryNotReady))
	// Output: to be fetched later: true
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

func ExampleService_ImportToUser() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	_, err := client.Messages.ImportToUser(ctx, "bob", messages.Import{
		From: "alice", Body: messages.Text("From the old system."), SentAt: time.Date(2023, 1, 2, 3, 4, 5, 0, time.UTC), Read: true,
	})
	if errors.Is(err, im.ErrOutcomeUnknown) {
		log.Fatal("it may have been imported: look before another attempt")
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(srv.AllMessages()[0].Text())
	// Output: From the old system.
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
