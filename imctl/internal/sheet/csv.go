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
	row := &bounded{in: in}
	r := csv.NewReader(row)
	r.FieldsPerRecord = -1 // compared here, where line and column are known
	r.ReuseRecord = true
	record, err := f.record(r, row)
	if errors.Is(err, io.EOF) {
		return f.wrong(1, 0, "the file is empty; expected a header with %s", f.expected())
	}
	if err != nil {
		return err
	}
	columns, err := f.readHeader(r, record)
	if err != nil {
		return err
	}
	for {
		record, err := f.record(r, row)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
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

// bounded ends where a row is too long: a quote that is never closed would take in the rest of the file.
type bounded struct {
	in   io.Reader
	read int64
	end  int64 // of the row at the latest
	cut  bool
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.cut = b.read >= b.end; b.cut {
		return 0, io.EOF
	}
	n, err := b.in.Read(p[:min(int64(len(p)), b.end-b.read)])
	b.read += int64(n)
	return n, err
}

// record reads the next row, of at most maxLine.
func (f *File[T]) record(r *csv.Reader, row *bounded) ([]string, error) {
	row.end = r.InputOffset() + maxLine + 1
	record, err := r.Read()
	fault, isFault := errors.AsType[*csv.ParseError](err)
	switch {
	case row.cut && isFault:
		return nil, f.wrong(fault.StartLine, 0, "the row is longer than 1 MiB: close the quote that is open in it")
	case row.cut && len(record) == 0:
		return nil, f.T("%s has more than 1 MiB of empty lines", f.path)
	case row.cut:
		line, _ := r.FieldPos(0)
		return nil, f.wrong(line, 0, "the row is longer than 1 MiB: end each row with a line break")
	case isFault && fault.StartLine < fault.Line:
		return nil, f.wrong(fault.Line, fault.Column, "this is not CSV: %v; the row begins in line %d", fault.Err, fault.StartLine)
	case isFault:
		return nil, f.wrong(fault.Line, fault.Column, "this is not CSV: %v", fault.Err)
	}
	return record, err
}
