package main

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/test/catalogue"
)

// The page is what the program writes.
func TestPageIsUpToDate(t *testing.T) {
	found, err := methods("../../..")
	require.NoError(t, err)
	written, err := os.ReadFile("../../../docs/endpoints.md")
	require.NoError(t, err)
	known, err := operations()
	require.NoError(t, err)
	assert.Equal(t, page(catalogue.All(), known, found), string(written), "run make docs")
	for _, e := range catalogue.All() {
		assert.NotEmpty(t, found[e.ID], "method of %s", e.ID)
	}
}

// otherPaths are operations whose path the file has in a form of its own.
var otherPaths = map[string]bool{
	"GET /users/{owner_username}/contacts":                         true, // "user" in most documents
	"PUT /users/{owner_username}/contacts/users/{friend_username}": true,
}

// Each operation is one of the catalogue's calls, with its method and path.
func TestOperationsAreInTheCatalogue(t *testing.T) {
	known, err := operations()
	require.NoError(t, err)
	require.Len(t, known, 178)
	others := 0
	for _, o := range known {
		for _, id := range o.ids {
			e, ok := catalogue.ByID(id)
			require.True(t, ok, id)
			assert.Equal(t, e.Method, o.method, id)
			if !api.SamePath(e.Path, o.path) {
				others++
				assert.True(t, otherPaths[o.method+" "+o.path], "%s %s is not %s", o.method, o.path, e.Path)
			}
		}
	}
	assert.Equal(t, len(otherPaths), others)
}

func TestPeriods(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Second: "s", 10 * time.Second: "10 s", time.Minute: "min", 30 * time.Minute: "30 min", 24 * time.Hour: "day",
	} {
		assert.Equal(t, want, period(d))
	}
}
