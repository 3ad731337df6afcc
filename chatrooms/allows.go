package chatrooms

import (
	"context"
	"net/http"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

const allowPath = "/chatrooms/{roomID}/white/users"

var listAllowed = api.Endpoint{ID: "chatrooms.list_allowed", Method: http.MethodGet, Path: allowPath, Idempotent: true}

// ListAllowed returns the allow list of a room: who may write while all are muted, unless
// they are on the mute list, and who stays in the room while offline. By the newest
// documents the owner and admins count as allowed; whether the list names them is not
// documented.
//
//im:endpoint chatrooms.list_allowed
func (s *Service) ListAllowed(ctx context.Context, roomID string) ([]string, error) {
	return api.ListUsernames(ctx, s.api, &api.Call{Endpoint: &listAllowed, Params: []string{roomID}})
}

var allowMember = api.Endpoint{ID: "chatrooms.allow_user", Method: http.MethodPost, Path: allowPath + "/{username}", Idempotent: true}

// AllowMember puts a member on the allow list. Errors: im.ErrNotFound also if the user is
// not a member.
//
//im:endpoint chatrooms.allow_user
func (s *Service) AllowMember(ctx context.Context, roomID, username string) error {
	return s.api.Call(ctx, api.Single(&allowMember, roomID, username))
}

var allowMembers = api.Endpoint{
	ID: "chatrooms.allow_users", Method: http.MethodPost, Path: allowPath, Idempotent: true,
	MaxItems: MaxMembersBatch, ItemsIn: "usernames",
}

// AllowMembers puts up to [MaxMembersBatch] members on the allow list. By the newest
// documents a user who is not a member fails the whole call with im.ErrNotFound, by the
// others only that item.
//
//im:endpoint chatrooms.allow_users
func (s *Service) AllowMembers(ctx context.Context, roomID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &allowMembers, Params: []string{roomID}, Body: api.UsersBody(usernames)}, usernames)
}

var disallowMembers = api.Endpoint{
	ID: "chatrooms.disallow_users", Method: http.MethodDelete, Path: allowPath + "/{usernames}", Idempotent: true,
	MaxItems: MaxMembersBatch, ItemsIn: "usernames",
}

// DisallowMembers takes up to [MaxMembersBatch] users off the allow list; the API has no
// call for one user. Errors: im.ErrNotFound also if a user is not a member.
//
//im:endpoint chatrooms.disallow_users
func (s *Service) DisallowMembers(ctx context.Context, roomID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &disallowMembers, Params: []string{roomID}, List: usernames}, usernames)
}
