package chatrooms

import (
	"cmp"
	"context"
	"iter"
	"net/http"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// Role is what a member is in a room.
type Role string

// The roles.
const (
	RoleOwner  Role = "owner"
	RoleAdmin  Role = "admin" // lists name admins as plain members: see [Service.ListAdmins]
	RoleMember Role = "member"
)

// Member is a user in a room.
type Member struct {
	Username string `json:"username"` // lower case
	Role     Role   `json:"role"`     // what the member is in the room
}

func member(a *api.Affiliation) Member { return Member{Username: a.Username, Role: Role(a.Role)} }

// MemberCursorOptions choose a page of members by cursor.
type MemberCursorOptions struct {
	page.Options
	Order page.Order `json:"order,omitzero"` // by time of joining, sent only by the vendor's Java SDK; empty: the server's
}

var listMembersByCursor = api.Endpoint{
	ID: "chatrooms.list_members_cursor", Method: http.MethodGet, Path: "/chatrooms/{roomID}/users", Idempotent: true,
}

// ListMembersByCursor returns a page of the members of a room, perhaps without its owner
// and without roles. Without a Limit it asks for [MaxPage]; the server's own maximum is not
// documented. Only the vendor's Java SDK uses this form of the list; the documented one is
// [Service.ListMembers]. Errors: im.ErrBadResponse if the server does not have this form.
//
//im:endpoint chatrooms.list_members_cursor
func (s *Service) ListMembersByCursor(ctx context.Context, roomID string, o MemberCursorOptions) (*page.Page[string], error) {
	o.Limit = cmp.Or(o.Limit, MaxPage)
	return api.PageMembersByCursor(ctx, s.api, &listMembersByCursor, roomID, o.Options, o.Order)
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

var listMembers = api.Endpoint{
	ID: "chatrooms.list_members", Method: http.MethodGet, Path: "/chatrooms/{roomID}/users", Idempotent: true,
}

// ListMembers returns a page of the members of a room, its owner among them, in no particular
// order. A page has up to [MaxMembersPage] members; one of 100 or more names a next one,
// which may be empty, as the server may have cut it. Members may be missed or listed twice
// if users join or leave meanwhile.
//
//im:endpoint chatrooms.list_members
func (s *Service) ListMembers(ctx context.Context, roomID string, o page.Numbered) (*page.Page[Member], error) {
	o, invalid := api.Number(o, MaxMembersPage)
	var out api.Data[api.Many[api.Affiliation]]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &listMembers, Params: []string{roomID}, Invalid: invalid, Query: api.NumberQuery(o, 1), Out: &out,
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
