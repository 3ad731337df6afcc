package chatrooms

import (
	"context"
	"iter"
	"math"
	"net/http"
	"net/url"
	"strconv"

	"github.com/imrest/im-go/internal/api"
)

// Summary is what lists tell of a room.
type Summary struct {
	ID          string
	Name        string
	Owner       string // not in lists of joined rooms
	MemberCount int    // with the owner; not in lists of joined rooms
	Disabled    bool
}

type wireSummary struct {
	ID                api.Text `json:"id"`
	Name              string   `json:"name"`
	Owner             api.Text `json:"owner"`
	AffiliationsCount api.Int  `json:"affiliations_count"`
	Disabled          api.Bool `json:"disabled"` // a text in lists of joined rooms
}

func (w *wireSummary) summary() Summary {
	return Summary{
		ID: string(w.ID), Name: w.Name, Owner: string(w.Owner),
		MemberCount: w.AffiliationsCount.Int(), Disabled: bool(w.Disabled),
	}
}

// ListOptions choose a page of rooms.
type ListOptions struct {
	Limit  int    // rooms on a page, 1 to 100; 0: the server's 10
	Cursor string // of the page before; empty: from the start
}

func (o ListOptions) query() (url.Values, error) {
	q := url.Values{}
	if o.Cursor != "" {
		q.Set("cursor", o.Cursor)
	}
	if o.Limit == 0 {
		return q, nil
	}
	q.Set("limit", strconv.Itoa(o.Limit))
	return q, api.Range("Limit", o.Limit, 1, 100)
}

// Page is a part of a list of rooms.
type Page struct {
	Rooms  []Summary
	Cursor string // of the next page; empty: this is the last
}

var list = api.Endpoint{
	ID: "chatrooms.list", Method: http.MethodGet, Path: "/chatrooms", Quotas: api.PerSecond(50), Idempotent: true,
}

// List returns a page of the app's rooms, the newest first; [Service.All] goes
// over all of them. A page has up to 100 rooms; the newest documents of Easemob
// allow 1000, which older servers do not take. Quota: 50 calls a second. Repeated
// after a lost answer.
//
//im:endpoint chatrooms.list
func (s *Service) List(ctx context.Context, o ListOptions) (*Page, error) {
	query, invalid := o.query()
	var out api.Data[api.Many[wireSummary]]
	if err := s.api.Call(ctx, &api.Call{Endpoint: &list, Invalid: invalid, Query: query, Out: &out}); err != nil {
		return nil, err
	}
	return &Page{Rooms: api.Convert(out.Data, (*wireSummary).summary), Cursor: string(out.Cursor)}, nil
}

// All goes over all rooms of the app from o.Cursor on, fetching pages of 100
// unless o.Limit says otherwise. It ends after the first error.
func (s *Service) All(ctx context.Context, o ListOptions) iter.Seq2[Summary, error] {
	if o.Limit == 0 {
		o.Limit = 100
	}
	return api.Pages(o.Cursor, func(cursor string) ([]Summary, string, error) {
		o := o
		o.Cursor = cursor
		p, err := s.List(ctx, o)
		if err != nil {
			return nil, "", err
		}
		return p.Rooms, p.Cursor, nil
	})
}

// PageOptions choose a page of a list that is read by page number.
type PageOptions struct {
	Page int // from 1 on; 0: the first
	Size int // entries on a page, 1 to 1000; 0: 1000
}

func (o PageOptions) withDefaults() PageOptions {
	if o.Page == 0 {
		o.Page = 1
	}
	if o.Size == 0 {
		o.Size = 1000
	}
	return o
}

func (o PageOptions) check() error {
	return api.First(api.Range("Page", o.Page, 1, math.MaxInt32), api.Range("Size", o.Size, 1, 1000))
}

func (o PageOptions) query() url.Values {
	return url.Values{"pagenum": {strconv.Itoa(o.Page)}, "pagesize": {strconv.Itoa(o.Size)}}
}

// leastPage is the smallest page size that some document takes for the largest: a
// page that has it may be one that the server has cut.
const leastPage = 100

// numbered goes over a list from page o.Page on.
func numbered[T any](o PageOptions, fetch func(PageOptions) ([]T, error)) iter.Seq2[T, error] {
	o = o.withDefaults()
	return api.NumberedPages(o.Page, func(number int) ([]T, bool, error) {
		page, err := fetch(PageOptions{Page: number, Size: o.Size})
		return page, len(page) >= min(o.Size, leastPage), err
	})
}

var listJoined = api.Endpoint{
	ID: "chatrooms.list_joined", Method: http.MethodGet, Path: "/users/{username}/joined_chatrooms",
	Quotas: api.PerSecond(50), Idempotent: true,
}

// ListJoined returns a page of the rooms that a user is in; [Service.AllJoined]
// goes over all of them. Quota: 50 calls a second. Repeated after a lost answer.
// [im.ErrNotFound] when there is no such user.
//
//im:endpoint chatrooms.list_joined
func (s *Service) ListJoined(ctx context.Context, username string, o PageOptions) ([]Summary, error) {
	o = o.withDefaults()
	var out api.Data[api.Many[wireSummary]]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &listJoined, Params: []string{username}, Invalid: o.check(), Query: o.query(), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return api.Convert(out.Data, (*wireSummary).summary), nil
}

// AllJoined goes over the rooms that a user is in from page o.Page on. It ends
// after the first error.
func (s *Service) AllJoined(ctx context.Context, username string, o PageOptions) iter.Seq2[Summary, error] {
	return numbered(o, func(o PageOptions) ([]Summary, error) { return s.ListJoined(ctx, username, o) })
}
