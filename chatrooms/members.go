package chatrooms

import (
	"cmp"
	"context"
	"iter"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// maxBatch is the most users that one call takes.
const maxBatch = 60

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
// that does not know this form is an [im.ErrBadAnswer]. Quota: 100 calls a second.
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

var addMember = api.Endpoint{
	ID: "chatrooms.add_member", Method: http.MethodPost, Path: "/chatrooms/{roomID}/users/{username}", Idempotent: true,
}

// AddMember puts a user into a room. A user who is in it already counts as added;
// older servers answer [im.ErrAlreadyExists]. Quota: 100 calls a second. Repeated
// after a lost answer. Errors: [im.ErrNotFound] when there is no such room or
// user, [im.ErrPlanLimit] when the user is in too many rooms, [im.ErrForbidden]
// when it is blocked or the room is full.
//
//im:endpoint chatrooms.add_member
func (s *Service) AddMember(ctx context.Context, roomID, username string) error {
	return s.confirm(ctx, &api.Call{
		Endpoint: &addMember, Params: []string{roomID, username}, Invalid: api.SingleUsername("username", username),
	}, "result", true)
}

// userList is the body of the calls on several users.
type userList struct {
	Usernames []string `json:"usernames"`
}

var addMembers = api.Endpoint{
	ID: "chatrooms.add_members", Method: http.MethodPost, Path: "/chatrooms/{roomID}/users", Idempotent: true,
	MaxItems: maxBatch, ItemsIn: "usernames",
}

// AddMembers puts up to 60 users into a room (100 in the newest documents, which
// older servers refuse). All of them or none: one user who does not exist fails
// the call with [im.ErrNotFound]. Users who are in the room already count as
// added; an older server may leave them out of its answer, and they are reported
// as not named. Quota: 100 calls a second, whatever the number of users. Repeated
// after a lost answer. Other errors: as for AddMember.
//
//im:endpoint chatrooms.add_members
func (s *Service) AddMembers(ctx context.Context, roomID string, usernames []string) (batch.Result, error) {
	var out api.Data[struct {
		Added api.Many[api.Text] `json:"newmembers"`
	}]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &addMembers, Params: []string{roomID}, Items: len(usernames),
		Invalid: api.Usernames("usernames", usernames), Body: userList{usernames}, Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return api.Outcomes(usernames, func(name string) (api.Done, bool) {
		added := slices.ContainsFunc(out.Data.Added, func(t api.Text) bool { return strings.EqualFold(string(t), name) })
		return api.Done{OK: true}, added
	}), nil
}

var removeMember = api.Endpoint{
	ID: "chatrooms.remove_member", Method: http.MethodDelete, Path: "/chatrooms/{roomID}/users/{username}",
}

// RemoveMember takes a user out of a room. Not repeated after a lost answer: a
// repeat answers [im.ErrNotFound], which then means that it is done. Quota: 100
// calls a second. Errors: [im.ErrNotFound] when there is no such room or user or
// when the user is not in the room, [im.ErrForbidden] for the owner.
//
//im:endpoint chatrooms.remove_member
func (s *Service) RemoveMember(ctx context.Context, roomID, username string) error {
	return s.confirm(ctx, &api.Call{
		Endpoint: &removeMember, Params: []string{roomID, username}, Invalid: api.SingleUsername("username", username),
	}, "result", true)
}

var removeMembers = api.Endpoint{
	ID: "chatrooms.remove_members", Method: http.MethodDelete, Path: "/chatrooms/{roomID}/users/{usernames}", Idempotent: true,
	MaxItems: maxBatch, ItemsIn: "usernames",
}

// RemoveMembers takes up to 60 users out of a room; 100 in the text of some
// documents, but not by the server's own error. Users who are not in the room are
// reported one by one ([im.ErrNotFound]) and do not hinder the others; where
// nobody of the list is in it, the call itself fails so. Quota: 100 calls a
// second, whatever the number of users. Repeated after a lost answer, since a
// repeat only reports the users removed before as not in the room.
//
//im:endpoint chatrooms.remove_members
func (s *Service) RemoveMembers(ctx context.Context, roomID string, usernames []string) (batch.Result, error) {
	return s.batchPath(ctx, &removeMembers, roomID, usernames)
}

// batchPath carries out a call with users in the path and an answer for each.
func (s *Service) batchPath(ctx context.Context, e *api.Endpoint, roomID string, usernames []string) (batch.Result, error) {
	return s.batch(ctx, usernames, &api.Call{Endpoint: e, Params: []string{roomID}, List: usernames})
}

// batchBody carries out a call with users in the body and an answer for each.
func (s *Service) batchBody(ctx context.Context, e *api.Endpoint, roomID string, usernames []string) (batch.Result, error) {
	return s.batch(ctx, usernames, &api.Call{Endpoint: e, Params: []string{roomID}, Body: userList{usernames}})
}

func (s *Service) batch(ctx context.Context, usernames []string, c *api.Call) (batch.Result, error) {
	answer, err := s.reports(ctx, usernames, c)
	if err != nil {
		return nil, err
	}
	return api.MemberOutcomes(usernames, answer), nil
}

// reports carries out a call on several users that answers for each.
func (s *Service) reports(ctx context.Context, usernames []string, c *api.Call) ([]api.MemberDone, error) {
	var out api.Data[api.Many[api.MemberDone]]
	c.Invalid = api.First(c.Invalid, api.Usernames("usernames", usernames))
	c.Items, c.Out = len(usernames), &out
	err := s.api.Call(ctx, c)
	return out.Data, err
}
