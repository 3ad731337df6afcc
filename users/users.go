// Package users is about the accounts of an app: who they are, who is online, and who is
// muted app-wide.
//
//   - To register users, call [Service.Register] or [Service.RegisterBatch].
//   - To read them, call [Service.Get], [Service.List], [Service.Pages] or [Service.All].
//   - To delete them, call [Service.Delete]; to ban them, [Service.Deactivate].
//   - To log them out, call [Service.Disconnect] or [Service.DisconnectDevice].
//   - To learn whether they are online, call [Service.GetStatus] or
//     [Service.GetStatusBatch]; on which devices, [Service.ListDevices].
//   - To mute them in all chats, groups or chat rooms, call [Service.Mute].
//
// [ValidName] checks the name of a new user. Names are not case sensitive: the server stores
// and returns them in lower case.
//
//	user, err := client.Users.Register(ctx, users.NewUser{Username: "alice", Password: "S3cret.pass"})
//
// Unless a method says otherwise, its quota is 100 calls a second, it is retried if the
// response is lost, and a user that does not exist is im.ErrNotFound. On Easemob all methods
// except for those of mutes also share 100 calls a second, with some of package push.
package users

import (
	"context"
	"iter"
	"net/http"
	"net/url"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// Service calls the endpoints of users and of app-wide mutes. It is the field Users of
// im.Client.
type Service struct{ api api.Caller }

// New is for package im alone.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{
	&register, &registerBatch, &get, &list, &deleteOne, &deleteOldest, &setPassword, &deactivate, &activate,
	&disconnect, &disconnectDevice, &listDevices, &getStatus, &getStatusBatch, &countOffline, &getDelivery,
	&mute, &getMute, &listMutes,
}

var get = api.Endpoint{
	ID: "users.get", Within: api.UserManagement, Method: http.MethodGet, Path: "/users/{username}", Idempotent: true,
}

// Get returns one user.
//
//im:endpoint users.get
func (s *Service) Get(ctx context.Context, username string) (*User, error) {
	return s.one(ctx, &api.Call{Endpoint: &get, Params: []string{username}})
}

// MaxPage is the most users on a page of [Service.List], which is also what it asks for
// without a limit.
const MaxPage = 100

var list = api.Endpoint{
	ID: "users.list", Within: api.UserManagement, Method: http.MethodGet, Path: "/users", Idempotent: true,
}

// List returns a page of users in order of registration, with at most [MaxPage] users.
//
//im:endpoint users.list
func (s *Service) List(ctx context.Context, o page.Options) (*page.Page[User], error) {
	query := url.Values{}
	return s.page(ctx, &api.Call{Endpoint: &list, Invalid: api.Cursor(query, o, MaxPage), Query: query})
}

// Pages goes over the pages of [Service.List].
func (s *Service) Pages(ctx context.Context, o page.Options) iter.Seq2[*page.Page[User], error] {
	return api.Pages(o, func(o page.Options) (*page.Page[User], error) { return s.List(ctx, o) })
}

// All goes over the users of [Service.Pages].
func (s *Service) All(ctx context.Context, o page.Options) iter.Seq2[User, error] {
	return api.All(s.Pages(ctx, o))
}
