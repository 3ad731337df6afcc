package api

import (
	"errors"
	"iter"
	"math"
	"net/url"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/page"
)

// book is a list that is read by cursor, and counts how often.
type book struct {
	pages   map[string][]int // by cursor
	next    map[string]string
	fails   map[string]error
	fetched []string
}

func (b *book) list(o page.Options) (*page.Page[int], error) {
	b.fetched = append(b.fetched, o.Cursor)
	return &page.Page[int]{Items: b.pages[o.Cursor], Next: b.next[o.Cursor]}, b.fails[o.Cursor]
}

func newBook() *book {
	return &book{
		pages: map[string][]int{"": {1, 2}, "c1": {}, "c2": {3}},
		next:  map[string]string{"": "c1", "c1": "c2"},
		fails: map[string]error{},
	}
}

// from is All of a list that is read by cursor.
func from[T any](cursor string, list func(page.Options) (*page.Page[T], error)) iter.Seq2[T, error] {
	return All(Pages(page.Options{Cursor: cursor}, list))
}

// fromNumber is All of a list that is read by number.
func fromNumber[T any](number int, list func(page.Numbered) (*page.Page[T], error)) iter.Seq2[T, error] {
	return All(NumberedPages(page.Numbered{Page: number}, list))
}

func collect[T any](seq iter.Seq2[T, error]) (items []T, errs []error) {
	for item, err := range seq {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		items = append(items, item)
	}
	return items, errs
}

func TestAll(t *testing.T) {
	b := newBook()
	items, errs := collect(from("", b.list))
	assert.Empty(t, errs)
	assert.Equal(t, []int{1, 2, 3}, items, "an empty page with a Next is not the end")
	assert.Equal(t, []string{"", "c1", "c2"}, b.fetched)
}

// Pages gives every page, the empty one too, and asks with the options it was given.
func TestPages(t *testing.T) {
	b := newBook()
	var limits []int
	pages, errs := collect(Pages(page.Options{Limit: 7}, func(o page.Options) (*page.Page[int], error) {
		limits = append(limits, o.Limit)
		return b.list(o)
	}))
	assert.Empty(t, errs)
	assert.Equal(t, []*page.Page[int]{{Items: []int{1, 2}, Next: "c1"}, {Items: []int{}, Next: "c2"}, {Items: []int{3}}}, pages)
	assert.Equal(t, []int{7, 7, 7}, limits)
}

// Whoever goes on with Next in a new iterator misses nothing and sees nothing twice.
func TestPagesResume(t *testing.T) {
	b := newBook()
	var got []int
	for cursor, more := "", true; more; {
		for p, err := range Pages(page.Options{Cursor: cursor}, b.list) {
			require.NoError(t, err)
			got = append(got, p.Items...)
			cursor, more = p.Next, p.Next != ""
			break
		}
	}
	assert.Equal(t, []int{1, 2, 3}, got)
	assert.Equal(t, []string{"", "c1", "c2"}, b.fetched)
}

func TestAllFromACursor(t *testing.T) {
	b := newBook()
	items, _ := collect(from("c2", b.list))
	assert.Equal(t, []int{3}, items)
}

func TestPagesAreLazy(t *testing.T) {
	b := newBook()
	seq := from("", b.list)
	assert.Empty(t, b.fetched, "nothing is fetched before the first item is wanted")
	next, stop := iter.Pull2(seq)
	defer stop()
	for range 2 {
		_, _, ok := next()
		require.True(t, ok)
		assert.Len(t, b.fetched, 1, "the next page is fetched only when this one is used up")
	}
	_, _, ok := next()
	require.True(t, ok)
	assert.Len(t, b.fetched, 3)
}

func TestPagesBreakOffAndStartOver(t *testing.T) {
	b := newBook()
	seq := from("", b.list)
	for item := range seq {
		assert.Equal(t, 1, item)
		break
	}
	assert.Equal(t, []string{""}, b.fetched)
	for item, err := range seq {
		require.NoError(t, err)
		if item == 2 {
			break
		}
	}
	assert.Equal(t, []string{"", ""}, b.fetched, "ranging again starts over")
	items, errs := collect(seq)
	assert.Empty(t, errs)
	assert.Equal(t, []int{1, 2, 3}, items)
}

func TestPagesStopAfterTheFirstError(t *testing.T) {
	b := newBook()
	b.pages["c1"] = []int{99} // what comes with an error is not an item
	b.fails["c1"] = errors.New("out of order")
	items, errs := collect(from("", b.list))
	assert.Equal(t, []int{1, 2}, items)
	assert.Equal(t, []error{b.fails["c1"]}, errs)
	assert.Equal(t, []string{"", "c1"}, b.fetched)
}

func TestPagesRejectARepeatedCursor(t *testing.T) {
	b := newBook()
	b.next["c1"] = "c1"
	items, errs := collect(from("", b.list))
	assert.Equal(t, []int{1, 2}, items)
	assert.Equal(t, []error{ErrCursorRepeated}, errs)
	assert.Equal(t, []string{"", "c1"}, b.fetched)
}

// numbered is a list that is read by number.
type numbered struct {
	pages   map[int][]int
	last    int
	fails   map[int]error
	fetched []int
}

func (n *numbered) list(o page.Numbered) (*page.Page[int], error) {
	number := max(o.Page, 1)
	n.fetched = append(n.fetched, number)
	return onPage(n.pages[number], number, number < n.last), n.fails[number]
}

// onPage is a page of a list that is read by number.
func onPage[T any](items []T, number int, more bool) *page.Page[T] {
	p := &page.Page[T]{Items: items}
	if more {
		p.Next = strconv.Itoa(number + 1)
	}
	return p
}

func TestNumberedPages(t *testing.T) {
	n := &numbered{pages: map[int][]int{1: {1}, 2: {}, 3: {2, 3}}, last: 3}
	items, errs := collect(fromNumber(0, n.list))
	assert.Empty(t, errs)
	assert.Equal(t, []int{1, 2, 3}, items, "an empty page with more after it is not the end")
	assert.Equal(t, []int{1, 2, 3}, n.fetched)

	items, _ = collect(fromNumber(3, n.list))
	assert.Equal(t, []int{2, 3}, items)
}

// A server that does not look at the page number returns the same page forever.
func TestNumberedPagesThatRepeat(t *testing.T) {
	fetched := 0
	items, errs := collect(fromNumber(1, func(o page.Numbered) (*page.Page[[]int], error) {
		fetched++
		return onPage([][]int{{1}, {2}}, o.Page, fetched < 100), nil
	}))
	assert.Equal(t, [][]int{{1}, {2}, {1}, {2}, {1}, {2}, {1}, {2}}, items)
	assert.Equal(t, []error{ErrPageRepeated}, errs)

	n := &numbered{pages: map[int][]int{1: {7}, 2: {7}, 3: {7}, 4: {8}, 5: {8}, 6: {8}}, last: 6}
	numbers, errs := collect(fromNumber(1, n.list))
	assert.Empty(t, errs, "an entry may come several times")
	assert.Len(t, numbers, 6)

	n = &numbered{pages: map[int][]int{1: {7}, 6: {8}}, last: 6}
	numbers, errs = collect(fromNumber(1, n.list))
	assert.Empty(t, errs, "empty pages")
	assert.Equal(t, []int{7, 8}, numbers)
}

func TestNumberedPagesStop(t *testing.T) {
	n := &numbered{pages: map[int][]int{1: {1}, 2: {2}}, last: 3, fails: map[int]error{2: errors.New("out of order")}}
	seq := fromNumber(1, n.list)
	assert.Empty(t, n.fetched)
	for range seq {
		break
	}
	assert.Equal(t, []int{1}, n.fetched)
	items, errs := collect(seq)
	assert.Equal(t, []int{1}, items)
	assert.Equal(t, []error{n.fails[2]}, errs)
	assert.Equal(t, []int{1, 1, 2}, n.fetched)
}

// Next of a numbered page follows the total, or whether the page is full.
func TestNumberedPage(t *testing.T) {
	for _, c := range []struct {
		items, number, size, total int
		next                       string
	}{
		{2, 1, 2, 0, "2"}, {1, 1, 2, 0, ""}, {0, 1, 2, 0, ""}, {100, 7, 2, 0, "8"}, // more than asked is full, too
		{2, 1, 2, 5, "2"}, {2, 2, 2, 5, "3"}, {1, 3, 2, 5, ""}, {2, 2, 2, 4, ""}, {0, 2, 2, 5, "3"}, {0, 3, 2, 5, ""},
		{0, math.MaxInt32, 100, math.MaxInt32, ""},
	} {
		got := NumberedPage(make([]int, c.items), page.Numbered{Page: c.number, Size: c.size}, c.total)
		assert.Equal(t, c.next, got.Next, "%+v", c)
		assert.Equal(t, c.total, got.Total)
		assert.Len(t, got.Items, c.items)
	}
}

func TestCursor(t *testing.T) {
	for _, c := range []struct {
		options page.Options
		query   string
		ok      bool
	}{
		{page.Options{}, "limit=50", true},
		{page.Options{Limit: 50, Cursor: "a+/="}, "cursor=a%2B%2F%3D&limit=50", true},
		{page.Options{Limit: 1}, "limit=1", true},
		{page.Options{Limit: 51}, "limit=51", false},
		{page.Options{Limit: -1}, "limit=-1", false},
	} {
		q := url.Values{}
		err := Cursor(q, c.options, 50)
		assert.Equal(t, c.query, q.Encode())
		assert.Equal(t, c.ok, err == nil, "%+v: %v", c.options, err)
		if err != nil {
			require.ErrorIs(t, err, ErrInvalidArgument)
			assert.Contains(t, err.Error(), "Limit")
		}
	}
}

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		options, want page.Numbered
		field         string // what the error names
	}{
		{page.Numbered{}, page.Numbered{Page: 1, Size: 50}, ""},
		{page.Numbered{Page: 3, Size: 2}, page.Numbered{Page: 3, Size: 2}, ""},
		{page.Numbered{Page: -1}, page.Numbered{Page: -1, Size: 50}, "Page"},
		{page.Numbered{Size: 51}, page.Numbered{Page: 1, Size: 51}, "Size"},
		{page.Numbered{Size: -1}, page.Numbered{Page: 1, Size: -1}, "Size"},
	} {
		got, err := Number(c.options, 50)
		assert.Equal(t, c.want, got)
		if c.field == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, ErrInvalidArgument)
		assert.Contains(t, err.Error(), c.field)
	}
}
