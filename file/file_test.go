package file_test

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/file"
)

func content(t *testing.T, src file.Source) string {
	t.Helper()
	r, err := src.Open()
	require.NoError(t, err)
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	return string(b)
}

func TestBytes(t *testing.T) {
	src := file.Bytes("photo.png", []byte("picture"))
	assert.Equal(t, "photo.png", src.Name)
	assert.Equal(t, "image/png", src.ContentType)
	assert.EqualValues(t, 7, src.Size)
	for range 2 { // opened anew for each attempt
		assert.Equal(t, "picture", content(t, src))
	}
	assert.Empty(t, file.Bytes("noext", nil).ContentType)
}

func TestPath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "photo.png")
	require.NoError(t, os.WriteFile(path, []byte("picture"), 0o600))
	src, err := file.Path(path)
	require.NoError(t, err)
	assert.Equal(t, "photo.png", src.Name, "where it lies is nobody's business")
	assert.Equal(t, "image/png", src.ContentType)
	assert.EqualValues(t, 7, src.Size)
	for range 2 {
		assert.Equal(t, "picture", content(t, src))
	}
}

func TestPathRejects(t *testing.T) {
	dir := t.TempDir()
	_, err := file.Path(filepath.Join(dir, "missing"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = file.Path(dir)
	require.ErrorContains(t, err, "not a regular file")
}
