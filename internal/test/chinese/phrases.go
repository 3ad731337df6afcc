package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// phrases are texts by their English form, in which # stands for each value. A Chinese
// form has them in the same order, or names them: #1, #2.
type phrases map[string]string

var (
	// value is what both languages have alike: code, numbers, ids.
	value = regexp.MustCompile("`[^`]*`" + `|[-+±−]?\d[\d,.]*\d|[-+±−]?\d|\b[a-z]+[_.][a-z_.]+\b`)
	// bare is a text without words: values, units, names of documents.
	bare = regexp.MustCompile(`^(#|[KM]i?B|[nµm]?s|×|%|–|---|[ ,/]|[a-z-]*(overview|limits|doc))*$`)
	slot = regexp.MustCompile(`#\d*`)
)

// readPhrases reads pairs of lines, apart from each other by an empty one.
func readPhrases(text string) (phrases, error) {
	p := make(phrases)
	for pair := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		english, chinese, ok := strings.Cut(pair, "\n")
		if !ok || strings.Contains(chinese, "\n") || p[english] != "" {
			return nil, fmt.Errorf("phrases.txt: not a new text and its Chinese form: %s", pair)
		}
		if n := strings.Count(english, "#"); !slices.Equal(slices.Sorted(slices.Values(slots(chinese))), upTo(n)) {
			return nil, fmt.Errorf("phrases.txt: not the same values in both: %s", pair)
		}
		p[english] = chinese
	}
	return p, nil
}

func template(english string) string { return value.ReplaceAllString(english, "#") }

// translate returns the text itself and false if it is not known.
func (p phrases) translate(english string) (string, bool) {
	key := template(english)
	chinese, ok := p[key]
	if !ok {
		return english, bare.MatchString(key)
	}
	values, order := value.FindAllString(english, -1), slots(chinese)
	return slot.ReplaceAllStringFunc(chinese, func(string) string {
		n := order[0]
		order = order[1:]
		return values[n-1]
	}), true
}

// slots are the numbers of the values in a Chinese text, as they come.
func slots(chinese string) []int {
	found := slot.FindAllString(chinese, -1)
	order := upTo(len(found))
	for i, s := range found {
		if len(s) > 1 {
			order[i], _ = strconv.Atoi(s[1:])
		}
	}
	return order
}

func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i + 1
	}
	return list
}
