package api

import (
	"fmt"
	"iter"
	"reflect"
)

// ErrCursorRepeated is returned when a page names itself, or one before it, as the
// next one.
var ErrCursorRepeated = fmt.Errorf("%w: the server answered a cursor that was sent already, the list would never end", ErrBadAnswer)

// ErrPageRepeated is returned when page after page is the same.
var ErrPageRepeated = fmt.Errorf("%w: the server answers the same page again and again, the list would never end", ErrBadAnswer)

// circle finds out that a sequence goes in a circle of any length, in the memory of
// one element: it remembers one for twice as long each time (Brent's algorithm).
type circle[E any] struct {
	kept    E
	age, at int // of the element kept: how many came since, and how many are to come
	hits    int // how often it came again
}

// again adds an element, and returns how often it was seen while it was remembered.
func (c *circle[E]) again(e E, same func(a, b E) bool) int {
	known := c.at > 0 && same(c.kept, e)
	if known {
		c.hits++
	}
	if c.age++; c.age >= c.at {
		if !known {
			c.hits = 0
		}
		c.kept, c.age, c.at = e, 0, max(1, 2*c.at)
	}
	if !known {
		return 0
	}
	return c.hits
}

// Pages goes over a list that is read in pages by cursor. It fetches a page
// only when the one before it is used up, ends after the first error, may be
// broken off, and starts over when ranged over again. An empty page with a
// cursor is not the end.
func Pages[T any](start string, fetch func(cursor string) (items []T, next string, err error)) iter.Seq2[T, error] {
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

func equal(a, b string) bool { return a == b }

const (
	// maxRepeats is how often a page may come again. Now and then it may: entries
	// move while the list is read, and some lists hold an entry several times.
	maxRepeats = 3
	// maxEmpty is how many pages in a row may be empty.
	maxEmpty = 100
)

// NumberedPages goes over a list that is read in pages by number, from start
// on, until fetch says that there are no more. It keeps the promises of Pages.
func NumberedPages[T any](start int, fetch func(number int) (items []T, more bool, err error)) iter.Seq2[T, error] {
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

func samePage[T any](a, b []T) bool { return reflect.DeepEqual(a, b) }
