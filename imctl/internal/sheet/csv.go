package sheet

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"strings"
)

// readCSV reads the header and the rows.
func (f *File[T]) readCSV(in *bufio.Reader, yield func(T) bool) error {
	r := csv.NewReader(in)
	r.FieldsPerRecord = -1 // compared here, where line and column are known
	r.ReuseRecord = true
	record, err := r.Read()
	if errors.Is(err, io.EOF) {
		return f.wrong(1, 0, "the file is empty; expected a header with %s", f.expected())
	}
	if err != nil {
		return f.parse(err)
	}
	columns, err := f.readHeader(r, record)
	if err != nil {
		return err
	}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return f.parse(err)
		}
		if err := f.checkRecord(r, record, len(columns)); err != nil {
			return err
		}
		var row T
		for i, c := range columns {
			if c != nil {
				*c.Of(&row) = strings.Clone(record[i])
			}
		}
		if !yield(row) {
			return nil
		}
	}
}

// readHeader finds the columns; nil stands for the one that is not read.
func (f *File[T]) readHeader(r *csv.Reader, record []string) ([]*Column[T], error) {
	columns := make([]*Column[T], len(record))
	var names []string
	seen := map[string]bool{}
	for i, name := range record {
		line, at := r.FieldPos(i)
		if bad := invalidUTF8(name); bad >= 0 {
			return nil, f.notUTF8(line, at+bad)
		}
		name = strings.ToLower(strings.TrimSpace(name))
		c, known := f.column(name)
		if !known && name != reason {
			return nil, f.unknown(line, at, name)
		}
		if seen[name] {
			return nil, f.wrong(line, at, "the column %q appears twice", name)
		}
		seen[name] = true
		names = append(names, strings.Clone(name))
		columns[i] = c
	}
	for _, c := range f.columns {
		if c.Required && !seen[c.Name] {
			return nil, f.wrong(1, 0, "the column %q is missing; expected %s", c.Name, f.expected())
		}
	}
	if f.header == nil { // the first time, which is the check
		f.header = names
	}
	return columns, nil
}

func (f *File[T]) checkRecord(r *csv.Reader, record []string, columns int) error {
	if n := len(record); n != columns {
		line, at := r.FieldPos(min(n, columns+1) - 1)
		return f.wrong(line, at, "the row has %d columns, the header %d: %s", n, columns, f.join(f.header))
	}
	for i, value := range record {
		if bad := invalidUTF8(value); bad >= 0 {
			line, at := r.FieldPos(i)
			return f.notUTF8(line, at+bad)
		}
	}
	return nil
}

// parse names the place of a fault in CSV.
func (f *File[T]) parse(err error) error {
	if at, ok := errors.AsType[*csv.ParseError](err); ok {
		return f.wrong(at.Line, at.Column, "this is not CSV: %v", at.Err)
	}
	return err
}
