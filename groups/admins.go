package groups

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/imrest/im-go/internal/api"
)

// usernames carries out a call that responds user ids, all at once.
func (s *Service) usernames(ctx context.Context, c *api.Call) ([]string, error) {
	p, err := s.userPage(ctx, c)
	if err != nil {
		return nil, err
	}
	return p.Items, nil
}

const adminPath = "/chatgroups/{groupID}/admin"

var listAdmins = api.Endpoint{ID: "groups.list_admins", Method: http.MethodGet, Path: adminPath, Idempotent: true}

// ListAdmins returns all admins of a group, 99 at most; the owner is not among
// them. Quota: 100 calls a second. Repeated after a lost response. [im.ErrNotFound]
// when there is no such group.
//
//im:endpoint groups.list_admins
func (s *Service) ListAdmins(ctx context.Context, groupID string) ([]string, error) {
	return s.usernames(ctx, &api.Call{Endpoint: &listAdmins, Params: []string{groupID}})
}

var addAdmin = api.Endpoint{ID: "groups.add_admin", Method: http.MethodPost, Path: adminPath, Idempotent: true}

// AddAdmin makes a member of a group an admin. Retried if the response is lost.
// What the server responds for a user who is an admin already is not documented. Quota: 100 calls a second.
// [im.ErrNotFound] when the user is not a member or there is no such group.
//
//im:endpoint groups.add_admin
func (s *Service) AddAdmin(ctx context.Context, groupID, username string) error {
	return s.confirm(ctx, &api.Call{
		Endpoint: &addAdmin, Params: []string{groupID}, Invalid: api.Username("username", username),
		Body: struct {
			Admin string `json:"newadmin"`
		}{username},
	}, "result", true)
}

var removeAdmin = api.Endpoint{ID: "groups.remove_admin", Method: http.MethodDelete, Path: adminPath + "/{username}"}

// RemoveAdmin makes an admin of a group a plain member again. Not repeated after a
// lost response. Quota: 100 calls a second. [im.ErrNotFound] when the user is not an
// admin or there is no such group.
//
//im:endpoint groups.remove_admin
func (s *Service) RemoveAdmin(ctx context.Context, groupID, username string) error {
	return s.confirm(ctx, &api.Call{Endpoint: &removeAdmin, Params: []string{groupID, username}}, "result", true)
}

var transferOwner = api.Endpoint{ID: "groups.transfer", Method: http.MethodPut, Path: "/chatgroups/{groupID}"}

// TransferOwner hands a group to another of its members. The old owner stays as a
// plain member. Not repeated after a lost response: a repeat is responded with
// [im.ErrForbidden], for the user owns the group already. Quota: 100 calls a second.
// [im.ErrNotFound] when the user is not a member or there is no such group.
//
//im:endpoint groups.transfer
func (s *Service) TransferOwner(ctx context.Context, groupID, username string) error {
	type response = api.Data[struct {
		NewOwner json.RawMessage `json:"newowner"`
	}]
	return s.api.Call(ctx, &api.Call{
		Endpoint: &transferOwner, Params: []string{groupID}, Invalid: api.Username("username", username),
		Body: struct {
			NewOwner string `json:"newowner"`
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
