package thread

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// MaxPage is the most entries on a page of any list of this package, which is also what
// the lists ask for without a limit.
const MaxPage = 50

// ListOptions choose a page of threads.
type ListOptions struct {
	page.Options
	Order page.Order `json:"order,omitzero"` // by the time that the list names; empty: the newest first
}

func (o ListOptions) call(e *api.Endpoint, out any, params ...string) *api.Call {
	q := url.Values{}
	invalid := api.First(api.Cursor(q, o.Options, MaxPage), api.Order(q, "sort", o.Order))
	return &api.Call{Endpoint: e, Params: params, Query: q, Invalid: invalid, Out: out}
}

// pageOf makes a page. The server sends a cursor with the last page, too, and no document
// promises that the pages before it are full: an empty page is the end, or one that names
// itself as the next.
func pageOf[T any](items []T, o page.Options, p properties) *page.Page[T] {
	next := string(p.Properties.Cursor)
	if len(items) == 0 || next == o.Cursor {
		next = ""
	}
	return &page.Page[T]{Items: items, Next: next}
}

// pages goes over a list of threads, in the order of o.
func pages[T any](o ListOptions, list func(ListOptions) (*page.Page[T], error)) iter.Seq2[*page.Page[T], error] {
	return api.Pages(o.Options, func(one page.Options) (*page.Page[T], error) { return list(ListOptions{one, o.Order}) })
}

// properties is where the responses of this domain have their cursor.
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

var list = api.Endpoint{ID: "thread.list_app", Method: http.MethodGet, Path: "/thread", Idempotent: true}

// List returns a page of the ids of all threads of the app, by time of creation. A page has
// up to [MaxPage] ids. The API returns whole threads only for those of a user:
// [Service.ListJoined].
//
//im:endpoint thread.list_app
func (s *Service) List(ctx context.Context, o ListOptions) (*page.Page[string], error) {
	return threads(ctx, s, o, (*wireThread).id, &list)
}

// Pages goes over the pages of [Service.List].
func (s *Service) Pages(ctx context.Context, o ListOptions) iter.Seq2[*page.Page[string], error] {
	return pages(o, func(o ListOptions) (*page.Page[string], error) { return s.List(ctx, o) })
}

// All goes over the ids of [Service.Pages].
func (s *Service) All(ctx context.Context, o ListOptions) iter.Seq2[string, error] {
	return api.All(s.Pages(ctx, o))
}

func (w *wireThread) id() string { return string(w.ID) }

// threads carries out a call that lists threads.
func threads[T any](ctx context.Context, s *Service, o ListOptions, one func(*wireThread) T, e *api.Endpoint, params ...string) (*page.Page[T], error) {
	var out struct {
		Entities api.Many[wireThread] `json:"entities"`
		properties
	}
	if err := s.api.Call(ctx, o.call(e, &out, params...)); err != nil {
		return nil, err
	}
	return pageOf(api.Convert(out.Entities, one), o.Options, out.properties), nil
}

var listJoined = api.Endpoint{
	ID: "thread.list_user", Method: http.MethodGet, Path: "/threads/user/{username}", Idempotent: true,
}

// ListJoined returns a page of the threads that a user is in, up to [MaxPage]. They are in
// the order of creation by Agora's documents, of joining by those of Easemob.
//
//im:endpoint thread.list_user
func (s *Service) ListJoined(ctx context.Context, username string, o ListOptions) (*page.Page[Thread], error) {
	return threads(ctx, s, o, (*wireThread).thread, &listJoined, username)
}

// PageJoined goes over the pages of [Service.ListJoined].
func (s *Service) PageJoined(ctx context.Context, username string, o ListOptions) iter.Seq2[*page.Page[Thread], error] {
	return pages(o, func(o ListOptions) (*page.Page[Thread], error) { return s.ListJoined(ctx, username, o) })
}

// AllJoined goes over the threads of [Service.PageJoined].
func (s *Service) AllJoined(ctx context.Context, username string, o ListOptions) iter.Seq2[Thread, error] {
	return api.All(s.PageJoined(ctx, username, o))
}

var listJoinedInGroup = api.Endpoint{
	ID: "thread.list_user_group", Method: http.MethodGet, Path: "/threads/chatgroups/{groupID}/user/{username}", Idempotent: true,
}

// ListJoinedInGroup returns a page of the threads of one group that a user is in, up to
// [MaxPage], in the order of [Service.ListJoined]. Errors: im.ErrNotFound if there is no
// such group.
//
//im:endpoint thread.list_user_group
func (s *Service) ListJoinedInGroup(ctx context.Context, groupID, username string, o ListOptions) (*page.Page[Thread], error) {
	return threads(ctx, s, o, (*wireThread).thread, &listJoinedInGroup, groupID, username)
}

// PageJoinedInGroup goes over the pages of [Service.ListJoinedInGroup].
func (s *Service) PageJoinedInGroup(ctx context.Context, groupID, username string, o ListOptions) iter.Seq2[*page.Page[Thread], error] {
	return pages(o, func(o ListOptions) (*page.Page[Thread], error) {
		return s.ListJoinedInGroup(ctx, groupID, username, o)
	})
}

// AllJoinedInGroup goes over the threads of [Service.PageJoinedInGroup].
func (s *Service) AllJoinedInGroup(ctx context.Context, groupID, username string, o ListOptions) iter.Seq2[Thread, error] {
	return api.All(s.PageJoinedInGroup(ctx, groupID, username, o))
}
