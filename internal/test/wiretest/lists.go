package wiretest

import (
	"iter"
	"testing"

	"github.com/stretchr/testify/require"
)

// All reads a list to its end, which must not be an error.
func All[T any](t *testing.T, list iter.Seq2[T, error]) []T {
	t.Helper()
	var items []T
	for item, err := range list {
		require.NoError(t, err)
		items = append(items, item)
	}
	return items
}

// Last reads a list to its end and returns its last error.
func Last[T any](list iter.Seq2[T, error]) (err error) {
	for _, err = range list {
		_ = err
	}
	return err
}
