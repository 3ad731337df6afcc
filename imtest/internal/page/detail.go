package page

import (
	"net/http"
	"net/url"
	"strconv"
)

// detail is a view of all of one thing.
type detail struct {
	Kind    string // "user", "group", ...
	Face    *face
	Chips   []chip
	Note    string // in place of the rest, if something is wrong
	Fields  []field
	Picture string // address, "": none
	Blocks  []block
	Parts   []part
	None    []string // titles of parts that have nothing

	Redeliver int64 // a callback that can be resent, 0: none
}

// chip is a short note; Class is its colour.
type chip struct{ Text, Class string }

// field is one property.
type field struct {
	Name, Text, Href string
}

// block is a longer text as it is, such as a body.
type block struct{ Title, Text string }

// part is a list that belongs to the thing.
type part struct {
	Title       string
	Total       int
	Entries     []entry
	Whole       string // address of the part alone, if it has more
	Newer, Next string // addresses around this piece of it
}

// entry is a line of a part.
type entry struct {
	Text, Href, Note string
	Time             stamp
	Chip             chip
}

// add adds a field that is not empty.
func (d *detail) add(name, text string) {
	if text != "" {
		d.Fields = append(d.Fields, field{Name: name, Text: text})
	}
}

// flag adds a field that holds.
func (d *detail) flag(name string, holds bool) {
	if holds {
		d.add(name, "yes")
	}
}

// link adds a field that leads to another view.
func (d *detail) link(name, text, href string) {
	if text != "" {
		d.Fields = append(d.Fields, field{name, text, href})
	}
}

// block adds a longer text that is not empty.
func (d *detail) block(title, text string) {
	if text != "" {
		d.Blocks = append(d.Blocks, block{title, text})
	}
}

// chip adds a note if it holds.
func (d *detail) chip(holds bool, text, class string) {
	if holds {
		d.Chips = append(d.Chips, chip{text, class})
	}
}

// parts adds parts to a view: the begin of each, or a piece of the one that was asked for.
type parts struct {
	d    *detail
	r    *http.Request
	only string
	skip int
}

func newParts(d *detail, r *http.Request) (*parts, error) {
	query := r.URL.Query()
	p := &parts{d: d, r: r, only: query.Get("part")}
	if text := query.Get("skip"); text != "" {
		skip, err := strconv.Atoi(text)
		if err != nil || skip < 0 {
			return nil, badQuery{"The place in the list is not one."}
		}
		p.skip = skip
	}
	return p, nil
}

// add adds a part of so many entries, of which read returns some.
func (p *parts) add(title string, total int, read func(skip, limit int) []entry) {
	switch {
	case p.only != "" && p.only != title:
		return
	case total == 0:
		p.d.None = append(p.d.None, title)
		return
	}
	v := part{Title: title, Total: total}
	skip := 0
	if p.only != "" {
		skip = p.skip
		if skip > 0 {
			v.Newer = p.piece(title, max(0, skip-pageSize))
		}
		if skip < total-pageSize {
			v.Next = p.piece(title, skip+pageSize)
		}
	} else if total > pageSize {
		v.Whole = p.piece(title, pageSize)
	}
	v.Entries = read(skip, pageSize)
	p.d.Parts = append(p.d.Parts, v)
}

// piece is the address of a piece of a part.
func (p *parts) piece(title string, skip int) string {
	query := url.Values{"id": {p.r.URL.Query().Get("id")}, "part": {title}, "skip": {strconv.Itoa(skip)}}
	return p.r.URL.Path + "?" + query.Encode()
}

// addAll adds a part of values that are there already.
func addAll[V any](p *parts, title string, all []V, show func(V) entry) {
	p.add(title, len(all), func(skip, limit int) []entry {
		some := all[min(skip, len(all)):]
		some = some[:min(limit, len(some))]
		entries := make([]entry, len(some))
		for i, v := range some {
			entries[i] = show(v)
		}
		return entries
	})
}

// userEntry is a link to a user.
func userEntry(name string) entry { return entry{Text: name, Href: address("user", "id", name)} }
