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
// [MaxBlockedPage] users. Only Agora's documents know pages: for Easemob there is
// [Service.ListBlockedUsernames], which both know. Quota: 100 calls a second. Retried if
// the response is lost. [im.ErrNotFound] when there is no such group.
//
//im:endpoint groups.list_blocked
func (s *Service) ListBlocked(ctx context.Context, groupID string, o page.Options) (*page.Page[string], error) {
	query := url.Values{}
	invalid := api.Cursor(query, o, MaxBlockedPage)
	query["pageSize"] = query["limit"] // with a capital S, here only
	query.Del("limit")
	return s.userPage(ctx, &api.Call{Endpoint: &listBlocked, Params: []string{groupID}, Invalid: invalid, Query: query})
}

// PageBlocked goes over the pages of [Service.ListBlocked].
func (s *Service) PageBlocked(ctx context.Context, groupID string, o page.Options) iter.Seq2[*page.Page[string], error] {
	return api.Pages(o, func(o page.Options) (*page.Page[string], error) { return s.ListBlocked(ctx, groupID, o) })
}

// AllBlocked goes over the users of [Service.PageBlocked].
func (s *Service) AllBlocked(ctx context.Context, groupID string, o page.Options) iter.Seq2[string, error] {
	return api.All(s.PageBlocked(ctx, groupID, o))
}

// ListBlockedUsernames returns the block list of a group at once, up to 500 users: those
// blocked last. Only [Service.ListBlocked] goes further back. Otherwise the two are alike.
func (s *Service) ListBlockedUsernames(ctx context.Context, groupID string) ([]string, error) {
	return s.usernames(ctx, &api.Call{Endpoint: &listBlocked, Params: []string{groupID}})
}

var blockMember = api.Endpoint{ID: "groups.block_member", Method: http.MethodPost, Path: blockPath + "/{username}"}

// BlockMember throws a member out of a group and keeps the user from coming back.
// Not repeated after a lost response: a repeat is responded with [im.ErrNotFound], for
// the user is no member any more. Quota: 100 calls a second. Errors:
// [im.ErrNotFound] when the user is not a member or there is no such group,
// [im.ErrForbidden] for the owner.
//
//im:endpoint groups.block_member
func (s *Service) BlockMember(ctx context.Context, groupID, username string) error {
	return s.confirm(ctx, single(&blockMember, groupID, username, MemberOptions{}), "result", true)
}

var blockMembers = api.Endpoint{
	ID: "groups.block_members", Method: http.MethodPost, Path: blockPath, MaxItems: maxBatch, ItemsIn: "usernames",
}

// BlockMembers is [Service.BlockMember] for up to 60 members. Each is reported. Not
// repeated after a lost response. Quota: 100 calls a second, whatever the number of
// users. Errors: [im.ErrNotFound] when none is a member or there is no such group,
// [im.ErrForbidden] for the owner.
//
//im:endpoint groups.block_members
func (s *Service) BlockMembers(ctx context.Context, groupID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &blockMembers, Params: []string{groupID}, Body: names{usernames}}, usernames)
}

var unblockMember = api.Endpoint{ID: "groups.unblock_member", Method: http.MethodDelete, Path: blockPath + "/{username}"}

// UnblockMember takes a user off the block list, which does not bring the user back
// into the group. Not repeated after a lost response. Quota: 100 calls a second.
// [im.ErrNotFound] when the user is not on the list or there is no such group.
//
//im:endpoint groups.unblock_member
func (s *Service) UnblockMember(ctx context.Context, groupID, username string) error {
	return s.confirm(ctx, single(&unblockMember, groupID, username, MemberOptions{}), "result", true)
}

var unblockMembers = api.Endpoint{
	ID: "groups.unblock_members", Method: http.MethodDelete, Path: blockPath + "/{usernames}",
	MaxItems: maxBatch, ItemsIn: "usernames",
}

// UnblockMembers is [Service.UnblockMember] for up to 60 users. Each is reported.
// Not repeated after a lost response. Quota: 100 calls a second, whatever the number
// of users. [im.ErrNotFound] when none is on the list or there is no such group.
//
//im:endpoint groups.unblock_members
func (s *Service) UnblockMembers(ctx context.Context, groupID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &unblockMembers, Params: []string{groupID}, List: usernames}, usernames)
}
