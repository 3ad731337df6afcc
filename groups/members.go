package groups

import (
	"cmp"
	"context"
	"iter"
	"net/http"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// Role is what a member is in a group.
type Role string

// The roles.
const (
	RoleOwner  Role = "owner"
	RoleAdmin  Role = "admin" // most servers list admins as plain members: see [Service.ListAdmins]
	RoleMember Role = "member"
)

// Member is a user in a group.
type Member struct {
	Username string    `json:"username"`        // lower case
	Role     Role      `json:"role"`            // what the member is in the group
	Joined   time.Time `json:"joined,omitzero"` // zero unless it was asked for
}

func member(a *api.Affiliation) Member {
	return Member{Username: a.Username, Role: Role(a.Role), Joined: a.Joined.Time()}
}

// MemberCursorOptions choose a page of members by cursor.
type MemberCursorOptions struct {
	page.Options
	Order page.Order `json:"order,omitzero"` // by time of joining, sent only by the vendor's Java SDK; empty: the server's
}

var listMembersByCursor = api.Endpoint{
	ID: "groups.list_members_cursor", Method: http.MethodGet, Path: "/chatgroups/{groupID}/users", Idempotent: true,
}

// ListMembersByCursor returns a page of the members of a group, without its owner and
// without roles. Members who join or leave meanwhile do not shift the pages. Without a
// Limit it asks for [MaxPage]; the server's own maximum is not documented. Only the
// vendor's Java SDK uses this form of the list; the documented one is
// [Service.ListMembers]. Errors: im.ErrBadResponse if the server does not have this form.
//
//im:endpoint groups.list_members_cursor
func (s *Service) ListMembersByCursor(ctx context.Context, groupID string, o MemberCursorOptions) (*page.Page[string], error) {
	o.Limit = cmp.Or(o.Limit, MaxPage)
	return api.PageMembersByCursor(ctx, s.api, &listMembersByCursor, groupID, o.Options, o.Order)
}

// PageMembersByCursor goes over the pages of [Service.ListMembersByCursor].
func (s *Service) PageMembersByCursor(ctx context.Context, groupID string, o MemberCursorOptions) iter.Seq2[*page.Page[string], error] {
	return api.Pages(o.Options, func(at page.Options) (*page.Page[string], error) {
		return s.ListMembersByCursor(ctx, groupID, MemberCursorOptions{Options: at, Order: o.Order})
	})
}

// AllMembersByCursor goes over the members of [Service.PageMembersByCursor].
func (s *Service) AllMembersByCursor(ctx context.Context, groupID string, o MemberCursorOptions) iter.Seq2[string, error] {
	return api.All(s.PageMembersByCursor(ctx, groupID, o))
}

// MemberListOptions choose a page of members by number.
type MemberListOptions struct {
	page.Numbered
	JoinTime bool       `json:"join_time,omitzero"` // fill Member.Joined; Easemob only
	Order    page.Order `json:"order,omitzero"`     // as in [MemberCursorOptions]
}

var listMembers = api.Endpoint{
	ID: "groups.list_members", Method: http.MethodGet, Path: "/chatgroups/{groupID}/users", Idempotent: true,
}

// ListMembers returns a page of the members of a group, its owner among them. A page has
// up to [MaxMembersPage] members; a Size of up to 1,000 is sent as it is, and by some
// documents the server cuts it to 100. A page of that many names a next one, which may be
// empty. Members may be missed or listed twice if users join or leave meanwhile.
//
//im:endpoint groups.list_members
func (s *Service) ListMembers(ctx context.Context, groupID string, o MemberListOptions) (*page.Page[Member], error) {
	o.Size = cmp.Or(o.Size, MaxMembersPage)
	at, invalid := api.Number(o.Numbered, 1000)
	query := api.NumberQuery(at, 1)
	invalid = api.First(invalid, api.Order(query, "sort", o.Order))
	if o.JoinTime {
		query.Set("joined_time", "true")
	}
	var out api.Data[api.Many[api.Affiliation]]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &listMembers, Params: []string{groupID}, Invalid: invalid, Query: query, Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return api.CutPage(api.Convert(out.Data, member), at, MaxMembersPage), nil
}

// PageMembers goes over the pages of [Service.ListMembers].
func (s *Service) PageMembers(ctx context.Context, groupID string, o MemberListOptions) iter.Seq2[*page.Page[Member], error] {
	return api.NumberedPages(o.Numbered, func(at page.Numbered) (*page.Page[Member], error) {
		return s.ListMembers(ctx, groupID, MemberListOptions{Numbered: at, JoinTime: o.JoinTime, Order: o.Order})
	})
}

// AllMembers goes over the members of [Service.PageMembers].
func (s *Service) AllMembers(ctx context.Context, groupID string, o MemberListOptions) iter.Seq2[Member, error] {
	return api.All(s.PageMembers(ctx, groupID, o))
}

var isMember = api.Endpoint{
	ID: "groups.is_member", Method: http.MethodGet, Path: "/chatgroups/{groupID}/user/{username}/is_joined", Idempotent: true,
}

// IsMember reports whether a user is in a group. What the server returns for a group or a
// user that does not exist is not documented.
//
//im:endpoint groups.is_member
func (s *Service) IsMember(ctx context.Context, groupID, username string) (bool, error) {
	var out api.Payload[api.Bool]
	err := s.api.Call(ctx, &api.Call{Endpoint: &isMember, Params: []string{groupID, username}, Out: &out})
	return bool(out.Value), err
}
