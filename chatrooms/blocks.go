package chatrooms

import (
	"context"
	"net/http"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

const blockPath = "/chatrooms/{roomID}/blocks/users"

var listBlocked = api.Endpoint{ID: "chatrooms.list_blocks", Method: http.MethodGet, Path: blockPath, Idempotent: true}

// ListBlocked returns the block list of a room in one response, as a plain slice: unlike that
// of a group, the API does not return it in pages, and documents no maximum.
//
//im:endpoint chatrooms.list_blocks
func (s *Service) ListBlocked(ctx context.Context, roomID string) ([]string, error) {
	return api.ListUsernames(ctx, s.api, &api.Call{Endpoint: &listBlocked, Params: []string{roomID}})
}

var blockMember = api.Endpoint{ID: "chatrooms.block_user", Method: http.MethodPost, Path: blockPath + "/{username}"}

// BlockMember removes a member from a room and keeps the user from joining again. Not
// retried if the response is lost: a retry may return im.ErrNotFound, as the user is no
// longer a member, and [Service.ListBlocked] says whether the user is blocked. Errors:
// im.ErrNotFound also if the user is not a member, im.ErrForbidden for the owner.
//
//im:endpoint chatrooms.block_user
func (s *Service) BlockMember(ctx context.Context, roomID, username string) error {
	return s.api.Call(ctx, api.Single(&blockMember, roomID, username))
}

var blockMembers = api.Endpoint{
	ID: "chatrooms.block_users", Method: http.MethodPost, Path: blockPath, Idempotent: true,
	MaxItems: MaxMembersBatch, ItemsIn: "usernames",
}

// BlockMembers is [Service.BlockMember] for up to [MaxMembersBatch] members. It is retried
// if the response is lost, and then reports users whom the first attempt has blocked as
// not found. Errors: im.ErrNotFound also if no user is a member, im.ErrForbidden for the
// owner.
//
//im:endpoint chatrooms.block_users
func (s *Service) BlockMembers(ctx context.Context, roomID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &blockMembers, Params: []string{roomID}, Body: api.UsersBody(usernames)}, usernames)
}

var unblockMember = api.Endpoint{
	ID: "chatrooms.unblock_user", Method: http.MethodDelete, Path: blockPath + "/{username}", Idempotent: true,
}

// UnblockMember takes a user off the block list. The user can then join the room again, but
// is not a member until then. Errors: im.ErrNotFound also if the user is not on the list.
//
//im:endpoint chatrooms.unblock_user
func (s *Service) UnblockMember(ctx context.Context, roomID, username string) error {
	return s.api.Call(ctx, api.Single(&unblockMember, roomID, username))
}

var unblockMembers = api.Endpoint{
	ID: "chatrooms.unblock_users", Method: http.MethodDelete, Path: blockPath + "/{usernames}", Idempotent: true,
	MaxItems: MaxMembersBatch, ItemsIn: "usernames",
}

// UnblockMembers is [Service.UnblockMember] for up to [MaxMembersBatch] users. Errors:
// im.ErrNotFound also if no user is on the list.
//
//im:endpoint chatrooms.unblock_users
func (s *Service) UnblockMembers(ctx context.Context, roomID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &unblockMembers, Params: []string{roomID}, List: usernames}, usernames)
}
