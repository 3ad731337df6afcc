package chatrooms

import (
	"context"
	"net/http"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

var listBlocked = api.Endpoint{
	ID: "chatrooms.list_blocks", Method: http.MethodGet, Path: "/chatrooms/{roomID}/blocks/users", Idempotent: true,
}

// ListBlocked returns all users on the block list of a room. Quota: 100 calls a
// second. Repeated after a lost response. [im.ErrNotFound] when there is no such
// room.
//
//im:endpoint chatrooms.list_blocks
func (s *Service) ListBlocked(ctx context.Context, roomID string) ([]string, error) {
	return s.usernames(ctx, &api.Call{Endpoint: &listBlocked, Params: []string{roomID}})
}

var blockMember = api.Endpoint{
	ID: "chatrooms.block_user", Method: http.MethodPost, Path: "/chatrooms/{roomID}/blocks/users/{username}",
}

// BlockMember puts a member of a room on its block list: the user leaves the room
// and cannot join it until it is taken off the list. Not repeated after a lost
// response: a repeat can respond [im.ErrNotFound], and [Service.ListBlocked] tells
// whether it is done. Quota: 100 calls a second. Errors: [im.ErrNotFound] when
// there is no such room or the user is not in it, [im.ErrForbidden] for the owner.
//
//im:endpoint chatrooms.block_user
func (s *Service) BlockMember(ctx context.Context, roomID, username string) error {
	return s.confirm(ctx, single(&blockMember, roomID, username), "result", true)
}

var blockMembers = api.Endpoint{
	ID: "chatrooms.block_users", Method: http.MethodPost, Path: "/chatrooms/{roomID}/blocks/users", Idempotent: true,
	MaxItems: maxBatch, ItemsIn: "usernames",
}

// BlockMembers puts up to 60 members of a room on its block list. Users who are
// not in the room are reported one by one ([im.ErrNotFound]) and do not hinder
// the others; where nobody of the list is in it, or for the owner, the call itself
// fails. Quota: 100 calls a second, whatever the number of users. Repeated after a
// lost response, since a repeat only reports the users blocked before as not in the
// room.
//
//im:endpoint chatrooms.block_users
func (s *Service) BlockMembers(ctx context.Context, roomID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &blockMembers, Params: []string{roomID}, Body: names{usernames}}, usernames)
}

var unblockMember = api.Endpoint{
	ID: "chatrooms.unblock_user", Method: http.MethodDelete, Path: "/chatrooms/{roomID}/blocks/users/{username}", Idempotent: true,
}

// UnblockMember takes a user off the block list of a room, which it may join again
// then. Quota: 100 calls a second. Repeated after a lost response. [im.ErrNotFound]
// when there is no such room or the user is not on the list.
//
//im:endpoint chatrooms.unblock_user
func (s *Service) UnblockMember(ctx context.Context, roomID, username string) error {
	return s.confirm(ctx, single(&unblockMember, roomID, username), "result", true)
}

var unblockMembers = api.Endpoint{
	ID: "chatrooms.unblock_users", Method: http.MethodDelete, Path: "/chatrooms/{roomID}/blocks/users/{usernames}", Idempotent: true,
	MaxItems: maxBatch, ItemsIn: "usernames",
}

// UnblockMembers takes up to 60 users off the block list of a room, and reports on
// each. Quota: 100 calls a second, whatever the number of users. Repeated after a
// lost response. [im.ErrNotFound] when there is no such room or the users are not on
// the list.
//
//im:endpoint chatrooms.unblock_users
func (s *Service) UnblockMembers(ctx context.Context, roomID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &unblockMembers, Params: []string{roomID}, List: usernames}, usernames)
}
