package api

import (
	"strings"
	"unicode/utf8"
)

// MaxText is how many bytes of a text of the server's an error keeps.
const MaxText = 1 << 10

// Ellipsis ends what was clipped.
const Ellipsis = "…"

// Clip returns the first limit bytes of a text, and marks that there was more. It
// cuts no character in two, and does not keep the rest in memory.
func Clip(s string, limit int) string {
	if len(s) <= limit {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return strings.ToValidUTF8(s[:limit], "\uFFFD") + Ellipsis
}
