//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package whole

import "os"

// lock opens a file, or makes it; fresh is for one that must not be there. Nothing here keeps a second process away.
func lock(path string, mode os.FileMode, fresh bool) (*os.File, error) {
	flags := os.O_RDWR | os.O_CREATE
	if fresh {
		flags |= os.O_EXCL
	}
	return os.OpenFile(path, flags, mode) //nolint:gosec // beside a file that the user named
}
