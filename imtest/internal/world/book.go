package world

import (
	"encoding/base64"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// A Book keeps values by key and in the order in which they came, and can be
// read page by page while it changes. The zero book is empty.
type Book[V any] struct {
	rows []*row[V] // by seq; removed ones stay until there are many
	keys map[string]*row[V]
	last int64 // seq of the newest row
}

type row[V any] struct {
	seq   int64
	value V
	gone  bool
}

// Get returns the value of a key, the zero value if there is none.
func (b *Book[V]) Get(key string) V {
	if r := b.keys[key]; r != nil {
		return r.value
	}
	var none V
	return none
}

// Has holds for a key that is there.
func (b *Book[V]) Has(key string) bool { return b.keys[key] != nil }

// Len returns the number of keys.
func (b *Book[V]) Len() int { return len(b.keys) }

// Put sets the value of a key; a new key goes to the end.
func (b *Book[V]) Put(key string, value V) {
	if r := b.keys[key]; r != nil {
		r.value = value
		return
	}
	if b.keys == nil {
		b.keys = map[string]*row[V]{}
	}
	b.last++
	r := &row[V]{seq: b.last, value: value}
	b.keys[key] = r
	b.rows = append(b.rows, r)
}

// Remove takes a key out.
func (b *Book[V]) Remove(key string) {
	r := b.keys[key]
	if r == nil {
		return
	}
	delete(b.keys, key)
	r.gone = true
	if len(b.rows) > 2*len(b.keys)+16 {
		b.compact()
	}
}

func (b *Book[V]) compact() {
	kept := make([]*row[V], 0, len(b.keys))
	for _, r := range b.rows {
		if !r.gone {
			kept = append(kept, r)
		}
	}
	b.rows = kept
}

// All yields the values in order.
func (b *Book[V]) All(yield func(V) bool) {
	for _, r := range b.rows {
		if !r.gone && !yield(r.value) {
			return
		}
	}
}

const cursorMark = "imtest:"

// MakeCursor is the cursor of a place.
func MakeCursor(seq int64) string {
	return base64.RawURLEncoding.EncodeToString([]byte(cursorMark + strconv.FormatInt(seq, 10)))
}

func parseCursor(cursor string) (int64, bool) {
	if cursor == "" {
		return 0, true
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return 0, false
	}
	digits, ok := strings.CutPrefix(string(text), cursorMark)
	if !ok {
		return 0, false
	}
	seq, err := strconv.ParseInt(digits, 10, 64)
	return seq, err == nil
}

// A Page is one page of a book.
type Page[V any] struct {
	Values []V
	next   string // cursor behind the last value, "" if there is none
	more   bool   // something follows
}

// Page reads up to limit values from a cursor on, "" for the start, forwards or from the newest
// back, of those that keep holds for; a nil keep holds for all. A cursor that was not made here is
// not ok.
func (b *Book[V]) Page(cursor string, limit int, newestFirst bool, keep func(V) bool) (p Page[V], ok bool) {
	from, ok := parseCursor(cursor)
	if !ok {
		return p, false
	}
	step, i := -1, len(b.rows)-1
	switch {
	case !newestFirst:
		step = 1
		i = sort.Search(len(b.rows), func(i int) bool { return b.rows[i].seq >= from })
	case cursor != "":
		i = sort.Search(len(b.rows), func(i int) bool { return b.rows[i].seq > from }) - 1
	}
	var last int64 // seq of the last value
	for ; i >= 0 && i < len(b.rows); i += step {
		r := b.rows[i]
		if r.gone || keep != nil && !keep(r.value) {
			continue
		}
		if len(p.Values) == limit {
			p.more = true
			break
		}
		p.Values, last = append(p.Values, r.value), r.seq
	}
	if len(p.Values) > 0 {
		p.next = MakeCursor(last + int64(step))
	}
	return p, true
}

// CursorIfMore is the cursor of responses in which its absence marks the end.
func (p *Page[V]) CursorIfMore() string {
	if p.more {
		return p.next
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
