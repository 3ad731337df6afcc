package output

import (
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// Sheet writes labels with texts beside them, for people. Texts that are too long for the width
// go on below, at the same column; width 0 is without bound.
func Sheet(w io.Writer, width int, rows [][2]string) error {
	label := 0
	for _, row := range rows {
		label = max(label, text.StringWidth(row[0]))
	}
	label += 2
	var b strings.Builder
	for _, row := range rows {
		lines := wrapped(Visible(row[1]), width-label)
		if width == 0 {
			lines = []string{Visible(row[1])}
		}
		for i, line := range lines {
			if i == 0 {
				b.WriteString(text.Pad(row[0], label, ' '))
			} else {
				b.WriteString(strings.Repeat(" ", label))
			}
			b.WriteString(line + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// wrapped cuts a text into lines: at blanks, or within words that are longer than a line.
func wrapped(s string, width int) []string {
	width = max(width, 20)
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(s) {
		if line != "" && text.StringWidth(line)+1+text.StringWidth(word) <= width {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		line = ""
		for _, r := range word {
			if text.StringWidth(line)+text.RuneWidth(r) > width {
				lines = append(lines, line)
				line = ""
			}
			line += string(r)
		}
	}
	return append(lines, line)
}
