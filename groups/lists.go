package groups

import (
	"cmp"
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// The most entries on a page that all documents allow, which is also what lists ask for
// without a limit.
const (
	MaxPage        = 100  // of [Service.List] and [Service.ListMembersByCursor]
	MaxJoinedPage  = 20   // of [Service.ListJoined] and [Service.ListJoinedDetailed]
	MaxMembersPage = 100  // of [Service.ListMembers]
	MaxFilesPage   = 1000 // of [Service.ListFiles]
	MaxBlockedPage = 50   // of [Service.ListBlocked]
)

// Summary is what the list of all groups says of one.
type Summary struct {
	ID          string    `json:"id"`               // digits
	Name        string    `json:"name"`             // up to 128 characters
	Owner       string    `json:"owner"`            // lower case
	MemberCount int       `json:"member_count"`     // including the owner
	Updated     time.Time `json:"updated,omitzero"` // time of the last change
	Created     time.Time `json:"created,omitzero"` // zero: the server does not report it
	Disabled    bool      `json:"disabled"`         // false also where the server does not report it
}

type wireSummary struct {
	ID           api.Text   `json:"groupid"`
	Name         string     `json:"groupname"`
	Owner        api.Text   `json:"owner"` // "org#app_alice"
	Affiliations api.Int    `json:"affiliations"`
	Updated      api.Millis `json:"lastModified"`
	UpdatedOld   api.Millis `json:"last_modified"`
	Created      api.Millis `json:"created"`
	Disabled     api.Bool   `json:"disabled"`
}

func (w *wireSummary) summary(uri string) Summary {
	return Summary{
		ID: string(w.ID), Name: w.Name, Owner: api.BareUser(string(w.Owner), uri), MemberCount: w.Affiliations.Int(),
		Updated: max(w.Updated, w.UpdatedOld).Time(), Created: w.Created.Time(), Disabled: bool(w.Disabled),
	}
}

var list = api.Endpoint{ID: "groups.list", Method: http.MethodGet, Path: "/chatgroups", Idempotent: true}

// List returns a page of all groups of the app, the newest first. A page has up to
// [MaxPage] groups; newer documents allow a Limit of 1,000, which older servers reject.
//
//im:endpoint groups.list
func (s *Service) List(ctx context.Context, o page.Options) (*page.Page[Summary], error) {
	o.Limit = cmp.Or(o.Limit, MaxPage)
	query := url.Values{}
	invalid := api.Cursor(query, o, 1000)
	var out struct {
		api.Data[api.Many[wireSummary]]
		URI string `json:"uri"`
	}
	if err := s.api.Call(ctx, &api.Call{Endpoint: &list, Invalid: invalid, Query: query, Out: &out}); err != nil {
		return nil, err
	}
	groups := api.Convert(out.Data.Data, func(w *wireSummary) Summary { return w.summary(out.URI) })
	return &page.Page[Summary]{Items: groups, Next: string(out.Cursor)}, nil
}

// Pages goes over the pages of [Service.List].
func (s *Service) Pages(ctx context.Context, o page.Options) iter.Seq2[*page.Page[Summary], error] {
	return api.Pages(o, func(o page.Options) (*page.Page[Summary], error) { return s.List(ctx, o) })
}

// All goes over the groups of [Service.Pages].
func (s *Service) All(ctx context.Context, o page.Options) iter.Seq2[Summary, error] {
	return api.All(s.Pages(ctx, o))
}

// Joined is a group that a user is in.
type Joined struct {
	ID   string `json:"id"`   // digits; all else is in [Service.Get]
	Name string `json:"name"` // up to 128 characters
}

type wireJoined struct {
	ID   api.Text `json:"groupid"`
	Name string   `json:"groupname"`
}

var listJoined = api.Endpoint{
	ID: "groups.list_joined", Method: http.MethodGet, Path: "/users/{username}/joined_chatgroups",
	Quotas: api.PerSecond(50), Idempotent: true,
}

// ListJoined returns a page of the groups that a user is in or owns. A page has up to
// [MaxJoinedPage] groups; a Size of up to 100 is sent as it is, and by Agora's newest
// documents the server cuts it to 20. A page of that many names a next one, which may be
// empty. Quota: 50 calls a second. Errors: im.ErrNotFound if there is no such user.
//
//im:endpoint groups.list_joined
func (s *Service) ListJoined(ctx context.Context, username string, o page.Numbered) (*page.Page[Joined], error) {
	o.Size = cmp.Or(o.Size, MaxJoinedPage)
	o, invalid := api.Number(o, 100)
	var out api.Data[api.Many[wireJoined]]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &listJoined, Params: []string{username}, Invalid: invalid, Query: api.NumberQuery(o, 1), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	joined := api.Convert(out.Data, func(w *wireJoined) Joined { return Joined{ID: string(w.ID), Name: w.Name} })
	return api.CutPage(joined, o, MaxJoinedPage), nil
}

// PageJoined goes over the pages of [Service.ListJoined].
func (s *Service) PageJoined(ctx context.Context, username string, o page.Numbered) iter.Seq2[*page.Page[Joined], error] {
	return api.NumberedPages(o, func(o page.Numbered) (*page.Page[Joined], error) { return s.ListJoined(ctx, username, o) })
}

// AllJoined goes over the groups of [Service.PageJoined].
func (s *Service) AllJoined(ctx context.Context, username string, o page.Numbered) iter.Seq2[Joined, error] {
	return api.All(s.PageJoined(ctx, username, o))
}

var listJoinedDetailed = api.Endpoint{
	ID: "groups.list_joined_detailed", Method: http.MethodGet, Path: "/chatgroups/user/{username}",
	Quotas: api.PerSecond(50), Idempotent: true,
}

// ListJoinedDetailed is [Service.ListJoined] with the settings of the groups, without
// members and what only [Service.Get] reports, and with the Total of all pages. A page has
// up to [MaxJoinedPage] groups. Easemob and Agora China have had it since 2024; Agora's
// other documents do not have it. Quota: 50 calls a second.
//
//im:endpoint groups.list_joined_detailed
func (s *Service) ListJoinedDetailed(ctx context.Context, username string, o page.Numbered) (*page.Page[Group], error) {
	o, invalid := api.Number(o, MaxJoinedPage)
	var out struct {
		Entities api.Many[api.WireGroup] `json:"entities"`
		Total    api.Int                 `json:"total"`
	}
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &listJoinedDetailed, Params: []string{username}, Invalid: invalid,
		Query: api.NumberQuery(o, 0), // the only list whose first page is 0
		Out:   &out,
	})
	if err != nil {
		return nil, err
	}
	return api.NumberedPage(api.Convert(out.Entities, group), o, out.Total.Int()), nil
}

// PageJoinedDetailed goes over the pages of [Service.ListJoinedDetailed].
func (s *Service) PageJoinedDetailed(ctx context.Context, username string, o page.Numbered) iter.Seq2[*page.Page[Group], error] {
	return api.NumberedPages(o, func(o page.Numbered) (*page.Page[Group], error) { return s.ListJoinedDetailed(ctx, username, o) })
}

// AllJoinedDetailed goes over the groups of [Service.PageJoinedDetailed].
func (s *Service) AllJoinedDetailed(ctx context.Context, username string, o page.Numbered) iter.Seq2[Group, error] {
	return api.All(s.PageJoinedDetailed(ctx, username, o))
}
