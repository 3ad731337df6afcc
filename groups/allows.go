package groups

import (
	"context"
	"net/http"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// allowPath differs from what two tables of limits print for allowing several users,
// which is the call that blocks them.
const allowPath = "/chatgroups/{groupID}/white/users"

var listAllowed = api.Endpoint{ID: "groups.list_allowed", Method: http.MethodGet, Path: allowPath, Idempotent: true}

// ListAllowed returns the allow list of a group: who may write while all are muted, unless
// they are on the mute list. The owner and admins are always on it.
//
//im:endpoint groups.list_allowed
func (s *Service) ListAllowed(ctx context.Context, groupID string) ([]string, error) {
	return api.ListUsernames(ctx, s.api, &api.Call{Endpoint: &listAllowed, Params: []string{groupID}})
}

var allowMember = api.Endpoint{ID: "groups.allow_member", Method: http.MethodPost, Path: allowPath + "/{username}", Idempotent: true}

// AllowMember puts a member on the allow list. Errors: im.ErrNotFound also if the user is
// not a member.
//
//im:endpoint groups.allow_member
func (s *Service) AllowMember(ctx context.Context, groupID, username string) error {
	return s.api.Call(ctx, api.Single(&allowMember, groupID, username))
}

var allowMembers = api.Endpoint{
	ID: "groups.allow_members", Method: http.MethodPost, Path: allowPath, Idempotent: true,
	MaxItems: MaxMembersBatch, ItemsIn: "usernames",
}

// AllowMembers puts up to [MaxMembersBatch] members on the allow list. Errors:
// im.ErrNotFound also if no user is a member.
//
//im:endpoint groups.allow_members
func (s *Service) AllowMembers(ctx context.Context, groupID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &allowMembers, Params: []string{groupID}, Body: api.UsersBody(usernames)}, usernames)
}

var disallowMembers = api.Endpoint{
	ID: "groups.disallow_members", Method: http.MethodDelete, Path: allowPath + "/{usernames}",
	MaxItems: MaxMembersBatch, ItemsIn: "usernames",
}

// DisallowMembers takes up to [MaxMembersBatch] users off the allow list; the API has no
// call for one user. Not retried if the response is lost. Errors: im.ErrNotFound also if
// no user is on the list.
//
//im:endpoint groups.disallow_members
func (s *Service) DisallowMembers(ctx context.Context, groupID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &disallowMembers, Params: []string{groupID}, List: usernames}, usernames)
}
