package chatrooms

import (
	"context"
	"iter"
	"net/http"
	"net/url"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// The most entries on a page that all documents allow, which is also what lists ask for
// without a limit.
const (
	MaxPage            = 100  // of [Service.List] and [Service.ListMembersByCursor]
	MaxJoinedPage      = 1000 // of [Service.ListJoined]
	MaxMembersPage     = 1000 // of [Service.ListMembers]
	MaxSuperAdminsPage = 1000 // of [Service.ListSuperAdmins]
)

// leastPage is the smallest page size that some source gives as the largest: a page that
// has it may be one that the server has cut.
const leastPage = 100

// Summary is what lists say of a room.
type Summary struct {
	ID          string `json:"id"`                    // digits, unless the app chose it
	Name        string `json:"name"`                  // up to 128 characters
	Owner       string `json:"owner,omitzero"`        // not in lists of joined rooms
	MemberCount int    `json:"member_count,omitzero"` // including the owner; not in lists of joined rooms
	Disabled    bool   `json:"disabled"`              // chat rooms have no call that changes it
}

type wireSummary struct {
	ID       api.Text `json:"id"`
	Name     string   `json:"name"`
	Owner    api.Text `json:"owner"`
	Count    api.Int  `json:"affiliations_count"`
	Disabled api.Bool `json:"disabled"` // a text in lists of joined rooms
}

func (w *wireSummary) summary() Summary {
	return Summary{
		ID: string(w.ID), Name: w.Name, Owner: string(w.Owner),
		MemberCount: w.Count.Int(), Disabled: bool(w.Disabled),
	}
}

var list = api.Endpoint{
	ID: "chatrooms.list", Method: http.MethodGet, Path: "/chatrooms", Quotas: api.PerSecond(50), Idempotent: true,
}

// List returns a page of all rooms of the app, the newest first. A page has up to [MaxPage]
// rooms; the newest documents of Easemob allow 1,000, which older servers reject. Quota: 50
// calls a second.
//
//im:endpoint chatrooms.list
func (s *Service) List(ctx context.Context, o page.Options) (*page.Page[Summary], error) {
	query := url.Values{}
	invalid := api.Cursor(query, o, MaxPage)
	var out api.Data[api.Many[wireSummary]]
	if err := s.api.Call(ctx, &api.Call{Endpoint: &list, Invalid: invalid, Query: query, Out: &out}); err != nil {
		return nil, err
	}
	return &page.Page[Summary]{Items: api.Convert(out.Data, (*wireSummary).summary), Next: string(out.Cursor)}, nil
}

// Pages goes over the pages of [Service.List].
func (s *Service) Pages(ctx context.Context, o page.Options) iter.Seq2[*page.Page[Summary], error] {
	return api.Pages(o, func(o page.Options) (*page.Page[Summary], error) { return s.List(ctx, o) })
}

// All goes over the rooms of [Service.Pages].
func (s *Service) All(ctx context.Context, o page.Options) iter.Seq2[Summary, error] {
	return api.All(s.Pages(ctx, o))
}

var listJoined = api.Endpoint{
	ID: "chatrooms.list_joined", Method: http.MethodGet, Path: "/users/{username}/joined_chatrooms",
	Quotas: api.PerSecond(50), Idempotent: true,
}

// ListJoined returns a page of the rooms that a user is in. A page has up to
// [MaxJoinedPage] rooms; one of 100 or more names a next one, which may be empty, as the
// server may have cut it. Quota: 50 calls a second. Errors: im.ErrNotFound if there is no
// such user.
//
//im:endpoint chatrooms.list_joined
func (s *Service) ListJoined(ctx context.Context, username string, o page.Numbered) (*page.Page[Summary], error) {
	o, invalid := api.Number(o, MaxJoinedPage)
	var out api.Data[api.Many[wireSummary]]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &listJoined, Params: []string{username}, Invalid: invalid, Query: api.NumberQuery(o, 1), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return api.CutPage(api.Convert(out.Data, (*wireSummary).summary), o, leastPage), nil
}

// PageJoined goes over the pages of [Service.ListJoined].
func (s *Service) PageJoined(ctx context.Context, username string, o page.Numbered) iter.Seq2[*page.Page[Summary], error] {
	return api.NumberedPages(o, func(o page.Numbered) (*page.Page[Summary], error) { return s.ListJoined(ctx, username, o) })
}

// AllJoined goes over the rooms of [Service.PageJoined].
func (s *Service) AllJoined(ctx context.Context, username string, o page.Numbered) iter.Seq2[Summary, error] {
	return api.All(s.PageJoined(ctx, username, o))
}
