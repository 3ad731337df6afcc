package sheet

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// readJSONL reads one object a line.
func (f *File[T]) readJSONL(in *bufio.Reader, yield func(T) bool) error {
	return f.lines(in, func(number int, line string) (bool, error) {
		row, err := f.object(number, line)
		return err == nil && yield(row), err
	})
}

// object reads an object key by key, so that a fault has its place.
func (f *File[T]) object(number int, line string) (row T, err error) {
	d := json.NewDecoder(strings.NewReader(line))
	at := func() int { return int(d.InputOffset()) + 1 }
	fail := func(err error) (T, error) {
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			return row, f.wrong(number, int(syntax.Offset), "this is not JSON: %v", err)
		}
		return row, f.wrong(number, at(), "expected one JSON object per line, with %s", f.expected())
	}
	open, err := d.Token()
	if err != nil || open != json.Delim('{') {
		return fail(err)
	}
	seen := map[string]bool{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return fail(err)
		}
		name, _ := key.(string) // an object has no other keys
		place := at() - len(name) - 2
		c, known := f.column(name)
		if !known && name != reason {
			return row, f.unknown(number, max(place, 1), name)
		}
		if name = strings.ToLower(name); seen[name] {
			return row, f.wrong(number, max(place, 1), "the column %q appears twice", name)
		}
		place = at() + 1
		var value *string
		if err := d.Decode(&value); err != nil {
			if _, syntax := errors.AsType[*json.SyntaxError](err); syntax || errors.Is(err, io.ErrUnexpectedEOF) {
				return fail(err)
			}
			return row, f.wrong(number, place, "%s must be a string", name)
		}
		if seen[name] = true; c != nil && value != nil {
			*c.Of(&row) = *value
		}
	}
	if _, err := d.Token(); err != nil {
		return fail(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fail(err)
	}
	for _, c := range f.columns {
		if c.Required && !seen[c.Name] {
			return row, f.wrong(number, 0, "%s is missing; expected %s", c.Name, f.expected())
		}
	}
	return row, nil
}
