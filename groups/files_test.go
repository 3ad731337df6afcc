package groups_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/internal/test/catalogue"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/page"
)

func TestFiles(t *testing.T) {
	list := func(o page.Numbered) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *groups.Service) (*page.Page[groups.File], error) {
			return s.ListFiles(ctx, "231", o)
		})
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "groups.list_files", Do: list(page.Numbered{}),
			Request: "GET /chatgroups/231/share_files?pagenum=1&pagesize=1000",
			Response: data(`[{"file_id":"7d1c","file_name":"route.pdf","file_owner":"alice","file_size":204800,"created":1740998000111},
				{"file_id":"9a44","file_name":"photo.jpg","file_owner":"bob","file_size":"326127","created":"1740997000222"}]`),
			Want: &page.Page[groups.File]{Items: []groups.File{
				{ID: "7d1c", Name: "route.pdf", Owner: "alice", Size: 204800, Created: time.UnixMilli(1740998000111)},
				{ID: "9a44", Name: "photo.jpg", Owner: "bob", Size: 326127, Created: time.UnixMilli(1740997000222)},
			}},
		},
		{ID: "groups.list_files", Name: "size above 1000", Do: list(page.Numbered{Size: 1001}), Err: im.ErrInvalidArgument},
		{
			ID: "groups.download_file",
			Do: do(func(ctx context.Context, s *groups.Service) (string, error) {
				var w bytes.Buffer
				n, err := s.DownloadFile(ctx, "231", "7d1c", &w)
				assert.EqualValues(t, w.Len(), n)
				return w.String(), err
			}),
			Request:  "GET /chatgroups/231/share_files/7d1c",
			Response: "\x00\x01 any bytes", Want: "\x00\x01 any bytes",
		},
		{
			ID:      "groups.delete_file",
			Do:      done(func(ctx context.Context, s *groups.Service) error { return s.DeleteFile(ctx, "231", "7d1c") }),
			Request: "DELETE /chatgroups/231/share_files/7d1c", Response: data(`{"group_id":"231","file_id":"7d1c","result":true}`),
		},
		{
			ID: "groups.delete_file", Name: "not deleted",
			Do:      done(func(ctx context.Context, s *groups.Service) error { return s.DeleteFile(ctx, "231", "7d1c") }),
			Request: "DELETE /chatgroups/231/share_files/7d1c", Response: data(`{"result":false}`), Err: im.ErrForbidden,
		},
		{
			ID: "groups.delete_file", Name: "no file would be another call",
			Do:  done(func(ctx context.Context, s *groups.Service) error { return s.DeleteFile(ctx, "231", "") }),
			Err: im.ErrInvalidArgument,
		},
	})
}

func TestUploadFileOnTheWire(t *testing.T) {
	wiretest.Run(t, []wiretest.Case{{
		ID: "groups.upload_file",
		Do: do(func(ctx context.Context, s *groups.Service) (*groups.File, error) {
			return s.UploadFile(ctx, "231", file.Bytes("route.pdf", []byte("%PDF-")), groups.UploadOptions{})
		}),
		Request: "POST /chatgroups/231/share_files",
		Body: "--BOUNDARY\r\nContent-Disposition: form-data; name=\"file\"; filename=\"route.pdf\"\r\n" +
			"Content-Type: application/pdf\r\n\r\n%PDF-\r\n--BOUNDARY--\r\n",
		Response: data(`{"file_url":"https://a1.example.com/f/7d1c","group_id":"231","file_name":"route.pdf","created":"1740998000111","file_id":"7d1c","file_size":"5"}`),
		Want:     &groups.File{ID: "7d1c", Name: "route.pdf", Size: 5, Created: time.UnixMilli(1740998000111), URL: "https://a1.example.com/f/7d1c"},
	}})
}

func TestAllFiles(t *testing.T) {
	client, sent := pages(t, data(entries(2, `{"file_id":"1"}`)), data(entries(1, `{"file_id":"2"}`)))
	assert.Len(t, wiretest.All(t, client.Groups.AllFiles(t.Context(), "231", page.Numbered{Size: 2})), 3)
	assert.Equal(t, "/chatgroups/231/share_files?pagenum=2&pagesize=2", (*sent)[1].Path)
}

func TestUploadFile(t *testing.T) {
	client, sent := wiretest.Client(t, wiretest.JSON(200, data(`{"file_url":"https://a1.example.com/acme/demo/chatgroups/231/share_files/7d1c",
		"group_id":"231","file_name":"route.pdf","created":1740998000111,"file_id":"7d1c","file_size":5}`)))
	got, err := client.Groups.UploadFile(t.Context(), "231", file.Bytes("Route.pdf", []byte("%PDF-")), groups.UploadOptions{})
	require.NoError(t, err)
	assert.Equal(t, &groups.File{
		ID: "7d1c", Name: "route.pdf", Size: 5, Created: time.UnixMilli(1740998000111),
		URL: "https://a1.example.com/acme/demo/chatgroups/231/share_files/7d1c",
	}, got)
	request := (*sent)[0]
	assert.Equal(t, "POST /chatgroups/231/share_files", request.Method+" "+request.Path)
	assert.Empty(t, request.Header.Get("Restrict-Access"))
	_, params, err := mime.ParseMediaType(request.Header.Get("Content-Type"))
	require.NoError(t, err)
	part, err := multipart.NewReader(strings.NewReader(request.Body), params["boundary"]).NextPart()
	require.NoError(t, err)
	assert.Equal(t, "file", part.FormName())
	assert.Equal(t, "Route.pdf", part.FileName())
	content, err := io.ReadAll(part)
	require.NoError(t, err)
	assert.Equal(t, "%PDF-", string(content))

	_, err = client.Groups.UploadFile(t.Context(), "231", file.Bytes("a", []byte("x")), groups.UploadOptions{Restricted: true})
	require.NoError(t, err)
	assert.Equal(t, "true", (*sent)[1].Header.Get("Restrict-Access"))

	big := file.Source{Name: "a", Size: 10<<20 + 1, Open: func() (io.ReadCloser, error) { return nil, errors.New("not to be opened") }}
	_, err = client.Groups.UploadFile(t.Context(), "231", big, groups.UploadOptions{})
	require.ErrorIs(t, err, im.ErrInvalidArgument)
	assert.EqualError(t, err, "im: groups.upload_file: Size: is 10485761, at most 10485760 bytes are allowed")
	assert.Len(t, *sent, 2)
}

// wiretest plays the documented errors of cases, which cannot describe an upload.
func TestUploadFileErrors(t *testing.T) {
	endpoint, ok := catalogue.ByID("groups.upload_file")
	require.True(t, ok)
	kinds := map[int]error{400: im.ErrInvalidArgument, 401: im.ErrUnauthorized, 404: im.ErrNotFound, 413: im.ErrTooLarge}
	for _, e := range endpoint.Errors {
		client, _ := wiretest.Client(t, wiretest.JSON(e.Status, `{"error":"`+e.Error+`","error_description":"`+e.Message+`"}`))
		_, err := client.Groups.UploadFile(t.Context(), "231", file.Bytes("a", nil), groups.UploadOptions{})
		assert.ErrorIs(t, err, kinds[e.Status], "%d %s", e.Status, e.Error)
	}
	client, _ := wiretest.Client(t, wiretest.JSON(200, data(`{"group_id":"231"}`)))
	_, err := client.Groups.UploadFile(t.Context(), "231", file.Bytes("a", nil), groups.UploadOptions{})
	require.ErrorIs(t, err, im.ErrOutcomeUnknown, "a response without the file's id")
}

func TestSaveFile(t *testing.T) {
	client, sent := wiretest.Client(t, wiretest.JSON(200, "content"))
	path := filepath.Join(t.TempDir(), "route.pdf")
	n, err := client.Groups.SaveFile(t.Context(), "231", "7d1c", path)
	require.NoError(t, err)
	assert.EqualValues(t, 7, n)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "content", string(content))
	assert.Equal(t, "/chatgroups/231/share_files/7d1c", (*sent)[0].Path)

	client, _ = wiretest.Client(t, wiretest.JSON(404, `{"error":"RestGroupFeignException","error_description":"grpID 231 does not exist!"}`))
	_, err = client.Groups.SaveFile(t.Context(), "231", "7d1c", path+".2")
	require.ErrorIs(t, err, im.ErrNotFound)
	assert.NoFileExists(t, path+".2")
}
