package cli_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/cli"
	"github.com/imrest/im-go/imctl/internal/endpoint"
	"github.com/imrest/im-go/imctl/internal/spec"
	"github.com/imrest/im-go/imctl/internal/text"
)

// speaking are the functions whose texts are shown: the first text among their arguments.
var speaking = map[string]bool{"T": true, "Say": true, "Warn": true, "Confirm": true, "Ask": true, "AskSecret": true, "ask": true, "wrong": true, "speak": true}

// messages are the texts in the code, with the file that each is in.
func messages(t *testing.T) map[string]string {
	all := map[string]string{}
	for _, hint := range app.Hints() {
		all[hint] = "internal/app/errors.go"
	}
	for _, group := range app.Groups {
		all[group.Title] = "internal/app/tree.go"
	}
	sources(t, func(path string, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING && len(literal.Value) > 4 && (strings.HasSuffix(literal.Value, `?"`) || strings.HasSuffix(literal.Value, `):"`)) {
				question, _ := strconv.Unquote(literal.Value)
				all[question] = path
			}
			if call, ok := n.(*ast.CallExpr); ok && (speaking[nameOf(call.Fun)] || fullName(call.Fun) == "text.Errorf") {
				if literal := firstText(call.Args); literal != "" {
					all[literal] = path
				}
			}
			return true
		})
	})
	return all
}

// silent are errors that nobody sees in these words.
var silent = []string{
	"nothing was sent: --dry-run", "secrets are read from @FILE or - (stdin), not from the command line", "the output cannot be written",
	`must be a time such as "90s", "2h" or "7d", or "forever"`,
}

// notWords are what stands in a text in every language: verbs of fmt, flags, and names of arguments.
var notWords = regexp.MustCompile(`%[+#]?\w|--[a-z-]+|\b[A-Z]+\b`)

// Errors are made in the language of the run, by [app.App.T] or [text.Errorf].
func TestErrorsAreInTheLanguage(t *testing.T) {
	makers := []string{"errors.New", "fmt.Errorf", "app.Usage", "Usage"}
	sources(t, func(path string, file *ast.File) {
		if strings.Contains(path, "/surface/") || strings.Contains(path, "/spec/") || strings.Contains(path, "/clitest/") || strings.HasSuffix(path, "/text/text.go") {
			return // for those who build imctl
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !slices.Contains(makers, fullName(call.Fun)) || len(call.Args) == 0 {
				return true
			}
			literal := firstText(call.Args[:1])
			if regexp.MustCompile(`\pL`).MatchString(notWords.ReplaceAllString(literal, "")) && !slices.Contains(silent, literal) {
				assert.Fail(t, "an error in English only", "%s: %q", path, literal)
			}
			return true
		})
	})
}

// Files are written whole or not at all, by package whole.
func TestFilesAreWrittenWhole(t *testing.T) {
	writers := []string{"os.Create", "os.CreateTemp", "os.OpenFile", "os.WriteFile"}
	sources(t, func(path string, file *ast.File) {
		if strings.Contains(path, "/surface/") || strings.Contains(path, "/spec/gen/") || strings.Contains(path, "/clitest/") || strings.Contains(path, "/whole/") {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				assert.NotContains(t, writers, fullName(call.Fun), path)
			}
			return true
		})
	})
}

// What comes from outside is read up to a bound, and as one JSON value, by package input.
func TestInputIsBounded(t *testing.T) {
	readers := []string{"io.ReadAll", "os.ReadFile", "json.NewDecoder", "json.Unmarshal"}
	known := map[string][]string{
		"internal/app/dryrun.go":     {"io.ReadAll"},      // a request of the library's
		"internal/hooks/receiver.go": {"io.ReadAll"},      // of http.MaxBytesReader
		"internal/output/node.go":    {"json.NewDecoder"}, // of what imctl has encoded
		"internal/endpoint/call.go":  {"json.Unmarshal"},  // of responses, which the library has read
		"internal/sheet/jsonl.go":    {"json.NewDecoder"}, // of a line
		"internal/play/tail.go":      {"json.Unmarshal"},  // of lines of a bufio.Scanner
		"internal/spec/spec.go":      {"json.Unmarshal"},  // embedded
		"internal/text/text.go":      {"json.Unmarshal"},  // embedded
	}
	sources(t, func(path string, file *ast.File) {
		if strings.Contains(path, "/surface/") || strings.Contains(path, "/spec/gen/") || strings.Contains(path, "/clitest/") || strings.Contains(path, "/input/") {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if name := fullName(call.Fun); !slices.Contains(known[strings.TrimPrefix(path, "../../")], name) {
					assert.NotContains(t, readers, name, path)
				}
			}
			return true
		})
	})
}

// fullName is the name of a function with its package.
func fullName(f ast.Expr) string {
	if s, ok := f.(*ast.SelectorExpr); ok {
		if in, ok := s.X.(*ast.Ident); ok {
			return in.Name + "." + s.Sel.Name
		}
	}
	return nameOf(f)
}

// sources goes over the code of imctl.
func sources(t *testing.T, each func(path string, file *ast.File)) {
	require.NoError(t, filepath.WalkDir("../..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err == nil {
			each(filepath.ToSlash(path), file)
		}
		return err
	}))
}

func nameOf(f ast.Expr) string {
	switch f := f.(type) {
	case *ast.SelectorExpr:
		return f.Sel.Name
	case *ast.Ident:
		return f.Name
	}
	return ""
}

func firstText(args []ast.Expr) string {
	for _, arg := range args {
		if literal, ok := arg.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			value, _ := strconv.Unquote(literal.Value)
			return value
		}
	}
	return ""
}

// Every text that users read has its Chinese, with the same verbs of fmt.
func TestEveryTextIsInChinese(t *testing.T) {
	chinese, err := text.Load()
	require.NoError(t, err)
	all := messages(t)
	for _, noun := range spec.Nouns() {
		for _, c := range spec.Of(noun) {
			for _, f := range slices.Concat(c.Query, c.Headers, c.Fields) {
				if f.Flag != "" {
					all[f.Note] = c.ID + " " + f.Name
				}
			}
		}
	}
	walk(cli.Root(app.New(app.Env{Getenv: func(string) string { return "" }})), func(c *cobra.Command) {
		all[c.Short] = c.CommandPath()
		if !endpoint.Generated(c) {
			all[c.Long] = c.CommandPath()
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if !endpoint.Generated(c) || f.Name == "all" || f.Name == "to-file" {
				all[f.Usage] = c.CommandPath() + " --" + f.Name
			}
		})
	})
	delete(all, "")
	for english := range chinese {
		assert.Contains(t, slices.Collect(maps.Keys(all)), english, "nobody says this")
	}
	for english, where := range all {
		translated := chinese[english]
		if !assert.NotEmpty(t, translated, "%s: no Chinese in internal/text/zh for %q", where, english) {
			continue
		}
		assert.Equal(t, strings.Count(english, "%"), strings.Count(translated, "%"), "verbs of %q", english)
	}
}

// What belongs to groups is not said to belong to rooms, and the reverse: their English titles do not always name either.
func TestChineseOfSisters(t *testing.T) {
	for noun, other := range map[string]string{"groups": "聊天室", "chatrooms": "群"} {
		require.NotEmpty(t, spec.Of(noun), noun)
		for _, c := range spec.Of(noun) {
			assert.NotContains(t, text.Chinese.T(c.Title), other, c.ID)
		}
	}
}

// halfWidth is punctuation of English in a Chinese text.
var halfWidth = regexp.MustCompile(`\p{Han} ?[,;:!?()]|\p{Han}\.($|\s|\p{Han})|[,;:!?()] \p{Han}`)

// Chinese has punctuation of its own, in the catalogue, in the guide, and between what the code joins.
func TestPunctuationOfChinese(t *testing.T) {
	chinese, err := text.Load()
	require.NoError(t, err)
	for english, translated := range chinese {
		assert.NotRegexp(t, halfWidth, translated, english)
		for _, mark := range []string{": %", ", %", "; %"} {
			assert.NotContains(t, translated, mark, english)
		}
	}
	guide, err := os.ReadFile(guides + "imctl.zh-CN.md")
	require.NoError(t, err)
	for line := range strings.Lines(string(guide)) {
		assert.NotRegexp(t, halfWidth, strings.ReplaceAll(line, "](", "]"), "a join with \", \" in the code, or a text in the page")
	}
}

// What people read is joined by [app.App.Join], whose comma is that of the language.
func TestJoinsAreInTheLanguage(t *testing.T) {
	sources(t, func(path string, file *ast.File) {
		if strings.HasSuffix(path, "/cli/man.go") || strings.Contains(path, "/surface/") { // for programs
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && speaking[nameOf(call.Fun)] {
				return false
			}
			if literal, ok := n.(*ast.BasicLit); ok {
				assert.NotContains(t, []string{`", "`, `": "`}, literal.Value, path)
			}
			return true
		})
	})
}

func walk(c *cobra.Command, f func(*cobra.Command)) {
	f(c)
	for _, below := range c.Commands() {
		walk(below, f)
	}
}
