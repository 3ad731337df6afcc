package imtest_test

import (
	_ "embed"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Responses as documents print them, by endpoint.
//
//go:embed testdata/examples.json
var examplesJSON []byte

// like checks that a response has the very fields of the documented example of
// an endpoint.
func (g got) like(t *testing.T, id string) {
	t.Helper()
	var examples map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(examplesJSON, &examples))
	require.Contains(t, examples, id)
	g.looksLike(t, string(examples[id]))
}

// many is a JSON array of n different names.
func many(n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = name(i)
	}
	return `["` + strings.Join(names, `","`) + `"]`
}

func name(i int) string {
	return "user-" + string(rune('a'+i/676%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i%26))
}
