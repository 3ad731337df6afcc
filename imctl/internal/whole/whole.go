// Package whole writes files whole or not at all.
package whole

import (
	"io"

	"github.com/imrest/im-go/file"
)

// Write writes a file that only its owner can read.
func Write(path string, content []byte) error {
	return With(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// With writes what write writes, under the name path when all of it is on disk. Until then,
// and after a failure, path is as it was.
func With(path string, write func(io.Writer) error) error {
	return file.Save(path, func(w io.Writer, _ func() error) error { return write(w) })
}
