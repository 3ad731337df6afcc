package quotas

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/output"
)

const (
	narrowest = 40 // below that, bars are drawn as if there were so many columns
	mostBars  = 20 // are drawn: they must fit on a screen
)

// draw shows bars in place of those before, until Ctrl-C.
func (w *watching) draw(ctx context.Context, a *app.App, read source) error {
	above := 0
	return w.each(ctx, a, read, func(rows []row) error {
		width := max(a.Width(), narrowest)
		var b strings.Builder
		if above > 0 {
			fmt.Fprintf(&b, "\x1b[%dA\x1b[J", above) // up, and clear what is below
		}
		lines := picture(a, rows, width)
		above = len(lines)
		for _, line := range lines {
			b.WriteString(line + "\n")
		}
		_, err := io.WriteString(a.Stdout, b.String())
		return err
	})
}

// picture is the bars as lines that are not wider than the terminal.
func picture(a *app.App, rows []row, width int) []string {
	lines := []string{text.Snip(a.T("%s  quotas in use; Ctrl-C stops it", a.Now().UTC().Format("15:04:05Z")), width, "…")}
	if len(rows) == 0 {
		return append(lines, text.Snip(a.T("nothing is used"), width, "…"))
	}
	for i, r := range rows {
		if i == mostBars {
			return append(lines, text.Snip(a.T("and %d more: --once shows all", len(rows)-mostBars), width, "…"))
		}
		lines = append(lines, bar(r, width))
	}
	return lines
}

// bar is "users.get     ████░░░░░░  42/100/s".
func bar(r row, width int) string {
	name := r.Pool
	if r.User != "" {
		name += " " + r.User
	}
	name = output.Visible(name) // an emulator's, on another host perhaps
	nameWidth, numberWidth := max(12, width/3), 18
	length := max(width-nameWidth-numberWidth-4, 4)
	full := min(int(r.part()*float64(length)+0.5), length)
	if full == 0 && r.used() > 0 {
		full = 1
	}
	number := fmt.Sprintf("%d/%s", r.used(), r.Quota)
	if r.State != "" {
		number = r.State
	}
	line := text.Pad(text.Snip(name, nameWidth, "…"), nameWidth, ' ') + "  " + strings.Repeat("█", full) + strings.Repeat("░", length-full) + "  " + number
	return text.Snip(line, width, "…")
}
