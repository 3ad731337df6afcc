package page

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/imrest/im-go/imtest/internal/world"
)

const (
	pageSize = 50 // rows of a list

	// maxVisited is how many things a view looks at for a search. What is not found by then is behind
	// a link that goes on.
	maxVisited = 100_000
	leafSize   = 1000 // of them that are copied at once
)

// list is a list with a search, newest first.
type list struct {
	rows
	Name    string // of the tab, as Title, with a capital
	Title   string
	Total   int
	Query   string
	Filters []filter
	Newest  string // address of the first page, "": this is it
	Older   string // address of the next page, "": this is the last
	Looked  int    // the search ended here, before the page was full; 0: it did not
	After   int64  // of events: follow those behind it; -1: do not
}

// rows are what a list shows; one of them has some.
type rows struct {
	Users      []userRow
	Circles    []circleRow
	Messages   []messageRow
	Requests   []requestRow
	Deliveries []deliveryRow
	Events     []eventRow
	Files      []fileRow
}

// filter is a field of the search beside the text.
type filter struct {
	Name, Value string
	Label       string
	Options     []string // nil: any text; the first is for all
}

// search is what a list was asked for.
type search struct {
	r     *http.Request
	query string // in lower case
	after string // cursor
}

func newSearch(r *http.Request) search {
	query := r.URL.Query()
	return search{r, strings.ToLower(strings.TrimSpace(query.Get("q"))), query.Get("after")}
}

func (s *search) get(name string) string { return strings.TrimSpace(s.r.URL.Query().Get(name)) }

// finds holds if a text has what is looked for.
func (s *search) finds(texts ...string) bool {
	if s.query == "" {
		return true
	}
	for _, text := range texts {
		if strings.Contains(strings.ToLower(text), s.query) {
			return true
		}
	}
	return false
}

// page makes the list; next is the cursor behind its rows, and looked says that the
// search ended early.
func (s *search) page(name string, total int, next string, looked int, filters ...filter) *list {
	l := &list{Name: name, Title: title(name), Total: total, Query: s.get("q"), Filters: filters, Looked: looked, After: -1}
	pairs := []string{"q", l.Query}
	for i := range filters {
		pairs = append(pairs, filters[i].Name, filters[i].Value)
	}
	if s.after != "" {
		l.Newest = address(name, pairs...)
	}
	if next != "" {
		l.Older = address(name, append(pairs, "after", next)...)
	}
	return l
}

// filter is a field with what was asked of it.
func (s *search) filter(name, label string, options ...string) filter {
	return filter{name, s.get(name), label, options}
}

// withExact puts what a search names exactly before what else was found, so that it is there at once,
// however much there is to look through.
func withExact[V any](s *search, found []V, v V, there bool, same func(V) bool) []V {
	if !there || s.query == "" || s.after != "" {
		return found
	}
	return slices.Insert(slices.DeleteFunc(found, same), 0, v)
}

// reader returns up to limit values from a cursor on, and the cursor of those that follow.
type reader[V any] func(cursor string, limit int) ([]V, string, error)

// collect fills a page with what keep holds for; a nil keep holds for all. It returns the cursor of
// what follows, and how much was looked at if that ended the search.
func collect[V any](read reader[V], cursor string, keep func(V) bool) (found []V, next string, looked int, err error) {
	size := leafSize
	if keep == nil {
		size = pageSize
	}
	for visited := 0; visited < maxVisited; {
		leaf, next, err := read(cursor, size)
		if err != nil {
			return nil, "", 0, err
		}
		for i, v := range leaf {
			if keep != nil && !keep(v) {
				continue
			}
			if found = append(found, v); len(found) == pageSize {
				if i+1 < len(leaf) {
					_, next, err = read(cursor, i+1) // for the cursor behind this one
				}
				return found, next, 0, err
			}
		}
		if next == "" {
			return found, "", 0, nil
		}
		visited, cursor = visited+len(leaf), next
	}
	return found, cursor, maxVisited, nil
}

// refused makes an error of what a rule says; nil of nil.
func refused(err *world.Error) error {
	if err == nil {
		return nil
	}
	return badQuery{"The place in the list is not one: " + err.Error()}
}

// backwards returns up to limit values before the place end, the newest first, and the cursor of those
// before; the oldest value is at place first.
func backwards[V any](list []V, first int64, cursor string, limit int) ([]V, string, error) {
	end := first + int64(len(list))
	if cursor != "" {
		asked, err := strconv.ParseInt(cursor, 10, 64)
		if err != nil {
			return nil, "", badQuery{"The place in the list is not one."}
		}
		end = min(end, max(asked, first))
	}
	start := max(first, end-int64(limit))
	values := make([]V, 0, end-start)
	for i := end - 1; i >= start; i-- {
		values = append(values, list[i-first])
	}
	if start == first {
		return values, "", nil
	}
	return values, strconv.FormatInt(start, 10), nil
}
