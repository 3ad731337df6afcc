package file_test

import (
	"errors"
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
	for range 2 { // opened anew for each try
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

func TestPathRefuses(t *testing.T) {
	dir := t.TempDir()
	_, err := file.Path(filepath.Join(dir, "missing"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = file.Path(dir)
	require.ErrorContains(t, err, "no regular file")
}

// entries lists what lies in a directory.
func entries(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}

func TestSave(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "history.gz")
	err := file.Save(path, func(w io.Writer, restart func() error) error {
		if _, err := io.WriteString(w, "a broken first try, longer than the whole"); err != nil {
			return err
		}
		if err := restart(); err != nil {
			return err
		}
		_, err := io.WriteString(w, "all of it")
		assert.NoFileExists(t, path, "before all of it is there")
		return err
	})
	require.NoError(t, err)
	assert.Equal(t, "all of it", read(t, path))
	assert.Equal(t, []string{"history.gz"}, entries(t, dir), "no temporary file is left")
}

func TestSaveReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "history.gz")
	require.NoError(t, os.WriteFile(path, []byte("of yesterday"), 0o600))
	require.NoError(t, file.Save(path, func(w io.Writer, _ func() error) error {
		assert.Equal(t, "of yesterday", read(t, path))
		_, err := io.WriteString(w, "of today")
		return err
	}))
	assert.Equal(t, "of today", read(t, path))
}

func TestSaveFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "history.gz")
	require.NoError(t, os.WriteFile(path, []byte("of yesterday"), 0o600))
	broken := errors.New("broken off")
	err := file.Save(path, func(w io.Writer, _ func() error) error {
		_, _ = io.WriteString(w, "half")
		return broken
	})
	require.ErrorIs(t, err, broken)
	assert.Equal(t, "of yesterday", read(t, path), "what was there before stays")
	assert.Equal(t, []string{"history.gz"}, entries(t, dir), "no temporary file is left")
}

func TestSaveNowhere(t *testing.T) {
	err := file.Save(filepath.Join(t.TempDir(), "missing", "x"), func(io.Writer, func() error) error {
		t.Error("there is nothing to write to")
		return nil
	})
	require.ErrorIs(t, err, fs.ErrNotExist)

	dir := t.TempDir() // a directory is in the way: the rename fails at the end
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "taken", "sub"), 0o700))
	require.Error(t, file.Save(filepath.Join(dir, "taken"), func(io.Writer, func() error) error { return nil }))
	assert.Equal(t, []string{"taken"}, entries(t, dir), "no temporary file is left")
}
