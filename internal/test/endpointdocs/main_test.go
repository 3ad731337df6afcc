package main

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/internal/test/catalogue"
)

// The page is what the program writes.
func TestPageIsUpToDate(t *testing.T) {
	found, err := methods("../../..")
	require.NoError(t, err)
	written, err := os.ReadFile("../../../docs/endpoints.md")
	require.NoError(t, err)
	assert.Equal(t, page(catalogue.All(), found), string(written), "run make docs")
	for _, e := range catalogue.All() {
		assert.NotEmpty(t, found[e.ID], "method of %s", e.ID)
	}
}

func TestPeriods(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Second: "s", 10 * time.Second: "10 s", time.Minute: "min", 30 * time.Minute: "30 min", 24 * time.Hour: "day",
	} {
		assert.Equal(t, want, period(d))
	}
}
