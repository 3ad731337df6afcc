// Command fuzzall runs every fuzz target of the module, each for a time or a
// count, and prints a line for each: `make fuzz FUZZTIME=20s`. With -keep it then
// writes what was found worth keeping to testdata/corpus.
package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/imrest/im-go/internal/test/corpus"
)

var (
	target   = regexp.MustCompile(`^func (Fuzz\w+)\(`)
	progress = regexp.MustCompile(`elapsed: (\w+), execs: (\d+).*\(total: (\d+)\)`)
)

func main() {
	each := flag.String("time", "20s", "how long each target runs: 20s, or 10000x for a count")
	only := flag.String("only", "", "runs the targets that match, each being \"internal/api FuzzMany\"")
	jobs := flag.Int("jobs", 1, "how many targets run at once")
	keep := flag.Bool("keep", false, "write the corpus of each target to testdata/corpus of its package")
	flag.Parse()
	chosen, err := regexp.Compile(*only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "fuzzall: -only:", err)
		os.Exit(2)
	}
	var failed atomic.Int32
	var all sync.WaitGroup
	free := make(chan struct{}, *jobs)
	err = filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		names, err := targets(path)
		for _, name := range names {
			if !chosen.MatchString(filepath.Dir(path) + " " + name) {
				continue
			}
			free <- struct{}{}
			all.Go(func() {
				dir := filepath.Dir(path)
				if !fuzz(dir, name, *each, max(1, runtime.NumCPU() / *jobs)) || *keep && !kept(dir, name) {
					failed.Add(1)
				}
				<-free
			})
		}
		return err
	})
	all.Wait()
	if err != nil || failed.Load() > 0 {
		fmt.Fprintln(os.Stderr, "fuzzall:", failed.Load(), "targets failed", err)
		os.Exit(1)
	}
}

// fuzz runs one target. A deadline that go test reports as a failure is none
// where no input was found: go.dev/issue/75804, mended in Go 1.27.
func fuzz(dir, name, each string, workers int) bool {
	cmd := exec.Command("go", "test", "-run", "^$", "-fuzz", "^"+name+"$", "-fuzztime", each, "-parallel", strconv.Itoa(workers), "./"+dir) //nolint:gosec,noctx // runs the module's own tests
	out, err := cmd.CombinedOutput()
	if err != nil && (!bytes.Contains(out, []byte("\n    context deadline exceeded\n")) || bytes.Contains(out, []byte("Failing input"))) {
		fmt.Printf("%s %s failed\n%s", dir, name, out)
		return false
	}
	last := [][]byte{nil, []byte("?"), []byte("?"), []byte("?")}
	if all := progress.FindAllSubmatch(out, -1); all != nil {
		last = all[len(all)-1]
	}
	fmt.Printf("%-20s %-22s %8s executed in %6s, %s inputs in the corpus, none fails\n", dir, name, last[2], last[1], last[3])
	return true
}

// kept writes the corpus of a target.
func kept(dir, name string) bool {
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}}", "./"+dir).Output() //nolint:gosec,noctx // a package of the module
	if err == nil {
		var cache []byte
		if cache, err = exec.Command("go", "env", "GOCACHE").Output(); err == nil { //nolint:noctx // short
			err = corpus.Keep(dir, name, filepath.Join(strings.TrimSpace(string(cache)), "fuzz", strings.TrimSpace(string(out)), name))
		}
	}
	if err != nil {
		fmt.Printf("%s %s: the corpus is not kept: %v\n", dir, name, err)
	}
	return err == nil
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
