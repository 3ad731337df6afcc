package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/cli"
)

// Scripts rely on commands and flags: one that goes or comes shows in surface.txt.
func TestSurface(t *testing.T) {
	committed, err := os.ReadFile("../../surface.txt")
	require.NoError(t, err)
	before := strings.Split(strings.TrimSpace(strings.ReplaceAll(string(committed), "\r\n", "\n")), "\n")
	now := lines(cli.Root(app.New(app.Env{Getenv: func(string) string { return "" }})))
	assert.Empty(t, missing(before, now), "removed or renamed; if that is meant: go run ./imctl/internal/surface -remove")
	assert.Empty(t, missing(now, before), "new: make docs")
}

func TestMissing(t *testing.T) {
	assert.Equal(t, []string{"a --x string"}, missing([]string{"a", "a --x string"}, []string{"a", "a --x int"}))
}
