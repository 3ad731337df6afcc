// Command fuzzall runs every fuzz target of the module, one after the other, each
// for a time: `make fuzz FUZZTIME=20s`.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

var target = regexp.MustCompile(`^func (Fuzz\w+)\(`)

func main() {
	each := flag.Duration("time", 0, "how long each target runs")
	flag.Parse()
	failed := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		names, err := targets(path)
		for _, name := range names {
			fmt.Println("==", filepath.Dir(path), name)
			cmd := exec.Command("go", "test", "-run", "^$", "-fuzz", "^"+name+"$", "-fuzztime", each.String(), "./"+filepath.Dir(path)) //nolint:gosec,noctx // runs the module's own tests
			cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
			if cmd.Run() != nil {
				failed++
			}
		}
		return err
	})
	if err != nil || failed > 0 {
		fmt.Fprintln(os.Stderr, "fuzzall:", failed, "targets failed", err)
		os.Exit(1)
	}
}

func targets(path string) ([]string, error) {
	f, err := os.Open(path) //nolint:gosec // a file of the module
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var names []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if m := target.FindStringSubmatch(lines.Text()); m != nil {
			names = append(names, m[1])
		}
	}
	return names, nil
}
