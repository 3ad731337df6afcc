package output

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible shows control characters as escapes: a nickname must not move the cursor. What is not UTF-8 is U+FFFD.
func Visible(s string) string { return escaped(s, hidden) }

// VisibleLines is [Visible] for a text of several lines.
func VisibleLines(s string) string { return escaped(s, hiddenInLines) }

func escaped(s string, hidden func(rune) bool) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case !hidden(r):
			b.WriteRune(r)
		case r < 0x7F:
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		default: // stays JSON within JSON, which escapes those above by itself
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// hidden are control characters, and those that change the direction of text.
func hidden(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}

func hiddenInLines(r rune) bool { return hidden(r) && r != '\n' && r != '\t' }

// ForTerminal writes to a terminal what may come from others: control characters are shown as by [VisibleLines].
// Close writes what ends within a character, and leaves w open.
func ForTerminal(w io.Writer) io.WriteCloser { return &terminal{w: w} }

type terminal struct {
	w    io.Writer
	rest []byte // the beginning of a character whose end is yet to come
}

func (t *terminal) Write(p []byte) (int, error) {
	all := slices.Concat(t.rest, p)
	end := len(all)
	for back := 1; back < utf8.UTFMax && back <= len(all); back++ {
		if at := len(all) - back; utf8.RuneStart(all[at]) {
			if !utf8.FullRune(all[at:]) {
				end = at
			}
			break
		}
	}
	t.rest = all[end:]
	if _, err := io.WriteString(t.w, VisibleLines(string(all[:end]))); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (t *terminal) Close() error {
	_, err := io.WriteString(t.w, VisibleLines(string(t.rest)))
	t.rest = nil
	return err
}
