package catalogue

import (
	"go/ast"
	"iter"
	"strings"
)

// Directives goes over the endpoint ids that the comments of a file's functions name, as
// //im:endpoint ID.
func Directives(file *ast.File) iter.Seq2[string, *ast.FuncDecl] {
	return func(yield func(string, *ast.FuncDecl) bool) {
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Doc == nil {
				continue
			}
			for _, line := range f.Doc.List {
				ids, named := strings.CutPrefix(line.Text, "//im:endpoint ")
				if !named {
					continue
				}
				for id := range strings.FieldsSeq(ids) {
					if !yield(id, f) {
						return
					}
				}
			}
		}
	}
}
