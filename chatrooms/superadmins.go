package chatrooms

import (
	"context"
	"iter"
	"net/http"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

const superAdminPath = "/chatrooms/super_admin"

var listSuperAdmins = api.Endpoint{
	ID: "chatrooms.list_super_admins", Method: http.MethodGet, Path: superAdminPath, Idempotent: true,
}

// ListSuperAdmins returns a page of the super admins of the app, who may create rooms from
// their clients. A page has up to [MaxSuperAdminsPage] users; one of 100 or more names a
// next one, which may be empty, as the server may have cut it.
//
//im:endpoint chatrooms.list_super_admins
func (s *Service) ListSuperAdmins(ctx context.Context, o page.Numbered) (*page.Page[string], error) {
	o, invalid := api.Number(o, MaxSuperAdminsPage)
	names, err := api.ListUsernames(ctx, s.api, &api.Call{Endpoint: &listSuperAdmins, Invalid: invalid, Query: api.NumberQuery(o, 1)})
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
	ID: "chatrooms.add_super_admin", Method: http.MethodPost, Path: superAdminPath, Idempotent: true,
	MaxItems: 1, ItemsIn: "username",
}

// AddSuperAdmin lets a user create rooms from a client. The role belongs to the app, not to
// a room; the methods of this package do not need it. Errors: im.ErrNotFound if there is no
// such user.
//
//im:endpoint chatrooms.add_super_admin
func (s *Service) AddSuperAdmin(ctx context.Context, username string) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &addSuperAdmin, Items: 1, Invalid: api.Username("username", username),
		Body: struct {
			Username string `json:"superadmin"`
		}{username},
		Out: &api.Confirmed{Field: "result", Want: true},
	})
}

var removeSuperAdmin = api.Endpoint{
	ID: "chatrooms.revoke_super_admin", Method: http.MethodDelete, Path: superAdminPath + "/{username}", Idempotent: true,
}

// RemoveSuperAdmin takes the role of super admin from a user, who stays in all rooms.
// Errors: im.ErrNotFound if there is no such user; what the server returns for a user
// without the role is not documented.
//
//im:endpoint chatrooms.revoke_super_admin
func (s *Service) RemoveSuperAdmin(ctx context.Context, username string) error {
	// The response names the user, as "newSuperAdmin", and says nothing of success.
	return s.api.Call(ctx, &api.Call{Endpoint: &removeSuperAdmin, Params: []string{username}})
}
