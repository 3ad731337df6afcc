package im_test

import (
	"bytes"
	"errors"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/messages"
)

var silent = log.New(io.Discard, "", 0)

// Only a whole file is one.
func TestDownloadsOfParts(t *testing.T) {
	for name, download := range downloads {
		for about, a := range map[string]response{
			"partial content": {status: 206, body: "half", header: http.Header{"Content-Range": {"bytes 0-3/8"}}},
			"no content":      {status: 204},
			"accepted":        {status: 202, body: "JPEG"},
			"transformed":     {status: 203, body: "JPEG"},
			"compressed":      {status: 200, body: "\x1f\x8b", header: http.Header{"Content-Encoding": {"gzip"}}},
		} {
			dir := t.TempDir()
			path := filepath.Join(dir, "f")
			require.NoError(t, os.WriteFile(path, []byte("of yesterday"), 0o600))
			got, err := download(t.Context(), (&script{responses: []response{a}}).client(t, im.WithRetries(0)), path)
			require.ErrorIs(t, err, im.ErrBadResponse, "%s: %s", name, about)
			if got != "" {
				assert.Equal(t, "of yesterday", got, "%s: %s", name, about)
			}
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			assert.Len(t, left, 1)
		}
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// A writer that takes less than it was given is a fault of the writer's.
func TestDownloadsIntoBadWriters(t *testing.T) {
	full := errors.New("disk full")
	for want, w := range map[error]io.Writer{
		io.ErrShortWrite: writerFunc(func(p []byte) (int, error) { return len(p) - 1, nil }),
		full:             writerFunc(func([]byte) (int, error) { return 0, full }),
	} {
		server := &script{responses: []response{{status: 200, body: "JPEG"}}}
		_, err := server.client(t).Messages.DownloadFile(t.Context(), "u", w, messages.DownloadOptions{})
		require.ErrorIs(t, err, want)
		require.ErrorIs(t, err, im.ErrInvalidArgument)
		assert.Len(t, server.requests, 1)
	}
	var b bytes.Buffer
	n, err := (&script{responses: []response{{status: 200, body: "JPEG"}}}).client(t).Messages.DownloadFile(t.Context(), "u", &b, messages.DownloadOptions{})
	require.NoError(t, err)
	assert.EqualValues(t, 4, n)
}
