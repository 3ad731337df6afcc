// Package docs tests what the module's documentation promises its readers: links lead
// somewhere, every exported name is explained, and what has limits is shown by an example.
package docs

import (
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	root   = "../../.."
	module = "github.com/imrest/im-go"
)

// checked are the packages that the tests hold to the rule, by directory.
var checked = []string{
	".", "users", "messages", "contacts", "metadata", "groups", "chatrooms", "push", "presence", "reaction", "thread",
	"favorites", "translation", "moderation", "page", "batch", "file", "imtest", "callbacks", "callbacks/callbackstest",
	"redisquota", "inbox", "inbox/sqlite", "imotel",
}

// library is the public packages of the module and of the nested ones, by import path.
func library(t *testing.T) map[string]*doc.Package {
	t.Helper()
	found := make(map[string]*doc.Package)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name := d.Name(); path != root && (strings.HasPrefix(name, ".") || name == "internal" || name == "testdata" || name == "tools") {
			return fs.SkipDir
		}
		if p := parse(t, path); p != nil {
			found[p.ImportPath] = p
		}
		return nil
	})
	require.NoError(t, err)
	return found
}

// parse reads the package in a directory; nil if it holds none, or a program.
func parse(t *testing.T, dir string) *doc.Package {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	set := token.NewFileSet()
	var files []*ast.File
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, filepath.Join(dir, e.Name()), nil, parser.ParseComments)
		require.NoError(t, err)
		files = append(files, f)
	}
	if len(files) == 0 || files[0].Name.Name == "main" {
		return nil
	}
	path := strings.TrimSuffix(module+"/"+filepath.ToSlash(strings.TrimPrefix(strings.TrimPrefix(dir, root), "/")), "/")
	p, err := doc.NewFromFiles(set, files, path, doc.PreserveAST)
	require.NoError(t, err)
	return p
}

// pathOf is the import path of a directory.
func pathOf(dir string) string {
	return strings.TrimSuffix(module+"/"+strings.TrimPrefix(dir, "."), "/")
}

// Every link in a comment leads to something that exists.
func TestDocLinksResolve(t *testing.T) {
	all := library(t)
	for _, dir := range checked {
		p := all[pathOf(dir)]
		require.NotNil(t, p, dir)
		t.Run(dir, func(t *testing.T) {
			for where, text := range comments(p) {
				for _, link := range badLinks(p, all, text) {
					t.Errorf("%s: %s leads nowhere", where, link)
				}
			}
		})
	}
}

// looksLikeALink is what a reader takes for a link: [Name], [Type.Name], [pkg.Name].
var looksLikeALink = regexp.MustCompile(`\[\*?([a-z]\w*\.)?[A-Z]\w*(\.[A-Z]\w*)?\]`)

// badLinks are the links of a comment that print with their brackets, or that lead to a
// name that the package does not have.
func badLinks(p *doc.Package, all map[string]*doc.Package, text string) (bad []string) {
	var inText func(texts []comment.Text)
	inText = func(texts []comment.Text) {
		for _, x := range texts {
			switch x := x.(type) {
			case comment.Plain:
				bad = append(bad, looksLikeALink.FindAllString(string(x), -1)...)
			case *comment.Link:
				inText(x.Text)
			case *comment.DocLink:
				name := strings.TrimPrefix(x.Recv+"."+x.Name, ".")
				if target := all[x.ImportPath]; target != nil && name != "" && !names(target)[name] {
					bad = append(bad, "["+x.ImportPath+"."+name+"]")
				}
			}
		}
	}
	var inBlocks func(blocks []comment.Block)
	inBlocks = func(blocks []comment.Block) {
		for _, b := range blocks {
			switch b := b.(type) {
			case *comment.Paragraph:
				inText(b.Text)
			case *comment.Heading:
				inText(b.Text)
			case *comment.List:
				for _, item := range b.Items {
					inBlocks(item.Content)
				}
			}
		}
	}
	inBlocks(p.Parser().Parse(text).Content)
	return bad
}

// names are the exported names of a package: Name, Type.Method and Type.Field.
func names(p *doc.Package) map[string]bool {
	all := make(map[string]bool)
	each(p, func(name string, _ ...*ast.CommentGroup) { all[name] = true })
	return all
}

// comments are all comments on exported names, and the package's own.
func comments(p *doc.Package) map[string]string {
	all := map[string]string{"package " + p.Name: p.Doc}
	each(p, func(name string, groups ...*ast.CommentGroup) {
		for _, g := range groups {
			all[name] += g.Text() + "\n"
		}
	})
	return all
}

// Every exported name has a comment: types, functions, methods, constants, variables,
// fields and the methods of interfaces.
func TestEveryExportedNameHasAComment(t *testing.T) {
	all := library(t)
	for _, dir := range checked {
		t.Run(dir, func(t *testing.T) {
			p := all[pathOf(dir)]
			require.NotNil(t, p)
			assert.NotEmpty(t, p.Doc, "the package")
			n := 0
			each(p, func(name string, groups ...*ast.CommentGroup) {
				n++
				explained := slices.ContainsFunc(groups, func(g *ast.CommentGroup) bool { return strings.TrimSpace(g.Text()) != "" })
				assert.True(t, explained, name)
			})
			assert.NotZero(t, n)
		})
	}
}

// each calls f for each exported name with what is written about it.
func each(p *doc.Package, f func(name string, groups ...*ast.CommentGroup)) {
	values := func(list []*doc.Value) {
		for _, v := range list {
			for _, s := range v.Decl.Specs {
				s := s.(*ast.ValueSpec)
				for _, n := range s.Names {
					if n.IsExported() {
						f(n.Name, v.Decl.Doc, s.Doc, s.Comment)
					}
				}
			}
		}
	}
	funcs := func(of string, list []*doc.Func) {
		for _, fn := range list {
			f(of+fn.Name, fn.Decl.Doc)
		}
	}
	values(p.Consts)
	values(p.Vars)
	funcs("", p.Funcs)
	for _, typ := range p.Types {
		spec := typ.Decl.Specs[0].(*ast.TypeSpec)
		f(typ.Name, typ.Decl.Doc, spec.Doc, spec.Comment)
		values(typ.Consts)
		values(typ.Vars)
		funcs("", typ.Funcs)
		funcs(typ.Name+".", typ.Methods)
		members(typ.Name, spec.Type, f)
	}
}

// members calls f for each exported field of a struct, and each method of an interface.
func members(of string, typ ast.Expr, f func(name string, groups ...*ast.CommentGroup)) {
	var list *ast.FieldList
	switch typ := typ.(type) {
	case *ast.StructType:
		list = typ.Fields
	case *ast.InterfaceType:
		list = typ.Methods
	default:
		return
	}
	for _, field := range list.List {
		for _, n := range field.Names { // an embedded type has a comment of its own
			if n.IsExported() {
				f(of+"."+n.Name, field.Doc, field.Comment)
			}
		}
	}
}

// The tests see what they are for.
func TestBadLinksAreFound(t *testing.T) {
	all := library(t)
	p := all[module]
	for text, want := range map[string]int{
		"See [Client.Close] and [*Error].": 0, "See [errors.Is].": 0, "A [Clyent].": 1, "A [Client.Shut].": 1, "A [nothing.Error].": 1,
		"A list of []string.": 0, "# A heading of [Nothing]\n": 1, "  - an item of [Nothing]\n": 1, "[batch.Error], [batch.Nothing]": 1,
	} {
		assert.Len(t, badLinks(p, all, text), want, text)
	}
}
