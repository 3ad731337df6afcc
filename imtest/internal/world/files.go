package world

import (
	"bytes"
	"crypto/subtle"
	"errors"
	"image"
	"image/color"
	_ "image/gif" // decodes pictures of this type
	"image/jpeg"
	"image/png"
	"slices"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

// fileLifetime is how long an attachment is kept.
const fileLifetime = 7 * 24 * time.Hour

// Why a rule about files refuses.
const (
	NoFile      Kind = "there is no such file"
	FileExpired Kind = "the file was kept long enough"
	FileLocked  Kind = "the file needs its secret"
)

// File is an attachment. Its Data never change, and are shared.
type File struct { //nolint:recvcheck // a File is copied where it is handed out
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

// expired holds for a file whose lifetime is over.
func (f *File) expired(now time.Time) bool { return !f.Expires.IsZero() && now.After(f.Expires) }

func (f *File) opens(secret string) bool {
	return subtle.ConstantTimeCompare([]byte(f.Secret), []byte(secret)) == 1
}

// KeepFile stores a file that was uploaded, under a name and a secret of its own.
func (w *World) KeepFile(f File) File {
	w.mu.Lock()
	defer w.mu.Unlock()
	f.Created = w.Now()
	f.Expires = f.Created.Add(fileLifetime)
	f.UUID, f.Secret = w.NewUUID(f.Created), Secret(32)
	w.files.Put(f.UUID, &f)
	w.emit(event.FileUploaded{UUID: f.UUID, Name: f.Name, ContentType: f.ContentType, Size: len(f.Data)})
	return f
}

// OpenFile returns an attachment to somebody who knows some secrets, of which one
// has to be that of a restricted file.
func (w *World) OpenFile(uuid string, secrets ...string) (File, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	f := w.files.Get(uuid)
	switch {
	case f == nil:
		return File{}, refuse(NoFile, uuid)
	case f.expired(w.Now()):
		return File{}, refuse(FileExpired, uuid)
	case f.Restricted && !slices.ContainsFunc(secrets, f.opens):
		return File{}, refuse(FileLocked, uuid)
	}
	return *f, nil
}

// StoredFile returns an attachment, or a file that a group shares, without asking
// for a secret: so does the storage.
func (w *World) StoredFile(uuid string) (File, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	f := w.files.Get(uuid)
	if f == nil {
		f = w.sharedFile(uuid)
	}
	if f == nil || f.expired(w.Now()) {
		return File{}, refuse(NoFile, uuid)
	}
	return *f, nil
}

// AttachmentOf returns the attachment of a message, also an expired one, and
// whether it is on this server.
func (w *World) AttachmentOf(m Message) (File, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if f := w.fileOf(&m); f != nil {
		return *f, true
	}
	return File{}, false
}

// fileOf returns the attachment of a message, nil if it has none of this server.
// The caller holds mu.
func (w *World) fileOf(m *Message) *File {
	if m.Rare == nil {
		return nil
	}
	return w.files.Get(m.Rare.File)
}

// A Lifetime is how long an attachment is kept.
type Lifetime string

// The lifetimes.
const (
	LifetimeDefault Lifetime = "default" // a week from the upload on
	LifetimeRefresh Lifetime = "refresh" // a week from now on
	LifetimeForever Lifetime = "forever"
)

// end is when a file ends that gets this lifetime.
func (l Lifetime) end(f *File, now time.Time) time.Time {
	switch l {
	case LifetimeForever:
		return time.Time{}
	case LifetimeRefresh:
		return now.Add(fileLifetime)
	case LifetimeDefault:
	}
	return f.Created.Add(fileLifetime)
}

// SetLifetime sets for a user how long attachments are kept, and reports for
// each whether it is there still.
func (w *World) SetLifetime(user string, lifetime Lifetime, ids []string) []bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.Now()
	return Convert(ids, func(id string) bool {
		f := w.files.Get(id)
		if f == nil || f.expired(now) {
			return false
		}
		if end := lifetime.end(f, now); !end.Equal(f.Expires) {
			f.Expires = end
			w.emit(event.FileLifetimeSet{User: Fold(user), UUID: id, Expires: end})
		}
		return true
	})
}

// NewestFiles returns a page of the attachments, the newest first, and the cursor of the next one,
// "" if this is the last.
func (w *World) NewestFiles(cursor string, limit int) (list []File, next string, err *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	page, ok := w.files.Page(cursor, limit, true, nil)
	if !ok {
		return nil, "", refuse(BadCursor)
	}
	return Convert(page.Values, func(f *File) File { return *f }), page.CursorIfMore(), nil
}

// ListFiles returns all attachments in the order of upload.
func (w *World) ListFiles() []File {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.dumpFiles()
}

// dumpFiles copies the attachments for Dump. The caller holds mu.
func (w *World) dumpFiles() []File {
	return Convert(w.files.List(), func(f *File) File { return *f })
}

// RestoreFile takes in an attachment that Dump has copied.
func (w *World) RestoreFile(f File) error {
	if f.UUID == "" {
		return errors.New("a file needs an id")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.files.Put(f.UUID, &f)
	return nil
}

const (
	smallImage = 10 << 10 // bytes: up to here a picture is its own thumbnail
	maxPixels  = 50 << 20 // larger pictures are not decoded,
	maxLength  = 1 << 16  // nor are longer ones: 32 bits hold it times maxSide
	maxSide    = 2048     // of a thumbnail
)

// Thumbnail returns the picture scaled into its box, or the file itself if it
// is not a picture, or small.
func (f File) Thumbnail() File {
	conf, _, err := image.DecodeConfig(bytes.NewReader(f.Data))
	if err != nil || len(f.Data) <= smallImage || max(conf.Width, conf.Height) > maxLength || int64(conf.Width)*int64(conf.Height) > maxPixels {
		return f
	}
	picture, format, err := image.Decode(bytes.NewReader(f.Data))
	if err != nil {
		return f
	}
	var buf bytes.Buffer
	scaled := scale(picture, f.ThumbWidth, f.ThumbHeight)
	kind := "image/png"
	if format == "jpeg" {
		kind, err = "image/jpeg", jpeg.Encode(&buf, scaled, nil)
	} else {
		err = png.Encode(&buf, scaled)
	}
	if err != nil {
		return f
	}
	f.ContentType, f.Data = kind, buf.Bytes()
	return f
}

// scale shrinks a picture into a box, keeping its proportions. Each pixel is
// the mean of those that it stands for.
func scale(src image.Image, width, height int) image.Image {
	from := src.Bounds()
	w, h := fit(from.Dx(), from.Dy(), width, height)
	dst := image.NewRGBA64(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			area := image.Rect(
				from.Min.X+x*from.Dx()/w, from.Min.Y+y*from.Dy()/h,
				from.Min.X+(x+1)*from.Dx()/w, from.Min.Y+(y+1)*from.Dy()/h,
			)
			dst.SetRGBA64(x, y, mean(src, area))
		}
	}
	return dst
}

// fit returns the largest size in a box with the proportions of w and h, at
// least 1 by 1 and no larger than w by h.
func fit(w, h, width, height int) (int, int) {
	if w <= width && h <= height {
		return w, h
	}
	if w*height > h*width {
		return width, max(1, h*width/w)
	}
	return max(1, w*height/h), height
}

func mean(src image.Image, area image.Rectangle) color.RGBA64 {
	var r, g, b, a, n uint64
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			pr, pg, pb, pa := src.At(x, y).RGBA()
			r, g, b, a, n = r+uint64(pr), g+uint64(pg), b+uint64(pb), a+uint64(pa), n+1
		}
	}
	part := func(sum uint64) uint16 { return uint16(sum / n & 0xffff) }
	return color.RGBA64{R: part(r), G: part(g), B: part(b), A: part(a)}
}
