// Package file says where an upload comes from and where a download goes to.
package file

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"os"
	"path/filepath"
)

// Source is a file to upload. It is streamed, with its length known beforehand,
// and opened anew for each attempt.
type Source struct {
	Name        string // as the receivers see it: "photo.jpg"; no path, no control characters
	ContentType string // empty: application/octet-stream
	Size        int64  // exact length in bytes; a source that is shorter or longer fails the call
	// Open opens the file at its beginning, once for each attempt.
	Open func() (io.ReadCloser, error)
}

// Path returns a file on disk. It is sent under its base name, with a content type by its
// extension.
func Path(path string) (Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Source{}, err
	}
	if !info.Mode().IsRegular() {
		return Source{}, fmt.Errorf("%s is not a regular file", path)
	}
	return Source{
		Name:        filepath.Base(path),
		ContentType: mime.TypeByExtension(filepath.Ext(path)),
		Size:        info.Size(),
		Open:        func() (io.ReadCloser, error) { return os.Open(path) }, //nolint:gosec // the file that the caller named
	}, nil
}

// Bytes returns a file in memory, with a content type by the extension of its name.
func Bytes(name string, content []byte) Source {
	return Source{
		Name:        name,
		ContentType: mime.TypeByExtension(filepath.Ext(name)),
		Size:        int64(len(content)),
		Open:        func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil },
	}
}
