package im

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// names are the words of a package by which an error may call an argument.
type names struct {
	params  map[string][]string // of exported functions and methods, by endpoint id
	fields  map[string][]string // of exported structs, by type
	any     map[string]bool     // all of them
	methods map[string][]string // the parameters of exported methods, by name
	strings map[string]string   // first arguments of checks, and where they stand
}

// parsePackage reads the names of one directory.
func parsePackage(t *testing.T, dir string) *names {
	t.Helper()
	n := &names{map[string][]string{}, map[string][]string{}, map[string]bool{}, map[string][]string{}, map[string]string{}}
	if dir != "page" {
		for name, fields := range parsePackage(t, "page").fields {
			n.addFields("page."+name, fields...)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(parsed, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.FuncDecl:
				n.addFunc(node)
			case *ast.TypeSpec:
				n.addType(node)
			case *ast.CallExpr:
				n.addCheck(node, set)
			}
			return true
		})
	}
	return n
}

func (n *names) addFunc(f *ast.FuncDecl) {
	if !f.Name.IsExported() {
		return
	}
	var words, params []string
	for _, p := range f.Type.Params.List {
		for _, name := range p.Names {
			words, params = append(words, name.Name), append(params, name.Name)
			n.any[name.Name] = true
		}
		kind := p.Type
		if list, ok := kind.(*ast.ArrayType); ok {
			kind = list.Elt
		}
		words = append(words, "type "+types.ExprString(kind))
	}
	if f.Recv != nil {
		if star, ok := f.Recv.List[0].Type.(*ast.StarExpr); ok && types.ExprString(star.X) == "Service" {
			n.methods[f.Name.Name] = params
		}
	}
	if f.Doc == nil {
		return
	}
	for _, line := range f.Doc.List {
		if ids, ok := strings.CutPrefix(line.Text, "//im:endpoint "); ok {
			for id := range strings.FieldsSeq(ids) {
				n.params[id] = words
			}
		}
	}
}

func (n *names) addType(t *ast.TypeSpec) {
	if !t.Name.IsExported() {
		return
	}
	n.any[t.Name.Name] = true
	s, ok := t.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range s.Fields.List {
		if len(f.Names) == 0 { // embedded
			n.addFields(t.Name.Name, n.fields[types.ExprString(f.Type)]...)
		}
		for _, name := range f.Names {
			if name.IsExported() {
				n.addFields(t.Name.Name, name.Name)
			}
		}
	}
}

func (n *names) addFields(kind string, fields ...string) {
	n.fields[kind] = append(n.fields[kind], fields...)
	for _, name := range fields {
		n.any[name] = true
	}
}

var checks = regexp.MustCompile(`^(Invalid|TooLarge|Required|MaxLength|MaxBytes|Username|Usernames|Identifiers|MaxItems|Range|Pattern|UTF8)$`)

// addCheck notes the literals of the field that a check names.
func (n *names) addCheck(call *ast.CallExpr, set *token.FileSet) {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) == 0 || !checks.MatchString(f.Sel.Name) {
		return
	}
	ast.Inspect(call.Args[0], func(node ast.Node) bool {
		if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			n.strings[strings.Trim(literal.Value, "`\"")] = set.Position(literal.Pos()).String()
		}
		return true
	})
}

// of are the words that a method with this endpoint may use.
func (n *names) of(id string) map[string]bool {
	words := map[string]bool{}
	for _, w := range n.params[id] {
		if kind, ok := strings.CutPrefix(w, "type "); ok {
			for _, f := range n.fields[kind] {
				words[f] = true
			}
		} else {
			words[w] = true
		}
	}
	return words
}

var (
	pathValue = regexp.MustCompile(`\{(\w+)\}`)
	plainWord = regexp.MustCompile(`[A-Za-z]\w*`)
	verb      = regexp.MustCompile(`%[a-z]|\[[^\]]*\]`)
)

// Errors call an argument as the method or the struct does, not as the API.
func TestErrorsNameArgumentsAsGoDoes(t *testing.T) {
	byID := declared(t)
	domains := map[string]*names{}
	for _, dir := range []string{".", "users", "messages", "contacts", "metadata", "groups", "chatrooms", "push", "presence", "reaction", "thread",
		"favorites", "translation", "moderation"} {
		n := parsePackage(t, dir)
		domains[dir] = n
		n.any["w"] = true // the writer of a download, which all domains call so
		for text, at := range n.strings {
			for _, w := range plainWord.FindAllString(verb.ReplaceAllString(text, ""), -1) {
				assert.True(t, n.any[w], "%s: %q is neither a parameter nor a field", at, w)
			}
		}
	}
	for id, e := range byID {
		dir, _, _ := strings.Cut(id, ".")
		if dir == "mutes" {
			dir = "users"
		}
		n := domains[dir]
		if n == nil {
			n = domains["."]
		}
		words := n.of(id)
		if e.ItemsIn != "" {
			assert.True(t, words[e.ItemsIn] || words[strings.TrimSuffix(e.ItemsIn, "s")], "%s: ItemsIn %q is none of %v", id, e.ItemsIn, n.params[id])
		}
		for _, match := range pathValue.FindAllStringSubmatch(e.Path, -1) {
			name := match[1]
			if name == "query_type" {
				continue // a constant
			}
			assert.True(t, words[name] || words[strings.TrimSuffix(name, "s")], "%s: {%s} is none of %v", id, match[1], n.params[id])
		}
	}
}
