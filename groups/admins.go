package groups

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/imrest/im-go/internal/api"
)

const adminPath = "/chatgroups/{groupID}/admin"

var listAdmins = api.Endpoint{ID: "groups.list_admins", Method: http.MethodGet, Path: adminPath, Idempotent: true}

// ListAdmins returns all admins of a group, at most 99, without the owner.
//
//im:endpoint groups.list_admins
func (s *Service) ListAdmins(ctx context.Context, groupID string) ([]string, error) {
	return api.ListUsernames(ctx, s.api, &api.Call{Endpoint: &listAdmins, Params: []string{groupID}})
}

var addAdmin = api.Endpoint{ID: "groups.add_admin", Method: http.MethodPost, Path: adminPath, Idempotent: true}

// AddAdmin makes a member of a group an admin; a group has up to 99. What the server
// returns for a user who is an admin already is not documented. Errors: im.ErrNotFound
// also if the user is not a member.
//
//im:endpoint groups.add_admin
func (s *Service) AddAdmin(ctx context.Context, groupID, username string) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &addAdmin, Params: []string{groupID}, Invalid: api.Username("username", username),
		Body: struct {
			Username string `json:"newadmin"`
		}{username},
		Out: &api.Confirmed{Field: "result", Want: true},
	})
}

var removeAdmin = api.Endpoint{ID: "groups.remove_admin", Method: http.MethodDelete, Path: adminPath + "/{username}"}

// RemoveAdmin makes an admin of a group a plain member again. Not retried if the response
// is lost. Errors: im.ErrNotFound also if the user is not an admin.
//
//im:endpoint groups.remove_admin
func (s *Service) RemoveAdmin(ctx context.Context, groupID, username string) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &removeAdmin, Params: []string{groupID, username}, Out: &api.Confirmed{Field: "result", Want: true},
	})
}

var transferOwner = api.Endpoint{ID: "groups.transfer", Method: http.MethodPut, Path: "/chatgroups/{groupID}"}

// TransferOwner makes a member of a group its owner. The old owner stays as a plain
// member. Not retried if the response is lost: a retry would return im.ErrForbidden, which
// then means that the user owns the group already. Errors: im.ErrNotFound also if the user
// is not a member.
//
//im:endpoint groups.transfer
func (s *Service) TransferOwner(ctx context.Context, groupID, username string) error {
	type response = api.Data[struct {
		NewOwner json.RawMessage `json:"newowner"`
	}]
	return s.api.Call(ctx, &api.Call{
		Endpoint: &transferOwner, Params: []string{groupID}, Invalid: api.Username("username", username),
		Body: struct {
			Username string `json:"newowner"`
		}{username},
		Out: &api.Checked[response]{Check: func(d *response) error { return transferred(d.Data.NewOwner, username) }},
	})
}

// transferred takes true and, as one of the vendor's tests has it, the name.
func transferred(response json.RawMessage, username string) error {
	switch {
	case response == nil:
		return api.ErrNoEntity
	case !api.Taken(response, username):
		return api.Denied("")
	}
	return nil
}
