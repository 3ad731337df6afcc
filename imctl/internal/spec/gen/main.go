// Command gen writes the commands of imctl, one file for each noun, from fields.json, the catalogue
// and docs/endpoints.md. Run it at the root of the repository, after endpointdocs: make docs.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/imrest/im-go/imctl/internal/spec"
)

const folder = "imctl/internal/spec"

func main() {
	if err := write(folder); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// entry is a row of the catalogue.
type entry struct {
	spec.Details
	Method string `json:"method"`
	Path   string `json:"path"`
	Title  string `json:"title"`
}

// write writes all files below a folder.
func write(to string) error {
	var catalogue []entry
	var requests []spec.Command
	if err := errors.Join(readJSON("internal/test/catalogue/catalogue.json", &catalogue), readJSON(folder+"/fields.json", &requests)); err != nil {
		return err
	}
	names, err := uses()
	if err != nil {
		return err
	}
	notes, err := readNotes()
	if err != nil {
		return err
	}
	commands, details := map[string][]spec.Command{}, map[string][]spec.Details{}
	for i, e := range catalogue {
		c := requests[i]
		if c.ID != e.ID || names[e.ID] == "" {
			return fmt.Errorf("%s: no fields or no method", e.ID)
		}
		c.Use, c.Title, c.Method, c.Path = names[e.ID], e.Title, e.Method, e.Path
		if err := complete(&c, e.BatchMax); err != nil {
			return fmt.Errorf("%s: %w", e.ID, err)
		}
		notes.rewrite(&c)
		noun, _, _ := strings.Cut(c.Use, " ")
		commands[noun] = append(commands[noun], c)
		details[noun] = append(details[noun], e.Details)
	}
	for noun := range commands {
		slices.SortFunc(commands[noun], func(a, b spec.Command) int { return strings.Compare(a.Use, b.Use) })
		if err := errors.Join(
			writeLines(filepath.Join(to, "commands", noun+".json"), commands[noun]),
			writeLines(filepath.Join(to, "details", noun+".json"), details[noun]),
		); err != nil {
			return err
		}
	}
	return notes.unused()
}

// methodOf is a row of docs/endpoints.md: | users.get | `client.Users.Get` | ...
var methodOf = regexp.MustCompile("(?m)^\\| ([a-z_]+\\.[a-z_]+) \\| `client\\.([A-Za-z]+)\\.([A-Za-z]+)`")

// uses are the words of each endpoint's command: the domain, and the method in small letters.
func uses() (map[string]string, error) {
	page, err := os.ReadFile("docs/endpoints.md")
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, row := range methodOf.FindAllStringSubmatch(string(page), -1) {
		names[row[1]] = strings.ToLower(row[2]) + " " + hyphens(row[3])
	}
	maps.Copy(names, ownNames)
	return names, nil
}

// hyphens writes a name of Go or JSON in small letters: "getHistoryURL" is "get-history-url".
func hyphens(name string) string {
	var b strings.Builder
	letters := []rune(name)
	for i, r := range letters {
		switch {
		case r == '_' || r == '.' || r == '-':
			b.WriteByte('-')
			continue
		case unicode.IsUpper(r) && i > 0 && letters[i-1] != '_' && letters[i-1] != '.' && letters[i-1] != '-':
			if !unicode.IsUpper(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1]) {
				b.WriteByte('-')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func readJSON(path string, to any) error {
	raw, err := os.ReadFile(path) //nolint:gosec // a file of the repository
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, to)
}

// writeLines writes a JSON array with one element a line.
func writeLines[T any](path string, items []T) error {
	lines := make([]string, len(items))
	for i, item := range items {
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(item); err != nil {
			return err
		}
		lines[i] = strings.TrimSuffix(b.String(), "\n")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // part of the repository
		return err
	}
	return os.WriteFile(path, []byte("[\n"+strings.Join(lines, ",\n")+"\n]\n"), 0o644) //nolint:gosec // part of the repository
}
