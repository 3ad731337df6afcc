package faults

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
)

// documentedResponses are the JSON texts of a domain's wire tests: the responses of
// the API in all their forms, and some requests, which are no less hostile.
func documentedResponses(t testing.TB, domain string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "..", "..", strings.ToLower(domain), "*_test.go"))
	require.NoError(t, err)
	found := make(map[string]bool)
	for _, path := range paths {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		require.NoError(t, err)
		ast.Inspect(f, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok {
				if text := strings.TrimSpace(literal(e)); text != "" && json.Valid([]byte(text)) && (text[0] == '{' || text[0] == '[') {
					found[text] = true
				}
			}
			return true
		})
	}
	return slices.Sorted(maps.Keys(found))
}

// literal is the text of string literals and what is put together of them. A
// constant between two becomes an empty object, as which it mostly fits.
func literal(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			text, _ := strconv.Unquote(e.Value)
			return text
		}
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			return literal(e.X) + literal(e.Y)
		}
	case *ast.Ident:
		return "{}"
	}
	return ""
}

// domainNames are the services of a client: "Users".
func domainNames() []string {
	var names []string
	for _, m := range methods(new(im.Client)) {
		if domain, _, _ := strings.Cut(m.name, "."); !slices.Contains(names, domain) {
			names = append(names, domain)
		}
	}
	return names
}

// What is built on the documented responses is built on something.
func TestDocumentedResponsesAreFound(t *testing.T) {
	all := 0
	for _, domain := range domainNames() {
		responses := documentedResponses(t, domain)
		t.Logf("%s: %d", domain, len(responses))
		require.GreaterOrEqual(t, len(responses), 5, domain)
		all += len(responses)
	}
	require.Greater(t, all, 500)
}
