package users

import (
	"context"
	"net/http"
	"net/url"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// confirm carries out a write whose response holds the user that it was about.
func (s *Service) confirm(ctx context.Context, e *api.Endpoint, username string, check func(*api.WrittenUser) error) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: e, Params: []string{username},
		Out: &api.Checked[api.Entity[api.WrittenUser]]{Check: func(out *api.Entity[api.WrittenUser]) error {
			return api.First(out.Value.Is(username), check(&out.Value))
		}},
	})
}

var setPassword = api.Endpoint{
	ID: "users.set_password", Within: api.UserManagement, Method: http.MethodPut, Path: "/users/{username}/password", Idempotent: true,
}

// SetPassword replaces a user's password, 1 to [MaxPassword] characters, without asking
// for the old one.
//
//im:endpoint users.set_password
func (s *Service) SetPassword(ctx context.Context, username, password string) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &setPassword, Params: []string{username}, Secrets: []string{password},
		Invalid: api.First(api.Required("password", password), api.MaxLength("password", password, MaxPassword)),
		Body: struct {
			New string `json:"newpassword"`
		}{password},
	})
}

var deactivate = api.Endpoint{
	ID: "users.deactivate", Within: api.UserManagement, Method: http.MethodPost, Path: "/users/{username}/deactivate", Idempotent: true,
}

// Deactivate bans a user: it is logged out at once and cannot log in.
//
//im:endpoint users.deactivate
func (s *Service) Deactivate(ctx context.Context, username string) error {
	return s.confirm(ctx, &deactivate, username, func(u *api.WrittenUser) error {
		if u.Activated {
			return api.Denied("")
		}
		return nil
	})
}

var activate = api.Endpoint{
	ID: "users.activate", Within: api.UserManagement, Method: http.MethodPost, Path: "/users/{username}/activate", Idempotent: true,
}

// Activate lifts a user's ban.
//
//im:endpoint users.activate
func (s *Service) Activate(ctx context.Context, username string) error {
	return s.api.Call(ctx, &api.Call{Endpoint: &activate, Params: []string{username}})
}

var deleteOne = api.Endpoint{
	ID: "users.delete", Within: api.UserManagement, Method: http.MethodDelete, Path: "/users/{username}",
}

// Delete deletes one user, named by id or UUID, with the groups and chat rooms that it
// owns. Not retried if the response is lost: a second call returns im.ErrNotFound, which
// then means that the first one succeeded.
//
//im:endpoint users.delete
func (s *Service) Delete(ctx context.Context, username string) error {
	return s.confirm(ctx, &deleteOne, username, func(*api.WrittenUser) error { return nil })
}

var deleteOldest = api.Endpoint{
	ID: "users.delete_batch", Within: api.UserManagement, Method: http.MethodDelete, Path: "/users", Quotas: api.PerSecond(30),
	MaxItems: MaxPage, ItemsIn: "Limit",
}

// DeleteOldest deletes the o.Limit (1 to [MaxPage], required) users that registered first,
// with the groups and chat rooms that they own, and returns them. The page has a Next while
// users are left. The API has no way to say which users, so it is meant for test data. Not
// retried if the response is lost: each call deletes the next users. Quota: 30 calls a
// second.
//
//im:endpoint users.delete_batch
func (s *Service) DeleteOldest(ctx context.Context, o page.Options) (*page.Page[User], error) {
	query := url.Values{}
	invalid := api.Cursor(query, o, MaxPage)
	if o.Limit == 0 {
		invalid = api.Invalid("Limit", "must say how many users to delete, from 1 to %d", MaxPage)
	}
	return s.page(ctx, &api.Call{Endpoint: &deleteOldest, Invalid: invalid, Query: query, Items: o.Limit})
}
