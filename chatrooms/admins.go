package chatrooms

import (
	"context"
	"net/http"

	"github.com/imrest/im-go/internal/api"
)

const adminPath = "/chatrooms/{roomID}/admin"

var listAdmins = api.Endpoint{ID: "chatrooms.list_admins", Method: http.MethodGet, Path: adminPath, Idempotent: true}

// ListAdmins returns all admins of a room, at most 99, without the owner.
//
//im:endpoint chatrooms.list_admins
func (s *Service) ListAdmins(ctx context.Context, roomID string) ([]string, error) {
	return api.ListUsernames(ctx, s.api, &api.Call{Endpoint: &listAdmins, Params: []string{roomID}})
}

var addAdmin = api.Endpoint{
	ID: "chatrooms.add_admin", Method: http.MethodPost, Path: adminPath, Idempotent: true,
	MaxItems: 1, ItemsIn: "username",
}

// AddAdmin makes a member of a room an admin; a room has up to 99. Errors: im.ErrNotFound
// also if there is no such user, im.ErrForbidden or im.ErrNotFound if the user is not a
// member.
//
//im:endpoint chatrooms.add_admin
func (s *Service) AddAdmin(ctx context.Context, roomID, username string) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &addAdmin, Params: []string{roomID}, Items: 1, Invalid: api.Username("username", username),
		Body: struct {
			Username string `json:"newadmin"`
		}{username},
		Out: &api.Confirmed{Field: "result", Want: true},
	})
}

var removeAdmin = api.Endpoint{
	ID: "chatrooms.remove_admin", Method: http.MethodDelete, Path: adminPath + "/{username}", Idempotent: true,
}

// RemoveAdmin makes an admin of a room a plain member again. Errors: im.ErrNotFound also if
// there is no such user; what the server returns for a user who is not an admin is not
// documented.
//
//im:endpoint chatrooms.remove_admin
func (s *Service) RemoveAdmin(ctx context.Context, roomID, username string) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &removeAdmin, Params: []string{roomID, username}, Out: &api.Confirmed{Field: "result", Want: true},
	})
}

var transferOwner = api.Endpoint{
	ID: "chatrooms.transfer_owner", Method: http.MethodPut, Path: "/chatrooms/{roomID}",
}

// TransferOwner makes a member of a room its owner. What becomes of the old owner is not
// documented. Not retried if the response is lost: a retry would return im.ErrForbidden,
// which then means that the user owns the room already. Not in Agora's English documents.
// Errors: im.ErrNotFound also if the user is not a member.
//
//im:endpoint chatrooms.transfer_owner
func (s *Service) TransferOwner(ctx context.Context, roomID, username string) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &transferOwner, Params: []string{roomID}, Invalid: api.Username("username", username),
		Body: struct {
			Username string `json:"newowner"`
		}{username},
		Out: &api.Confirmed{Field: "newowner", Want: true},
	})
}
