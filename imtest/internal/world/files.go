package world

import (
	"crypto/subtle"
	"errors"
	"io"
	"mime/multipart"
	"strconv"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

// fileLifetime is how long an attachment is kept.
const fileLifetime = 7 * 24 * time.Hour

var filesRoutes = []Legacy{
	{wire.Route{
		ID: "messages.upload_file", Method: post, Path: "/chatfiles", Shape: wire.Full,
		Body: wire.MultipartBody, Who: wire.AnyToken,
	}, (*World).uploadFile},
	{wire.Route{
		ID: "messages.download_thumbnail", Method: get, Also: post, Path: "/chatfiles/{file_uuid}",
		Who: wire.MayHave, When: wantsThumbnail,
	}, (*World).downloadThumbnail},
	{wire.Route{
		ID: "messages.download_file", Method: get, Also: post, Path: "/chatfiles/{file_uuid}",
		Who: wire.MayHave,
	}, (*World).downloadFile},
}

// wantsThumbnail tells the two downloads apart; the PHP SDK sends 1 for true.
func wantsThumbnail(c *wire.Call) bool { return isTrue(c.R.Header.Get("thumbnail")) }

func isTrue(header string) bool { return header == "true" || header == "1" }

// File is an attachment. It does not change once it is stored: another lifetime
// makes another file of it.
type File struct {
	UUID        string
	Name        string
	ContentType string
	Data        []byte
	Secret      string
	Restricted  bool // the secret is needed
	Created     time.Time
	Expires     time.Time // zero: never

	ThumbWidth, ThumbHeight int // the box for the thumbnail
}

type fileEntity struct {
	UUID   string `json:"uuid"`
	Type   string `json:"type"`
	Secret string `json:"share-secret"`
}

func (w *World) uploadFile(c *wire.Call) (*wire.Response, *wire.Error) {
	f, err := readFile(c, w.Conf.MaxFileSize)
	if err != nil {
		return nil, err
	}
	header := c.R.Header
	f.Restricted = isTrue(header.Get("restrict-access"))
	f.ThumbWidth = pixels(header.Get("thumbnail-width"))
	f.ThumbHeight = pixels(header.Get("thumbnail-height"))
	f.Created = w.Now()
	f.Expires = f.Created.Add(fileLifetime)
	f.UUID, f.Secret = w.NewUUID(f.Created), Secret(32)
	w.Mu.Lock()
	defer w.Mu.Unlock()
	w.Files.Put(f.UUID, f)
	return wire.Entities(fileEntity{f.UUID, "chatfile", f.Secret}), nil
}

// pixels reads a side of the thumbnail, 170 if there is none.
func pixels(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 170
	}
	return min(n, maxSide)
}

// readFile reads the part named "file" and takes in the others.
func readFile(c *wire.Call, most int64) (*File, *wire.Error) {
	parts, err := c.R.MultipartReader()
	if err != nil {
		return nil, wire.ErrMediaType()
	}
	var f *File
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, wire.ErrInvalidRequest()
		}
		if part.FormName() != "file" || f != nil {
			continue // NextPart steps over its content
		}
		var refused *wire.Error
		if f, refused = readPart(part, most); refused != nil {
			return nil, refused
		}
	}
	if f == nil {
		return nil, wire.ErrFileMissing()
	}
	return f, nil
}

func readPart(part *multipart.Part, most int64) (*File, *wire.Error) {
	data, err := io.ReadAll(io.LimitReader(part, most+1))
	switch {
	case err != nil:
		return nil, wire.ErrInvalidRequest()
	case int64(len(data)) > most:
		return nil, wire.ErrFileTooLarge()
	}
	kind := part.Header.Get("Content-Type")
	if kind == "" {
		kind = "application/octet-stream"
	}
	return &File{Name: part.FileName(), ContentType: kind, Data: data}, nil
}

// findFile returns the file of a call that may have it.
func (w *World) findFile(c *wire.Call) (*File, *wire.Error) {
	w.Mu.RLock()
	f := w.Files.Get(c.Value("file_uuid"))
	w.Mu.RUnlock()
	switch {
	case f == nil:
		return nil, wire.ErrFileUnknown()
	case f.expired(w.Now()):
		return nil, wire.ErrFileExpired(f.UUID)
	case f.Restricted && !f.opens(c.R.Header.Get("share-secret")) && !f.opens(c.Query.Get("share-secret")):
		return nil, wire.ErrFileRestricted()
	}
	return f, nil
}

func (f *File) opens(secret string) bool {
	return subtle.ConstantTimeCompare([]byte(f.Secret), []byte(secret)) == 1
}

func (w *World) downloadFile(c *wire.Call) (*wire.Response, *wire.Error) {
	f, err := w.findFile(c)
	if err != nil {
		return nil, err
	}
	return w.handOut(c, f), nil
}

// downloadThumbnail responses the file itself where there is nothing to scale.
func (w *World) downloadThumbnail(c *wire.Call) (*wire.Response, *wire.Error) {
	f, err := w.findFile(c)
	if err != nil {
		return nil, err
	}
	return w.handOut(c, f.thumbnail()), nil
}
