// Package contacts keeps the contact lists and block lists of users.
//
// Contacts are mutual: adding or removing one changes both lists at once, without
// an invitation. A user may have 100 to 3,000 of them, or more, by the plan of the
// app. The block list is one-sided, holds up to 500 users, and leaves the contacts
// as they are; a blocked user can neither write to the owner nor ask to become a
// contact.
//
//	_, err := client.Contacts.Add(ctx, "alice", "bob")
package contacts

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// Service calls the endpoints of contacts. It is the field Contacts of the client.
type Service struct{ api api.Caller }

// New is called by package im; a service cannot be made outside this module.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{
	&add, &remove, &removeAll, &setRemark, &importBatch,
	&listUsernames, &list, &check,
	&block, &unblock, &listBlocked, &checkBlocked,
}

// User is a user that was added, removed or unblocked.
type User struct {
	UUID      string    // made by the server
	Username  string    // lower case
	Activated bool      // false: banned
	Created   time.Time `json:",omitzero"`
	Modified  time.Time `json:",omitzero"`
	Nickname  string    // for push notifications; not responded by all servers
}

type wireUser struct {
	UUID      string     `json:"uuid"`
	Username  api.Text   `json:"username"`
	Activated api.Bool   `json:"activated"`
	Created   api.Millis `json:"created"`
	Modified  api.Millis `json:"modified"`
	Nickname  string     `json:"nickname"`
}

func (w *wireUser) user() *User {
	return &User{
		UUID: w.UUID, Username: string(w.Username), Activated: bool(w.Activated),
		Created: w.Created.Time(), Modified: w.Modified.Time(), Nickname: w.Nickname,
	}
}

// one carries out a call about a second user. Some servers response an empty
// envelope; then no more than the name is known.
func (s *Service) one(ctx context.Context, e *api.Endpoint, username, other string) (*User, error) {
	var out api.Entities[wireUser]
	if err := s.api.Call(ctx, &api.Call{Endpoint: e, Params: []string{username, other}, Out: &out}); err != nil {
		return nil, err
	}
	if len(out.Entities) == 0 {
		return &User{Username: strings.ToLower(other)}, nil
	}
	return out.Entities[0].user(), nil
}

var add = api.Endpoint{
	ID: "contacts.add", Method: http.MethodPost, Path: "/users/{username}/contacts/users/{contact}", Idempotent: true,
}

// Add makes two users contacts of each other and returns the second, with its
// Username alone where the server responds no more. What it responds for two who are
// contacts already is not documented; they stay so. Quota: 100 calls a second.
// Repeated after a lost response. Errors: [im.ErrNotFound] when one of the two does
// not exist, [im.ErrPlanLimit] when one of the two lists is full.
//
//im:endpoint contacts.add
func (s *Service) Add(ctx context.Context, username, contact string) (*User, error) {
	return s.one(ctx, &add, username, contact)
}

var remove = api.Endpoint{
	ID: "contacts.remove", Method: http.MethodDelete, Path: "/users/{username}/contacts/users/{contact}", Idempotent: true,
}

// Remove ends the contact of two users, in both lists, and returns the second,
// with its Username alone where the server responds no more. Quota: 100 calls a
// second. Repeated after a lost response. [im.ErrNotFound] when one of the two does
// not exist; what is responded for two that are no contacts is not documented.
//
//im:endpoint contacts.remove
func (s *Service) Remove(ctx context.Context, username, contact string) (*User, error) {
	return s.one(ctx, &remove, username, contact)
}

var removeAll = api.Endpoint{
	ID: "contacts.remove_all", Method: http.MethodDelete, Path: "/contacts/users/{username}", Idempotent: true,
}

// RemoveAll empties the contact list of a user, with all remarks; the block list
// stays. Quota: 100 calls a second. Repeated after a lost response. Only Easemob
// documents it. Errors: [im.ErrNotFound] when there is no such user,
// [im.ErrForbidden] when app or user is banned.
//
//im:endpoint contacts.remove_all
func (s *Service) RemoveAll(ctx context.Context, username string) error {
	return s.api.Call(ctx, &api.Call{Endpoint: &removeAll, Params: []string{username}})
}

var setRemark = api.Endpoint{
	ID: "contacts.set_remark", Method: http.MethodPut, Path: "/user/{username}/contacts/users/{contact}", Idempotent: true,
}

// SetRemark sets what a user notes of a contact, up to 100 characters. The
// contact does not see it. Whether an empty one takes it away is not documented.
// Quota: 100 calls a second. Repeated after a lost response. The English documents of
// Agora do not have it. [im.ErrNotFound] when one of the two does not exist or they
// are no contacts.
//
//im:endpoint contacts.set_remark
func (s *Service) SetRemark(ctx context.Context, username, contact, remark string) error {
	var out struct {
		Status api.OK `json:"status"`
	}
	return s.api.Call(ctx, &api.Call{
		Endpoint: &setRemark, Params: []string{username, contact}, Invalid: api.MaxLength("remark", remark, 100),
		Body: struct {
			Remark string `json:"remark"`
		}{remark},
		Out: &out,
	})
}
