package imtest_test

import (
	"bytes"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/imrest/im-go/"

// A floor is a package of the emulator, and what it may and may not import. The
// nearer floors are the only ones of this module that it sees, beside internal/pattern, which knows
// nothing but how to compile late.
type floor struct {
	dir       string
	sees      []string // packages of this module
	forbidden []string
}

var floors = []floor{
	{".", []string{"", "imtest/event", "imtest/internal/outbound", "imtest/internal/page", "imtest/internal/rest", "imtest/internal/wire", "imtest/internal/world", "imtest/internal/yamljson", "internal/test/catalogue"}, nil},
	{"internal/rest", []string{"imtest/event", "imtest/internal/wire", "imtest/internal/world", "internal/pattern"}, nil},
	{"internal/world", []string{"imtest/event", "internal/pattern"}, []string{"encoding/json", "net/http", "net/url", "mime", "mime/multipart"}},
	{"internal/page", []string{"imtest/event", "imtest/internal/world", "internal/pattern"}, []string{"sync/atomic", "net/http/httptest", "text/template", "os", "net"}},
	{"internal/wire", []string{"internal/pattern"}, nil},
	{"internal/outbound", []string{"imtest/event"}, nil},
	{"internal/yamljson", []string{"imtest/internal/wire"}, []string{"net/http"}},
	{"event", nil, nil},
}

// Floors are imported downwards only: a rule cannot reach the listener or the page.
func TestFloorsImportDownwards(t *testing.T) {
	for _, f := range floors {
		for _, name := range sources(t, f.dir) {
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
			require.NoError(t, err)
			for _, spec := range file.Imports {
				path, _ := strconv.Unquote(spec.Path.Value)
				wrong := slices.Contains(f.forbidden, path)
				if path+"/" == module || strings.HasPrefix(path, module) {
					wrong = !slices.Contains(f.sees, strings.TrimPrefix(strings.TrimPrefix(path, strings.TrimSuffix(module, "/")), "/"))
				}
				assert.False(t, wrong, "%s imports %s", name, path)
			}
		}
	}
}

// A package is small enough to be known, and a file to be read.
func TestFloorsAreSmall(t *testing.T) {
	for _, f := range floors {
		names := sources(t, f.dir)
		assert.LessOrEqual(t, len(names), 45, "files of %s", f.dir)
		for _, name := range names {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			assert.LessOrEqual(t, bytes.Count(text, []byte("\n")), 400, "lines of %s", name)
		}
	}
}

// sources are the files of a package, without tests.
func sources(t *testing.T, dir string) []string {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	names = slices.DeleteFunc(names, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
	require.NotEmpty(t, names)
	return names
}
