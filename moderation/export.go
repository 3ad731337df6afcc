package moderation

import (
	"context"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// ExportStatus says how far an export is; others than these may come.
type ExportStatus string

// The statuses of exports.
const (
	ExportCreating ExportStatus = "Creating"
	ExportFinished ExportStatus = "Finished"
	ExportFailed   ExportStatus = "Failed"
	ExportAborted  ExportStatus = "Abort"
)

// ExportFile is a file with the records of checked messages. No document shows the form of
// its times, which are passed on as they are.
type ExportFile struct {
	ID         string       `json:"id"`                  // of the entry
	UUID       string       `json:"uuid"`                // as messages.Service.ExportModeration returns it
	Name       string       `json:"name,omitzero"`       // of the file
	Status     ExportStatus `json:"status"`              // whether it can be fetched
	Conditions string       `json:"conditions,omitzero"` // which records were asked for
	Detail     string       `json:"detail,omitzero"`     // the server's words
	Size       int64        `json:"size,omitzero"`       // bytes
	Expires    string       `json:"expires,omitzero"`    // when it is deleted
	Created    string       `json:"created,omitzero"`    // when it was ordered
	Updated    string       `json:"updated,omitzero"`    // when Status changed
}

type wireExportFile struct {
	ID         api.Text     `json:"id"`
	UUID       api.Text     `json:"uuid"`
	Name       api.Text     `json:"fileName"`
	Status     ExportStatus `json:"status"`
	Conditions api.Text     `json:"cond"`
	Detail     api.Text     `json:"detail"`
	Size       api.Int      `json:"size"`
	Expires    api.Text     `json:"expiredAt"`
	Created    api.Text     `json:"createdAt"`
	Updated    api.Text     `json:"updatedAt"`
}

func (w *wireExportFile) file() ExportFile {
	return ExportFile{
		ID: string(w.ID), UUID: string(w.UUID), Name: string(w.Name), Status: w.Status, Conditions: string(w.Conditions),
		Detail: string(w.Detail), Size: int64(w.Size), Expires: string(w.Expires), Created: string(w.Created), Updated: string(w.Updated),
	}
}

const maxFilesPage = 200 // that of the other lists: no document gives one

var listExportFiles = api.Endpoint{ID: "moderation.list_export_files", Method: http.MethodGet, Path: "/moderation/export/files", Idempotent: true}

// ListExportFiles returns a page of the files of an export, as messages.Service.ExportModeration
// has ordered it: call it with pauses until the Status is no longer [ExportCreating]. No
// document describes the call, which is taken from an older Java client of the vendor's; pages
// are counted as in the other lists of this package.
//
//im:endpoint moderation.list_export_files
func (s *Service) ListExportFiles(ctx context.Context, uuid string, o page.Numbered) (*page.Page[ExportFile], error) {
	o, invalid := api.Number(o, maxFilesPage)
	var out entities[wireExportFile]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &listExportFiles, Invalid: api.First(api.Required("uuid", uuid), invalid), Out: &out,
		Query: url.Values{"uuid": {uuid}, "page": {strconv.Itoa(o.Page - 1)}, "size": {strconv.Itoa(o.Size)}},
	})
	if err != nil {
		return nil, err
	}
	return pageOf(&out, o, (*wireExportFile).file), nil
}

// PageExportFiles goes over the pages of [Service.ListExportFiles].
func (s *Service) PageExportFiles(ctx context.Context, uuid string, o page.Numbered) iter.Seq2[*page.Page[ExportFile], error] {
	return api.NumberedPages(o, func(o page.Numbered) (*page.Page[ExportFile], error) { return s.ListExportFiles(ctx, uuid, o) })
}

// AllExportFiles goes over the files of [Service.PageExportFiles].
func (s *Service) AllExportFiles(ctx context.Context, uuid string, o page.Numbered) iter.Seq2[ExportFile, error] {
	return api.All(s.PageExportFiles(ctx, uuid, o))
}

var downloadExportFile = api.Endpoint{
	ID: "moderation.download_export_file", Method: http.MethodGet, Path: "/moderationfiles/{uuid}", Idempotent: true,
}

// DownloadExportFile writes the file of an export to w and returns its length. It is streamed;
// an error in the middle leaves in w what came before it. Retried only until the first byte is
// written. As [Service.ListExportFiles] it is taken from a Java client; what the file is made of
// is not documented.
//
//im:endpoint moderation.download_export_file
func (s *Service) DownloadExportFile(ctx context.Context, uuid string, w io.Writer) (int64, error) {
	sink := api.Sink{W: w}
	err := s.api.Call(ctx, &api.Call{Endpoint: &downloadExportFile, Params: []string{uuid}, Query: url.Values{"type": {"record"}}, Out: &sink})
	return sink.N, err
}
