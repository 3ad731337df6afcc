package groups

import (
	"context"
	"iter"
	"net/http"
	"net/url"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

const blockPath = "/chatgroups/{groupID}/blocks/users"

var listBlocked = api.Endpoint{ID: "groups.list_blocked", Method: http.MethodGet, Path: blockPath, Idempotent: true}

// ListBlocked returns a page of the block list of a group. A page has up to
// [MaxBlockedPage] users. Only Agora's documents have pages; on Easemob, call
// [Service.ListBlockedUsernames], which both have.
//
//im:endpoint groups.list_blocked
func (s *Service) ListBlocked(ctx context.Context, groupID string, o page.Options) (*page.Page[string], error) {
	query := url.Values{}
	invalid := api.Cursor(query, o, MaxBlockedPage)
	query["pageSize"] = query["limit"] // with a capital S, here only
	query.Del("limit")
	return api.PageUsernames(ctx, s.api, &api.Call{Endpoint: &listBlocked, Params: []string{groupID}, Invalid: invalid, Query: query})
}

// PageBlocked goes over the pages of [Service.ListBlocked].
func (s *Service) PageBlocked(ctx context.Context, groupID string, o page.Options) iter.Seq2[*page.Page[string], error] {
	return api.Pages(o, func(o page.Options) (*page.Page[string], error) { return s.ListBlocked(ctx, groupID, o) })
}

// AllBlocked goes over the users of [Service.PageBlocked].
func (s *Service) AllBlocked(ctx context.Context, groupID string, o page.Options) iter.Seq2[string, error] {
	return api.All(s.PageBlocked(ctx, groupID, o))
}

// ListBlockedUsernames returns the block list of a group in one response: the 500 users
// blocked last, without a way to ask for more. [Service.ListBlocked] has all of them, in
// pages, but only Agora's documents have it.
func (s *Service) ListBlockedUsernames(ctx context.Context, groupID string) ([]string, error) {
	return api.ListUsernames(ctx, s.api, &api.Call{Endpoint: &listBlocked, Params: []string{groupID}})
}

var blockMember = api.Endpoint{ID: "groups.block_member", Method: http.MethodPost, Path: blockPath + "/{username}"}

// BlockMember removes a member from a group and keeps the user from joining again. Not
// retried if the response is lost: a retry would return im.ErrNotFound, as the user is no
// longer a member. Errors: im.ErrNotFound also if the user is not a member,
// im.ErrForbidden for the owner.
//
//im:endpoint groups.block_member
func (s *Service) BlockMember(ctx context.Context, groupID, username string) error {
	return s.api.Call(ctx, api.Single(&blockMember, groupID, username))
}

var blockMembers = api.Endpoint{
	ID: "groups.block_members", Method: http.MethodPost, Path: blockPath, MaxItems: MaxMembersBatch, ItemsIn: "usernames",
}

// BlockMembers is [Service.BlockMember] for up to [MaxMembersBatch] members. Not retried
// if the response is lost. Errors: im.ErrNotFound also if no user is a member,
// im.ErrForbidden for the owner.
//
//im:endpoint groups.block_members
func (s *Service) BlockMembers(ctx context.Context, groupID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &blockMembers, Params: []string{groupID}, Body: api.UsersBody(usernames)}, usernames)
}

var unblockMember = api.Endpoint{ID: "groups.unblock_member", Method: http.MethodDelete, Path: blockPath + "/{username}"}

// UnblockMember takes a user off the block list. The user can then join the group again, but
// is not a member until then. Not retried if the response is lost. Errors: im.ErrNotFound also if the user is
// not on the list.
//
//im:endpoint groups.unblock_member
func (s *Service) UnblockMember(ctx context.Context, groupID, username string) error {
	return s.api.Call(ctx, api.Single(&unblockMember, groupID, username))
}

var unblockMembers = api.Endpoint{
	ID: "groups.unblock_members", Method: http.MethodDelete, Path: blockPath + "/{usernames}",
	MaxItems: MaxMembersBatch, ItemsIn: "usernames",
}

// UnblockMembers is [Service.UnblockMember] for up to [MaxMembersBatch] users. Not retried
// if the response is lost. Errors: im.ErrNotFound also if no user is on the list.
//
//im:endpoint groups.unblock_members
func (s *Service) UnblockMembers(ctx context.Context, groupID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &unblockMembers, Params: []string{groupID}, List: usernames}, usernames)
}
