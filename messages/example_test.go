package messages_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

// A shop replies to a customer: with a picture, a text that needs correcting, and one
// that goes to the wrong customer. At night the hour is archived.
func Example() {
	clock := imtest.NewClock(time.Date(2024, 6, 10, 8, 30, 0, 0, time.UTC))
	srv := imtest.NewServer(nil, imtest.WithClock(clock))
	defer srv.Close()
	srv.AddUsers("shop", "bob", "carol")
	client, ctx := srv.Client(), context.Background()

	picture, err := client.Messages.UploadFile(ctx, file.Bytes("kettle.jpg", []byte("JPEG…")), messages.UploadOptions{Restricted: true})
	if err != nil {
		log.Fatal(err)
	}
	send := func(to string, body messages.Body) string {
		sent, err := client.Messages.SendToUsers(ctx, []string{to}, messages.Message{From: "shop", Body: body})
		if err != nil {
			log.Fatal(err)
		}
		return sent[0].Value
	}
	send("bob", messages.Image(picture.Attachment(), 640, 480))
	price := send("bob", messages.Text("The kettle is 9 euros."))
	stray := send("carol", messages.Text("Bob, your kettle has been sent."))

	if err := client.Messages.Update(ctx, price, messages.MessageUpdate{Body: messages.Text("The kettle is 19 euros.")}); err != nil {
		log.Fatal(err)
	}
	err = client.Messages.Recall(ctx, stray, messages.Recall{To: "carol", ChatType: messages.ChatTypeUser, From: "shop"})
	if err != nil {
		log.Fatal(err)
	}

	clock.Advance(26 * time.Hour) // busy apps have to wait that long
	url, err := client.Messages.GetHistoryURL(ctx, time.Date(2024, 6, 10, 8, 0, 0, 0, time.UTC), messages.HistoryOptions{})
	if err != nil {
		log.Fatal(err)
	}
	res, err := http.Get(url) // without the app token
	if err != nil {
		log.Fatal(err)
	}
	defer res.Body.Close()
	for record, err := range messages.ReadHistory(res.Body) {
		if err != nil {
			log.Fatal(err)
		}
		switch body := record.Body.(type) {
		case messages.TextBody:
			fmt.Printf("%s to %s: %s\n", record.From, record.To, body.Text)
		case messages.ImageBody:
			fmt.Printf("%s to %s: %s, %dx%d\n", record.From, record.To, body.File.Name, body.Width, body.Height)
		}
	}
	_, err = client.Messages.GetHistoryURL(ctx, time.Date(2024, 6, 10, 4, 0, 0, 0, time.UTC), messages.HistoryOptions{})
	fmt.Println("no messages at four:", errors.Is(err, messages.ErrHistoryEmpty))
	// Output:
	// shop to bob: kettle.jpg, 640x480
	// shop to bob: The kettle is 19 euros.
	// no messages at four: true
}

// Callbacks that a receiver has missed are delivered once it is back.
func ExampleService_ResendCallbacks() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddStoredCallbacks(imtest.StoredCallbacks{Start: time.Now().Add(-time.Hour), Size: 42})
	client, ctx := srv.Client(), context.Background()
	missed, err := client.Messages.ListStoredCallbacks(ctx)
	if errors.Is(err, im.ErrForbidden) {
		log.Fatal("the storage of callbacks was not bought")
	}
	if err != nil {
		log.Fatal(err)
	}
	for _, set := range missed {
		err := client.Messages.ResendCallbacks(ctx, set.Date, messages.ResendOptions{Resends: set.Resends})
		fmt.Println(set.Size, "callbacks", err)
	}
	// Output: 42 callbacks <nil>
}
