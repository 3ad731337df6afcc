package output

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
)

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

// array is a JSON array, written element by element.
type array struct {
	w     io.Writer
	begun bool
	alone bool
}

func (p *array) row(value any) error {
	before := ",\n  "
	if !p.begun {
		before, p.begun = "[\n  ", true
	}
	body := bytes.ReplaceAll(indented(value), []byte("\n"), []byte("\n  "))
	_, err := fmt.Fprintf(p.w, "%s%s", before, body)
	return err
}

func (p *array) single(value any) error {
	p.alone = true
	_, err := fmt.Fprintf(p.w, "%s\n", indented(value))
	return err
}

func (p *array) end() error {
	text := "\n]\n"
	switch {
	case p.alone:
		return nil
	case !p.begun:
		text = "[]\n"
	}
	_, err := io.WriteString(p.w, text)
	return err
}

// documents are JSON values one after the other, as jq prints them.
type documents struct{ w io.Writer }

func (p *documents) row(value any) error {
	_, err := fmt.Fprintf(p.w, "%s\n", indented(value))
	return err
}
func (p *documents) single(value any) error { return p.row(value) }
func (p *documents) end() error             { return nil }

// lines are values one a line; plain shows texts as they are.
type lines struct {
	w     io.Writer
	plain bool
}

func (p *lines) row(value any) error {
	text, ok := value.(string)
	if !ok || !p.plain {
		text = string(compact(value))
	}
	_, err := io.WriteString(p.w, text+"\n")
	return err
}
func (p *lines) single(value any) error { return p.row(value) }
func (p *lines) end() error             { return nil }

// csvRows is CSV by RFC 4180 with a header line. Without columns it needs all rows to know
// them, so that nothing is left out.
type csvRows struct {
	w       *csv.Writer
	columns []string
	begun   bool
	atOnce  bool // each row is seen as it comes
	held    []any
}

func (p *csvRows) row(value any) error {
	if p.columns == nil {
		p.held = append(p.held, value)
		return nil
	}
	if !p.begun {
		p.begun = true
		if err := p.w.Write(p.columns); err != nil {
			return err
		}
	}
	cells := make([]string, len(p.columns))
	for i, column := range p.columns {
		cells[i] = cell(value, column)
	}
	if err := p.w.Write(cells); err != nil || !p.atOnce {
		return err
	}
	return p.flush()
}

func (p *csvRows) single(value any) error { return p.row(value) }

func (p *csvRows) end() error {
	if p.columns == nil {
		p.columns = keysOf(p.held)
		for _, value := range p.held {
			if err := p.row(value); err != nil {
				return err
			}
		}
	} else if !p.begun {
		if err := p.w.Write(p.columns); err != nil {
			return err
		}
	}
	return p.flush()
}

func (p *csvRows) flush() error {
	p.w.Flush()
	return p.w.Error()
}
