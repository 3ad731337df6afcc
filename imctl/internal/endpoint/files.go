package endpoint

import (
	"context"
	"io"
	"strconv"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/whole"
	"github.com/imrest/im-go/messages"
)

// file carries out uploads and downloads, by the methods of the library, which stream.
func (c *call) file(ctx context.Context, client *im.Client, r *im.RawCall) error {
	if c.spec.Response == "binary" {
		return c.download(ctx, client, r)
	}
	path, err := c.values.flags.GetString("file")
	if err != nil {
		return err
	}
	source, err := file.Path(path)
	if err != nil {
		return app.Usage("%w", err)
	}
	restricted := r.Header.Get("restrict-access") == "true"
	if c.spec.ID == "groups.upload_file" {
		shared, err := client.Groups.UploadFile(ctx, r.Params[0], source, groups.UploadOptions{Restricted: restricted})
		if err != nil {
			return err
		}
		return c.Print(shared)
	}
	if body, ok := r.Body.(map[string]any); ok && body["filename"] != nil {
		source.Name = text(body["filename"])
	}
	width, _ := strconv.Atoi(r.Header.Get("thumbnail-width")) // the flag has checked it
	height, _ := strconv.Atoi(r.Header.Get("thumbnail-height"))
	stored, err := client.Messages.UploadFile(ctx, source, messages.UploadOptions{Restricted: restricted, ThumbnailWidth: width, ThumbnailHeight: height})
	if err != nil {
		return err
	}
	return c.Print(stored)
}

// download writes to a file, whole or not at all, or to stdout.
func (c *call) download(ctx context.Context, client *im.Client, r *im.RawCall) error {
	if c.toFile == "" {
		w := c.Data()
		err := c.fetch(ctx, client, r, w)
		if closeErr := w.Close(); err == nil {
			err = closeErr
		}
		return err
	}
	called := false
	err := whole.With(c.toFile, func(w io.Writer) error {
		called = true
		return c.fetch(ctx, client, r, w)
	})
	switch {
	case err != nil && !called: // nothing can be written there
		return app.Usage("%w", err)
	case err != nil:
		return err
	}
	c.Say("%s is written.", c.toFile)
	return nil
}

func (c *call) fetch(ctx context.Context, client *im.Client, r *im.RawCall, w io.Writer) (err error) {
	options := messages.DownloadOptions{Secret: r.Header.Get("share-secret")}
	switch c.spec.ID {
	case "messages.download_file":
		_, err = client.Messages.DownloadFile(ctx, r.Params[0], w, options)
	case "messages.download_thumbnail":
		_, err = client.Messages.DownloadThumbnail(ctx, r.Params[0], w, options)
	case "groups.download_file":
		_, err = client.Groups.DownloadFile(ctx, r.Params[0], r.Params[1], w)
	case "moderation.download_export_file":
		_, err = client.Moderation.DownloadExportFile(ctx, r.Params[0], w)
	}
	return err
}
