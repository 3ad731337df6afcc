// Package corpus keeps the inputs that fuzzing found worth keeping: a file for
// each target, where go test would have a file for each input. Every go test
// runs them, and every fuzzing starts from them.
package corpus

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// header begins each of go test's files; a value a line follows.
const header = "go test fuzz v1\n"

// longest is the longest input, encoded, that is worth keeping.
const longest = 2 << 10

// file is where the corpus of a target lies, from its package.
func file(target string) string { return filepath.Join("testdata", "corpus", target+".txt") }

// Add adds the kept inputs of a target.
func Add(f *testing.F) {
	f.Helper()
	text, err := os.ReadFile(file(f.Name()))
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		f.Fatal(err)
	}
	inputs, err := read(string(text))
	if err != nil {
		f.Fatal(err)
	}
	for _, values := range inputs {
		f.Add(values...)
	}
}

// read takes the inputs of a file apart: a value a line, an empty line between two.
func read(text string) (inputs [][]any, err error) {
	for input := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n\n") {
		var values []any
		for line := range strings.SplitSeq(input, "\n") {
			v, err := value(line)
			if err != nil {
				return nil, err
			}
			values = append(values, v)
		}
		inputs = append(inputs, values)
	}
	return inputs, nil
}

// value reads one value as go test writes it: []byte("a"), byte('\x00').
func value(line string) (any, error) {
	kind, literal, ok := strings.Cut(strings.TrimSuffix(line, ")"), "(")
	if ok {
		switch kind {
		case "[]byte":
			s, err := strconv.Unquote(literal)
			return []byte(s), err
		case "string":
			return strconv.Unquote(literal)
		case "byte":
			s, err := strconv.Unquote(literal)
			r, _ := utf8.DecodeRuneInString(s)
			return byte(r), err //nolint:gosec // go test writes no other
		case "int64":
			return strconv.ParseInt(literal, 10, 64)
		}
	}
	return nil, fmt.Errorf("%q is no value of a corpus", line)
}

// Keep writes the corpus of a target, whose package lies in dir, from the inputs
// that go test has found so far.
func Keep(dir, target, found string) error {
	paths, err := filepath.Glob(filepath.Join(found, "*"))
	if err != nil || len(paths) == 0 {
		return err
	}
	var entries [][]byte
	for _, path := range paths {
		text, err := os.ReadFile(path) //nolint:gosec // go test's
		if err != nil {
			return err
		}
		if values, ok := bytes.CutPrefix(text, []byte(header)); ok && len(values) <= longest {
			entries = append(entries, values)
		}
	}
	slices.SortFunc(entries, bytes.Compare)
	to := filepath.Join(dir, file(target))
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return err
	}
	return os.WriteFile(to, bytes.Join(entries, []byte{'\n'}), 0o600) //nolint:gosec // below a package of the module
}
