package rest

import (
	"slices"
	"strings"
	"unicode"

	"github.com/imrest/im-go/imtest/internal/world"
)

// A mark is what was found in a text: its first character, and the one after its
// last.
type mark [2]int

// find returns by field what the keywords find in texts, if enough of them find
// something.
func (s *search) find(fields map[string][]rune) (marks map[string][]mark, found bool) {
	marks = map[string][]mark{}
	hits := 0
	for _, keyword := range s.keywords {
		here := 0
		for name, text := range fields {
			list := findIn(s.mode, lower(text), lower([]rune(strings.TrimSpace(keyword))))
			if list != nil {
				marks[name] = append(marks[name], list...)
				here = 1
			}
		}
		hits += here
	}
	return marks, hits == len(s.keywords) || hits > 0 && !s.all
}

// lower folds characters one by one, so that they keep their places.
func lower(text []rune) []rune { return world.Convert(text, unicode.ToLower) }

// findIn returns where a text has a keyword, nil if it has not. No page says how
// texts are split: all words of the keyword have to be in the text, also as parts
// of longer words.
func findIn(mode string, text, keyword []rune) []mark {
	switch mode {
	case "exact":
		if slices.Equal(text, keyword) {
			return []mark{{0, len(text)}}
		}
		return nil
	case "phrase":
		return findPhrase(text, keyword)
	}
	var all []mark
	for _, w := range wordsOf(keyword) {
		word := keyword[w[0]:w[1]]
		list := findPhrase(text, word)
		if list == nil && mode == "fuzzy" {
			list = findFuzzy(text, word)
		}
		if len(list) == 0 {
			return nil
		}
		all = append(all, list...)
	}
	return all
}

func findPhrase(text, phrase []rune) []mark {
	var list []mark
	for i := 0; i+len(phrase) <= len(text); {
		if slices.Equal(text[i:i+len(phrase)], phrase) {
			list = append(list, mark{i, i + len(phrase)})
			i += len(phrase)
		} else {
			i++
		}
	}
	return list
}

// findFuzzy returns the words of a text that are nearly a word: one character may
// be wrong, two of long words.
func findFuzzy(text, word []rune) []mark {
	most := 0
	switch {
	case len(word) > 5:
		most = 2
	case len(word) > 2:
		most = 1
	}
	return slices.DeleteFunc(wordsOf(text), func(w mark) bool { return distance(text[w[0]:w[1]], word) > most })
}

// wordsOf are the places of the words of a text.
func wordsOf(text []rune) []mark {
	var list []mark
	start := -1
	for i, r := range append(slices.Clone(text), ' ') {
		switch inside := unicode.IsLetter(r) || unicode.IsDigit(r); {
		case inside && start < 0:
			start = i
		case !inside && start >= 0:
			list = append(list, mark{start, i})
			start = -1
		}
	}
	return list
}

// distance is the least number of characters to insert, delete or replace that
// makes one text of another.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, ra := range a {
		corner := row[0]
		row[0] = i + 1
		for j, rb := range b {
			replaced := corner
			if ra != rb {
				replaced++
			}
			corner = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// pieces are the parts of a text with marks in them, or the whole of it if no
// number of pieces is asked for.
func (s *search) pieces(text []rune, marks []mark) []string {
	size := s.piece
	if s.most == 0 {
		size = max(1, len(text))
	}
	marked := make([]bool, len(text)+1) // the one behind the end is never marked
	for _, m := range marks {
		for i := m[0]; i < m[1]; i++ {
			marked[i] = true
		}
	}
	var list []string
	for from := 0; from < len(text) && (s.most == 0 || len(list) < s.most); from += size {
		to := min(from+size, len(text))
		if slices.Contains(marked[from:to], true) {
			list = append(list, s.highlighted(text[from:to], marked[from:to]))
		}
	}
	return list
}

// highlighted puts the tags around what is marked.
func (s *search) highlighted(text []rune, marked []bool) string {
	var b strings.Builder
	for i, r := range text {
		if marked[i] && (i == 0 || !marked[i-1]) {
			b.WriteString(s.before)
		}
		b.WriteRune(r)
		if marked[i] && (i+1 == len(text) || !marked[i+1]) {
			b.WriteString(s.past)
		}
	}
	return b.String()
}
