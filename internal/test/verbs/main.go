// Command verbs writes the table of CONTRIBUTING.md that holds the methods of all
// domains, by their verbs. Run it at the root of the module.
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// verbs are the words that methods may begin with, in the order of the table. A new one
// is added only if none of these says it.
var verbs = strings.Fields(`
	Create Register Import Add Remove Get Check Is Count List Pages Page All
	Set Update Delete Clear
	Mute Unmute Block Unblock Allow Disallow Enable Disable Activate Deactivate
	Send Resend Broadcast Stream Recall Upload Download Save Read Export
	Search Translate Detect Subscribe Unsubscribe Bind Unbind Transfer Disconnect Force`)

const page = "CONTRIBUTING.md"

// The table stands between these lines.
const begin, end = "<!-- verbs: make docs writes this table -->\n", "<!-- end of verbs -->\n"

func main() {
	if err := write(); err != nil {
		fmt.Fprintln(os.Stderr, "verbs:", err)
		os.Exit(1)
	}
}

func write() error {
	methods, err := methods(".")
	if err != nil {
		return err
	}
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	before, after, err := around(text)
	if err != nil {
		return err
	}
	return os.WriteFile(page, slices.Concat(before, []byte(table(methods)), after), 0o644) //nolint:gosec // a page for all
}

// around returns what stands before the table and after it.
func around(text []byte) (before, after []byte, err error) {
	before, rest, found := bytes.Cut(text, []byte(begin))
	_, after, foundEnd := bytes.Cut(rest, []byte(end))
	if !found || !foundEnd {
		return nil, nil, fmt.Errorf("%s has no place for the table", page)
	}
	return append(before, begin...), append([]byte(end), after...), nil
}

// methods finds the exported methods of each domain's Service.
func methods(root string) (map[string][]string, error) {
	files, err := filepath.Glob(filepath.Join(root, "*", "*.go"))
	if err != nil {
		return nil, err
	}
	found := make(map[string][]string)
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.IsExported() && ofService(f) {
				domain := filepath.Base(filepath.Dir(path))
				found[domain] = append(found[domain], f.Name.Name)
			}
		}
	}
	return found, nil
}

// ofService reports whether a function is a method of *Service.
func ofService(f *ast.FuncDecl) bool {
	if f.Recv == nil || len(f.Recv.List) != 1 {
		return false
	}
	star, ok := f.Recv.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	name, ok := star.X.(*ast.Ident)
	return ok && name.Name == "Service"
}

// verbOf returns the verb that a name begins with, and the rest; "" if there is none.
func verbOf(name string) (verb, rest string) {
	for _, v := range verbs {
		if r, ok := strings.CutPrefix(name, v); ok && (r == "" || r[0] >= 'A' && r[0] <= 'Z') {
			return v, r
		}
	}
	return "", name
}

// table is the table in Markdown: a line per verb, and in it the methods of each domain,
// without the verb.
func table(methods map[string][]string) string {
	var b strings.Builder
	b.WriteString("| verb | methods, by domain, without the verb; `–` is the verb alone |\n| --- | --- |\n")
	for _, verb := range verbs {
		var cells []string
		for _, domain := range slices.Sorted(maps.Keys(methods)) {
			var rests []string
			for _, name := range methods[domain] {
				if v, rest := verbOf(name); v == verb {
					if rest == "" {
						rest = "–"
					}
					rests = append(rests, rest)
				}
			}
			if len(rests) > 0 {
				slices.Sort(rests)
				cells = append(cells, fmt.Sprintf("**%s** %s", domain, strings.Join(rests, " ")))
			}
		}
		if len(cells) > 0 {
			fmt.Fprintf(&b, "| `%s` | %s |\n", verb, strings.Join(cells, " · "))
		}
	}
	return b.String()
}
