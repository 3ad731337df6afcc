package api

import (
	"fmt"
	"iter"
	"reflect"
)

// ErrCursorRepeated is returned when a page names itself as the next one.
var ErrCursorRepeated = fmt.Errorf("%w: the server answered the cursor that was sent, the list would never end", ErrBadAnswer)

// ErrPageRepeated is returned when page after page is the same.
var ErrPageRepeated = fmt.Errorf("%w: the server answers the same page again and again, the list would never end", ErrBadAnswer)

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

// maxRepeats is how often a page may come again. Now and then it may: entries move
// while the list is read, and some lists hold an entry several times.
const maxRepeats = 3

// NumberedPages goes over a list that is read in pages by number, from start
// on, until fetch says that there are no more. It keeps the promises of Pages.
func NumberedPages[T any](start int, fetch func(number int) (items []T, more bool, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var last []T
		repeats := 0
		for number := start; ; number++ {
			items, more, err := fetch(number)
			if len(items) > 0 && reflect.DeepEqual(items, last) {
				repeats++
			} else {
				repeats = 0
			}
			last = items
			if repeats == maxRepeats {
				err = ErrPageRepeated
			}
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
