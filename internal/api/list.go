package api

import (
	"fmt"
	"iter"
	"math"
	"net/url"
	"reflect"
	"strconv"

	"github.com/imrest/im-go/page"
)

// This file makes All and Pages of every list from its List.

// ErrCursorRepeated is returned when a page names itself, or one before it, as the
// next one.
var ErrCursorRepeated = fmt.Errorf("%w: the server returned a cursor that was sent already, the list would never end", ErrBadResponse)

// ErrPageRepeated is returned when page after page is the same.
var ErrPageRepeated = fmt.Errorf("%w: the server returns the same page over and over, the list would never end", ErrBadResponse)

const (
	// maxRepeats is how often a numbered page may come again. Now and then it may:
	// entries move while the list is read, and some lists hold an entry several times.
	maxRepeats = 3
	// maxEmpty is how many numbered pages in a row may be empty.
	maxEmpty = 100
)

// Pages goes over a list that is read by cursor, page by page.
func Pages[T any](o page.Options, list func(page.Options) (*page.Page[T], error)) iter.Seq2[*page.Page[T], error] {
	return func(yield func(*page.Page[T], error) bool) {
		var seen circle[string]
		seen.again(o.Cursor, equal)
		walk(o, list, yield, func(o page.Options, p *page.Page[T]) (page.Options, error) {
			if p.Next == o.Cursor || seen.again(p.Next, equal) > 0 {
				return o, ErrCursorRepeated
			}
			o.Cursor = p.Next
			return o, nil
		})
	}
}

// NumberedPages is Pages for a list that is read by number.
func NumberedPages[T any](o page.Numbered, list func(page.Numbered) (*page.Page[T], error)) iter.Seq2[*page.Page[T], error] {
	return func(yield func(*page.Page[T], error) bool) {
		var seen circle[[]T]
		empty := 0
		walk(o, list, yield, func(o page.Numbered, p *page.Page[T]) (page.Numbered, error) {
			if empty++; len(p.Items) > 0 {
				empty = 0
			}
			if empty > maxEmpty || empty == 0 && seen.again(p.Items, samePage) >= maxRepeats {
				return o, ErrPageRepeated
			}
			o.Page = max(o.Page, 1) + 1
			return o, nil
		})
	}
}

// walk fetches and yields pages, until one has no Next, an error comes, or the caller
// has enough. next says how to ask for the page after p.
func walk[T, O any](o O, list func(O) (*page.Page[T], error), yield func(*page.Page[T], error) bool, next func(O, *page.Page[T]) (O, error)) {
	for {
		p, err := list(o)
		if err != nil {
			yield(nil, err)
			return
		}
		if !yield(p, nil) || p.Next == "" {
			return
		}
		if o, err = next(o, p); err != nil {
			yield(nil, err)
			return
		}
	}
}

// All goes over the entries of pages.
func All[T any](pages iter.Seq2[*page.Page[T], error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for p, err := range pages {
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
			for _, item := range p.Items {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}

// Cursor checks the options of a list that is read by cursor and adds them to its
// query. Without a limit it asks for the most that the API allows.
func Cursor(q url.Values, o page.Options, most int) error {
	if o.Limit == 0 {
		o.Limit = most
	}
	q.Set("limit", strconv.Itoa(o.Limit))
	if o.Cursor != "" {
		q.Set("cursor", o.Cursor)
	}
	return Range("Limit", o.Limit, 1, most)
}

// Order checks the order of a list and writes it, if one is wanted.
func Order(q url.Values, key string, o page.Order) error {
	switch o {
	case "":
		return nil
	case page.OrderOldestFirst, page.OrderNewestFirst:
		q.Set(key, string(o))
		return nil
	}
	return Invalid("Order", "is %s, must be %q or %q", Quoted(string(o)), page.OrderNewestFirst, page.OrderOldestFirst)
}

// Number checks the options of a list that is read by number and fills in what was not
// said.
func Number(o page.Numbered, most int) (page.Numbered, error) {
	if o.Page == 0 {
		o.Page = 1
	}
	if o.Size == 0 {
		o.Size = most
	}
	return o, First(Range("Page", o.Page, 1, math.MaxInt32), Range("Size", o.Size, 1, most))
}

// NumberQuery is the query of a page by number; first is the number that the endpoint
// gives the first page.
func NumberQuery(o page.Numbered, first int) url.Values {
	return url.Values{"pagenum": {strconv.Itoa(o.Page - 1 + first)}, "pagesize": {strconv.Itoa(o.Size)}}
}

// NumberedPage makes a page. A total says whether there is another page after it, though
// this one be empty; without one (0) there may be one after a full page.
func NumberedPage[T any](items []T, o page.Numbered, total int) *page.Page[T] {
	p := &page.Page[T]{Items: items, Total: total}
	more := len(items) >= o.Size
	if total > 0 {
		more = int64(o.Page)*int64(o.Size) < int64(total)
	}
	if more {
		p.Next = strconv.Itoa(o.Page + 1)
	}
	return p
}

// CutPage is NumberedPage for a list whose server may cut a page to fewer entries than
// were asked for, and says no total: a page as full as that may have another after it.
func CutPage[T any](items []T, o page.Numbered, cut int) *page.Page[T] {
	o.Size = min(o.Size, cut)
	return NumberedPage(items, o, 0)
}

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

func equal(a, b string) bool { return a == b }

func samePage[T any](a, b []T) bool { return reflect.DeepEqual(a, b) }
