package im

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/internal/test/catalogue"
)

// All modules have one version: that of Version. Where a go.mod held a replace,
// go install of it at a version would fail.
func TestModulesRequireTheVersionToCome(t *testing.T) {
	work := readText(t, "go.work")
	var files []string
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if d.Name() == "go.mod" {
			files = append(files, path)
		}
		return err
	}))
	require.Greater(t, len(files), 3)
	for _, file := range files {
		text, dir := readText(t, file), filepath.Dir(file)
		assert.NotRegexp(t, `(?m)^replace\b`, text, file)
		if dir == "tools" {
			continue
		}
		used := "./" + strings.TrimPrefix(dir, ".")
		assert.Regexp(t, `(?m)^\t`+strings.TrimSuffix(used, "/")+`$`, work, "go.work uses %s", used)
		for line := range strings.Lines(text) {
			path, version, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "require "), " ")
			if strings.HasPrefix(path, "github.com/imrest/im-go") {
				assert.Equal(t, "v"+Version, version, "%s requires %s", file, path)
				at := "./" + strings.TrimPrefix(strings.TrimPrefix(path, "github.com/imrest/im-go"), "/")
				assert.Contains(t, work, path+" v"+Version+" => "+at+"\n")
			}
		}
	}
}

// A call that the catalogue or its own comment calls old is marked for editors and
// linters. Only a path is old in groups.list_joined.
func TestOldCallsAreDeprecated(t *testing.T) {
	titles := make(map[string]string)
	for _, e := range catalogue.All() {
		titles[e.ID] = e.Title
	}
	inTitle := regexp.MustCompile(`\((old|deprecated)\)|\bolder (batch|single)\b`)
	inComment := regexp.MustCompile(`(?i)\b(old(er)? call|call of (old|today)|superseded)\b`)
	deprecated := 0
	for _, path := range goFiles(t, false) {
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range parsed.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Doc == nil || filepath.Dir(path) == "." || strings.HasPrefix(path, "imtest") {
				continue
			}
			old := inComment.MatchString(strings.ReplaceAll(f.Doc.Text(), "\n", " "))
			for _, line := range f.Doc.List {
				id, ok := strings.CutPrefix(line.Text, "//im:endpoint ")
				old = old || ok && inTitle.MatchString(titles[id])
			}
			if old {
				deprecated++
				assert.Contains(t, f.Doc.Text(), "\n\nDeprecated: use ", "%s: %s", path, f.Name.Name)
			}
		}
	}
	assert.Equal(t, 7, deprecated)
}

func readText(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	return strings.ReplaceAll(string(b), "\r\n", "\n")
}
