package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/imrest/im-go/imtest"
)

// openData opens the data to start from, nil if there is none yet. Whether they can
// be saved is checked at once, not at the end.
func openData(name string) (*os.File, error) {
	f, err := os.Open(name) //nolint:gosec // the user names it
	if errors.Is(err, fs.ErrNotExist) {
		f, err = nil, nil
	}
	if err != nil {
		return nil, err
	}
	temp, err := os.CreateTemp(filepath.Dir(target(name)), ".imserver-*")
	if err != nil {
		if f != nil {
			closed(f)
		}
		return nil, err
	}
	return f, errors.Join(temp.Close(), os.Remove(temp.Name())) //nolint:gosec // its own file
}

// target is the file that a name stands for: a link stays one.
func target(name string) string {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		return real
	}
	return name
}

// save writes the data beside the file and renames them, so that there is a
// whole file at any time. Others than the owner cannot read a new file: users'
// passwords are in it.
func save(srv *imtest.Server, name string) (err error) {
	if name == "" {
		return nil
	}
	name = target(name)
	temp, err := os.CreateTemp(filepath.Dir(name), ".imserver-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = temp.Close() // the first error is the one that counts
			_ = os.Remove(temp.Name())
		}
	}()
	if info, err := os.Stat(name); err == nil {
		_ = temp.Chmod(info.Mode().Perm()) // best effort: the file keeps who may read it
	}
	if err := srv.Save(temp); err != nil {
		return err
	}
	if err := temp.Sync(); err != nil {
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	return os.Rename(temp.Name(), name)
}
