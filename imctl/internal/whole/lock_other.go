//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package whole

import "os"

// Lock opens a file, or makes it. Nothing here keeps a second process away.
func Lock(path string, mode os.FileMode) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, mode) //nolint:gosec // beside a file that the user named
}
