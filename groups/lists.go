package groups

import (
	"context"
	"iter"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// ListOptions choose a page of groups.
type ListOptions struct {
	Limit  int    // groups on a page, 1 to 1,000, by older documents 100; 0: the server's 10
	Cursor string // of the page before; empty: from the start
}

// Page is a part of the list of groups.
type Page struct {
	Groups []Summary
	Cursor string // of the next page; empty: this is the last
}

// Summary is what the list of all groups says of one.
type Summary struct {
	ID          string
	Name        string
	Owner       string
	MemberCount int       // with the owner
	Modified    time.Time `json:",omitzero"`
	Created     time.Time `json:",omitzero"` // zero: this server does not tell
	Disabled    bool      // false also where this server does not tell
}

type wireSummary struct {
	ID           api.Text   `json:"groupid"`
	Name         string     `json:"groupname"`
	Owner        api.Text   `json:"owner"` // "org#app_alice"
	Affiliations api.Int    `json:"affiliations"`
	Modified     api.Millis `json:"lastModified"`
	ModifiedOld  api.Millis `json:"last_modified"`
	Created      api.Millis `json:"created"`
	Disabled     api.Bool   `json:"disabled"`
}

func (w *wireSummary) summary(uri string) Summary {
	return Summary{
		ID: string(w.ID), Name: w.Name, Owner: api.BareUser(string(w.Owner), uri), MemberCount: w.Affiliations.Int(),
		Modified: max(w.Modified, w.ModifiedOld).Time(), Created: w.Created.Time(), Disabled: bool(w.Disabled),
	}
}

var list = api.Endpoint{ID: "groups.list", Method: http.MethodGet, Path: "/chatgroups", Idempotent: true}

// List returns a page of all groups of the app, the newest first; [Service.All]
// goes over all of them. Quota: 100 calls a second. Repeated after a lost answer.
//
//im:endpoint groups.list
func (s *Service) List(ctx context.Context, o ListOptions) (*Page, error) {
	query, invalid := cursorQuery("limit", o.Limit, 1000, o.Cursor)
	var out struct {
		api.Data[api.Many[wireSummary]]
		URI string `json:"uri"`
	}
	if err := s.api.Call(ctx, &api.Call{Endpoint: &list, Invalid: invalid, Query: query, Out: &out}); err != nil {
		return nil, err
	}
	groups := api.Convert(out.Data.Data, func(w *wireSummary) Summary { return w.summary(out.URI) })
	return &Page{Groups: groups, Cursor: string(out.Cursor)}, nil
}

// All goes over all groups of the app from o.Cursor on, fetching pages of 100
// unless o.Limit says otherwise. It ends after the first error.
func (s *Service) All(ctx context.Context, o ListOptions) iter.Seq2[Summary, error] {
	if o.Limit == 0 {
		o.Limit = 100 // what all documents allow
	}
	return api.Pages(o.Cursor, func(cursor string) ([]Summary, string, error) {
		o := o
		o.Cursor = cursor
		p, err := s.List(ctx, o)
		if err != nil {
			return nil, "", err
		}
		return p.Groups, p.Cursor, nil
	})
}

// cursorQuery makes the query of a page by cursor; size is the name that the
// limit has in it.
func cursorQuery(size string, limit, most int, cursor string) (url.Values, error) {
	q := url.Values{}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	if limit == 0 {
		return q, nil
	}
	q.Set(size, strconv.Itoa(limit))
	return q, api.Range("Limit", limit, 1, most)
}

// PageOptions choose a page by number.
type PageOptions struct {
	Page int // from 1 on; 0: the first
	Size int // entries on a page; 0: as the method says
}

// defaults fills in what was left to the method.
func (o PageOptions) defaults(size int) PageOptions {
	if o.Page == 0 {
		o.Page = 1
	}
	if o.Size == 0 {
		o.Size = size
	}
	return o
}

func (o PageOptions) check(most int) error {
	return api.First(api.Range("Page", o.Page, 1, math.MaxInt32), api.Range("Size", o.Size, 1, most))
}

// query numbers the first page as the endpoint does.
func (o PageOptions) query(first int) url.Values {
	return url.Values{"pagenum": {strconv.Itoa(o.Page - 1 + first)}, "pagesize": {strconv.Itoa(o.Size)}}
}

// Joined is a group that a user is in.
type Joined struct{ ID, Name string }

// joinedSize is the page size that no document cuts.
const joinedSize = 20

var listJoined = api.Endpoint{
	ID: "groups.list_joined", Method: http.MethodGet, Path: "/users/{username}/joined_chatgroups",
	Quotas: api.PerSecond(50), Idempotent: true,
}

// ListJoined returns a page of the groups that a user is in or owns;
// [Service.AllJoined] goes over all of them. A page has 1 to 100 entries, 20
// unless o.Size says otherwise; by Agora's newest documents the server cuts it to
// 20, so a short page need not be the last. Quota: 50 calls a second. Repeated
// after a lost answer. [im.ErrNotFound] when there is no such user.
//
//im:endpoint groups.list_joined
func (s *Service) ListJoined(ctx context.Context, username string, o PageOptions) ([]Joined, error) {
	o = o.defaults(joinedSize)
	var out api.Data[api.Many[wireJoined]]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &listJoined, Params: []string{username}, Invalid: o.check(100), Query: o.query(1), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return api.Convert(out.Data, func(w *wireJoined) Joined { return Joined{string(w.ID), w.Name} }), nil
}

type wireJoined struct {
	ID   api.Text `json:"groupid"`
	Name string   `json:"groupname"`
}

// AllJoined goes over all groups of a user from page o.Page on. It ends after the
// first error.
func (s *Service) AllJoined(ctx context.Context, username string, o PageOptions) iter.Seq2[Joined, error] {
	o = o.defaults(joinedSize)
	return api.NumberedPages(o.Page, func(number int) ([]Joined, bool, error) {
		page, err := s.ListJoined(ctx, username, PageOptions{Page: number, Size: o.Size})
		return page, len(page) >= min(o.Size, joinedSize), err
	})
}

// JoinedPage is a part of the groups that a user is in.
type JoinedPage struct {
	Groups []Group // without members and what only [Service.Get] tells
	Total  int     // of all pages
}

var listJoinedDetailed = api.Endpoint{
	ID: "groups.list_joined_detailed", Method: http.MethodGet, Path: "/chatgroups/user/{username}",
	Quotas: api.PerSecond(50), Idempotent: true,
}

// ListJoinedDetailed is [Service.ListJoined] with the settings of the groups and
// the number of all. A page has 1 to 20 entries, 20 unless o.Size says otherwise.
// Easemob and Agora China have it since 2024, Agora's other documents do not.
// Quota: 50 calls a second. Repeated after a lost answer.
//
//im:endpoint groups.list_joined_detailed
func (s *Service) ListJoinedDetailed(ctx context.Context, username string, o PageOptions) (*JoinedPage, error) {
	o = o.defaults(joinedSize)
	var out struct {
		Entities api.Many[wireGroup] `json:"entities"`
		Total    api.Int             `json:"total"`
	}
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &listJoinedDetailed, Params: []string{username}, Invalid: o.check(joinedSize),
		Query: o.query(0), // the only list whose first page is 0
		Out:   &out,
	})
	if err != nil {
		return nil, err
	}
	return &JoinedPage{Groups: api.Convert(out.Entities, (*wireGroup).group), Total: out.Total.Int()}, nil
}

// AllJoinedDetailed goes over all groups of a user from page o.Page on. It ends
// after the first error.
func (s *Service) AllJoinedDetailed(ctx context.Context, username string, o PageOptions) iter.Seq2[Group, error] {
	o = o.defaults(joinedSize)
	return api.NumberedPages(o.Page, func(number int) ([]Group, bool, error) {
		page, err := s.ListJoinedDetailed(ctx, username, PageOptions{Page: number, Size: o.Size})
		if err != nil {
			return nil, false, err
		}
		got := len(page.Groups)
		return page.Groups, got >= o.Size || got > 0 && number*o.Size < page.Total, nil
	})
}
