package chatrooms

import (
	"context"
	"iter"
	"net/http"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

var listAdmins = api.Endpoint{
	ID: "chatrooms.list_admins", Method: http.MethodGet, Path: "/chatrooms/{roomID}/admin", Idempotent: true,
}

// ListAdmins returns all admins of a room, up to 99; the owner is not among them.
// Quota: 100 calls a second. Repeated after a lost response. [im.ErrNotFound] when
// there is no such room.
//
//im:endpoint chatrooms.list_admins
func (s *Service) ListAdmins(ctx context.Context, roomID string) ([]string, error) {
	return s.usernames(ctx, &api.Call{Endpoint: &listAdmins, Params: []string{roomID}})
}

var addAdmin = api.Endpoint{
	ID: "chatrooms.add_admin", Method: http.MethodPost, Path: "/chatrooms/{roomID}/admin", Idempotent: true,
	MaxItems: 1, ItemsIn: "username",
}

// AddAdmin makes a member of a room an admin of it. A room has up to 99. Quota: 100
// calls a second. Repeated after a lost response. Errors: [im.ErrNotFound] when there
// is no such room or user, [im.ErrForbidden] or [im.ErrNotFound] when the user is
// not in the room.
//
//im:endpoint chatrooms.add_admin
func (s *Service) AddAdmin(ctx context.Context, roomID, username string) error {
	return s.confirm(ctx, &api.Call{
		Endpoint: &addAdmin, Params: []string{roomID}, Items: 1, Invalid: api.Username("username", username),
		Body: struct {
			Username string `json:"newadmin"`
		}{username},
	}, "result", true)
}

var removeAdmin = api.Endpoint{
	ID: "chatrooms.remove_admin", Method: http.MethodDelete, Path: "/chatrooms/{roomID}/admin/{username}", Idempotent: true,
}

// RemoveAdmin makes an admin an ordinary member again. Quota: 100 calls a second.
// Repeated after a lost response. [im.ErrNotFound] when there is no such room or
// user; what the server responds for a user who is no admin is not documented.
//
//im:endpoint chatrooms.remove_admin
func (s *Service) RemoveAdmin(ctx context.Context, roomID, username string) error {
	return s.confirm(ctx, &api.Call{Endpoint: &removeAdmin, Params: []string{roomID, username}}, "result", true)
}

var transferOwner = api.Endpoint{
	ID: "chatrooms.transfer_owner", Method: http.MethodPut, Path: "/chatrooms/{roomID}",
}

// TransferOwner makes a member of a room its owner. What the owner before becomes
// is not documented. Not repeated after a lost response: a repeat responses
// [im.ErrForbidden], which then means that it is done. Quota: 100 calls a second.
// Not in the documents of Agora in English. Errors: [im.ErrNotFound] when there is
// no such room or user or when the user is not in the room.
//
//im:endpoint chatrooms.transfer_owner
func (s *Service) TransferOwner(ctx context.Context, roomID, username string) error {
	return s.confirm(ctx, &api.Call{
		Endpoint: &transferOwner, Params: []string{roomID}, Invalid: api.Username("username", username),
		Body: struct {
			Username string `json:"newowner"`
		}{username},
	}, "newowner", true)
}

var listSuperAdmins = api.Endpoint{
	ID: "chatrooms.list_super_admins", Method: http.MethodGet, Path: "/chatrooms/super_admin", Idempotent: true,
}

// ListSuperAdmins returns a page of the super admins of the app, who may create rooms
// from their clients. A page has up to [MaxSuperAdminsPage] users; one of 100 and more
// names a next one, which may be empty, for the server may have cut it. Quota: 100 calls
// a second. Retried if the response is lost.
//
//im:endpoint chatrooms.list_super_admins
func (s *Service) ListSuperAdmins(ctx context.Context, o page.Numbered) (*page.Page[string], error) {
	o, invalid := api.Number(o, MaxSuperAdminsPage)
	names, err := s.usernames(ctx, &api.Call{Endpoint: &listSuperAdmins, Invalid: invalid, Query: numbers(o)})
	if err != nil {
		return nil, err
	}
	return api.CutPage(names, o, leastPage), nil
}

// PageSuperAdmins goes over the pages of [Service.ListSuperAdmins].
func (s *Service) PageSuperAdmins(ctx context.Context, o page.Numbered) iter.Seq2[*page.Page[string], error] {
	return api.NumberedPages(o, func(o page.Numbered) (*page.Page[string], error) { return s.ListSuperAdmins(ctx, o) })
}

// AllSuperAdmins goes over the users of [Service.PageSuperAdmins].
func (s *Service) AllSuperAdmins(ctx context.Context, o page.Numbered) iter.Seq2[string, error] {
	return api.All(s.PageSuperAdmins(ctx, o))
}

var addSuperAdmin = api.Endpoint{
	ID: "chatrooms.add_super_admin", Method: http.MethodPost, Path: "/chatrooms/super_admin", Idempotent: true,
	MaxItems: 1, ItemsIn: "username",
}

// AddSuperAdmin lets a user create rooms from its client. The role belongs to the
// app, not to a room, and calls of this package need none. Quota: 100 calls a
// second. Repeated after a lost response. [im.ErrNotFound] when there is no such
// user.
//
//im:endpoint chatrooms.add_super_admin
func (s *Service) AddSuperAdmin(ctx context.Context, username string) error {
	return s.confirm(ctx, &api.Call{
		Endpoint: &addSuperAdmin, Items: 1, Invalid: api.Username("username", username),
		Body: struct {
			Username string `json:"superadmin"`
		}{username},
	}, "result", true)
}

var removeSuperAdmin = api.Endpoint{
	ID: "chatrooms.revoke_super_admin", Method: http.MethodDelete, Path: "/chatrooms/super_admin/{username}", Idempotent: true,
}

// RemoveSuperAdmin takes the role of super admin from a user, who stays in its
// rooms. Quota: 100 calls a second. Repeated after a lost response. [im.ErrNotFound]
// when there is no such user; what the server responds for a user without the role
// is not documented.
//
//im:endpoint chatrooms.revoke_super_admin
func (s *Service) RemoveSuperAdmin(ctx context.Context, username string) error {
	// The response names the user, as "newSuperAdmin", and says nothing of success.
	return s.api.Call(ctx, &api.Call{Endpoint: &removeSuperAdmin, Params: []string{username}})
}
