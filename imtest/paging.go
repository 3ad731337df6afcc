package imtest

import (
	"math"
	"slices"
	"sort"
)

// A leaf is one page of a book.
type leaf[V any] struct {
	values []V
	next   string // cursor behind the last value, "" if there is none
	more   bool   // something follows
}

// leaf reads up to limit values from a cursor on, forwards or from the newest
// back, of those that keep holds for; a nil keep holds for all. A cursor that
// was not made here is not ok.
func (b *book[V]) leaf(cursor string, limit int, newestFirst bool, keep func(V) bool) (l leaf[V], ok bool) {
	from, ok := parseCursor(cursor)
	if !ok {
		return l, false
	}
	step, i := -1, len(b.rows)-1
	switch {
	case !newestFirst:
		step = 1
		i = sort.Search(len(b.rows), func(i int) bool { return b.rows[i].seq >= from })
	case cursor != "":
		i = sort.Search(len(b.rows), func(i int) bool { return b.rows[i].seq > from }) - 1
	}
	for ; i >= 0 && i < len(b.rows); i += step {
		r := b.rows[i]
		if r.gone || keep != nil && !keep(r.value) {
			continue
		}
		if len(l.values) == limit {
			l.more = true
			break
		}
		l.values = append(l.values, r.value)
		l.next = makeCursor(r.seq + int64(step))
	}
	return l, true
}

// cursorIfMore is the cursor of responses in which its absence tells the end.
func (l *leaf[V]) cursorIfMore() string {
	if l.more {
		return l.next
	}
	return ""
}

// list returns the values in order.
func (b *book[V]) list() []V {
	list := make([]V, 0, b.len())
	for v := range b.all {
		list = append(list, v)
	}
	return list
}

// newest returns the values, the newest first.
func (b *book[V]) newest() []V {
	list := b.list()
	slices.Reverse(list)
	return list
}

// A sheet is a page by number and size, as a call asks for it.
type sheet struct {
	number, size int
	asked        bool // the call has one of the two
}

// sheet reads pagenum and pagesize.
func (c *call) sheet(standard, most int) (sheet, *apiError) {
	number, err := c.number("pagenum", 1, math.MaxInt32)
	if err != nil {
		return sheet{}, err
	}
	size, err := c.number("pagesize", standard, most)
	return sheet{number, size, c.query.Has("pagenum") || c.query.Has("pagesize")}, err
}

// onSheet returns the part of a list that is on a sheet.
func onSheet[V any](list []V, p sheet) []V {
	from := min((p.number-1)*p.size, len(list))
	return list[from:min(from+p.size, len(list))]
}

// convert makes another list of a list; it is empty, not nil, for an empty one.
func convert[V, W any](list []V, to func(V) W) []W {
	made := make([]W, len(list))
	for i, v := range list {
		made[i] = to(v)
	}
	return made
}

// counted responses with a list under "data" and its length as count.
func counted[V any](list []V) *response {
	return &response{data: list, count: len(list)}
}
