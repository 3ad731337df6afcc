package api

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/page"
)

// A list whose cursors go in a circle of any length, after any beginning, ends with
// an error; one of a million pages does not.
func TestPagesFindCirclesOfAnyLength(t *testing.T) {
	for _, begin := range []int{0, 1, 2, 7, 100} {
		for _, length := range []int{1, 2, 3, 5, 64, 1000} {
			fetched := 0
			_, errs := collect(from("0", func(o page.Options) (*page.Page[int], error) {
				fetched++
				require.Less(t, fetched, 5*(begin+length)+10, "a circle of %d after %d", length, begin)
				n, _ := strconv.Atoi(o.Cursor)
				if n++; n >= begin+length {
					n = begin
				}
				return &page.Page[int]{Items: []int{n}, Next: strconv.Itoa(n)}, nil
			}))
			assert.Equal(t, []error{ErrCursorRepeated}, errs, "a circle of %d after %d", length, begin)
		}
	}
	fetched := 0
	_, errs := collect(from("a", func(o page.Options) (*page.Page[int], error) {
		fetched++
		return &page.Page[int]{Next: map[string]string{"a": "b", "b": "a"}[o.Cursor]}, nil
	}))
	assert.Equal(t, []error{ErrCursorRepeated}, errs)
	assert.LessOrEqual(t, fetched, 4)

	pages := 0
	allocs := testing.AllocsPerRun(1, func() {
		pages = 0
		for _, err := range from("", func(page.Options) (*page.Page[int], error) {
			if pages++; pages == 1_000_000 {
				return &page.Page[int]{Items: []int{1}}, nil
			}
			return &page.Page[int]{Items: []int{1}, Next: numbers[pages%2][:pages%1000] + strconv.Itoa(pages%10) + strconv.Itoa(pages)}, nil
		}) {
			require.NoError(t, err)
		}
	})
	assert.Less(t, allocs, 5.1e6) // of the cursors and the pages
}

var numbers = [2]string{fmt.Sprintf("%01000d", 0), fmt.Sprintf("%01000d", 1)}

// So does one that is read by number.
func TestNumberedPagesFindCircles(t *testing.T) {
	for length := 1; length < 20; length++ {
		fetched := 0
		_, errs := collect(fromNumber(1, func(o page.Numbered) (*page.Page[int], error) {
			fetched++
			require.Less(t, fetched, 20*length+20)
			return onPage([]int{o.Page % length, 7}, o.Page, true), nil
		}))
		assert.Equal(t, []error{ErrPageRepeated}, errs, "a circle of %d", length)
	}
	items, errs := collect(fromNumber(1, func(o page.Numbered) (*page.Page[int], error) {
		return onPage([]int{o.Page}, o.Page, o.Page < 100_000), nil
	}))
	assert.Empty(t, errs)
	assert.Len(t, items, 100_000)
	fetched := 0
	_, errs = collect(fromNumber(1, func(o page.Numbered) (*page.Page[int], error) {
		fetched++
		return onPage[int](nil, o.Page, fetched < 100_000), nil
	}))
	assert.Equal(t, []error{ErrPageRepeated}, errs, "empty pages without end")
}
