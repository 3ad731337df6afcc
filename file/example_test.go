package file_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

// A source says how long it is and how to open it: each attempt reads it from the start.
func ExampleSource() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client := srv.Client()
	const text = "The kettle is on."
	source := file.Source{
		Name: "note.txt", ContentType: "text/plain", Size: int64(len(text)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
	}
	ctx := context.Background()
	uploaded, err := client.Messages.UploadFile(ctx, source, messages.UploadOptions{})
	if err != nil {
		log.Fatal(err)
	}
	var got strings.Builder
	n, err := client.Messages.DownloadFile(ctx, uploaded.UUID, &got, messages.DownloadOptions{Secret: uploaded.Secret})
	fmt.Println(n, got.String(), err)
	// Output: 17 The kettle is on. <nil>
}

func ExampleBytes() {
	photo := file.Bytes("photo.png", []byte("..."))
	fmt.Println(photo.Name, photo.ContentType, photo.Size)
	// Output: photo.png image/png 3
}

// What is not there is an error before anything is sent.
func ExamplePath() {
	_, err := file.Path("no-such-file.jpg")
	fmt.Println(err != nil)
	// Output: true
}
