package whole

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

const sharingViolation syscall.Errno = 32

// lock opens a file, or makes it, and locks it; fresh is for one that must not be there.
func lock(path string, _ os.FileMode, fresh bool) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	disposition := uint32(syscall.OPEN_ALWAYS)
	if fresh {
		disposition = syscall.CREATE_NEW
	}
	handle, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, syscall.FILE_SHARE_READ,
		nil, disposition, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, sharingViolation) {
		err = ErrLocked
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return os.NewFile(uintptr(handle), path), nil
}
