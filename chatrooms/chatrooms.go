// Package chatrooms creates and runs chat rooms: their members and admins, their
// block, allow and mute lists, their announcement, attributes and tags, and the
// super admins of the app, who may create rooms from their clients.
//
//	roomID, err := client.Chatrooms.Create(ctx, chatrooms.NewRoom{
//		Name: "lobby", Description: "open talk", Owner: "alice",
//	})
//
// A room has its owner, up to 99 admins, and by default up to 10,000 members. A
// member who is offline for more than two minutes leaves the room by itself,
// unless it is on the allow list. User ids are not case sensitive: the server
// responses them in lower case. A room's id is a string of digits, unless the app
// makes its own.
package chatrooms

import (
	"context"
	"math"
	"net/http"
	"regexp"
	"strings"

	"github.com/imrest/im-go/internal/api"
)

// Service calls the endpoints of chat rooms. It is the field Chatrooms of the
// client.
type Service struct{ api api.Caller }

// New is called by package im; a service cannot be made outside this module.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{
	&create, &get, &update, &deleteRoom, &list, &listJoined, &announcement, &setAnnouncement,
	&listMembersByCursor, &listMembers, &addMember, &addMembers, &removeMember, &removeMembers,
	&listAdmins, &addAdmin, &removeAdmin, &transferOwner, &listSuperAdmins, &addSuperAdmin, &removeSuperAdmin,
	&listBlocked, &blockMember, &blockMembers, &unblockMember, &unblockMembers,
	&listAllowed, &allowMember, &allowMembers, &disallowMembers,
	&listMuted, &muteMembers, &unmuteMembers, &muteAll, &unmuteAll,
	&setAttributes, &attributes, &deleteAttributes, &forceSetAttributes, &forceDeleteAttributes,
	&setTags, &tags, &muteTag, &countMembers,
}

// confirm carries out a call whose response tells in this field of data that it was
// done.
func (s *Service) confirm(ctx context.Context, c *api.Call, field string, done bool) error {
	c.Out = &api.Confirmed{Field: field, Want: done}
	return s.api.Call(ctx, c)
}

// usernames carries out a call that returns user ids, all at once.
func (s *Service) usernames(ctx context.Context, c *api.Call) ([]string, error) {
	p, err := s.userPage(ctx, c)
	if err != nil {
		return nil, err
	}
	return p.Items, nil
}

const (
	maxName        = 128     // characters
	maxDescription = 512     // characters
	maxCustom      = 8 << 10 // bytes
)

// NewRoom is a room to create.
type NewRoom struct {
	Name        string   `json:"name"`                  // up to 128 characters
	Description string   `json:"description"`           // up to 512 characters; needed; whether it may be empty is not documented
	Owner       string   `json:"owner"`                 // a user that exists
	Members     []string `json:"members,omitempty"`     // the first members, without the owner; up to MaxMembers
	MaxMembers  int      `json:"maxusers,omitzero"`     // with the owner; 0: the server's 1000. Above 10,000 the vendor must have raised the limit
	Custom      string   `json:"custom,omitzero"`       // free text of up to 8 KB; older documents allow 1,024 characters
	ID          string   `json:"roomid,omitzero"`       // up to 64 of a-z and 0-9; empty: made by the server. The vendor must have enabled own ids
	ReviewName  *bool    `json:"need_verify,omitempty"` // whether moderation reviews the name; nil: yes. Only the vendor's Java SDK knows it
}

var ownID = regexp.MustCompile(`^[a-z0-9]*$`)

func (r NewRoom) check() error {
	for _, m := range r.Members {
		if strings.EqualFold(m, r.Owner) {
			return api.Invalid("Members", "must not name the owner %q", r.Owner)
		}
	}
	if r.MaxMembers > 0 {
		if err := api.MaxItems("Members", len(r.Members), r.MaxMembers); err != nil {
			return err
		}
	}
	if len(r.Members) > 0 {
		if err := api.Usernames("Members", r.Members); err != nil {
			return err
		}
	}
	return api.First(
		api.Required("Name", r.Name), api.MaxLength("Name", r.Name, maxName),
		api.MaxLength("Description", r.Description, maxDescription), api.Username("Owner", r.Owner),
		api.Range("MaxMembers", r.MaxMembers, 0, math.MaxInt32), api.MaxBytes("Custom", r.Custom, maxCustom),
		api.MaxLength("ID", r.ID, 64), api.Pattern("ID", r.ID, ownID),
	)
}

var create = api.Endpoint{
	ID: "chatrooms.create", Method: http.MethodPost, Path: "/chatrooms", Quotas: api.PerSecond(50),
}

// Create makes a room and returns its id. If own ids are not enabled, the server may
// make a room with an id of its own instead of the one asked for: Create returns that
// id with [im.ErrNotEnabled]. Not repeated after a lost response: a
// repeat would make another room. Quota: 50 calls a second. Errors:
// [im.ErrNotFound] when the owner or a member does not exist, [im.ErrPlanLimit]
// when the app has too many rooms or a user has joined too many,
// [im.ErrAlreadyExists] when the ID is taken.
//
//im:endpoint chatrooms.create
func (s *Service) Create(ctx context.Context, r NewRoom) (roomID string, err error) {
	out := api.Checked[created]{Check: func(c *created) error { return api.MadeID(c.Data.ID, r.ID) }}
	err = s.api.Call(ctx, &api.Call{Endpoint: &create, Invalid: r.check(), Body: r, Out: &out})
	return string(out.Value.Data.ID), err
}

type created struct {
	Data struct {
		ID api.Text `json:"id"`
	} `json:"data"`
}

var deleteRoom = api.Endpoint{
	ID: "chatrooms.delete", Method: http.MethodDelete, Path: "/chatrooms/{roomID}",
}

// Delete dissolves a room; its stored messages stay. Not repeated after a lost
// response: a repeat responses [im.ErrNotFound], which then means that it is done.
// Quota: 100 calls a second.
//
//im:endpoint chatrooms.delete
func (s *Service) Delete(ctx context.Context, roomID string) error {
	return s.confirm(ctx, &api.Call{Endpoint: &deleteRoom, Params: []string{roomID}}, "success", true)
}
