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

// Release ends a lock, after what is done to the name of the file: no other process works on it before that. Windows
// leaves the name of an open file alone, so there the lock ends first.
func Release(f *os.File, do func() error) error {
	if runtime.GOOS == "windows" {
		return errors.Join(f.Close(), do())
	}
	return errors.Join(do(), f.Close())
}
