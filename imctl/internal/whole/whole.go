// Package whole writes files whole or not at all.
package whole

import (
	"io"
	"os"
	"path/filepath"
)

// Write writes a file that only its owner can read.
func Write(path string, content []byte) error {
	return With(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// With writes what write writes, to a file beside it that takes its name when write and
// the disk have succeeded. Until then, and after a failure, path is as it was.
func With(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if err = write(f); err != nil {
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
