// Command quickstart shows what the SDK does first of all: it registers users,
// sends every type of message, and uploads and downloads a file.
//
//	go run ./examples/quickstart
//
// Without IM_* variables in the environment it works against an emulator in its
// own process; with them (see im.ConfigFromEnv) against the real app.
package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // forms in which the server may make a thumbnail
	_ "image/png"
	"os"
	"os/signal"
	"strings"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/users"
)

//go:embed testdata
var testdata embed.FS

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	config, stop, err := configure()
	if err != nil {
		return err
	}
	defer stop()
	client, err := im.New(config)
	if err != nil {
		return err
	}
	defer client.Close()

	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	// Names of a run of its own, so that a real app is not disturbed twice.
	run := time.Now().UTC().Format("150405")
	s := &show{client: client, alice: "alice-" + run, bob: "bob-" + run, carol: "carol-" + run}
	for _, step := range []func(context.Context) error{s.register, s.upload, s.send, s.download, s.mute, s.errors} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// configure reads the environment, or starts the emulator where it says nothing.
func configure() (im.Config, func(), error) {
	for _, v := range os.Environ() {
		if strings.HasPrefix(v, "IM_") {
			config, err := im.ConfigFromEnv()
			return config, func() {}, err
		}
	}
	srv := imtest.NewServer(nil)
	fmt.Println("No IM_* variables are set: this runs against an emulator in this process, at", srv.URL())
	return srv.Config(), srv.Close, nil
}

// show goes through the steps; what one step makes, the next ones use.
type show struct {
	client            *im.Client
	alice, bob, carol string
	picture, sound    *messages.File
}

func (s *show) register(ctx context.Context) error {
	if _, err := s.client.Users.Register(ctx, users.NewUser{Username: s.bob, Password: "0ther.pass"}); err != nil {
		return err
	}
	fmt.Println("registered", s.bob)
	registered, err := s.client.Users.RegisterBatch(ctx, []users.NewUser{
		{Username: s.alice, Password: "S3cret.pass"},
		{Username: s.bob, Password: "0ther.pass"},
		{Username: s.carol, Password: "th1rd.pass"},
	})
	if err != nil && !errors.Is(err, batch.ErrPartial) {
		return err
	}
	for _, item := range registered.Failed() {
		fmt.Printf("registered three in one batch, except for %s: %v\n", item.ID, item.Err)
	}
	return nil
}

func (s *show) upload(ctx context.Context) (err error) {
	if s.picture, err = s.store(ctx, "sun.png"); err != nil {
		return err
	}
	s.sound, err = s.store(ctx, "chime.wav")
	return err
}

func (s *show) store(ctx context.Context, name string) (*messages.File, error) {
	content, err := testdata.ReadFile("testdata/" + name)
	if err != nil {
		return nil, err
	}
	stored, err := s.client.Messages.UploadFile(ctx, file.Bytes(name, content), messages.UploadOptions{Restricted: true})
	if err != nil {
		return nil, err
	}
	fmt.Printf("uploaded %s, %d bytes, as %s\n", name, stored.Size, stored.UUID)
	return stored, nil
}

// send sends one message of each type.
func (s *show) send(ctx context.Context) error {
	picture, sound := s.picture.Attachment(), s.sound.Attachment()
	for _, body := range []messages.Body{
		messages.Text("The kettle is on."),
		messages.Image(picture, 240, 180),
		messages.Voice(sound, 2*time.Second),
		messages.Video(sound, picture, 2*time.Second), // a film would go here
		messages.Attach(sound),
		messages.Location(47.3769, 8.5417, "Bahnhofplatz 1"),
		messages.Command("refresh-config"),
		messages.Custom("gift", map[string]string{"name": "rose", "count": "3"}),
	} {
		sent, err := s.client.Messages.SendToUsers(ctx, []string{s.bob, s.carol}, messages.Message{
			From: s.alice, Body: body, Ext: map[string]any{"order": "A-17"},
		})
		if err != nil {
			return err
		}
		fmt.Printf("sent %-6s to %s as %s and to %s as %s\n", body.Type(),
			sent[0].ID, sent[0].Value, sent[1].ID, sent[1].Value)
	}
	waiting, err := s.client.Users.CountOfflineMessages(ctx, s.bob)
	if err != nil {
		return err
	}
	fmt.Println(waiting, "messages wait for", s.bob)
	return nil
}

func (s *show) download(ctx context.Context) error {
	var thumbnail bytes.Buffer
	n, err := s.client.Messages.DownloadThumbnail(ctx, s.picture.UUID, &thumbnail, messages.DownloadOptions{Secret: s.picture.Secret})
	if err != nil {
		return err
	}
	size, form, err := image.DecodeConfig(&thumbnail)
	if err != nil {
		return err
	}
	fmt.Printf("downloaded the thumbnail of %s: %d bytes, %d × %d, %s\n", s.picture.Name, n, size.Width, size.Height, form)
	return nil
}

func (s *show) mute(ctx context.Context) error {
	if err := s.client.Users.Mute(ctx, s.carol, users.Mute{Group: new(time.Hour)}); err != nil {
		return err
	}
	muted, err := s.client.Users.GetMute(ctx, s.carol)
	if err != nil {
		return err
	}
	fmt.Printf("muted %s in groups for %s, in rooms for %s\n", s.carol, muted.Group, muted.Room)
	return nil
}

// errors distinguishes failures.
func (s *show) errors(ctx context.Context) error {
	_, err := s.client.Users.Get(ctx, "nobody-"+s.bob)
	switch {
	case errors.Is(err, im.ErrNotFound):
		fmt.Println("distinguished with errors.Is: there is no such user:", err)
	default:
		return fmt.Errorf("a missing user: %w", err)
	}
	err = s.client.Users.Delete(ctx, "..")
	if !errors.Is(err, im.ErrInvalidArgument) {
		return fmt.Errorf("a name that is not valid was not rejected as such: %w", err)
	}
	fmt.Println("rejected before anything was sent:", err)
	return nil
}
