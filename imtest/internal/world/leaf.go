package world

import (
	"slices"
	"sort"
	"strings"
)

// A leaf is one page of a book.
type leaf[V any] struct {
	Values []V
	next   string // cursor behind the last value, "" if there is none
	more   bool   // something follows
}

// Leaf reads up to limit values from a cursor on, forwards or from the newest
// back, of those that keep holds for; a nil keep holds for all. A cursor that
// was not made here is not ok.
func (b *Book[V]) Leaf(cursor string, limit int, newestFirst bool, keep func(V) bool) (l leaf[V], ok bool) {
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
		if len(l.Values) == limit {
			l.more = true
			break
		}
		l.Values = append(l.Values, r.value)
		l.next = MakeCursor(r.seq + int64(step))
	}
	return l, true
}

// CursorIfMore is the cursor of responses in which its absence tells the end.
func (l *leaf[V]) CursorIfMore() string {
	if l.more {
		return l.next
	}
	return ""
}

// List returns the values in order.
func (b *Book[V]) List() []V {
	list := make([]V, 0, b.Len())
	for v := range b.All {
		list = append(list, v)
	}
	return list
}

// Newest returns the values, the newest first.
func (b *Book[V]) Newest() []V {
	list := b.List()
	slices.Reverse(list)
	return list
}

// Convert makes another list of a list; it is empty, not nil, for an empty one.
func Convert[V, W any](list []V, to func(V) W) []W {
	made := make([]W, len(list))
	for i, v := range list {
		made[i] = to(v)
	}
	return made
}

// Fold is the form in which the server keeps the name of a user.
func Fold(name string) string { return strings.ToLower(name) }
