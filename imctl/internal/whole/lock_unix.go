//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package whole

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lock opens a file, or makes it, and locks it; fresh is for one that must not be there.
func lock(path string, mode os.FileMode, fresh bool) (*os.File, error) {
	flags := os.O_RDWR | os.O_CREATE | syscall.O_NOFOLLOW
	if fresh {
		flags |= os.O_EXCL
	}
	f, err := os.OpenFile(path, flags, mode) //nolint:gosec // beside a file that the user named
	if err != nil {
		return nil, err
	}
	if err := hold(f, path); err != nil {
		_ = f.Close() // nothing was written
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// hold locks an open file. ErrLocked also means that another process has renamed or removed it since it was opened.
func hold(f *os.File, path string) error {
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		return ErrLocked
	} else if err != nil {
		return err
	}
	mine, err := f.Stat()
	if err != nil {
		return err
	}
	named, err := os.Lstat(path)
	if err != nil || !os.SameFile(mine, named) {
		return ErrLocked
	}
	return nil
}
