package output

import (
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// blockRows are measured together; the columns of later blocks are at least as wide as those of the
// first, so that a stream shows early and stays aligned.
const blockRows = 500

// tables is a table for people: no lines, a header in capitals.
type tables struct {
	w       io.Writer
	columns []string
	width   int
	widths  []int
	block   []any
	begun   bool
}

func (p *tables) row(value any) error {
	p.block = append(p.block, value)
	if len(p.block) < blockRows {
		return nil
	}
	return p.flush()
}

// single shows an object with a line for each key, and anything else as it is.
func (p *tables) single(value any) error {
	p.begun = true
	o, ok := value.(*object)
	if !ok {
		return (&lines{w: p.w, plain: true}).row(value)
	}
	columns := p.columns
	if len(columns) == 0 {
		columns = o.keys
	}
	t := p.table()
	for _, column := range columns {
		t.AppendRow(table.Row{column, Visible(cell(o, column))})
	}
	return p.render(t)
}

func (p *tables) end() error {
	if p.begun && len(p.block) == 0 {
		return nil
	}
	return p.flush()
}

func (p *tables) flush() error {
	first := !p.begun
	if first && len(p.columns) == 0 {
		p.columns = keysOf(p.block)
		slices.SortStableFunc(p.columns, func(x, y string) int { return place(x) - place(y) })
	}
	p.begun = true
	if len(p.columns) == 0 {
		return nil
	}
	t := p.table()
	if first {
		header := make(table.Row, len(p.columns))
		p.widths = make([]int, len(p.columns))
		for i, column := range p.columns {
			header[i] = strings.ToUpper(column)
			p.widths[i] = text.StringWidth(column)
		}
		t.AppendHeader(header)
	}
	for _, value := range p.block {
		row := make(table.Row, len(p.columns))
		for i, column := range p.columns {
			shown := Visible(cell(value, column))
			row[i] = shown
			p.widths[i] = max(p.widths[i], text.StringWidth(shown))
		}
		t.AppendRow(row)
	}
	var configs []table.ColumnConfig
	for i, width := range p.widths {
		configs = append(configs, table.ColumnConfig{Number: i + 1, WidthMin: width})
	}
	t.SetColumnConfigs(configs)
	p.block = p.block[:0]
	return p.render(t)
}

// firstColumns say what a row is about: on a narrow terminal the last columns are cut off.
var firstColumns = []string{"row", "id", "groupid", "username", "name", "groupname"}

// place is that among the first columns, or after all of them.
func place(column string) int {
	if i := slices.Index(firstColumns, column); i >= 0 {
		return i
	}
	return len(firstColumns)
}

func (p *tables) table() table.Writer {
	t := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Box.UnfinishedRow = "…"
	style.Format.Header = text.FormatDefault
	style.Size.WidthMax = p.width
	t.SetStyle(style)
	t.SuppressTrailingSpaces()
	return t
}

func (p *tables) render(t table.Writer) error {
	_, err := io.WriteString(p.w, t.Render()+"\n")
	return err
}
