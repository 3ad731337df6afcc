package api

import (
	"errors"
	"iter"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// book is a list that is read in pages, and counts how often.
type book struct {
	pages   map[string][]int // by cursor
	next    map[string]string
	fails   map[string]error
	fetched []string
}

func (b *book) fetch(cursor string) ([]int, string, error) {
	b.fetched = append(b.fetched, cursor)
	return b.pages[cursor], b.next[cursor], b.fails[cursor]
}

func newBook() *book {
	return &book{
		pages: map[string][]int{"": {1, 2}, "c1": {}, "c2": {3}},
		next:  map[string]string{"": "c1", "c1": "c2"},
		fails: map[string]error{},
	}
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

func TestPages(t *testing.T) {
	b := newBook()
	items, errs := collect(Pages("", b.fetch))
	assert.Empty(t, errs)
	assert.Equal(t, []int{1, 2, 3}, items, "an empty page with a cursor is not the end")
	assert.Equal(t, []string{"", "c1", "c2"}, b.fetched)
}

func TestPagesFromACursor(t *testing.T) {
	b := newBook()
	items, _ := collect(Pages("c2", b.fetch))
	assert.Equal(t, []int{3}, items)
}

func TestPagesAreLazy(t *testing.T) {
	b := newBook()
	seq := Pages("", b.fetch)
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
	seq := Pages("", b.fetch)
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
	b.pages["c1"] = []int{99} // what comes with an error is no item
	b.fails["c1"] = errors.New("out of order")
	items, errs := collect(Pages("", b.fetch))
	assert.Equal(t, []int{1, 2}, items)
	assert.Equal(t, []error{b.fails["c1"]}, errs)
	assert.Equal(t, []string{"", "c1"}, b.fetched)
}

func TestPagesRefuseARepeatedCursor(t *testing.T) {
	b := newBook()
	b.next["c1"] = "c1"
	items, errs := collect(Pages("", b.fetch))
	assert.Equal(t, []int{1, 2}, items)
	assert.Equal(t, []error{ErrCursorRepeated}, errs)
	assert.Equal(t, []string{"", "c1"}, b.fetched)
}

// numbered is a list of pages by number.
type numbered struct {
	pages   map[int][]int
	last    int
	fails   map[int]error
	fetched []int
}

func (n *numbered) fetch(number int) ([]int, bool, error) {
	n.fetched = append(n.fetched, number)
	return n.pages[number], number < n.last, n.fails[number]
}

func TestNumberedPages(t *testing.T) {
	n := &numbered{pages: map[int][]int{1: {1}, 2: {}, 3: {2, 3}}, last: 3}
	items, errs := collect(NumberedPages(1, n.fetch))
	assert.Empty(t, errs)
	assert.Equal(t, []int{1, 2, 3}, items, "an empty page with more after it is not the end")
	assert.Equal(t, []int{1, 2, 3}, n.fetched)

	items, _ = collect(NumberedPages(3, n.fetch))
	assert.Equal(t, []int{2, 3}, items)
}

// A server that does not look at the page number answers the same page for ever.
func TestNumberedPagesThatRepeat(t *testing.T) {
	fetched := 0
	items, errs := collect(NumberedPages(1, func(int) ([][]int, bool, error) {
		fetched++
		return [][]int{{1}, {2}}, fetched < 100, nil
	}))
	assert.Equal(t, [][]int{{1}, {2}, {1}, {2}, {1}, {2}}, items)
	assert.Equal(t, []error{ErrPageRepeated}, errs)

	n := &numbered{pages: map[int][]int{1: {7}, 2: {7}, 3: {7}, 4: {8}, 5: {8}, 6: {8}}, last: 6}
	numbers, errs := collect(NumberedPages(1, n.fetch))
	assert.Empty(t, errs, "an entry may come several times")
	assert.Len(t, numbers, 6)

	n = &numbered{pages: map[int][]int{1: {7}, 6: {8}}, last: 6}
	numbers, errs = collect(NumberedPages(1, n.fetch))
	assert.Empty(t, errs, "empty pages")
	assert.Equal(t, []int{7, 8}, numbers)
}

func TestNumberedPagesStop(t *testing.T) {
	n := &numbered{pages: map[int][]int{1: {1}, 2: {2}}, last: 3, fails: map[int]error{2: errors.New("out of order")}}
	seq := NumberedPages(1, n.fetch)
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
