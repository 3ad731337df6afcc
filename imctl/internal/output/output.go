// Package output writes values and streams of values as a table, JSON, JSONL, YAML or
// CSV, through a jq filter if there is one. All forms start from the JSON of a value, so
// that a key has the same name in each, and keep the order of its keys.
package output

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"iter"
)

// Format is a form of output.
type Format string

// The formats.
const (
	Table Format = "table"
	JSON  Format = "json"
	JSONL Format = "jsonl"
	YAML  Format = "yaml"
	CSV   Format = "csv"
)

// Formats are the names of all of them.
var Formats = []string{string(Table), string(JSON), string(JSONL), string(YAML), string(CSV)}

// Writer writes the data of one command.
type Writer struct {
	W      io.Writer
	Format Format
	JQ     string
	Width  int // of a table; 0: without bound
	// Context stops the filter, which may run forever; nil: nothing does.
	Context context.Context //nolint:containedctx // of the one command that writes
	// NoHeader leaves out the header of CSV, for rows that continue a file.
	NoHeader bool
}

// Check rejects a wrong filter, before anything is done.
func (w *Writer) Check() error {
	_, err := w.filter()
	return err
}

// Value writes one value. A table or CSV shows the columns: keys, or paths such as "user.name";
// without columns it shows all keys. An array has a row for each element; with JSONL a filter sees each of them.
func (w *Writer) Value(v any, columns ...string) error {
	value, err := toNode(v)
	if err != nil {
		return err
	}
	rows, isArray := value.([]any)
	switch {
	case w.JQ != "" && (w.Format != JSONL || !isArray):
		return w.filtered(value)
	case isArray && w.Format != JSON && w.Format != YAML:
		return w.rows(each(rows), columns)
	}
	p := w.printer(columns)
	if err := p.single(value); err != nil {
		return err
	}
	return p.end()
}

// Rows writes a stream as it comes. If it fails in the middle, what came before is written,
// in a complete form, and the error is returned. A filter sees the whole array; with
// JSONL it sees each element.
func Rows[T any](w *Writer, items iter.Seq2[T, error], columns ...string) error {
	if w.JQ == "" || w.Format == JSONL {
		buffered := bufio.NewWriter(w.W)
		to := *w
		to.W = buffered
		err := to.rows(nodes(items), columns)
		if flushed := buffered.Flush(); !errors.Is(err, flushed) { // which has failed before, perhaps
			err = errors.Join(err, flushed)
		}
		return err
	}
	all := []any{}
	var failed error
	for value, err := range nodes(items) {
		if err != nil {
			failed = err
			break
		}
		all = append(all, value)
	}
	if err := w.filtered(all); err != nil {
		return err
	}
	return failed
}

func (w *Writer) rows(items iter.Seq2[any, error], columns []string) error {
	filter, err := w.filter()
	if err != nil {
		return err
	}
	p := w.printer(columns)
	for value, err := range items {
		if err == nil && filter != nil {
			err = filter.each(value, p.row)
		} else if err == nil {
			err = p.row(value)
		}
		if err != nil {
			_ = p.end() // complete what was written; the first error counts
			return err
		}
	}
	return p.end()
}

// filtered writes each result of the filter.
func (w *Writer) filtered(value any) error {
	filter, err := w.filter()
	if err != nil {
		return err
	}
	var p printer
	switch w.Format {
	case Table:
		p = &lines{w: w.W, plain: true}
	case JSON:
		p = &documents{w: w.W}
	default:
		p = w.printer(nil)
	}
	if err := filter.each(value, p.row); err != nil {
		_ = p.end()
		return err
	}
	return p.end()
}

// printer writes one form.
type printer interface {
	row(value any) error    // one element of a stream
	single(value any) error // the only value
	end() error
}

func (w *Writer) printer(columns []string) printer {
	switch w.Format {
	case JSON:
		return &array{w: w.W}
	case JSONL:
		return &lines{w: w.W}
	case YAML:
		return &yamlList{w: w.W}
	case CSV:
		return &csvRows{w: csv.NewWriter(w.W), columns: columns, begun: w.NoHeader}
	default:
		return &tables{w: w.W, columns: columns, width: w.Width}
	}
}

func each(rows []any) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

func nodes[T any](items iter.Seq2[T, error]) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		for item, err := range items {
			var value any
			if err == nil {
				value, err = toNode(item)
			}
			if !yield(value, err) || err != nil {
				return
			}
		}
	}
}
