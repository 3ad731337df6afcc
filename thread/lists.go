package thread

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"github.com/imrest/im-go/internal/api"
)

// Order is the order of a list of threads.
type Order string

// The orders; without one the newest come first.
const (
	NewestFirst Order = "desc"
	OldestFirst Order = "asc"
)

// ListOptions choose a page of threads.
type ListOptions struct {
	Limit  int    // threads on a page, 1 to 50; 0: 50
	Cursor string // of the page before; empty: from the start
	Order  Order
}

const maxPage = 50

func (o ListOptions) defaults() ListOptions {
	if o.Limit == 0 {
		o.Limit = maxPage
	}
	return o
}

func (o ListOptions) call(e *api.Endpoint, out any, params ...string) *api.Call {
	q := url.Values{"limit": {strconv.Itoa(o.Limit)}}
	if o.Cursor != "" {
		q.Set("cursor", o.Cursor)
	}
	if o.Order != "" {
		q.Set("sort", string(o.Order))
	}
	return &api.Call{Endpoint: e, Params: params, Query: q, Invalid: api.Range("Limit", o.Limit, 1, maxPage), Out: out}
}

// next is the cursor of the page after one with n entries. The server sends one with
// the last page, too, which only its being short betrays.
func (o ListOptions) next(n int, p properties) string {
	if n < o.Limit {
		return ""
	}
	return string(p.Properties.Cursor)
}

// properties is where the answers of this domain have their cursor.
type properties struct {
	Properties nextPage `json:"properties"`
}

// nextPage is an object; one table calls it a text, which then means nothing.
type nextPage struct {
	Cursor api.Text `json:"cursor"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (n *nextPage) UnmarshalJSON(b []byte) error {
	type object nextPage
	if len(b) == 0 || b[0] != '{' {
		return nil
	}
	return json.Unmarshal(b, (*object)(n))
}

// all goes over a list of pages.
func all[T any](o ListOptions, fetch func(ListOptions) (items []T, next string, err error)) iter.Seq2[T, error] {
	return api.OldPages(o.Cursor, func(cursor string) ([]T, string, error) {
		o := o
		o.Cursor = cursor
		return fetch(o)
	})
}

// IDPage is a part of the threads of the app.
type IDPage struct {
	IDs    []string
	Cursor string // of the next page; empty: this is the last
}

var list = api.Endpoint{ID: "thread.list_app", Method: http.MethodGet, Path: "/thread", Idempotent: true}

// List returns a page of the ids of all threads of the app, by time of creation;
// [Service.All] goes over all of them. The API tells more only of the threads of a
// user: [Service.ListJoined]. Quota: 100 calls a second. Repeated after a lost
// answer.
//
//im:endpoint thread.list_app
func (s *Service) List(ctx context.Context, o ListOptions) (*IDPage, error) {
	o = o.defaults()
	var out struct {
		Entities api.Many[wireThread] `json:"entities"`
		properties
	}
	if err := s.api.Call(ctx, o.call(&list, &out)); err != nil {
		return nil, err
	}
	ids := api.Convert(out.Entities, func(w *wireThread) string { return string(w.ID) })
	return &IDPage{IDs: ids, Cursor: o.next(len(ids), out.properties)}, nil
}

// All goes over the ids of all threads of the app from o.Cursor on. It ends after
// the first error.
func (s *Service) All(ctx context.Context, o ListOptions) iter.Seq2[string, error] {
	return all(o, func(o ListOptions) ([]string, string, error) {
		p, err := s.List(ctx, o)
		if err != nil {
			return nil, "", err
		}
		return p.IDs, p.Cursor, nil
	})
}

// Page is a part of a list of threads.
type Page struct {
	Threads []Thread
	Cursor  string // of the next page; empty: this is the last
}

// threads carries out a call that answers threads.
func (s *Service) threads(ctx context.Context, o ListOptions, e *api.Endpoint, params ...string) (*Page, error) {
	o = o.defaults()
	var out struct {
		Entities api.Many[wireThread] `json:"entities"`
		properties
	}
	if err := s.api.Call(ctx, o.call(e, &out, params...)); err != nil {
		return nil, err
	}
	threads := api.Convert(out.Entities, (*wireThread).thread)
	return &Page{Threads: threads, Cursor: o.next(len(threads), out.properties)}, nil
}

func allThreads(o ListOptions, fetch func(ListOptions) (*Page, error)) iter.Seq2[Thread, error] {
	return all(o, func(o ListOptions) ([]Thread, string, error) {
		p, err := fetch(o)
		if err != nil {
			return nil, "", err
		}
		return p.Threads, p.Cursor, nil
	})
}

var listJoined = api.Endpoint{
	ID: "thread.list_user", Method: http.MethodGet, Path: "/threads/user/{username}", Idempotent: true,
}

// ListJoined returns a page of the threads that a user is in; [Service.AllJoined]
// goes over all of them. They are in order of creation by Agora's documents, and of
// joining by those of Easemob. Quota: 100 calls a second. Repeated after a lost
// answer.
//
//im:endpoint thread.list_user
func (s *Service) ListJoined(ctx context.Context, username string, o ListOptions) (*Page, error) {
	return s.threads(ctx, o, &listJoined, username)
}

// AllJoined goes over all threads of a user from o.Cursor on. It ends after the
// first error.
func (s *Service) AllJoined(ctx context.Context, username string, o ListOptions) iter.Seq2[Thread, error] {
	return allThreads(o, func(o ListOptions) (*Page, error) { return s.ListJoined(ctx, username, o) })
}

var listJoinedInGroup = api.Endpoint{
	ID: "thread.list_user_group", Method: http.MethodGet, Path: "/threads/chatgroups/{groupID}/user/{username}", Idempotent: true,
}

// ListJoinedInGroup returns a page of the threads of one group that a user is in;
// [Service.AllJoinedInGroup] goes over all of them. Order as in
// [Service.ListJoined]. Quota: 100 calls a second. Repeated after a lost answer.
// [im.ErrNotFound] when there is no such group.
//
//im:endpoint thread.list_user_group
func (s *Service) ListJoinedInGroup(ctx context.Context, groupID, username string, o ListOptions) (*Page, error) {
	return s.threads(ctx, o, &listJoinedInGroup, groupID, username)
}

// AllJoinedInGroup goes over all threads of a user in one group from o.Cursor on. It
// ends after the first error.
func (s *Service) AllJoinedInGroup(ctx context.Context, groupID, username string, o ListOptions) iter.Seq2[Thread, error] {
	return allThreads(o, func(o ListOptions) (*Page, error) { return s.ListJoinedInGroup(ctx, groupID, username, o) })
}
