// Command perf measures the client beside raw net/http and encoding/json in the
// same run, and prints the figures as a table: `make bench`.
package main

import (
	_ "embed"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// row is one measurement with its bound.
type row struct {
	what, measured, raw, resty, bound string
	met                               bool
}

//go:embed introduction.md
var introduction string

func main() {
	out := flag.String("o", "", "also write a page with the table to this file")
	only := flag.Bool("callbacks", false, "measure callbacks alone")
	flag.Parse()
	measures := []func() []row{calls, connections, largeBody, longList, files, tokens, received, decided}
	if *only {
		measures = []func() []row{received, decided}
	}
	var rows []row
	for _, measure := range measures {
		rows = append(rows, measure()...)
	}
	measured := table(rows)
	fmt.Print(measured)
	if *out != "" {
		if err := os.WriteFile(*out, []byte(introduction+measured), 0o644); err != nil { //nolint:gosec // a page for everybody
			fmt.Fprintln(os.Stderr, "perf:", err)
			os.Exit(1)
		}
	}
	for _, r := range rows {
		if !r.met {
			os.Exit(1)
		}
	}
}

func table(rows []row) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Measured with `%s, %s/%s, %d cores`.\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	b.WriteString("| what | im-go | net/http by hand | resty by hand | bound | met |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, r := range rows {
		met := "yes"
		if !r.met {
			met = "**no**"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", r.what, r.measured, r.raw, r.resty, r.bound, met)
	}
	return b.String()
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
