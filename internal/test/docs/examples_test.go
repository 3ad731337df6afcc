package docs

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// called are the names that the examples of a directory call, those alone whose output is
// compared.
func called(t *testing.T, dir string) map[string]bool {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, dir, "*_test.go"))
	require.NoError(t, err)
	var files []*ast.File
	for _, path := range paths {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		require.NoError(t, err)
		files = append(files, f)
	}
	names := make(map[string]bool)
	for _, example := range doc.Examples(files...) {
		if example.Output == "" && !example.EmptyOutput {
			continue
		}
		ast.Inspect(example.Code, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if f, ok := call.Fun.(*ast.SelectorExpr); ok {
					names[f.Sel.Name] = true
				}
			}
			return true
		})
	}
	return names
}

// limited is a comment that names a maximum of the package.
var limited = regexp.MustCompile(`\[Max\w+\]`)

// wantsExample reports whether a method has a limit, or returns what became of each item. What
// is deprecated, and pages that say nothing new, need no example.
func wantsExample(f *doc.Func) bool {
	if strings.Contains(f.Doc, "Deprecated:") {
		return false
	}
	if limited.MatchString(f.Doc) {
		return true
	}
	if f.Decl.Type.Results == nil {
		return false
	}
	results := false
	ast.Inspect(f.Decl.Type.Results, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		results = results || ok && (s.Sel.Name == "Result" || s.Sel.Name == "Results")
		return true
	})
	return results
}

// forms are the names under which a method may be shown: a list also by its pages or entries.
func forms(method string) []string {
	for _, verb := range []string{"List", "Page"} {
		if noun, ok := strings.CutPrefix(method, verb); ok {
			return []string{method, "Page" + noun, "All" + noun}
		}
	}
	return []string{method}
}

func TestExamples(t *testing.T) {
	all := library(t)
	for _, dir := range checked {
		shown := called(t, dir)
		for _, typ := range all[pathOf(dir)].Types {
			for _, f := range typ.Funcs { // options, and what else makes a type
				if typ.Name == "Option" && dir == "." {
					assert.True(t, shown[f.Name], "no example uses im.%s", f.Name)
				}
			}
			for _, f := range typ.Methods {
				if typ.Name != "Service" || !wantsExample(f) {
					continue
				}
				found := false
				for _, name := range forms(f.Name) {
					found = found || shown[name]
				}
				assert.True(t, found, "no example calls %s.%s", dir, f.Name)
			}
		}
	}
}
