package faults

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/messages"
)

// bomb is so many bytes of one repeated text, packed.
func bomb(t testing.TB, unpacked int64, text string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestSpeed)
	require.NoError(t, err)
	chunk := bytes.Repeat([]byte(text), (1<<20)/len(text))
	for n := int64(0); n < unpacked; n += int64(len(chunk)) {
		_, err := w.Write(chunk)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return buf.Bytes()
}

// peak runs f and returns how far the heap grew meanwhile.
func peak(f func()) uint64 {
	runtime.GC()
	debug.FreeOSMemory()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	most := before.HeapAlloc
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapAlloc)
			}
		}
	})
	f()
	close(stop)
	wg.Wait()
	return most - before.HeapAlloc
}

// Hostile responses cost bounded memory: a body of 1 GB, in any status and any form,
// and a gzip bomb, whoever unpacks it.
func TestPromiseHostileResponsesAreHarmless(t *testing.T) {
	size := int64(scale(128<<20, 1<<30))
	packed := bomb(t, size, " ")
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		client  *http.Client
		kind    error
		most    uint64 // MiB; what is read whole is there twice while its pieces are joined
	}{
		"huge response":           {huge(200, size), nil, im.ErrTooLarge, 16},
		"huge error":              {huge(404, size), nil, im.ErrTooLarge, 16},
		"huge, length told":       {hugeWithLength(size), nil, im.ErrTooLarge, 16},
		"gzip bomb":               {zipped(packed), nil, im.ErrBadResponse, 16},
		"gzip bomb, unpacked":     {zipped(packed), &http.Client{Transport: &http.Transport{}}, im.ErrTooLarge, 16},
		"huge header":             {hugeHeader, nil, im.ErrUnavailable, 16},
		"nested beyond the depth": {repeated(`{"entities":`, "[", 100_000, ""), nil, im.ErrBadResponse, 32},
		"brackets alone":          {repeated(`{"entities":`, "[", 7<<20, ""), nil, im.ErrTooLarge, 32},
		"a million objects":       {repeated(`{"entities":[{}`, ",{}", 1_000_000, "]}"), nil, im.ErrTooLarge, 32},
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(c.handler)
			defer srv.Close()
			options := []im.Option{im.WithRetries(0), im.WithMaxResponse(8 << 20)}
			if c.client != nil {
				defer c.client.CloseIdleConnections()
				options = append(options, im.WithHTTPClient(c.client))
			}
			client := clientAt(t, srv.URL, im.StaticToken("a-token"), options...)
			var err error
			grown := peak(func() { _, err = client.Users.Get(t.Context(), "alice") })
			t.Logf("%s: heap grew by %.1f MiB at most (limit of a response 8 MiB): %v", name, float64(grown)/(1<<20), err)
			assert.Less(t, grown, c.most<<20)
			require.ErrorIs(t, err, c.kind)
			failure, _ := errors.AsType[*im.Error](err)
			assert.LessOrEqual(t, len(failure.Body), 4096)
			assert.Less(t, len(err.Error()), 4096)
		})
	}
}

func huge(status int, size int64) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		blanks := bytes.Repeat([]byte(" "), 1<<16)
		for n := int64(0); n < size; n += int64(len(blanks)) {
			if _, err := w.Write(blanks); err != nil {
				return
			}
		}
	}
}

func hugeWithLength(size int64) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
		huge(200, size)(w, r)
	}
}

func zipped(packed []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed)
	}
}

func hugeHeader(w http.ResponseWriter, _ *http.Request) {
	long := string(bytes.Repeat([]byte("x"), 1<<16))
	for i := range 1000 {
		w.Header().Set("X-Long-"+strconv.Itoa(i), long)
	}
}

// repeated responses begin, n times text, and end. Its own memory is taken before.
func repeated(begin, text string, n int, end string) http.HandlerFunc {
	body := []byte(begin + strings.Repeat(text, n) + end)
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }
}

// A gzip bomb in place of a history file costs one line's memory, and ends.
func TestPromiseHistoryBombIsHarmless(t *testing.T) {
	oneAtATime(t)
	size := int64(scale(16<<20, 1<<30))
	for name, text := range map[string]string{"one line": "x", "empty lines": "\n", "short lines": "{}\n"} {
		t.Run(name, func(t *testing.T) {
			size := size
			if name == "short lines" {
				size /= 8 // each is a record of its own, and takes its time
			}
			packed := bomb(t, size, text)
			records, failed := 0, 0
			grown := peak(func() {
				for _, err := range messages.ReadHistory(bytes.NewReader(packed)) {
					records++
					if err != nil {
						failed++
					}
				}
			})
			t.Logf("%s: %d MiB unpacked, %d records, %d errors, heap grew by %.1f MiB at most", name, size>>20, records, failed, float64(grown)/(1<<20))
			assert.Less(t, grown, uint64(32<<20))
			if name == "one line" {
				assert.Equal(t, 1, failed)
			}
		})
	}
}

// A download streams: 1 GB passes through the memory of a few buffers.
func TestPromiseDownloadStreams(t *testing.T) {
	size := int64(scale(64<<20, 1<<30))
	srv := httptest.NewServer(hugeWithLength(size))
	defer srv.Close()
	client := clientAt(t, srv.URL, im.StaticToken("a-token"))
	var n int64
	var err error
	grown := peak(func() {
		n, err = client.Messages.DownloadFile(t.Context(), "f", io.Discard, messages.DownloadOptions{})
	})
	require.NoError(t, err)
	assert.Equal(t, size, n)
	t.Logf("%d MiB downloaded, heap grew by %.1f MiB at most", size>>20, float64(grown)/(1<<20))
	assert.Less(t, grown, uint64(16<<20))
}
