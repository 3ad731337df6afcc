package file_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/file"
)

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

	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "taken"), 0o700))
	for _, path := range []string{"", "taken", "taken/", ".", ".."} {
		require.Error(t, file.Save(dir+"/"+path, func(io.Writer, func() error) error {
			t.Errorf("%q is not a file", path)
			return nil
		}))
	}
	require.Error(t, file.Save("", nil))
	assert.Equal(t, []string{"taken"}, entries(t, dir), "no temporary file is left")
}

// save writes text to path.
func save(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, file.Save(path, func(w io.Writer, _ func() error) error {
		_, err := io.WriteString(w, text)
		return err
	}))
}

func TestSaveFollowsLinks(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "data", "deep"), 0o700))
	link := func(to, at string) {
		t.Helper()
		if err := os.Symlink(to, filepath.Join(dir, at)); err != nil {
			t.Skip(err) // Windows, for most users
		}
	}
	link(filepath.Join(dir, "data", "old"), "absolute")
	link("data/new", "dangling")
	link("dangling", "twice")
	link("data/deep", "folder")
	link("folder/../by-folder", "up") // lands in data, not in dir
	require.NoError(t, os.WriteFile(filepath.Join(dir, "data", "old"), []byte("of yesterday"), 0o600))

	for at, target := range map[string]string{
		"absolute": "data/old", "dangling": "data/new", "twice": "data/new", "up": "data/by-folder", "folder/x": "data/deep/x",
	} {
		save(t, filepath.Join(dir, at), at)
		assert.Equal(t, at, read(t, filepath.Join(dir, target)))
		info, err := os.Lstat(filepath.Join(dir, target))
		require.NoError(t, err)
		assert.True(t, info.Mode().IsRegular(), target)
	}
	info, err := os.Lstat(filepath.Join(dir, "twice"))
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&fs.ModeSymlink, "the link stays")
	assert.Equal(t, []string{"by-folder", "deep", "new", "old"}, entries(t, filepath.Join(dir, "data")))

	link("circle", "circle")
	require.ErrorContains(t, file.Save(filepath.Join(dir, "circle"), nil), "too many")
}

func TestSaveMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("has no such modes")
	}
	dir := t.TempDir()
	mode := func(path string) fs.FileMode {
		info, err := os.Stat(path)
		require.NoError(t, err)
		return info.Mode()
	}
	created := filepath.Join(dir, "created")
	f, err := os.Create(created)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	saved := filepath.Join(dir, "saved")
	save(t, saved, "new")
	assert.Equal(t, mode(created), mode(saved))

	for _, kept := range []fs.FileMode{0o600, 0o640, 0o777} {
		require.NoError(t, os.Chmod(saved, kept))
		require.NoError(t, file.Save(saved, func(io.Writer, func() error) error {
			for _, name := range entries(t, dir) {
				if strings.HasSuffix(name, ".tmp") {
					assert.Equal(t, kept, mode(filepath.Join(dir, name)), "while it is written, too")
				}
			}
			return nil
		}))
		assert.Equal(t, kept, mode(saved))
	}

	require.NoError(t, os.Chmod(saved, 0o400))
	if f, err := os.OpenFile(saved, os.O_WRONLY, 0); err == nil {
		require.NoError(t, f.Close())
		t.Skip("root may write everything")
	}
	require.ErrorIs(t, file.Save(saved, nil), fs.ErrPermission)
}

func TestSaveLongName(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{strings.Repeat("n", 255), strings.Repeat("名", 85), "x"} {
		save(t, filepath.Join(dir, name), "all of it")
		assert.Equal(t, "all of it", read(t, filepath.Join(dir, name)))
	}
	assert.Len(t, entries(t, dir), 3)
}

// Whoever writes may panic, or end its goroutine as t.FailNow does.
func TestSavePanics(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "history.gz")
	for name, end := range map[string]func(){"panic": func() { panic("at the disco") }, "goexit": runtime.Goexit} {
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer func() { _ = recover() }()
			_ = file.Save(path, func(w io.Writer, _ func() error) error {
				_, _ = io.WriteString(w, "half")
				end()
				return nil
			})
		}()
		<-done
		assert.Empty(t, entries(t, dir), name)
	}
}
