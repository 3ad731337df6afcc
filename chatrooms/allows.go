package chatrooms

import (
	"context"
	"net/http"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

var listAllowed = api.Endpoint{
	ID: "chatrooms.list_allowed", Method: http.MethodGet, Path: "/chatrooms/{roomID}/white/users", Idempotent: true,
}

// ListAllowed returns all users on the allow list of a room. They may speak while
// all are muted, unless they are muted by name, and stay in the room while they
// are offline. Owner and admins count as allowed by the newest documents; whether
// they are named here is not known. Quota: 100 calls a second. Repeated after a
// lost response. [im.ErrNotFound] when there is no such room.
//
//im:endpoint chatrooms.list_allowed
func (s *Service) ListAllowed(ctx context.Context, roomID string) ([]string, error) {
	return s.usernames(ctx, &api.Call{Endpoint: &listAllowed, Params: []string{roomID}})
}

var allowMember = api.Endpoint{
	ID: "chatrooms.allow_user", Method: http.MethodPost, Path: "/chatrooms/{roomID}/white/users/{username}", Idempotent: true,
}

// AllowMember puts a member of a room on its allow list. Quota: 100 calls a second.
// Repeated after a lost response. [im.ErrNotFound] when there is no such room or the
// user is not in it.
//
//im:endpoint chatrooms.allow_user
func (s *Service) AllowMember(ctx context.Context, roomID, username string) error {
	return s.confirm(ctx, single(&allowMember, roomID, username), "result", true)
}

var allowMembers = api.Endpoint{
	ID: "chatrooms.allow_users", Method: http.MethodPost, Path: "/chatrooms/{roomID}/white/users", Idempotent: true,
	MaxItems: maxBatch, ItemsIn: "usernames",
}

// AllowMembers puts up to 60 members of a room on its allow list, and reports on
// each. By the newest documents a user who is not in the room fails the whole call
// ([im.ErrNotFound]), by the others it is reported. Quota: 100 calls a second,
// whatever the number of users. Repeated after a lost response.
//
//im:endpoint chatrooms.allow_users
func (s *Service) AllowMembers(ctx context.Context, roomID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &allowMembers, Params: []string{roomID}, Body: names{usernames}}, usernames)
}

var disallowMembers = api.Endpoint{
	ID: "chatrooms.disallow_users", Method: http.MethodDelete, Path: "/chatrooms/{roomID}/white/users/{usernames}", Idempotent: true,
	MaxItems: maxBatch, ItemsIn: "usernames",
}

// DisallowMembers takes up to 60 members of a room off its allow list, and reports
// on each. Quota: 100 calls a second, whatever the number of users. Repeated after
// a lost response. [im.ErrNotFound] when there is no such room or a user is not in
// it.
//
//im:endpoint chatrooms.disallow_users
func (s *Service) DisallowMembers(ctx context.Context, roomID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &disallowMembers, Params: []string{roomID}, List: usernames}, usernames)
}
