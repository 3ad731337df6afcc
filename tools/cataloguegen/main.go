// Command cataloguegen turns a folder of catalogue files, one YAML file a
// domain, into the two JSON files that internal/test/catalogue embeds, and the one that
// the commands of imctl are made from (make docs):
//
//	cd tools && go run ./cataloguegen -dir ../../catalogue
//
// The YAML holds what every source says about an endpoint. The JSON holds what
// this module holds itself to: one quota per window, and whether a call
// may be retried. The rules from the one to the other are in quotas.go
// and idempotent.go. Endpoints are sorted by id and stand one on a line, so
// that a change reads well in a diff.
package main

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	dir := flag.String("dir", "", "folder with the YAML files (required)")
	out := flag.String("out", "../internal/test/catalogue", "folder to write catalogue.json and errors.json to")
	fields := flag.String("fields", "../imctl/internal/spec/fields.json", "file to write what requests are made of to")
	table := flag.Bool("table", false, "print how the quotas of endpoints with several figures were settled")
	flag.Parse()
	if *dir == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*dir, *out, *fields, *table); err != nil {
		fmt.Fprintln(os.Stderr, "cataloguegen:", err)
		os.Exit(1)
	}
}

func run(dir, out, fields string, table bool) error {
	src, err := load(dir)
	if err != nil {
		return err
	}
	endpoints := make([]endpoint, 0, len(src.Endpoints))
	requests := make([]request, 0, len(src.Endpoints))
	for _, s := range src.Endpoints {
		e, err := convert(s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.ID, err)
		}
		endpoints = append(endpoints, e)
		r, err := requestOf(s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.ID, err)
		}
		requests = append(requests, r)
		if table && len(s.Rate) != 1 {
			fmt.Print(settled(s, e))
		}
	}
	slices.SortFunc(endpoints, func(a, b endpoint) int { return cmp.Compare(a.ID, b.ID) })
	if err := writeLines(filepath.Join(out, "catalogue.json"), endpoints); err != nil {
		return err
	}
	slices.SortFunc(requests, func(a, b request) int { return cmp.Compare(a.ID, b.ID) })
	if err := writeLines(fields, requests); err != nil {
		return err
	}
	// The errors keep the order of their file, which goes by subject.
	documented := make([]documentedError, 0, len(src.Errors))
	for _, s := range src.Errors {
		documented = append(documented, documentedError{
			Area: s.Area, Status: int(s.Status), Code: s.ErrorCode, Error: s.Error,
			Message: s.MessagePattern, Meaning: s.Meaning, Retry: s.Retry,
		})
	}
	return writeLines(filepath.Join(out, "errors.json"), documented)
}

func convert(s source) (endpoint, error) {
	repeat, err := idempotent(s.ID, s.Idempotent)
	if err != nil {
		return endpoint{}, err
	}
	q, err := settle(s.ID, s.Rate)
	if err != nil {
		return endpoint{}, err
	}
	e := endpoint{
		ID: s.ID, Method: s.Method, Path: s.Path, Title: s.Title,
		Origin: append([]string{}, s.Origin...),
		Pool:   q.Pool, Quotas: q.Base, EasemobQuotas: q.Easemob, EasemobBudget: q.Within,
		BatchMax: s.BatchMax, Idempotent: repeat,
	}
	for _, x := range s.Errors {
		e.Errors = append(e.Errors, endpointError{
			Status: int(x.Status), Code: x.ErrorCode, Error: x.Error,
			// Three names for one thing, one a file.
			Message: cmp.Or(x.ErrorDescription, x.Description, x.Message),
			When:    x.When,
		})
	}
	return e, nil
}

// writeLines writes a JSON array with one element a line.
func writeLines[T any](path string, items []T) error {
	lines := make([]string, 0, len(items))
	for _, item := range items {
		var b strings.Builder
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false) // people read "<" better than "\u003c"
		if err := enc.Encode(item); err != nil {
			return err
		}
		lines = append(lines, strings.TrimSuffix(b.String(), "\n"))
	}
	return os.WriteFile(path, []byte("[\n"+strings.Join(lines, ",\n")+"\n]\n"), 0o644)
}
