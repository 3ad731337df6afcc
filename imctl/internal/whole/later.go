package whole

import (
	"errors"
	"os"

	"github.com/imrest/im-go/imctl/internal/text"
)

// File is a file that is not yet there: it gets its name with [File.Commit]. Until then it is PATH.part, which
// another run overwrites. Only its owner can read it.
type File struct {
	*os.File
	path string
}

// Part is where a file is until it is whole.
func Part(path string) string { return path + ".part" }

// Begin begins a file.
func Begin(path string) (*File, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, text.Errorf("%s is not a regular file", path)
	}
	part := Part(path)
	_ = os.Remove(part)                                                   // of an earlier run, or a link that others have laid
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // beside the file that the user named
	if err != nil {
		return nil, err
	}
	return &File{f, path}, nil
}

// Commit gives the file its name, when all of it is on disk.
func (f *File) Commit() error {
	if err := f.Sync(); err != nil {
		return errors.Join(err, f.Drop())
	}
	if err := f.Close(); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), f.path); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// Drop removes what was written; path is as it was.
func (f *File) Drop() error {
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
