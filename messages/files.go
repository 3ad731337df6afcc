package messages

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"strconv"

	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/internal/api"
)

// File is an uploaded file. It prints without its secret.
type File struct {
	UUID   string `json:"uuid"`             // for [Service.DownloadFile]
	URL    string `json:"url"`              // where receivers download it
	Secret string `json:"secret,omitempty"` // needed for downloading a restricted file
	Name   string `json:"name"`             // of the source that was uploaded
	Size   int64  `json:"size"`             // bytes
}

type plainFile File

// Format hides the secret.
func (f File) Format(s fmt.State, verb rune) { api.FormatMasked(s, verb, f.masked()) }

// LogValue hides the secret.
func (f File) LogValue() slog.Value { return api.LogMasked(f.masked()) }

func (f File) masked() plainFile {
	f.Secret = api.Masked(f.Secret)
	return plainFile(f)
}

// Attachment is what a message needs to refer to the file.
func (f File) Attachment() Attachment {
	return Attachment{URL: f.URL, Name: f.Name, Secret: f.Secret, Size: f.Size}
}

// UploadOptions are the options of [Service.UploadFile].
type UploadOptions struct {
	Restricted      bool `json:"restricted,omitempty"`       // downloading needs the secret; for newer apps the vendor must have enabled this
	ThumbnailWidth  int  `json:"thumbnail_width,omitempty"`  // of the thumbnail that the server makes of a picture above 10 KB; 0: 170 pixels
	ThumbnailHeight int  `json:"thumbnail_height,omitempty"` // likewise
}

func (o UploadOptions) header() http.Header {
	h := http.Header{}
	if o.Restricted {
		h.Set("Restrict-Access", "true")
	}
	if o.ThumbnailWidth > 0 {
		h.Set("Thumbnail-Width", strconv.Itoa(o.ThumbnailWidth))
	}
	if o.ThumbnailHeight > 0 {
		h.Set("Thumbnail-Height", strconv.Itoa(o.ThumbnailHeight))
	}
	return h
}

func (o UploadOptions) check() error {
	return api.First(
		api.Range("ThumbnailWidth", o.ThumbnailWidth, 0, math.MaxInt32),
		api.Range("ThumbnailHeight", o.ThumbnailHeight, 0, math.MaxInt32),
	)
}

var uploadFile = api.Endpoint{
	ID: "messages.upload_file", Method: http.MethodPost, Path: "/chatfiles", Pool: "chatfiles_upload",
}

const maxFile = 200 << 20

// UploadFile stores a file for messages to refer to, for 7 days by default. It is streamed.
// A file may have 10 MB, or up to 200 MB if the vendor has raised the limit; only more than
// that is rejected before sending. Its quota is shared with the client SDKs of the app. Not
// retried if the response is lost, though a second upload does no harm. Errors:
// im.ErrTooLarge.
//
//im:endpoint messages.upload_file
func (s *Service) UploadFile(ctx context.Context, src file.Source, o UploadOptions) (*File, error) {
	out := api.Checked[api.Entity[wireUpload]]{Check: checkUpload}
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &uploadFile, Header: o.header(), Invalid: api.First(api.CheckSource(src, maxFile), o.check()),
		Body: api.NewUpload("file", src), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	made := out.Value
	return &File{
		UUID: made.Value.UUID, URL: made.URI + "/" + made.Value.UUID, Secret: made.Value.Secret,
		Name: src.Name, Size: src.Size,
	}, nil
}

type wireUpload struct {
	UUID   string `json:"uuid"`
	Secret string `json:"share-secret"`
}

// checkUpload rejects a response that makes no address.
func checkUpload(u *api.Entity[wireUpload]) error {
	if u.Value.UUID == "" || u.URI == "" {
		return api.ErrNoEntity
	}
	return nil
}

// DownloadOptions are the options of the downloads. They print without the secret.
type DownloadOptions struct {
	Secret string `json:"secret,omitempty"` // of a restricted file
}

// Format hides the secret.
func (o DownloadOptions) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "{Secret:%s}", api.Masked(o.Secret))
}

// LogValue hides the secret.
func (o DownloadOptions) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(o)) }

func (o DownloadOptions) header() http.Header {
	h := http.Header{}
	if o.Secret != "" {
		h.Set("Share-Secret", o.Secret)
	}
	return h
}

const downloadPool = "chatfiles_download"

var downloadFile = api.Endpoint{
	ID: "messages.download_file", Method: http.MethodGet, Path: "/chatfiles/{uuid}", Pool: downloadPool, Idempotent: true,
}

// DownloadFile writes a file to w and returns its length. It is streamed; an error in the
// middle leaves in w what came before it. On some clusters the server redirects to a storage
// host: up to 5 redirects are followed, without token and secret on another host, and to a
// private or loopback address only if the API host has one. The quota is shared with
// DownloadThumbnail and the client SDKs of the app; redirects do not count. Retried only
// until the first byte is written. Errors: im.ErrNotFound for a file that does not exist or
// has expired; im.ErrBadResponse for a part of a file, and for a redirect that is not
// followed.
//
//im:endpoint messages.download_file
func (s *Service) DownloadFile(ctx context.Context, uuid string, w io.Writer, o DownloadOptions) (int64, error) {
	return s.download(ctx, &downloadFile, uuid, o.header(), &api.Sink{W: w}, o)
}

// SaveFile downloads a file to a path, as [file.Save] writes it: the path holds all of it
// or is not touched. A broken transfer is retried from the start. Otherwise as
// [Service.DownloadFile].
func (s *Service) SaveFile(ctx context.Context, uuid, path string, o DownloadOptions) (n int64, err error) {
	err = file.Save(path, func(w io.Writer, restart func() error) error {
		n, err = s.download(ctx, &downloadFile, uuid, o.header(), &api.Sink{W: w, Restart: restart}, o)
		return err
	})
	return n, err
}

var downloadThumbnail = api.Endpoint{
	ID: "messages.download_thumbnail", Method: http.MethodGet, Path: "/chatfiles/{uuid}", Pool: downloadPool, Idempotent: true,
}

// DownloadThumbnail writes the thumbnail of a picture to w, or the picture itself if it has
// 10 KB or less. A video has none; upload a picture as well. Otherwise as
// [Service.DownloadFile].
//
//im:endpoint messages.download_thumbnail
func (s *Service) DownloadThumbnail(ctx context.Context, uuid string, w io.Writer, o DownloadOptions) (int64, error) {
	h := o.header()
	h.Set("Thumbnail", "true")
	return s.download(ctx, &downloadThumbnail, uuid, h, &api.Sink{W: w}, o)
}

func (s *Service) download(ctx context.Context, e *api.Endpoint, uuid string, h http.Header, sink *api.Sink, o DownloadOptions) (int64, error) {
	err := s.api.Call(ctx, &api.Call{
		Endpoint: e, Params: []string{uuid}, Header: h, Secrets: []string{o.Secret}, Out: sink,
	})
	return sink.N, err
}
