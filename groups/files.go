package groups

import (
	"context"
	"io"
	"iter"
	"net/http"
	"time"

	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// File is a file shared in a group.
type File struct {
	ID      string    `json:"id"`               // for [Service.DownloadFile] and [Service.DeleteFile]
	Name    string    `json:"name"`             // some servers return it in lower case
	Owner   string    `json:"owner,omitzero"`   // who uploaded it; not in the response to an upload
	Size    int64     `json:"size"`             // bytes
	Created time.Time `json:"created,omitzero"` // time of the upload
	URL     string    `json:"url,omitzero"`     // in the response to an upload only; it needs a token, which DownloadFile sends
}

type wireFile struct {
	ID      api.Text   `json:"file_id"`
	Name    string     `json:"file_name"`
	Owner   api.Text   `json:"file_owner"`
	Size    api.Int    `json:"file_size"`
	Created api.Millis `json:"created"`
	URL     string     `json:"file_url"`
}

func (w *wireFile) file() File {
	return File{
		ID: string(w.ID), Name: w.Name, Owner: string(w.Owner), Size: int64(w.Size), Created: w.Created.Time(), URL: w.URL,
	}
}

var listFiles = api.Endpoint{
	ID: "groups.list_files", Method: http.MethodGet, Path: "/chatgroups/{groupID}/share_files", Idempotent: true,
}

// ListFiles returns a page of the files shared in a group. A page has up to
// [MaxFilesPage] files.
//
//im:endpoint groups.list_files
func (s *Service) ListFiles(ctx context.Context, groupID string, o page.Numbered) (*page.Page[File], error) {
	o, invalid := api.Number(o, MaxFilesPage)
	var out api.Data[api.Many[wireFile]]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &listFiles, Params: []string{groupID}, Invalid: invalid, Query: api.NumberQuery(o, 1), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return api.NumberedPage(api.Convert(out.Data, (*wireFile).file), o, 0), nil
}

// PageFiles goes over the pages of [Service.ListFiles].
func (s *Service) PageFiles(ctx context.Context, groupID string, o page.Numbered) iter.Seq2[*page.Page[File], error] {
	return api.NumberedPages(o, func(o page.Numbered) (*page.Page[File], error) { return s.ListFiles(ctx, groupID, o) })
}

// AllFiles goes over the files of [Service.PageFiles].
func (s *Service) AllFiles(ctx context.Context, groupID string, o page.Numbered) iter.Seq2[File, error] {
	return api.All(s.PageFiles(ctx, groupID, o))
}

// UploadOptions are the options of [Service.UploadFile].
type UploadOptions struct {
	Restricted bool `json:"restricted,omitzero"` // only members may download it; only in Easemob's documents of 2023
}

func (o UploadOptions) header() http.Header {
	h := http.Header{}
	if o.Restricted {
		h.Set("Restrict-Access", "true")
	}
	return h
}

const maxFile = 10 << 20

var uploadFile = api.Endpoint{
	ID: "groups.upload_file", Method: http.MethodPost, Path: "/chatgroups/{groupID}/share_files",
}

// UploadFile shares a file of up to 10 MB in a group. It is streamed. The server may
// return its name in lower case. Not retried if the response is lost: a retry would share
// the file twice. Errors: im.ErrTooLarge.
//
//im:endpoint groups.upload_file
func (s *Service) UploadFile(ctx context.Context, groupID string, src file.Source, o UploadOptions) (*File, error) {
	out := api.Checked[api.Data[wireFile]]{Check: func(d *api.Data[wireFile]) error { return api.Needed(d.Data.ID) }}
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &uploadFile, Params: []string{groupID}, Header: o.header(), Invalid: api.CheckSource(src, maxFile),
		Body: api.NewUpload("file", src), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return new(out.Value.Data.file()), nil
}

var downloadFile = api.Endpoint{
	ID: "groups.download_file", Method: http.MethodGet, Path: "/chatgroups/{groupID}/share_files/{fileID}", Idempotent: true,
}

// DownloadFile writes a file of a group to w and returns its length. It is streamed; an
// error in the middle leaves in w what came before it. If the server redirects to a
// storage host, up to 5 redirects are followed, without the token on another host, and to
// a private or loopback address only if the API host has one; redirects do not count
// against the quota. Retried only until the first byte is written. Errors:
// im.ErrBadResponse for a part of a file, and for a redirect that is not followed.
//
//im:endpoint groups.download_file
func (s *Service) DownloadFile(ctx context.Context, groupID, fileID string, w io.Writer) (int64, error) {
	return s.download(ctx, groupID, fileID, &api.Sink{W: w})
}

// SaveFile is [Service.DownloadFile] to a path, by [file.Save]: the path holds all of the
// file or is not touched. A broken transfer is retried from the start.
func (s *Service) SaveFile(ctx context.Context, groupID, fileID, path string) (n int64, err error) {
	err = file.Save(path, func(w io.Writer, restart func() error) error {
		n, err = s.download(ctx, groupID, fileID, &api.Sink{W: w, Restart: restart})
		return err
	})
	return n, err
}

func (s *Service) download(ctx context.Context, groupID, fileID string, sink *api.Sink) (int64, error) {
	err := s.api.Call(ctx, &api.Call{Endpoint: &downloadFile, Params: []string{groupID, fileID}, Out: sink})
	return sink.N, err
}

var deleteFile = api.Endpoint{
	ID: "groups.delete_file", Method: http.MethodDelete, Path: "/chatgroups/{groupID}/share_files/{fileID}",
}

// DeleteFile deletes a file of a group. Not retried if the response is lost: what the
// server returns for a file that is gone is not documented.
//
//im:endpoint groups.delete_file
func (s *Service) DeleteFile(ctx context.Context, groupID, fileID string) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &deleteFile, Params: []string{groupID, fileID}, Out: &api.Confirmed{Field: "result", Want: true},
	})
}
