package main

import (
	_ "embed"
	"fmt"
	"strings"
)

// operationsTSV maps the operations of the vendor's OpenAPI file to the catalogue. It is
// kept by hand: several endpoints may share a method and a path, and the file has some
// paths in another form.
//
//go:embed operations.tsv
var operationsTSV string

// operation is a call as the vendor's OpenAPI file has it.
type operation struct {
	method, path string
	ids          []string // of the catalogue; never empty
}

// operations reads the table.
func operations() ([]operation, error) {
	var list []operation
	for line := range strings.Lines(operationsTSV) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		call, ids, _ := strings.Cut(line, "\t")
		method, path, ok := strings.Cut(call, " ")
		if !ok || ids == "" {
			return nil, fmt.Errorf("operations.tsv: %q is no operation with ids", line)
		}
		list = append(list, operation{method, path, strings.Fields(ids)})
	}
	return list, nil
}

// operationsTable is the section about them.
func operationsTable(list []operation, methods map[string]string) string {
	var b strings.Builder
	b.WriteString("\n## The operations of Easemob's OpenAPI file\n\n")
	fmt.Fprintf(&b, "Easemob publishes an OpenAPI file, from which its Java client is generated. Each of its %d operations has a method here.\n\n", len(list))
	b.WriteString("| operation | Go |\n| --- | --- |\n")
	for _, o := range list {
		names := make([]string, len(o.ids))
		for i, id := range o.ids {
			names[i] = "`" + methods[id] + "`"
		}
		fmt.Fprintf(&b, "| `%s %s` | %s |\n", o.method, o.path, strings.Join(names, ", "))
	}
	return b.String()
}

// undocumented is about the calls without a method.
const undocumented = `
## What has no method

Some calls that other clients use are in no document: their forms may change, and this module has no method for them.
` + "`im.Raw`" + ` sends them with the token, the quotas, the retries and the errors of all other calls. It sends JSON bodies, so a
certificate that is uploaded as a file needs the console.

| call | what it does |
| --- | --- |
| ` + "`GET /notifiers`" + ` | lists the push certificates of the app |
| ` + "`POST /notifiers`" + ` | adds one, for providers that need no file: ` + "`name`, `provider`, `environment`" + ` and the settings of the provider |
| ` + "`DELETE /notifiers/{uuid}`" + ` | removes one |
| ` + "`GET /chatgroups/{id}/roles`, `GET /chatrooms/{id}/roles`" + ` | the members with their roles |
| ` + "`POST`, `GET`, `DELETE /chatgroups/{id}/shield`" + ` | a member turns the messages of a group off, and on again; also of chat rooms. Made for user tokens: give one in the header |
| ` + "`POST /chatgroups/{id}/apply`, `apply_verify`, `invite`, `invite_verify`, `DELETE .../quit`" + ` | the steps of joining and leaving by user tokens; bodies not known |

` + "```go" + `
type certificates struct {
	Entities []struct {
		UUID     string ` + "`json:\"uuid\"`" + `
		Name     string ` + "`json:\"name\"`" + `
		Provider string ` + "`json:\"provider\"`" + `
	} ` + "`json:\"entities\"`" + `
}
list, err := im.Raw[certificates](ctx, client, im.RawCall{Method: "GET", Path: "/notifiers", Idempotent: true})
if err != nil {
	log.Fatal(err)
}
for _, c := range list.Entities {
	log.Println(c.Name, c.Provider)
}
` + "```" + `
`
