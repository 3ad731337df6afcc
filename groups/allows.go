package groups

import (
	"context"
	"net/http"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// allowPath differs from what two tables of limits print for allowing several
// users, which is the call that blocks them.
const allowPath = "/chatgroups/{groupID}/white/users"

var listAllowed = api.Endpoint{ID: "groups.list_allowed", Method: http.MethodGet, Path: allowPath, Idempotent: true}

// ListAllowed returns the allow list of a group: who may write while all are muted.
// Owner and admins are on it by themselves. Who is on the mute list may not write
// in spite of it. Quota: 100 calls a second. Repeated after a lost response.
// [im.ErrNotFound] when there is no such group.
//
//im:endpoint groups.list_allowed
func (s *Service) ListAllowed(ctx context.Context, groupID string) ([]string, error) {
	return s.usernames(ctx, &api.Call{Endpoint: &listAllowed, Params: []string{groupID}})
}

var allowMember = api.Endpoint{ID: "groups.allow_member", Method: http.MethodPost, Path: allowPath + "/{username}", Idempotent: true}

// AllowMember puts a member on the allow list. Retried if the response is lost. Quota: 100 calls a second. [im.ErrNotFound] when
// the user is not a member or there is no such group.
//
//im:endpoint groups.allow_member
func (s *Service) AllowMember(ctx context.Context, groupID, username string) error {
	return s.confirm(ctx, single(&allowMember, groupID, username, MemberOptions{}), "result", true)
}

var allowMembers = api.Endpoint{
	ID: "groups.allow_members", Method: http.MethodPost, Path: allowPath, Idempotent: true,
	MaxItems: maxBatch, ItemsIn: "usernames",
}

// AllowMembers puts up to 60 members on the allow list. Each is reported.
// Retried if the response is lost. Quota: 100 calls a
// second, whatever the number of users. [im.ErrNotFound] when none is a member or
// there is no such group.
//
//im:endpoint groups.allow_members
func (s *Service) AllowMembers(ctx context.Context, groupID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &allowMembers, Params: []string{groupID}, Body: names{usernames}}, usernames)
}

var disallowMembers = api.Endpoint{
	ID: "groups.disallow_members", Method: http.MethodDelete, Path: allowPath + "/{usernames}",
	MaxItems: maxBatch, ItemsIn: "usernames",
}

// DisallowMembers takes one or up to 60 users off the allow list. Each is reported.
// Not repeated after a lost response. Quota: 100 calls a second, whatever the number
// of users. [im.ErrNotFound] when none is on the list or there is no such group.
//
//im:endpoint groups.disallow_members
func (s *Service) DisallowMembers(ctx context.Context, groupID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &disallowMembers, Params: []string{groupID}, List: usernames}, usernames)
}
