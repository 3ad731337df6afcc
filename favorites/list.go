package favorites

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// MaxPage is the most favorites on a page, which is also what the list asks for without a
// limit.
const MaxPage = 200

// ListOptions choose favorites, and a page of them.
type ListOptions struct {
	page.Options
	From  time.Time  `json:"from,omitzero"`  // of Created, included; zero: from the first
	To    time.Time  `json:"to,omitzero"`    // of Created, included; zero: up to now
	Type  *int       `json:"type,omitzero"`  // nil: all
	Order page.Order `json:"order,omitzero"` // by Created; empty: the newest first
}

func (o ListOptions) check() error {
	switch {
	case !o.From.IsZero() && !o.To.IsZero() && o.From.After(o.To):
		return api.Invalid("From", "is after To")
	case o.Limit != 0:
		return api.Range("Limit", o.Limit, 1, MaxPage)
	}
	return nil
}

// mark is where a page ends: the last entry that it holds, and when that was made. The
// server starts the page after it with that entry, which must still be there, and then
// pays no attention to the times that were asked for.
type mark struct {
	id string
	at time.Time // zero: not known
}

func (m mark) String() string {
	if m.id == "" {
		return ""
	}
	return strconv.FormatInt(max(0, m.at.UnixMilli()), 10) + ":" + m.id
}

func readMark(cursor string) mark {
	millis, id, found := strings.Cut(cursor, ":")
	n, err := strconv.ParseInt(millis, 10, 64)
	if !found || err != nil {
		return mark{id: cursor}
	}
	return mark{id, api.Millis(n).Time()}
}

// asked is what a page is asked with: one more than wanted where the mark comes again.
func (o ListOptions) asked(m mark) int {
	switch {
	case o.Limit == 0:
		return MaxPage
	case m.id != "":
		return min(o.Limit+1, MaxPage)
	}
	return o.Limit
}

// query returns the options as they are sent, and what is wrong with them.
func (o ListOptions) query(m mark) (url.Values, error) {
	q := url.Values{"limit": {strconv.Itoa(o.asked(m))}}
	invalid := api.First(api.Order(q, "direction", o.Order), o.check())
	if o.Type != nil {
		q.Set("type", strconv.Itoa(*o.Type))
	}
	if m.id != "" {
		q.Set("collection_id", m.id)
	}
	if !o.From.IsZero() {
		q.Set("begin_time", strconv.FormatInt(o.From.UnixMilli(), 10))
	}
	if !o.To.IsZero() {
		q.Set("end_time", strconv.FormatInt(o.To.UnixMilli(), 10))
	}
	return q, invalid
}

// after are the options of what follows a mark, for a server that does not know its entry. The page
// is the largest, so that it leads beyond the entries of the same moment.
func (o ListOptions) after(m mark) ListOptions {
	o.Limit = MaxPage
	if o.Order == page.OrderOldestFirst {
		o.From = m.at
	} else {
		o.To = m.at
	}
	return o
}

// outside reports whether a favorite was made at another time than was asked for.
func (o ListOptions) outside(f Favorite) bool {
	if f.Created.IsZero() {
		return false // not known
	}
	at := f.Created.UnixMilli()
	return !o.From.IsZero() && at < o.From.UnixMilli() || !o.To.IsZero() && at > o.To.UnixMilli()
}

var list = api.Endpoint{ID: "favorites.list", Method: http.MethodGet, Path: "/users/{username}/collections", Idempotent: true}

// List returns a page of the favorites of a user. If the entry at which the page before it
// ended has been removed meanwhile, List makes a second call, which goes on from the time of
// that entry with a page of up to [MaxPage]. Entries of the same millisecond may come on two pages; [Service.Pages] and
// [Service.All] yield each once.
//
//im:endpoint favorites.list
func (s *Service) List(ctx context.Context, username string, o ListOptions) (*page.Page[Favorite], error) {
	from := readMark(o.Cursor)
	p, err := s.list(ctx, username, o, from)
	if from.id != "" && !from.at.IsZero() && errors.Is(err, api.ErrNotFound) {
		p, err = s.list(ctx, username, o.after(from), mark{})
	}
	return p, err
}

func (s *Service) list(ctx context.Context, username string, o ListOptions, from mark) (*page.Page[Favorite], error) {
	query, invalid := o.query(from)
	var out entriesBody
	err := s.api.Call(ctx, &api.Call{Endpoint: &list, Params: []string{username}, Query: query, Invalid: invalid, Out: &out})
	if err != nil {
		return nil, err
	}
	p := &page.Page[Favorite]{Items: out.list()}
	if n := len(p.Items); n > 0 && n >= o.asked(from) && !o.outside(p.Items[n-1]) {
		last := p.Items[n-1]
		p.Next = mark{last.ID, last.Created}.String()
	}
	p.Items = slices.DeleteFunc(p.Items, func(f Favorite) bool { return f.ID == from.id || o.outside(f) })
	return p, nil
}

// Pages goes over the pages of [Service.List]; no entry comes twice.
func (s *Service) Pages(ctx context.Context, username string, o ListOptions) iter.Seq2[*page.Page[Favorite], error] {
	return func(yield func(*page.Page[Favorite], error) bool) {
		var latest moment
		pages := api.Pages(o.Options, func(at page.Options) (*page.Page[Favorite], error) {
			one := o
			one.Options = at
			return s.List(ctx, username, one)
		})
		for p, err := range pages {
			if err == nil {
				p.Items = latest.fresh(p.Items)
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

// All goes over the favorites of [Service.Pages].
func (s *Service) All(ctx context.Context, username string, o ListOptions) iter.Seq2[Favorite, error] {
	return api.All(s.Pages(ctx, username, o))
}

// moment holds the entries that were made in the latest millisecond of a list: the page
// after it begins there.
type moment struct {
	millis int64
	ids    map[string]bool
}

// fresh returns the entries that are not known, and notes the latest.
func (m *moment) fresh(items []Favorite) []Favorite {
	items = slices.DeleteFunc(items, func(f Favorite) bool { return f.Created.UnixMilli() == m.millis && m.ids[f.ID] })
	for _, f := range items {
		if at := f.Created.UnixMilli(); m.ids == nil || at != m.millis {
			m.millis, m.ids = at, make(map[string]bool)
		}
		m.ids[f.ID] = true
	}
	return items
}
