package imtest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// WithDataFile is [WithData] from a file, if it is there. Whether [Server.SaveFile] can write it is
// checked by [Start], not at the end.
func WithDataFile(name string) Option {
	return func(c *config) { c.dataFile = name }
}

// readDataFile loads the data to start from, if there are any.
func (srv *Server) readDataFile(name string) error {
	f, err := os.Open(name) //nolint:gosec // the user names it
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	default:
		err = loadWorld(srv.world, f)
		_ = f.Close() // it was only read
		if err != nil {
			return err
		}
	}
	temp, err := os.CreateTemp(filepath.Dir(linked(name)), tempData)
	if err != nil {
		return err
	}
	return errors.Join(temp.Close(), os.Remove(temp.Name()))
}

const tempData = ".imtest-*"

// linked is the file that a name stands for: a link stays one.
func linked(name string) string {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		return real
	}
	return name
}

// SaveFile is [Server.Save] to a file, which is written beside it and renamed, so that there is a
// whole file at any time. Others than the owner cannot read a new file: users' passwords are in it.
func (srv *Server) SaveFile(name string) (err error) {
	name = linked(name)
	temp, err := os.CreateTemp(filepath.Dir(name), tempData)
	if err != nil {
		return fmt.Errorf("imtest: save: %w", err)
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
