// Package contacts is about the contact lists and block lists of users.
//
//   - To add or remove a contact, call [Service.Add] or [Service.Remove]; to add several,
//     [Service.Import].
//   - To read contacts, call [Service.ListUsernames], or [Service.List], [Service.Pages] and
//     [Service.All], which also return remarks.
//   - To ask about some users only, call [Service.Check] or [Service.CheckBlocked].
//   - To block users, call [Service.Block]; to read whom a user has blocked,
//     [Service.ListBlockedUsernames], [Service.ListBlocked], [Service.PageBlocked] or
//     [Service.AllBlocked].
//
// Contacts are mutual: adding or removing one changes both lists at once, without an
// invitation. The plan of the app says how many a user may have: 100 to 3,000, or more. The
// block list is one-sided, holds up to 500 users, and leaves the contacts as they are; a
// blocked user can neither write to the owner nor ask to become a contact.
//
//	err := client.Contacts.Add(ctx, "alice", "bob")
//
// Unless a method says otherwise, its quota is 100 calls a second, it is retried if the
// response is lost, and a user that does not exist is im.ErrNotFound.
package contacts

import (
	"context"
	"net/http"

	"github.com/imrest/im-go/internal/api"
)

// Service calls the endpoints of contacts. It is the field Contacts of im.Client.
type Service struct{ api api.Caller }

// New is for package im alone.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{
	&add, &remove, &removeAll, &setRemark, &importBatch,
	&listUsernames, &list, &check,
	&block, &unblock, &listBlocked, &checkBlocked,
}

// about carries out a write about a second user, whom the response must name if it names
// anybody: some servers return an empty envelope.
func (s *Service) about(ctx context.Context, e *api.Endpoint, username, other string) error {
	type response = api.Entities[api.WrittenUser]
	return s.api.Call(ctx, &api.Call{
		Endpoint: e, Params: []string{username, other},
		Out: &api.Checked[response]{Check: func(out *response) error {
			for _, u := range out.Entities {
				if err := u.Is(other); err != nil {
					return err
				}
			}
			return nil
		}},
	})
}

var add = api.Endpoint{
	ID: "contacts.add", Method: http.MethodPost, Path: "/users/{username}/contacts/users/{contact}", Idempotent: true,
}

// Add makes two users contacts of each other. What the server returns for two who are
// contacts already is not documented; they stay contacts. Errors: im.ErrPlanLimit if one of
// the two lists is full.
//
//im:endpoint contacts.add
func (s *Service) Add(ctx context.Context, username, contact string) error {
	return s.about(ctx, &add, username, contact)
}

var remove = api.Endpoint{
	ID: "contacts.remove", Method: http.MethodDelete, Path: "/users/{username}/contacts/users/{contact}", Idempotent: true,
}

// Remove takes two users off each other's contact list. What the server returns for two who
// are not contacts is not documented.
//
//im:endpoint contacts.remove
func (s *Service) Remove(ctx context.Context, username, contact string) error {
	return s.about(ctx, &remove, username, contact)
}

var removeAll = api.Endpoint{
	ID: "contacts.remove_all", Method: http.MethodDelete, Path: "/contacts/users/{username}", Idempotent: true,
}

// RemoveAll empties the contact list of a user, with all remarks; the block list stays. Only
// Easemob documents it. Errors: im.ErrForbidden if the app or the user is banned.
//
//im:endpoint contacts.remove_all
func (s *Service) RemoveAll(ctx context.Context, username string) error {
	return s.api.Call(ctx, &api.Call{Endpoint: &removeAll, Params: []string{username}})
}

// MaxRemark is the most characters of a remark.
const MaxRemark = 100

var setRemark = api.Endpoint{
	ID: "contacts.set_remark", Method: http.MethodPut, Path: "/user/{username}/contacts/users/{contact}", Idempotent: true,
}

// SetRemark sets a user's note about a contact, up to [MaxRemark] characters. The
// contact does not see it. Whether an empty remark deletes it is not documented. The English
// documents of Agora do not have this call. Errors: im.ErrNotFound also if the two are not
// contacts.
//
//im:endpoint contacts.set_remark
func (s *Service) SetRemark(ctx context.Context, username, contact, remark string) error {
	var out struct {
		Status api.OK `json:"status"`
	}
	return s.api.Call(ctx, &api.Call{
		Endpoint: &setRemark, Params: []string{username, contact}, Invalid: api.MaxLength("remark", remark, MaxRemark),
		Body: struct {
			Remark string `json:"remark"`
		}{remark},
		Out: &out,
	})
}
