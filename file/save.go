package file

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Save writes a file with what write delivers: to a temporary file beside path, which is
// synced and renamed once all of it is there, so that path never holds a part. restart
// empties the temporary file for another attempt.
//
// As with os.Create, a symbolic link stays and its target is written, a file that
// exists keeps its mode and must be writable, and a new one gets 0666 less the
// umask. Unlike with os.Create, a hard link to a file that exists keeps the old
// content, and the file belongs to the user of the process. Whatever is not a regular
// file is rejected. Without an error the content is on disk.
func Save(path string, write func(w io.Writer, restart func() error) error) error {
	target, info, err := resolve(path)
	if err != nil {
		return err
	}
	tmp, err := createBeside(target, info)
	if err != nil {
		return err
	}
	renamed := false
	defer func() { // after a panic, too
		if !renamed {
			_ = tmp.Close() // the first error counts
			_ = os.Remove(tmp.Name())
		}
	}()
	restart := func() error {
		if err := tmp.Truncate(0); err != nil {
			return err
		}
		_, err := tmp.Seek(0, io.SeekStart)
		return err
	}
	if err := write(tmp, restart); err != nil {
		return err
	}
	if err := syncFile(tmp); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), target); err != nil {
		return err
	}
	renamed = true
	syncDir(filepath.Dir(target))
	return nil
}

// syncFile is replaced by a test.
var syncFile = (*os.File).Sync

// maxLinks is how many symbolic links are followed, as Linux does.
const maxLinks = 40

var (
	errNoFile   = errors.New("names no file")
	errManyLink = errors.New("too many symbolic links")
)

// resolve follows symbolic links to the file that os.Create would write. info is
// nil for one that does not exist yet.
func resolve(path string) (target string, info fs.FileInfo, err error) {
	for range maxLinks {
		dir, name := filepath.Split(path)
		if name == "" {
			return "", nil, &fs.PathError{Op: "save", Path: path, Err: errNoFile}
		}
		if dir == "" {
			dir = "."
		}
		if dir, err = filepath.EvalSymlinks(dir); err != nil {
			return "", nil, err
		}
		target = filepath.Join(dir, name)
		info, err = os.Lstat(target)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return target, nil, nil
		case err != nil:
			return "", nil, err
		case info.Mode()&fs.ModeSymlink == 0:
			return target, info, writable(target, info)
		}
		link, err := os.Readlink(target)
		if err != nil {
			return "", nil, err
		}
		switch {
		case filepath.IsAbs(link):
			path = link
		case os.IsPathSeparator(link[0]): // on Windows, of the same volume
			path = filepath.VolumeName(dir) + link
		default: // not cleaned: what is before ".." may be a link itself
			path = dir + string(filepath.Separator) + link
		}
	}
	return "", nil, &fs.PathError{Op: "save", Path: path, Err: errManyLink}
}

// writable rejects what os.Create would reject: a rename asks only for the rights
// to the directory. Devices and pipes would be replaced by a file.
func writable(path string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0) //nolint:gosec // the file that the caller named
	if err != nil {
		return err
	}
	return f.Close()
}

// createBeside makes the temporary file. Its name is short, whatever that of the
// target, and nobody can read in it who may not read the target.
func createBeside(target string, info fs.FileInfo) (*os.File, error) {
	mode := fs.FileMode(0o666)
	if info != nil {
		mode = info.Mode().Perm()
	}
	name := filepath.Join(filepath.Dir(target), ".im-"+rand.Text()+".tmp")
	tmp, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode) //nolint:gosec // beside the file that the caller named
	if err != nil || info == nil {
		return tmp, err
	}
	if err := setMode(tmp, mode); err != nil {
		_ = tmp.Close() // the first error counts
		_ = os.Remove(name)
		return nil, err
	}
	return tmp, nil
}

// setMode restores the bits that the umask took, if it took any: not all file
// systems can.
func setMode(f *os.File, mode fs.FileMode) error {
	info, err := f.Stat()
	if err != nil || info.Mode().Perm() == mode {
		return err
	}
	return f.Chmod(mode)
}

// syncDir makes a rename last, where directories can be synced. Where they cannot,
// the file is complete all the same.
func syncDir(path string) {
	if runtime.GOOS == "windows" {
		return
	}
	dir, err := os.Open(path) //nolint:gosec // the directory of the file that the caller named
	if err != nil {
		return
	}
	_ = dir.Sync() // see above
	_ = dir.Close()
}
