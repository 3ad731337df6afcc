package groups

import (
	"context"
	"iter"
	"net/http"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

const blockPath = "/chatgroups/{groupID}/blocks/users"

// BlockedListOptions choose a page of a block list. Only Agora's documents know
// pages; elsewhere the whole list is answered at once.
type BlockedListOptions struct {
	Limit  int    // users on a page, 1 to 50; 0: no pages, the 500 users blocked last
	Cursor string // of the page before; empty: from the start
}

const maxBlocked = 50 // on a page

var listBlocked = api.Endpoint{ID: "groups.list_blocked", Method: http.MethodGet, Path: blockPath, Idempotent: true}

// ListBlocked returns a page of the block list of a group; [Service.AllBlocked]
// goes over all of it. Quota: 100 calls a second. Repeated after a lost answer.
// [im.ErrNotFound] when there is no such group.
//
//im:endpoint groups.list_blocked
func (s *Service) ListBlocked(ctx context.Context, groupID string, o BlockedListOptions) (*UserPage, error) {
	query, invalid := cursorQuery("pageSize", o.Limit, maxBlocked, o.Cursor) // with a capital S, here only
	return s.userPage(ctx, &api.Call{Endpoint: &listBlocked, Params: []string{groupID}, Invalid: invalid, Query: query})
}

// AllBlocked goes over the block list of a group from o.Cursor on, in pages of 50
// unless o.Limit says otherwise. It ends after the first error.
func (s *Service) AllBlocked(ctx context.Context, groupID string, o BlockedListOptions) iter.Seq2[string, error] {
	if o.Limit == 0 {
		o.Limit = maxBlocked
	}
	return userPages(o.Cursor, func(cursor string) (*UserPage, error) {
		o := o
		o.Cursor = cursor
		return s.ListBlocked(ctx, groupID, o)
	})
}

var blockMember = api.Endpoint{ID: "groups.block_member", Method: http.MethodPost, Path: blockPath + "/{username}"}

// BlockMember throws a member out of a group and keeps the user from coming back.
// Not repeated after a lost answer: a repeat is answered with [im.ErrNotFound], for
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
// repeated after a lost answer. Quota: 100 calls a second, whatever the number of
// users. Errors: [im.ErrNotFound] when none is a member or there is no such group,
// [im.ErrForbidden] for the owner.
//
//im:endpoint groups.block_members
func (s *Service) BlockMembers(ctx context.Context, groupID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &blockMembers, Params: []string{groupID}, Body: names{usernames}}, usernames)
}

var unblockMember = api.Endpoint{ID: "groups.unblock_member", Method: http.MethodDelete, Path: blockPath + "/{username}"}

// UnblockMember takes a user off the block list, which does not bring the user back
// into the group. Not repeated after a lost answer. Quota: 100 calls a second.
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
// Not repeated after a lost answer. Quota: 100 calls a second, whatever the number
// of users. [im.ErrNotFound] when none is on the list or there is no such group.
//
//im:endpoint groups.unblock_members
func (s *Service) UnblockMembers(ctx context.Context, groupID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &unblockMembers, Params: []string{groupID}, List: usernames}, usernames)
}
