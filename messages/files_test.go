package messages_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/internal/test/catalogue"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/messages"
)

const uploadBody = "--BOUNDARY\r\nContent-Disposition: form-data; name=\"file\"; filename=\"oak.jpg\"\r\n" +
	"Content-Type: image/jpeg\r\n\r\nJPEG\r\n--BOUNDARY--\r\n"

func TestUploadFileOnTheWire(t *testing.T) {
	wiretest.Run(t, []wiretest.Case{{
		ID: "messages.upload_file",
		Do: do(func(ctx context.Context, s *messages.Service) (*messages.File, error) {
			return s.UploadFile(ctx, file.Bytes("oak.jpg", []byte("JPEG")), messages.UploadOptions{})
		}),
		Request: "POST /chatfiles", Body: uploadBody,
		Response: `{"uri":"https://a1.example.com/acme/demo/chatfiles","entities":[{"uuid":"7b3e0c50","type":"chatfile"}]}`,
		Want:     &messages.File{UUID: "7b3e0c50", URL: url, Name: "oak.jpg", Size: 4},
	}})
}

// The parts of an upload, one by one.
func TestUploadFile(t *testing.T) {
	for name, c := range map[string]struct {
		options  messages.UploadOptions
		header   http.Header
		response string
		secret   string
	}{
		"plain": {
			response: `{"action":"post","uri":"https://a1.example.com/acme/demo/chatfiles","entities":[{"uuid":"7b3e0c50","type":"chatfile"}]}`,
		},
		"restricted, one object in place of the array": {
			options:  messages.UploadOptions{Restricted: true, ThumbnailWidth: 320, ThumbnailHeight: 200},
			header:   http.Header{"Restrict-Access": {"true"}, "Thumbnail-Width": {"320"}, "Thumbnail-Height": {"200"}},
			response: `{"uri":"https://a1.example.com/acme/demo/chatfiles","entities":{"uuid":"7b3e0c50","share-secret":"s3cr3t"}}`,
			secret:   "s3cr3t",
		},
	} {
		t.Run(name, func(t *testing.T) {
			client, sent := wiretest.Client(t, wiretest.JSON(200, c.response))
			got, err := client.Messages.UploadFile(t.Context(), file.Bytes("oak.jpg", []byte("JPEG")), c.options)
			require.NoError(t, err)
			assert.Equal(t, &messages.File{UUID: "7b3e0c50", URL: url, Secret: c.secret, Name: "oak.jpg", Size: 4}, got)
			assert.Equal(t, messages.Attachment{URL: url, Secret: c.secret, Name: "oak.jpg", Size: 4}, got.Attachment())

			require.Len(t, *sent, 1)
			request := (*sent)[0]
			assert.Equal(t, "POST /chatfiles", request.Method+" "+request.Path)
			for _, key := range []string{"Restrict-Access", "Thumbnail-Width", "Thumbnail-Height"} {
				assert.Equal(t, c.header.Values(key), request.Header.Values(key), key)
			}
			checkUpload(t, request)
		})
	}
}

func checkUpload(t *testing.T, r wiretest.Request) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	require.NoError(t, err)
	assert.Equal(t, "multipart/form-data", kind)
	parts := multipart.NewReader(strings.NewReader(r.Body), params["boundary"])
	part, err := parts.NextPart()
	require.NoError(t, err)
	assert.Equal(t, "file", part.FormName())
	assert.Equal(t, "oak.jpg", part.FileName())
	assert.Equal(t, "image/jpeg", part.Header.Get("Content-Type"))
	content, err := io.ReadAll(part)
	require.NoError(t, err)
	assert.Equal(t, "JPEG", string(content))
	_, err = parts.NextPart()
	assert.Equal(t, io.EOF, err, "one file and no more")
}

func TestUploadFileFails(t *testing.T) {
	endpoint, ok := catalogue.ByID("messages.upload_file")
	require.True(t, ok)
	kinds := map[int]error{400: im.ErrInvalidArgument, 413: im.ErrTooLarge}
	require.Len(t, endpoint.Errors, len(kinds))
	for _, e := range endpoint.Errors {
		client, _ := wiretest.Client(t, wiretest.JSON(e.Status, `{"error":"`+e.Error+`","error_description":"`+e.Message+`"}`))
		_, err := client.Messages.UploadFile(t.Context(), file.Bytes("oak.jpg", nil), messages.UploadOptions{})
		var failure *im.Error
		require.ErrorAs(t, err, &failure)
		assert.Equal(t, e.Error, failure.Code)
		require.ErrorIs(t, err, kinds[e.Status])
	}
	for _, response := range []string{
		`{"entities":[]}`,
		`{"uri":"https://a1.example.com/acme/demo/chatfiles","entities":[{"type":"chatfile"}]}`,
		`{"entities":[{"uuid":"7b3e0c50"}]}`, // no uri, so no address to send
	} {
		client, _ := wiretest.Client(t, wiretest.JSON(200, response))
		_, err := client.Messages.UploadFile(t.Context(), file.Bytes("oak.jpg", nil), messages.UploadOptions{})
		require.ErrorIs(t, err, im.ErrBadResponse, response)
	}

	open := func() (io.ReadCloser, error) { return nil, errors.New("not to be opened") }
	for want, src := range map[string]file.Source{
		"Size: is 209715201, at most 209715200 bytes are allowed":      {Name: "a", Size: 200<<20 + 1, Open: open},
		"Size: is -1, must be the exact length in bytes":               {Name: "a", Size: -1, Open: open},
		"Name: must not be empty":                                      {Open: open},
		"Open: must not be nil; file.Path and file.Bytes make sources": {Name: "a"},
		"ContentType: must not hold line breaks":                       {Name: "a", ContentType: "a\r\nb", Open: open},
	} {
		refused(t, "messages.upload_file: "+want, func(s *messages.Service) error {
			_, err := s.UploadFile(t.Context(), src, messages.UploadOptions{})
			return err
		})
	}
	for want, o := range map[string]messages.UploadOptions{
		"ThumbnailWidth: is -1, must be from 0 to 2147483647":  {ThumbnailWidth: -1, ThumbnailHeight: 90},
		"ThumbnailHeight: is -1, must be from 0 to 2147483647": {ThumbnailWidth: 90, ThumbnailHeight: -1},
	} {
		refused(t, "messages.upload_file: "+want, func(s *messages.Service) error {
			_, err := s.UploadFile(t.Context(), file.Bytes("oak.jpg", nil), o)
			return err
		})
	}
}

func TestDownloads(t *testing.T) {
	type downloads func(context.Context, *messages.Service, string, io.Writer, messages.DownloadOptions) (int64, error)
	file := downloads(func(ctx context.Context, s *messages.Service, uuid string, w io.Writer, o messages.DownloadOptions) (int64, error) {
		return s.DownloadFile(ctx, uuid, w, o)
	})
	thumbnail := downloads(func(ctx context.Context, s *messages.Service, uuid string, w io.Writer, o messages.DownloadOptions) (int64, error) {
		return s.DownloadThumbnail(ctx, uuid, w, o)
	})
	read := func(f downloads, uuid string, o messages.DownloadOptions) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *messages.Service) (string, error) {
			var b bytes.Buffer
			n, err := f(ctx, s, uuid, &b, o)
			assert.EqualValues(t, b.Len(), n)
			return b.String(), err
		})
	}
	binary := http.Header{"Accept": {"application/octet-stream"}, "Accept-Encoding": {"identity"}}
	with := func(key, value string) http.Header {
		h := binary.Clone()
		h.Set(key, value)
		return h
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "messages.download_file", Do: read(file, "7b3e/0c50", messages.DownloadOptions{}),
			Request: "GET /chatfiles/7b3e%2F0c50", Header: with("Share-Secret", ""),
			Response: "JPEG", Want: "JPEG",
		},
		{
			ID: "messages.download_file", Name: "restricted", Do: read(file, "7b3e0c50", messages.DownloadOptions{Secret: "s3cr3t"}),
			Request: "GET /chatfiles/7b3e0c50", Header: with("Share-Secret", "s3cr3t"),
			Response: "JPEG", Want: "JPEG",
		},
		{
			ID: "messages.download_file", Name: "the original, not the thumbnail", Do: read(file, "7b3e0c50", messages.DownloadOptions{}),
			Request: "GET /chatfiles/7b3e0c50", Header: with("Thumbnail", ""),
			Response: `{"a":1}`, Want: `{"a":1}`, // a file may be JSON
		},
		{
			ID: "messages.download_file", Name: "refused", Do: read(file, "", messages.DownloadOptions{}),
			Err: im.ErrInvalidArgument,
		},
		{
			ID: "messages.download_thumbnail", Do: read(thumbnail, "7b3e0c50", messages.DownloadOptions{Secret: "s3cr3t"}),
			Request: "GET /chatfiles/7b3e0c50", Header: http.Header{"Thumbnail": {"true"}, "Share-Secret": {"s3cr3t"}},
			Response: "jpeg", Want: "jpeg",
		},
	})
}

func TestSaveFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "oak.jpg")
	client, _ := wiretest.Client(t, wiretest.JSON(200, "JPEG"), wiretest.JSON(404, `{"error":"entity_not_found"}`))
	n, err := client.Messages.SaveFile(t.Context(), "7b3e0c50", path, messages.DownloadOptions{})
	require.NoError(t, err)
	assert.EqualValues(t, 4, n)
	_, err = client.Messages.SaveFile(t.Context(), "7b3e0c50", path, messages.DownloadOptions{})
	require.ErrorIs(t, err, im.ErrNotFound)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "JPEG", string(content), "a failed download leaves the file as it was")
}

func TestSetFileLifetimes(t *testing.T) {
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "messages.set_attachment_lifetime",
			Do: do(func(ctx context.Context, s *messages.Service) (batch.Result, error) {
				return s.SetFileLifetimes(ctx, "alice", []string{"7b3e0c50"}, messages.LifetimeRefresh)
			}),
			Request:  "PUT /users/alice/chatfiles/lifetime",
			Body:     `{"lifetime":"refresh","chatfile_ids":["7b3e0c50"]}`,
			Response: `{"action":"put","data":{"7b3e0c50":"success"}}`,
			Want:     batch.Result{{ID: "7b3e0c50"}},
		},
		{
			ID: "messages.set_attachment_lifetime", Name: "one each",
			Do: do(func(ctx context.Context, s *messages.Service) (any, error) {
				got, err := s.SetFileLifetimes(ctx, "alice", []string{"A1", "b2", "c3"}, messages.LifetimeForever)
				require.Len(t, got, 3)
				require.NoError(t, got[0].Err)
				require.EqualError(t, got[1].Err, "failed")
				require.ErrorIs(t, got[2].Err, batch.ErrNotReported)
				require.ErrorIs(t, err, im.ErrPartial)
				return nil, nil
			}),
			Request:  "PUT /users/alice/chatfiles/lifetime",
			Body:     `{"lifetime":"forever","chatfile_ids":["A1","b2","c3"]}`,
			Response: `{"data":{"a1":"success","B2":"failed"}}`,
		},
	})
	for want, call := range map[string]func(*messages.Service) error{
		"uuids: must have at least one entry": func(s *messages.Service) error {
			_, err := s.SetFileLifetimes(t.Context(), "alice", nil, messages.LifetimeDefault)
			return err
		},
		"uuids: has 101 entries, at most 100 are allowed": func(s *messages.Service) error {
			_, err := s.SetFileLifetimes(t.Context(), "alice", strings.Split(strings.Repeat("a", 101), ""), messages.LifetimeDefault)
			return err
		},
		"lifetime: must not be empty": func(s *messages.Service) error {
			_, err := s.SetFileLifetimes(t.Context(), "alice", []string{"a"}, "")
			return err
		},
		"username: must not be empty": func(s *messages.Service) error {
			_, err := s.SetFileLifetimes(t.Context(), "", []string{"a"}, messages.LifetimeDefault)
			return err
		},
	} {
		refused(t, "messages.set_attachment_lifetime: "+want, call)
	}
}
