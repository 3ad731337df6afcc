package page

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

type fileRow struct {
	ID, Name, Href, Note string
	Time                 stamp
}

func newFileRow(f world.File, now time.Time) fileRow {
	row := fileRow{ID: f.UUID, Name: f.Name, Note: fmt.Sprintf("%s, %s", f.ContentType, size(len(f.Data))), Time: shownTime(f.Created, now)}
	if pictureType(f.Data) != "" {
		row.Href = address("file", "id", f.UUID)
	}
	if f.Restricted {
		row.Note += ", restricted"
	}
	if !f.Expires.IsZero() && now.After(f.Expires) {
		row.Note, row.Href = row.Note+", expired", ""
	}
	return row
}

func size(n int) string {
	switch {
	case n < 1<<10:
		return strconv.Itoa(n) + " B"
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}

// files lists attachments. Of their contents, only pictures are shown.
func (p *Page) files(r *http.Request) (*view, error) {
	s := newSearch(r)
	var keep func(world.File) bool
	if s.query != "" {
		keep = func(f world.File) bool { return s.finds(f.UUID, f.Name, f.ContentType) }
	}
	read := func(cursor string, limit int) ([]world.File, string, error) {
		list, next, err := p.world.NewestFiles(cursor, limit)
		return list, next, refused(err)
	}
	found, next, looked, err := collect(read, s.after, keep)
	if err != nil {
		return nil, err
	}
	l := s.page("files", p.world.Count().Files, next, looked)
	now := p.world.Now()
	l.Files = world.Convert(found, func(f world.File) fileRow { return newFileRow(f, now) })
	return &view{Title: "Files", List: l}, nil
}

// pictureType is the type of a picture that may be shown, by its content: what the upload said
// of itself counts for nothing. SVG, which can hold script, is none.
func pictureType(data []byte) string {
	switch kind := http.DetectContentType(data); kind {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return kind
	}
	return ""
}

// pictureOf is the address of the picture of a message, "" if it has none.
func (p *Page) pictureOf(m world.Message) string {
	f, there := p.world.AttachmentOf(m)
	if !there || m.Recalled || newFileRow(f, p.world.Now()).Href == "" {
		return ""
	}
	return address("file", "id", f.UUID)
}

// picture serves a picture, and nothing else of what was uploaded: with a type of ours, which the
// browser must not doubt, and a policy under which it could do nothing if it were a document.
func (p *Page) picture(w http.ResponseWriter, r *http.Request) {
	f, err := p.world.StoredFile(r.URL.Query().Get("id"))
	kind := pictureType(f.Data)
	if err != nil || kind == "" {
		http.Error(w, "There is no such picture.", http.StatusNotFound)
		return
	}
	header := w.Header()
	header.Set("Content-Type", kind)
	header.Set("Content-Length", strconv.Itoa(len(f.Data)))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Cache-Control", "private, max-age=3600") // an upload never changes
	if r.Method != http.MethodHead {
		_, _ = w.Write(f.Data) // a browser that is gone sees nothing
	}
}
