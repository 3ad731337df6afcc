package api

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A list whose cursors go in a circle of any length, after any beginning, ends with
// an error; one of a million pages does not.
func TestPagesFindCirclesOfAnyLength(t *testing.T) {
	for _, begin := range []int{0, 1, 2, 7, 100} {
		for _, length := range []int{1, 2, 3, 5, 64, 1000} {
			fetched := 0
			_, errs := collect(Pages("0", func(cursor string) ([]int, string, error) {
				fetched++
				require.Less(t, fetched, 5*(begin+length)+10, "a circle of %d after %d", length, begin)
				n, _ := strconv.Atoi(cursor)
				if n++; n >= begin+length {
					n = begin
				}
				return []int{n}, strconv.Itoa(n), nil
			}))
			assert.Equal(t, []error{ErrCursorRepeated}, errs, "a circle of %d after %d", length, begin)
		}
	}
	fetched := 0
	_, errs := collect(Pages("a", func(cursor string) ([]int, string, error) {
		fetched++
		return nil, map[string]string{"a": "b", "b": "a"}[cursor], nil
	}))
	assert.Equal(t, []error{ErrCursorRepeated}, errs)
	assert.LessOrEqual(t, fetched, 4)

	pages := 0
	allocs := testing.AllocsPerRun(1, func() {
		pages = 0
		for _, err := range Pages("", func(string) ([]int, string, error) {
			if pages++; pages == 1_000_000 {
				return []int{1}, "", nil
			}
			return []int{1}, numbers[pages%2][:pages%1000] + strconv.Itoa(pages%10) + fmt.Sprint(pages), nil
		}) {
			require.NoError(t, err)
		}
	})
	assert.Less(t, allocs, 5e6) // of the cursors
}

var numbers = [2]string{fmt.Sprintf("%01000d", 0), fmt.Sprintf("%01000d", 1)}

// So does one that is read by number.
func TestNumberedPagesFindCircles(t *testing.T) {
	for length := 1; length < 20; length++ {
		fetched := 0
		_, errs := collect(NumberedPages(1, func(number int) ([]int, bool, error) {
			fetched++
			require.Less(t, fetched, 20*length+20)
			return []int{number % length, 7}, true, nil
		}))
		assert.Equal(t, []error{ErrPageRepeated}, errs, "a circle of %d", length)
	}
	items, errs := collect(NumberedPages(1, func(number int) ([]int, bool, error) { return []int{number}, number < 100_000, nil }))
	assert.Empty(t, errs)
	assert.Len(t, items, 100_000)
	fetched := 0
	_, errs = collect(NumberedPages(1, func(int) ([]int, bool, error) { fetched++; return nil, fetched < 100_000, nil }))
	assert.Equal(t, []error{ErrPageRepeated}, errs, "empty pages without end")
}
