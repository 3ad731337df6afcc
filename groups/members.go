package groups

import (
	"context"
	"iter"
	"math"
	"net/http"
	"net/url"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// Role is what a member is in a group.
type Role string

// The roles.
const (
	RoleOwner  Role = "owner"
	RoleAdmin  Role = "admin" // most servers list admins as plain members: see ListAdmins
	RoleMember Role = "member"
)

// Member is a user in a group.
type Member struct {
	Username string
	Role     Role
	Joined   time.Time `json:",omitzero"` // zero unless it was asked for
}

func member(a *api.Affiliation) Member {
	return Member{Username: a.Username, Role: Role(a.Role), Joined: a.Joined.Time()}
}

// Order is the order of members by the time of joining. Only the vendor's Java SDK
// knows it.
type Order string

// The orders; without one the server's own holds.
const (
	OldestFirst Order = "asc"
	NewestFirst Order = "desc"
)

// MemberCursorOptions choose a page of members by cursor.
type MemberCursorOptions struct {
	Limit  int    // members on a page; 0: 100. The server's ceiling is not documented
	Cursor string // of the page before; empty: from the start
	Order  Order
}

// UserPage is a part of a list of users.
type UserPage struct {
	Usernames []string
	Cursor    string // of the next page; empty: this is the last
}

var listMembersByCursor = api.Endpoint{
	ID: "groups.list_members_cursor", Method: http.MethodGet, Path: "/chatgroups/{groupID}/users", Idempotent: true,
}

// ListMembersByCursor returns a page of the members of a group without its owner, read by
// cursor, so that members who come and go meanwhile do not shift the pages;
// [Service.AllMembersByCursor] goes over all of them. The vendor's Java SDK uses this form
// of the list, no document describes it. The form of the documents, with owner
// and roles, is [Service.ListMembers]. A server that does not know this form
// is an [im.ErrBadAnswer]. Quota: 100 calls a second. Repeated after a lost answer.
// [im.ErrNotFound] when there is no such group.
//
//im:endpoint groups.list_members_cursor
func (s *Service) ListMembersByCursor(ctx context.Context, groupID string, o MemberCursorOptions) (*UserPage, error) {
	if o.Limit == 0 {
		o.Limit = 100
	}
	query, invalid := cursorQuery("limit", o.Limit, math.MaxInt32, o.Cursor)
	query.Set("version", "v3") // selects this form
	if o.Order != "" {
		query.Set("sort", string(o.Order))
	}
	return s.userPage(ctx, &api.Call{Endpoint: &listMembersByCursor, Params: []string{groupID}, Invalid: invalid, Query: query})
}

// AllMembersByCursor goes over all members of a group but its owner, from o.Cursor on. It
// ends after the first error.
func (s *Service) AllMembersByCursor(ctx context.Context, groupID string, o MemberCursorOptions) iter.Seq2[string, error] {
	return userPages(o.Cursor, func(cursor string) (*UserPage, error) {
		o := o
		o.Cursor = cursor
		return s.ListMembersByCursor(ctx, groupID, o)
	})
}

func userPages(start string, fetch func(cursor string) (*UserPage, error)) iter.Seq2[string, error] {
	return api.Pages(start, func(cursor string) ([]string, string, error) {
		p, err := fetch(cursor)
		if err != nil {
			return nil, "", err
		}
		return p.Usernames, p.Cursor, nil
	})
}

// userPage carries out a call that answers user ids and perhaps a cursor.
func (s *Service) userPage(ctx context.Context, c *api.Call) (*UserPage, error) {
	var out api.Data[api.Many[api.Text]]
	c.Out = &out
	if err := s.api.Call(ctx, c); err != nil {
		return nil, err
	}
	return &UserPage{Usernames: api.Texts(out.Data), Cursor: string(out.Cursor)}, nil
}

// MemberListOptions choose a page of members by number.
type MemberListOptions struct {
	Page     int  // from 1 on; 0: the first
	Size     int  // members on a page, 1 to 1,000, by some documents 100; 0: 100
	JoinTime bool // fill Member.Joined; Easemob only
	Order    Order
}

// pageSize is the page size that all documents allow.
const pageSize = 100

var listMembers = api.Endpoint{
	ID: "groups.list_members", Method: http.MethodGet, Path: "/chatgroups/{groupID}/users", Idempotent: true,
}

// ListMembers returns a page of the members of a group, its owner among
// them; [Service.AllMembers] goes over all of them. Quota: 100 calls a
// second. Repeated after a lost answer. [im.ErrNotFound] when there is no such
// group.
//
//im:endpoint groups.list_members
func (s *Service) ListMembers(ctx context.Context, groupID string, o MemberListOptions) ([]Member, error) {
	page := PageOptions{Page: o.Page, Size: o.Size}.defaults(pageSize)
	query := page.query(1)
	if o.JoinTime {
		query.Set("joined_time", "true")
	}
	if o.Order != "" {
		query.Set("sort", string(o.Order))
	}
	var out api.Data[api.Many[api.Affiliation]]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &listMembers, Params: []string{groupID}, Invalid: page.check(1000), Query: query, Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return api.Convert(out.Data, member), nil
}

// AllMembers goes over all members of a group from page o.Page on. Members
// who join or leave meanwhile may be missed or come up twice. It ends after the
// first error.
func (s *Service) AllMembers(ctx context.Context, groupID string, o MemberListOptions) iter.Seq2[Member, error] {
	page := PageOptions{Page: o.Page, Size: o.Size}.defaults(pageSize)
	return api.NumberedPages(page.Page, func(number int) ([]Member, bool, error) {
		o := o
		o.Page = number
		members, err := s.ListMembers(ctx, groupID, o)
		return members, len(members) >= min(page.Size, pageSize), err // the server may have cut the size to 100
	})
}

var isMember = api.Endpoint{
	ID: "groups.is_member", Method: http.MethodGet, Path: "/chatgroups/{groupID}/user/{username}/is_joined", Idempotent: true,
}

// IsMember tells whether a user is in a group. What is answered for a group or a
// user that does not exist is not documented. Quota: 100 calls a second. Repeated
// after a lost answer.
//
//im:endpoint groups.is_member
func (s *Service) IsMember(ctx context.Context, groupID, username string) (bool, error) {
	var out api.Payload[api.Bool]
	err := s.api.Call(ctx, &api.Call{Endpoint: &isMember, Params: []string{groupID, username}, Out: &out})
	return bool(out.Value), err
}

// MemberOptions are the choices of adding and removing members.
type MemberOptions struct {
	Silent bool // the other members get no notice; Easemob only
}

func (o MemberOptions) query() url.Values {
	if !o.Silent {
		return nil
	}
	return url.Values{"need_notify": {"false"}}
}
