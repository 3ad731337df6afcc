//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package whole

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// What was opened just before another process gave it its name, or removed it, is not worked on.
func TestLockOfARenamedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users.csv.part")
	for _, away := range []func() error{
		func() error { return os.Rename(path, path+".whole") },
		func() error { return os.Remove(path) },
		func() error { // and a third process begins
			if err := os.Remove(path); err != nil {
				return err
			}
			return os.WriteFile(path, nil, 0o600)
		},
	} {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		require.NoError(t, err)
		require.NoError(t, away())
		require.ErrorIs(t, hold(f, path), ErrLocked)
		require.NoError(t, f.Close())
	}
}
