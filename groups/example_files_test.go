package groups_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/page"
)

func ExampleService_UploadFile() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	groupID := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	client, ctx := srv.Client(), context.Background()
	_, err := client.Groups.UploadFile(ctx, groupID, file.Bytes("film.mp4", make([]byte, 11<<20)), groups.UploadOptions{})
	fmt.Println("too large:", errors.Is(err, im.ErrTooLarge))
	// Output: too large: true
}

// The files of a group are saved in a folder; each path holds all of its file, or is not
// touched.
func ExampleService_SaveFile() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	groupID := srv.AddGroup(imtest.Group{Owner: "alice"}).ID
	client, ctx := srv.Client(), context.Background()
	if _, err := client.Groups.UploadFile(ctx, groupID, file.Bytes("route.txt", []byte("up, and down again")), groups.UploadOptions{}); err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "files")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for f, err := range client.Groups.AllFiles(ctx, groupID, page.Numbered{}) {
		if err != nil {
			log.Fatal(err)
		}
		n, err := client.Groups.SaveFile(ctx, groupID, f.ID, filepath.Join(dir, f.ID))
		fmt.Println(f.Name, n, err)
	}
	// Output: route.txt 18 <nil>
}
