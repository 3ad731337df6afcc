// Command endpointdocs prints docs/endpoints.md: every endpoint of the catalogue,
// with the method that calls it. Run it at the root of the module.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/test/catalogue"
)

func main() {
	methods, err := methods(".")
	if err != nil {
		fmt.Fprintln(os.Stderr, "endpointdocs:", err)
		os.Exit(1)
	}
	known, err := operations()
	if err != nil {
		fmt.Fprintln(os.Stderr, "endpointdocs:", err)
		os.Exit(1)
	}
	fmt.Print(page(catalogue.All(), known, methods))
}

// methods finds the Go method of each endpoint by its directive.
func methods(root string) (map[string]string, error) {
	found := make(map[string]string)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && strings.HasPrefix(d.Name(), "."):
			return filepath.SkipDir
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		return scan(path, found)
	})
	return found, err
}

func scan(path string, found map[string]string) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for id, f := range catalogue.Directives(file) {
		found[id] = name(file.Name.Name, f)
	}
	return nil
}

// name is how a user writes the call.
func name(pkg string, f *ast.FuncDecl) string {
	if pkg != "im" {
		return "client." + strings.ToUpper(pkg[:1]) + pkg[1:] + "." + f.Name.Name
	}
	if !f.Name.IsExported() { // the token providers
		receiver, _ := f.Recv.List[0].Type.(*ast.Ident)
		return "im." + receiver.Name
	}
	return "client." + f.Name.Name
}

func page(endpoints []catalogue.Endpoint, known []operation, methods map[string]string) string {
	var b strings.Builder
	b.WriteString("<!-- Made by `make docs`; do not edit. -->\n\n# Endpoints\n\n[中文](endpoints.zh-CN.md)\n\n")
	fmt.Fprintf(&b, "All %d endpoints of the API, with the Go method of each, its quota, the most items of one call, and whether a call is\n", len(endpoints))
	b.WriteString("retried if its response is lost. \"Named by\" lists which of the four documents that this module was begun from name it;\n")
	b.WriteString("the others come from the vendors' newer documents and SDKs. A second quota is that of Easemob where it differs; where it\n")
	b.WriteString("says \"within\", the calls of several endpoints share a pool there beside their own quotas. The last sections map the vendor's\n")
	b.WriteString("OpenAPI file to these methods, and say how to reach what has none.\n")
	domain := ""
	for _, e := range endpoints {
		d, _, _ := strings.Cut(e.ID, ".")
		if d != domain {
			domain = d
			fmt.Fprintf(&b, "\n## %s\n\n| id | Go | request | quota | batch | retried | named by |\n| --- | --- | --- | --- | --- | --- | --- |\n", d)
		}
		fmt.Fprintf(&b, "| %s | `%s` | `%s %s` | %s | %s | %s | %s |\n", e.ID, methods[e.ID], e.Method, e.Path,
			quotas(e), batch(e.BatchMax), yes(e.Idempotent), strings.Join(e.Origin, ", "))
	}
	b.WriteString(operationsTable(known, methods))
	b.WriteString(undocumented)
	return b.String()
}

func quotas(e catalogue.Endpoint) string {
	text := list(e.Quotas)
	if e.EasemobQuotas != nil {
		text += "; Easemob " + list(e.EasemobQuotas)
	}
	if b := e.EasemobBudget; b != nil {
		text += "; Easemob within " + list(b.Quotas) + " of `" + b.Pool + "`"
	}
	if e.Pool != e.ID {
		text += " (pool `" + e.Pool + "`)"
	}
	return text
}

func list(quotas []catalogue.Quota) string {
	var parts []string
	for _, q := range quotas {
		part := fmt.Sprintf("%d/%s", q.N, period(q.Per))
		if q.Items {
			part += " by target"
		}
		if q.User {
			part += " and user"
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return "none"
	}
	slices.Sort(parts)
	return strings.Join(parts, " + ")
}

func period(d time.Duration) string {
	switch d {
	case time.Second:
		return "s"
	case time.Minute:
		return "min"
	case 24 * time.Hour:
		return "day"
	}
	if d%time.Minute == 0 {
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d s", d/time.Second)
}

func batch(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
