package chatrooms

import (
	"cmp"
	"context"
	"iter"
	"math"
	"net/http"
	"net/url"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// Role is what a user is in a room.
type Role string

// The roles. The server's lists name admins as members; [Service.ListAdmins] tells
// who they are.
const (
	RoleOwner  Role = "owner"
	RoleAdmin  Role = "admin"
	RoleMember Role = "member"
)

// Member is a user in a room.
type Member struct {
	Username string
	Role     Role
}

func member(a *api.Affiliation) Member { return Member{Username: a.Username, Role: Role(a.Role)} }

// Order is the order of a list of members.
type Order string

// The orders, by time of joining.
const (
	OldestFirst Order = "asc"
	NewestFirst Order = "desc"
)

// MemberCursorOptions choose a page of members by cursor.
type MemberCursorOptions struct {
	page.Options
	Order Order // empty: the server's
}

var listMembersByCursor = api.Endpoint{
	ID: "chatrooms.list_members_cursor", Method: http.MethodGet, Path: "/chatrooms/{roomID}/users", Idempotent: true,
}

// ListMembersByCursor returns a page of the members of a room by time of joining, without
// their roles and perhaps without the owner. Without a Limit it asks for [MaxPage]; the
// server's own maximum is not documented. The vendor's Java SDK uses this form of the
// list, no document describes it; [Service.ListMembers] is the documented one. A server
// that does not know this form is an [im.ErrBadResponse]. Quota: 100 calls a second.
// Retried if the response is lost. [im.ErrNotFound] when there is no such room.
//
//im:endpoint chatrooms.list_members_cursor
func (s *Service) ListMembersByCursor(ctx context.Context, roomID string, o MemberCursorOptions) (*page.Page[string], error) {
	o.Limit = cmp.Or(o.Limit, MaxPage)
	query := url.Values{"version": {"v3"}} // selects this form
	invalid := api.Cursor(query, o.Options, math.MaxInt32)
	if o.Order != "" {
		query.Set("sort", string(o.Order))
	}
	return s.userPage(ctx, &api.Call{Endpoint: &listMembersByCursor, Params: []string{roomID}, Invalid: invalid, Query: query})
}

// PageMembersByCursor goes over the pages of [Service.ListMembersByCursor].
func (s *Service) PageMembersByCursor(ctx context.Context, roomID string, o MemberCursorOptions) iter.Seq2[*page.Page[string], error] {
	return api.Pages(o.Options, func(at page.Options) (*page.Page[string], error) {
		return s.ListMembersByCursor(ctx, roomID, MemberCursorOptions{Options: at, Order: o.Order})
	})
}

// AllMembersByCursor goes over the members of [Service.PageMembersByCursor].
func (s *Service) AllMembersByCursor(ctx context.Context, roomID string, o MemberCursorOptions) iter.Seq2[string, error] {
	return api.All(s.PageMembersByCursor(ctx, roomID, o))
}

// userPage carries out a call that returns user ids and perhaps a cursor.
func (s *Service) userPage(ctx context.Context, c *api.Call) (*page.Page[string], error) {
	var out api.Data[api.Many[api.Text]]
	c.Out = &out
	if err := s.api.Call(ctx, c); err != nil {
		return nil, err
	}
	return &page.Page[string]{Items: api.Texts(out.Data), Next: string(out.Cursor)}, nil
}

var listMembers = api.Endpoint{
	ID: "chatrooms.list_members", Method: http.MethodGet, Path: "/chatrooms/{roomID}/users", Idempotent: true,
}

// ListMembers returns a page of the members of a room in no certain order, with the
// owner somewhere among them. A page has up to [MaxMembersPage] members; one of 100 and
// more names a next one, which may be empty, for the server may have cut it. Users who
// come or go meanwhile can be listed twice or not at all. Quota: 100 calls a second.
// Retried if the response is lost. [im.ErrNotFound] when there is no such room.
//
//im:endpoint chatrooms.list_members
func (s *Service) ListMembers(ctx context.Context, roomID string, o page.Numbered) (*page.Page[Member], error) {
	o, invalid := api.Number(o, MaxMembersPage)
	var out api.Data[api.Many[api.Affiliation]]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &listMembers, Params: []string{roomID}, Invalid: invalid, Query: numbers(o), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return api.CutPage(api.Convert(out.Data, member), o, leastPage), nil
}

// PageMembers goes over the pages of [Service.ListMembers].
func (s *Service) PageMembers(ctx context.Context, roomID string, o page.Numbered) iter.Seq2[*page.Page[Member], error] {
	return api.NumberedPages(o, func(o page.Numbered) (*page.Page[Member], error) { return s.ListMembers(ctx, roomID, o) })
}

// AllMembers goes over the members of [Service.PageMembers].
func (s *Service) AllMembers(ctx context.Context, roomID string, o page.Numbered) iter.Seq2[Member, error] {
	return api.All(s.PageMembers(ctx, roomID, o))
}
