package page

import (
	"hash/fnv"
	"net/url"
	"slices"
	"time"
	"unicode"
)

// maxText is how many characters of a long text are shown in a list.
const maxText = 2000

// cut shortens what would fill the page.
func cut(text string) string {
	if len(text) <= maxText {
		return text
	}
	if runes := []rune(text); len(runes) > maxText {
		return string(runes[:maxText]) + "…"
	}
	return text
}

// address is that of a view: names and values in turn, of which empty ones are left out.
func address(view string, pairs ...string) string {
	query := url.Values{}
	for pair := range slices.Chunk(pairs, 2) {
		if name, value := pair[0], pair[1]; value != "" {
			query.Set(name, value)
		}
	}
	if len(query) == 0 {
		return Prefix + view
	}
	return Prefix + view + "?" + query.Encode()
}

// stamp is a time as it is shown: short, and whole for machines.
type stamp struct{ Short, Whole string }

func (s stamp) String() string { return s.Short }

// shownTime is the time of day, with the date if it is of another day; empty for the zero time.
func shownTime(t, now time.Time) stamp {
	if t.IsZero() {
		return stamp{}
	}
	t = t.In(now.Location())
	short := t.Format("2006-01-02 15:04")
	if y, m, d := t.Date(); y == now.Year() && m == now.Month() && d == now.Day() {
		short = t.Format(time.TimeOnly)
	}
	return stamp{short, t.Format(time.RFC3339)}
}

// wholeTime is a time in a view of all of something; "" for the zero time.
func wholeTime(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(now.Location()).Format("2006-01-02 15:04:05.000 -07:00")
}

// face is the picture of a name.
type face struct {
	Initial string
	Hue     int
	Square  bool // not of a user
}

// faceOf makes the face of a name; it has the colour of an id.
func faceOf(name, id string) face {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	hue := int(h.Sum32() % 8)
	for _, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return face{Initial: string(unicode.ToUpper(r)), Hue: hue}
		}
	}
	return face{Initial: "?", Hue: hue}
}

func period(d time.Duration) string {
	switch d {
	case time.Second:
		return "second"
	case time.Minute:
		return "minute"
	case time.Hour:
		return "hour"
	case 24 * time.Hour:
		return "day"
	}
	return d.String()
}
