package whole

import (
	"errors"
	"fmt"
	"os"

	"github.com/imrest/im-go/imctl/internal/text"
)

// File is a file that is not yet there: it gets its name with [File.Commit]. Until then it is PATH.part, which
// another run replaces if this one was killed. Only its owner can read it.
type File struct {
	*os.File
	path string
}

// Part is where a file is until it is whole.
func Part(path string) string { return path + ".part" }

// Begin begins a file. It fails with [ErrLocked] while another process writes it.
func Begin(path string) (*File, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, text.Errorf("%s is not a regular file", path)
	}
	part := Part(path)
	f, err := lock(part, 0o600, true)
	if errors.Is(err, os.ErrExist) {
		if err = removePart(part); err != nil {
			return nil, err
		}
		f, err = lock(part, 0o600, true)
	}
	if errors.Is(err, os.ErrExist) { // made by another process since
		err = fmt.Errorf("%s: %w", part, ErrLocked)
	}
	if err != nil {
		return nil, err
	}
	return &File{f, path}, nil
}

// removePart removes what an earlier run has left, or others have laid there: what they may read is not written.
func removePart(part string) error {
	remove := func() error { return os.Remove(part) }
	old, err := Lock(part, 0o600)
	switch {
	case errors.Is(err, ErrLocked):
		return err
	case err != nil: // such as a link
		return remove()
	}
	return Release(old, remove)
}

// Commit gives the file its name, when all of it is on disk.
func (f *File) Commit() error {
	if err := f.Sync(); err != nil {
		return errors.Join(err, f.Drop())
	}
	return Release(f.File, func() error {
		err := os.Rename(f.Name(), f.path)
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
		return err
	})
}

// Drop removes what was written; path is as it was.
func (f *File) Drop() error {
	return Release(f.File, func() error { return os.Remove(f.Name()) })
}
