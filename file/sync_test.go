package file

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSaveSyncsBeforeTheRename(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.gz")
	calls := 0
	var failure error
	syncFile = func(f *os.File) error {
		calls++
		written, err := os.ReadFile(f.Name())
		require.NoError(t, err)
		assert.Equal(t, "all of it", string(written))
		assert.NoFileExists(t, path)
		return failure
	}
	defer func() { syncFile = (*os.File).Sync }()
	write := func(w io.Writer, _ func() error) error {
		_, err := io.WriteString(w, "all of it")
		return err
	}
	failure = errors.New("disk full")
	require.ErrorIs(t, Save(path, write), failure)
	failure = nil
	require.NoError(t, Save(path, write))
	assert.Equal(t, 2, calls)
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, left, 1)
}
