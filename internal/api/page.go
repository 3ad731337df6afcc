package api

import (
	"fmt"
	"iter"
)

// ErrCursorRepeated is returned when a page names itself as the next one.
var ErrCursorRepeated = fmt.Errorf("%w: the server answered the cursor that was sent, the list would never end", ErrBadAnswer)

// Pages goes over a list that is read in pages by cursor. It fetches a page
// only when the one before it is used up, ends after the first error, may be
// broken off, and starts over when ranged over again. An empty page with a
// cursor is not the end.
func Pages[T any](start string, fetch func(cursor string) (items []T, next string, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for cursor := start; ; {
			items, next, err := fetch(cursor)
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			if next == cursor {
				var zero T
				yield(zero, ErrCursorRepeated)
				return
			}
			cursor = next
		}
	}
}

// NumberedPages goes over a list that is read in pages by number, from start
// on, until fetch says that there are no more. It keeps the promises of Pages.
func NumberedPages[T any](start int, fetch func(number int) (items []T, more bool, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for number := start; ; number++ {
			items, more, err := fetch(number)
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if !more {
				return
			}
		}
	}
}
