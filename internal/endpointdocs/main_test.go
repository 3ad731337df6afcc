package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/internal/catalogue"
)

// The page is what the program writes.
func TestPageIsUpToDate(t *testing.T) {
	found, err := methods("../..")
	require.NoError(t, err)
	written, err := os.ReadFile("../../docs/endpoints.md")
	require.NoError(t, err)
	assert.Equal(t, page(catalogue.All(), found), string(written), "run make docs")
	for _, e := range catalogue.All() {
		assert.NotEmpty(t, found[e.ID], "method of %s", e.ID)
	}
}
