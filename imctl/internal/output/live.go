package output

import (
	"encoding/csv"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
)

// Column is a column of rows that come one at a time: its width cannot be measured.
type Column struct {
	Name  string
	Width int                 // at least; the last column has none
	Show  func(string) string // makes a cell of a table shorter; nil: as it is
}

// Clock shows the time of day of a time.
func Clock(cell string) string {
	at, err := time.Parse(time.RFC3339Nano, cell)
	if err != nil {
		return cell
	}
	return at.UTC().Format("15:04:05.000Z")
}

// Live writes rows at once, each as it comes. End completes the form.
type Live struct {
	printer
	filter *filter
}

// Live makes a writer of rows that come one at a time.
func (w *Writer) Live(columns ...Column) (*Live, error) {
	filter, err := w.filter()
	if err != nil {
		return nil, err
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	l := &Live{printer: w.printer(names), filter: filter}
	switch {
	case w.Format == Table && filter != nil:
		l.printer = &lines{w: w.W, plain: true}
	case w.Format == CSV && filter != nil:
		l.printer = liveCSV{&csvRows{w: csv.NewWriter(w.W), atOnce: true}}
	case w.Format == CSV:
		l.printer = &csvRows{w: csv.NewWriter(w.W), columns: names, atOnce: true}
	case w.Format == Table:
		l.printer = &liveTable{w: w.W, columns: columns, width: w.Width}
	}
	return l, nil
}

// Row writes one row.
func (l *Live) Row(v any) error {
	value, err := toNode(v)
	if err != nil {
		return err
	}
	if l.filter != nil {
		return l.filter.each(value, l.row)
	}
	return l.row(value)
}

// End completes the form.
func (l *Live) End() error { return l.end() }

// liveTable is a table whose columns have a width from the start.
type liveTable struct {
	w       io.Writer
	columns []Column
	width   int
	begun   bool
}

func (p *liveTable) row(value any) error {
	var b strings.Builder
	if !p.begun {
		p.begun = true
		b.WriteString(p.line(func(c Column) string { return strings.ToUpper(c.Name) }))
	}
	b.WriteString(p.line(func(c Column) string {
		shown := cell(value, c.Name)
		if c.Show != nil {
			shown = c.Show(shown)
		}
		return Visible(shown)
	}))
	_, err := io.WriteString(p.w, b.String())
	return err
}

func (p *liveTable) line(of func(Column) string) string {
	var b strings.Builder
	for i, c := range p.columns {
		if i > 0 {
			b.WriteString("  ")
		}
		b.WriteString(text.Pad(of(c), c.Width, ' '))
	}
	line := strings.TrimRight(b.String(), " ")
	if p.width > 0 {
		line = text.Snip(line, p.width, "…")
	}
	return line + "\n"
}

func (p *liveTable) single(value any) error { return p.row(value) }
func (p *liveTable) end() error             { return nil }
