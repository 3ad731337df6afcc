package main

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// joined has each paragraph and each item of a list on one line, since a break between two
// Chinese characters shows as a space.
func joined(page string) string {
	var out []string
	code := false
	for line := range strings.SplitSeq(page, "\n") {
		fence := strings.HasPrefix(line, "```")
		code = code != fence
		last := len(out) - 1
		if code || fence || last < 0 || begins(line) || ends(out[last]) {
			out = append(out, line)
			continue
		}
		out[last] = join(out[last], strings.TrimSpace(line))
	}
	return strings.Join(out, "\n")
}

// begins holds for a line that does not go on with the one before it.
func begins(line string) bool {
	return line == "" || hasAny(line, "|", "#", "- ", "    ", "!", "[English]", "<")
}

// ends holds for a line that the next one does not go on with.
func ends(line string) bool {
	return line == "" || hasAny(line, "|", "#", "    ", "```", "<", "[English]")
}

func hasAny(line string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(line, p) {
			return true
		}
	}
	return false
}

func join(a, b string) string {
	before, _ := utf8.DecodeLastRuneInString(a)
	after, _ := utf8.DecodeRuneInString(b)
	if fullWidth(before) || fullWidth(after) || unicode.Is(unicode.Han, before) && unicode.Is(unicode.Han, after) {
		return a + b
	}
	return a + " " + b
}

func fullWidth(r rune) bool {
	return strings.ContainsRune("，。；：！？、（）“”…—", r)
}
