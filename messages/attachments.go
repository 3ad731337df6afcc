package messages

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/internal/api"
)

// attachedFile is not an endpoint of the API: it is where the files of a message are that
// were not uploaded to this app. The app token must not go there.
var attachedFile = api.Endpoint{
	ID: "messages.attached_file", Method: http.MethodGet, Idempotent: true, Auth: api.NoToken,
}

// DownloadAttachment writes the file that a message refers to, such as
// [Record.Attachment], to w and returns its length. A file of the app itself is downloaded as
// by [Service.DownloadFile], from the API host whatever host its URL names; any other is
// fetched from its URL without the app token, from a private or loopback address only if the
// API host has one.
func (s *Service) DownloadAttachment(ctx context.Context, a Attachment, w io.Writer) (int64, error) {
	return s.downloadAttachment(ctx, a, &api.Sink{W: w})
}

// SaveAttachment saves the file that a message refers to under a path, as [file.Save]
// writes it: the path holds all of it or is not touched. A broken transfer is retried from
// the start. Otherwise as [Service.DownloadAttachment].
func (s *Service) SaveAttachment(ctx context.Context, a Attachment, path string) (n int64, err error) {
	err = file.Save(path, func(w io.Writer, restart func() error) error {
		n, err = s.downloadAttachment(ctx, a, &api.Sink{W: w, Restart: restart})
		return err
	})
	return n, err
}

func (s *Service) downloadAttachment(ctx context.Context, a Attachment, sink *api.Sink) (int64, error) {
	c := api.Call{
		Endpoint: &attachedFile, URL: a.URL, Header: DownloadOptions{a.Secret}.header(),
		Secrets: []string{a.Secret}, Out: sink, Invalid: checkURL(a.URL),
	}
	if uuid, ours := s.uuidOf(a.URL); ours {
		c.Endpoint, c.URL, c.Params = &downloadFile, "", []string{uuid}
	}
	err := s.api.Call(ctx, &c)
	return sink.N, err
}

func checkURL(address string) error {
	if err := api.UTF8("URL", address); err != nil {
		return err
	}
	to, err := url.Parse(address)
	if err != nil || to.Hostname() == "" || to.User != nil || to.Scheme != "https" && to.Scheme != "http" {
		return api.Invalid("URL", "must be an absolute URL with https or http and without credentials") // not shown: it may be a permission
	}
	return nil
}

// uuidOf returns the UUID of a file of the app itself.
func (s *Service) uuidOf(address string) (uuid string, ours bool) {
	to, err := url.Parse(address)
	prefix := api.AppPath(s.api)
	if err != nil || prefix == "" {
		return "", false
	}
	prefix += "/chatfiles/"
	path := to.EscapedPath()
	if len(path) < len(prefix) || !strings.EqualFold(path[:len(prefix)], prefix) || strings.Contains(path[len(prefix):], "/") {
		return "", false
	}
	uuid, err = url.PathUnescape(path[len(prefix):])
	return uuid, err == nil
}
