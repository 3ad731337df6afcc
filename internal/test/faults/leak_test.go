package faults

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
)

// openFiles counts the descriptors of this process.
func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("this system does not show the descriptors of a process")
	}
	return len(entries)
}

// After faults of every kind, and with the client closed, no descriptor is left
// open, nor a temporary file; goroutines are counted when all tests are over.
func TestPromiseNothingLeaks(t *testing.T) {
	require.NoError(t, readUser(t.Context(), newStage(t, new(transcript), roads[0])), "what a process opens once is open")
	before := openFiles(t)
	dir := t.TempDir()
	for range scale(1, 10) {
		onEachRoad(t, func(t *testing.T, r road) {
			for _, tr := range troubles {
				for _, k := range kinds {
					t.Run(tr.name+"/"+k.name, func(t *testing.T) {
						t.Parallel()
						s := newStage(t, new(transcript), r, append(tr.options, im.WithTimeout(50*time.Millisecond), im.WithMaxRetryWait(5*time.Millisecond))...)
						s.dir = dir
						tr.strike(s, k, imtest.Every(1))
						_ = k.do(t.Context(), s) // how it ends is told in the matrix
					})
				}
			}
		})
	}
	assert.Eventually(t, func() bool { return openFiles(t) <= before }, time.Minute, 10*time.Millisecond,
		"%d descriptors were open before, %d are now", before, openFiles(t))
	t.Logf("%d descriptors open before, %d after", before, openFiles(t))
	left, err := filepath.Glob(filepath.Join(dir, ".*"))
	require.NoError(t, err)
	assert.Empty(t, left, "temporary files of downloads")
}
