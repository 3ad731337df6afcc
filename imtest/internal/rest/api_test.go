package rest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRoutesAreSound(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range table() {
		assert.False(t, r.ID != "" && seen[r.ID], r.ID)
		seen[r.ID] = true
		assert.NotNil(t, r.do, r.ID)
		// The endpoint is found by its own method and path, behind those that
		// have a condition.
		found := router().Routes(r.Method, r.Path)
		var ids []string
		for i, f := range found {
			ids = append(ids, f.ID)
			assert.Equal(t, i < len(found)-1, f.When != nil, "%s: only the last may be without a condition", f.ID)
		}
		assert.Contains(t, ids, r.ID)
	}
}

// ownWords are the kinds for which each endpoint that can meet them has words of
// its own.
var ownWords = []string{"NameTaken", "HourIllegal", "HourMissing", "HourEmpty"}

// clientFiles hold what clients do and no call, so that no endpoint meets their errors.
var clientFiles = []string{"clients.go", "receipts.go"}

// Every kind of error of the world that a call can meet has words.
func TestEveryErrorHasWords(t *testing.T) {
	have := map[string]bool{}
	for kind := range allWords() {
		have[string(kind)] = true
	}
	files, err := filepath.Glob("../world/*.go")
	require.NoError(t, err)
	kinds := 0
	for _, name := range files {
		if slices.Contains(clientFiles, filepath.Base(name)) {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != "Kind" {
				return true
			}
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			kinds++
			assert.True(t, have[text] || slices.Contains(ownWords, spec.Names[0].Name), "no words for %s", spec.Names[0].Name)
			return true
		})
	}
	assert.Greater(t, kinds, 10)
}

func TestUserWithPushSettings(t *testing.T) {
	u := world.User{Name: "alice", More: map[string]any{"notification_display_style": 1, "notification_ignore_228111222333441": true}}
	assert.Contains(t, string(wire.Encode(entityOf(u))),
		`"activated":true,"notification_display_style":1,"notification_ignore_228111222333441":true}`)
}
