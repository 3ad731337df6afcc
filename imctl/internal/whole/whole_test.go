package whole

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A file that another process writes is not replaced, and one that a killed process has left is.
func TestBeginAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rejects.csv")
	require.NoError(t, os.WriteFile(Part(path), []byte("left by a killed process"), 0o600))
	first, err := Begin(path)
	require.NoError(t, err)
	_, err = first.WriteString("first")
	require.NoError(t, err)
	_, err = Begin(path)
	require.ErrorIs(t, err, ErrLocked)
	require.NoError(t, first.Commit())

	second, err := Begin(path)
	require.NoError(t, err)
	require.NoError(t, second.Drop())
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "first", string(content))
	assert.NoFileExists(t, Part(path))
}

// A file keeps its lock until it has its name.
func TestReleaseEndsTheLockLast(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the name of an open file stays")
	}
	path := filepath.Join(t.TempDir(), "users.csv.part")
	f, err := Lock(path, 0o600)
	require.NoError(t, err)
	require.NoError(t, Release(f, func() error {
		_, err := Lock(path, 0o600)
		require.ErrorIs(t, err, ErrLocked)
		return nil
	}))
	f, err = Lock(path, 0o600)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}
