// Package sheet reads files of rows: CSV with a header, JSON lines, and lists with one name a line. A file is
// checked from beginning to end before its first row is used, and its faults are named with line and column.
package sheet

import (
	"bufio"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/imrest/im-go/imctl/internal/text"
)

// Column is a column of a file: a field of T.
type Column[T any] struct {
	Name     string
	Required bool
	Of       func(*T) *string
}

// reason is the column that rejects have: why a row was refused. It is not read.
const reason = "error"

// File is a file that was checked.
type File[T any] struct {
	path    string
	form    form
	columns []Column[T]
	header  []string // of a CSV file
	rows    int
	speak   func(english string, args ...any) string
}

type form int

const (
	list form = iota
	csvForm
	jsonl
)

// Problem is a fault of a file.
type Problem struct {
	Line, Column int // from 1; 0: no column is to blame
	Text         string
}

// Error names the place.
func (p *Problem) Error() string { return p.Text }

// Open checks a file: .csv and .jsonl by their columns, any other as a list of values of the first column.
// Faults are spoken of by speak.
func Open[T any](path string, columns []Column[T], speak func(english string, args ...any) string) (*File[T], error) {
	f := &File[T]{path: path, columns: columns, speak: speak}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv":
		f.form = csvForm
	case ".jsonl", ".ndjson":
		f.form = jsonl
	default:
		for _, c := range columns[1:] {
			if c.Required {
				return nil, f.T("%s must be a .csv or .jsonl file with %s", path, f.expected())
			}
		}
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, f.T("%s must be a file: it is read twice, to be checked first", path)
	}
	for _, err := range f.Rows() {
		if err != nil {
			return nil, err
		}
		f.rows++
	}
	return f, nil
}

// Len is how many rows there are.
func (f *File[T]) Len() int { return f.rows }

// Path is where the file is.
func (f *File[T]) Path() string { return f.path }

// Rows reads the file.
func (f *File[T]) Rows() iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		in, err := os.Open(f.path)
		if err != nil {
			yield(*new(T), err)
			return
		}
		defer func() { _ = in.Close() }()
		buffered := bufio.NewReader(in)
		if mark, _ := buffered.Peek(3); string(mark) == "\uFEFF" {
			_, _ = buffered.Discard(3) // it was peeked
		}
		read := map[form]func(*bufio.Reader, func(T) bool) error{list: f.readList, csvForm: f.readCSV, jsonl: f.readJSONL}[f.form]
		if err := read(buffered, func(row T) bool { return yield(row, nil) }); err != nil {
			yield(*new(T), err)
		}
	}
}

func (f *File[T]) wrong(line, column int, format string, args ...any) error {
	text := f.speak(format, args...)
	if column == 0 {
		text = f.speak("%s, line %d: %s", f.path, line, text)
	} else {
		text = f.speak("%s, line %d, column %d: %s", f.path, line, column, text)
	}
	return &Problem{line, column, text}
}

// T is an error about the file as a whole.
func (f *File[T]) T(format string, args ...any) error { return errors.New(f.speak(format, args...)) }

// expected names the columns.
func (f *File[T]) expected() string {
	var names []string
	for _, c := range f.columns {
		name := c.Name
		if !c.Required {
			name = f.speak("%s (optional)", name)
		}
		names = append(names, name)
	}
	return f.join(names)
}

func (f *File[T]) join(names []string) string { return text.List(names, f.speak) }

// column finds a column by its name.
func (f *File[T]) column(name string) (*Column[T], bool) {
	for i := range f.columns {
		if strings.EqualFold(f.columns[i].Name, name) {
			return &f.columns[i], true
		}
	}
	return nil, false
}

// unknown is the error for a column that is none.
func (f *File[T]) unknown(line, column int, name string) error {
	return f.wrong(line, column, "%q is not a column; expected %s", name, f.expected())
}

// maxLine bounds a line, so that a file without ends of lines does not fill the memory.
const maxLine = 1 << 20

// lines goes over the lines of a file that are not empty.
func (f *File[T]) lines(in *bufio.Reader, each func(number int, line string) (bool, error)) error {
	for number := 1; ; number++ {
		line, err := readLine(in)
		if errors.Is(err, bufio.ErrBufferFull) {
			return f.wrong(number, 0, "the line is longer than 1 MiB: end each row with a line break")
		}
		last := errors.Is(err, io.EOF)
		if err != nil && !last {
			return err
		}
		if at := invalidUTF8(line); at >= 0 {
			return f.notUTF8(number, at+1)
		}
		if text := strings.TrimRight(line, " \t\r\n"); text != "" {
			if on, failed := each(number, text); failed != nil || !on {
				return failed
			}
		}
		if last {
			return nil
		}
	}
}

func readLine(in *bufio.Reader) (string, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return string(line), err
		}
		if len(line) > maxLine {
			return "", err
		}
	}
}

// notUTF8 is the error for what spreadsheets write unless they are told otherwise.
func (f *File[T]) notUTF8(line, column int) error {
	return f.wrong(line, column, "this is not UTF-8: save the file as UTF-8")
}

// invalidUTF8 is where a text is not UTF-8, or -1.
func invalidUTF8(s string) int {
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD") {
			return i
		}
	}
	return -1
}

// readList reads one name a line. Lines that begin with # are comments.
func (f *File[T]) readList(in *bufio.Reader, yield func(T) bool) error {
	return f.lines(in, func(number int, line string) (bool, error) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			return true, nil
		}
		if at := strings.IndexAny(line, ",;\t\r {"); at >= 0 {
			return false, f.wrong(number, at+1, "expected one %s per line; files with columns end in .csv or .jsonl", f.columns[0].Name)
		}
		var row T
		*f.columns[0].Of(&row) = line
		return yield(row), nil
	})
}
