package whole

import (
	"errors"
	"os"
	"runtime"

	"github.com/imrest/im-go/imctl/internal/text"
)

// ErrLocked is the error of [Lock] for a file that another process works on.
var ErrLocked = text.Errorf("another process works on it")

// Lock opens a file, or makes it, for one process alone. The lock ends with [Release], or with the process.
func Lock(path string, mode os.FileMode) (*os.File, error) { return lock(path, mode, false) }

// Release calls do, which renames or removes the file, and then ends the lock. Windows does not let an open file be
// renamed, so there the lock ends first.
func Release(f *os.File, do func() error) error {
	if runtime.GOOS == "windows" {
		return errors.Join(f.Close(), do())
	}
	return errors.Join(do(), f.Close())
}
