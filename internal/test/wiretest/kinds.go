package wiretest

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

//go:embed kinds.tsv
var kindsTSV string

// kinds is the one kind that each documented error has, by status, code and text. One of
// which an endpoint makes something else has a row with its id at the end.
var kinds = sync.OnceValue(func() map[string]string {
	byError := make(map[string]string)
	for line := range strings.Lines(kindsTSV) {
		if kind, rest, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); ok && !strings.HasPrefix(line, "#") {
			byError[rest] = kind
		}
	}
	return byError
})

// kindOf is what a documented error must be.
func kindOf(t *testing.T, endpoint string, status int, code, message string) string {
	t.Helper()
	row := fmt.Sprintf("%d\t%s\t%s", status, code, strings.TrimSpace(message))
	kind, ok := kinds()[row+"\t"+endpoint]
	if !ok {
		kind, ok = kinds()[row]
	}
	require.True(t, ok, "kinds.tsv lacks %q: decide what it means", row)
	return kind
}
