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
// and opened anew for each try.
type Source struct {
	Name        string // as the receivers see it: "photo.jpg"; no path, no control characters
	ContentType string // empty: application/octet-stream
	Size        int64  // exact length in bytes; a source that is shorter or longer fails the call
	Open        func() (io.ReadCloser, error)
}

// Path is a file on disk. Only its base name is sent, and a content type by its
// extension.
func Path(path string) (Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Source{}, err
	}
	if !info.Mode().IsRegular() {
		return Source{}, fmt.Errorf("%s is no regular file", path)
	}
	return Source{
		Name:        filepath.Base(path),
		ContentType: mime.TypeByExtension(filepath.Ext(path)),
		Size:        info.Size(),
		Open:        func() (io.ReadCloser, error) { return os.Open(path) }, //nolint:gosec // the file that the caller named
	}, nil
}

// Bytes is a file in memory.
func Bytes(name string, content []byte) Source {
	return Source{
		Name:        name,
		ContentType: mime.TypeByExtension(filepath.Ext(name)),
		Size:        int64(len(content)),
		Open:        func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil },
	}
}
