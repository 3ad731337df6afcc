package api

import "iter"

// OldPages goes over a list that is read in pages by cursor. It fetches a page
// only when the one before it is used up, ends after the first error, may be
// broken off, and starts over when ranged over again. An empty page with a
// cursor is not the end.
func OldPages[T any](start string, fetch func(cursor string) (items []T, next string, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var seen circle[string]
		seen.again(start, equal)
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
			if next == cursor || seen.again(next, equal) > 0 {
				var zero T
				yield(zero, ErrCursorRepeated)
				return
			}
			cursor = next
		}
	}
}

// OldNumberedPages goes over a list that is read in pages by number, from start
// on, until fetch says that there are no more. It keeps the promises of Pages.
func OldNumberedPages[T any](start int, fetch func(number int) (items []T, more bool, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var seen circle[[]T]
		empty := 0
		for number := start; ; number++ {
			items, more, err := fetch(number)
			switch {
			case err != nil:
			case len(items) > 0:
				empty = 0
				if seen.again(items, samePage) >= maxRepeats {
					err = ErrPageRepeated
				}
			default:
				if empty++; empty > maxEmpty && more {
					err = ErrPageRepeated
				}
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
