// Package whole writes files whole or not at all.
package whole

import (
	"io"
	"os"
	"path/filepath"

	"github.com/imrest/im-go/file"
)

// With writes what write writes, under the name path when all of it is on disk. Until then,
// and after a failure, path is as it was.
func With(path string, write func(io.Writer) error) error {
	return file.Save(path, func(w io.Writer, _ func() error) error { return write(w) })
}

// Write is With for a content that is there.
func Write(path string, content []byte) error {
	return With(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// Private writes a file that only its owner can read, at every moment.
func Private(path string, content []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // of mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(content); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
