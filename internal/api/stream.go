package api

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"strings"
	"unicode/utf8"

	"github.com/imrest/im-go/file"
)

// Upload is a body that streams one file as multipart/form-data. The source is
// opened anew for each attempt.
type Upload struct {
	Field       string // name of the part: "file"
	Name        string // file name, as the server gets it
	ContentType string // of the part; empty: application/octet-stream
	Size        int64  // exact length in bytes
	Open        func() (io.ReadCloser, error)
}

// Form returns the content type, the exact length and a maker of the body.
func (u *Upload) Form() (contentType string, length int64, open func() (io.ReadCloser, error)) {
	boundary := newBoundary()
	partType := u.ContentType
	if partType == "" {
		partType = "application/octet-stream"
	}
	head := "--" + boundary + "\r\n" +
		"Content-Disposition: " + multipart.FileContentDisposition(u.Field, u.Name) + "\r\n" +
		"Content-Type: " + partType + "\r\n\r\n"
	tail := "\r\n--" + boundary + "--\r\n"
	open = func() (io.ReadCloser, error) {
		src, err := u.Open()
		if err != nil {
			return nil, fmt.Errorf("cannot open the file: %w", err)
		}
		if src == nil {
			return nil, errors.New("cannot open the file: Open returned nil without an error")
		}
		exact := &exactReader{r: src, left: u.Size}
		return &form{Reader: io.MultiReader(strings.NewReader(head), exact, strings.NewReader(tail)), src: src}, nil
	}
	return "multipart/form-data; boundary=" + boundary, int64(len(head)) + u.Size + int64(len(tail)), open
}

type form struct {
	io.Reader
	src io.Closer
}

func (f *form) Close() error { return f.src.Close() }

// exactReader fails where a source is shorter or longer than was said, so that
// a cut-off file can never count as sent.
type exactReader struct {
	r    io.Reader
	left int64
}

func (e *exactReader) Read(p []byte) (int, error) {
	if e.left == 0 {
		var probe [1]byte
		switch n, err := io.ReadFull(e.r, probe[:]); {
		case n > 0:
			return 0, errors.New("the file is longer than its stated size")
		case err != io.EOF:
			return 0, err
		}
		return 0, io.EOF
	}
	if int64(len(p)) > e.left {
		p = p[:e.left]
	}
	n, err := e.r.Read(p)
	e.left -= int64(n)
	if err == io.EOF {
		if e.left > 0 {
			return n, fmt.Errorf("the file ended %d bytes before its stated size: %w", e.left, io.ErrUnexpectedEOF)
		}
		err = nil // the probe above reports the end
	}
	return n, err
}

func newBoundary() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return "im-go-" + hex.EncodeToString(b[:])
}

// Sink takes a binary response as it comes.
type Sink struct {
	W       io.Writer
	Restart func() error // empties W for another attempt; nil: a broken transfer is final
	N       int64        // bytes written
}

// NewUpload makes the body that sends a file as this part.
func NewUpload(field string, src file.Source) *Upload {
	return &Upload{Field: field, Name: src.Name, ContentType: src.ContentType, Size: src.Size, Open: src.Open}
}

// HeaderValue reports whether HTTP takes a text as the value of a header.
func HeaderValue(v string) bool {
	return utf8.ValidString(v) && !strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// CheckSource rejects a source that cannot be sent.
func CheckSource(src file.Source, limit int64) error {
	switch {
	case src.Open == nil:
		return Invalid("Open", "must not be nil; file.Path and file.Bytes make sources")
	case src.Name == "":
		return Invalid("Name", "must not be empty")
	case !utf8.ValidString(src.Name):
		return UTF8("Name", src.Name)
	case !utf8.ValidString(src.ContentType):
		return UTF8("ContentType", src.ContentType)
	case src.Size < 0:
		return Invalid("Size", "is %d, must be the exact length in bytes", src.Size)
	case src.Size > limit:
		return TooLarge("Size", "is %d, at most %d bytes are allowed", src.Size, limit)
	case strings.ContainsAny(src.ContentType, "\r\n"):
		return Invalid("ContentType", "must not hold line breaks")
	case !HeaderValue(src.ContentType):
		return Invalid("ContentType", "is %s, must not hold control characters", Quoted(src.ContentType))
	case !HeaderValue(src.Name): // a form would hold it changed, or be rejected as a whole
		return Invalid("Name", "is %s, must not hold control characters", Quoted(src.Name))
	}
	return nil
}
