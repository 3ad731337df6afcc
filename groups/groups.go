// Package groups creates and runs chat groups: their settings and announcement,
// members, admins and owner, block, allow and mute lists, shared files, and the
// attributes of members.
//
//	groupID, err := client.Groups.Create(ctx, groups.NewGroup{
//		Owner: "alice", Name: "Hiking club", Members: []string{"bob", "carol"},
//	})
//
// A group has one owner, up to 99 admins, and plain members. How many groups an
// app, members a group and groups a user may have is a matter of the plan. Group
// ids are strings of digits made by the server. User ids are not case sensitive;
// the server keeps and responses them in lower case.
//
// # Batches
//
// A call on several users returns a [batch.Result]: what became of each, in the
// order of the call. The error beside it is about the call as a whole, so both
// are to be looked at:
//
//	result, err := client.Groups.RemoveMembers(ctx, groupID, usernames, groups.MemberOptions{})
//	if err == nil {
//		err = result.Err()
//	}
//
// As a rule the server fails the call where none of the users qualifies, and
// reports them one by one where some do. Most batches take 60 users; the older
// documents say less for some of them, the newest of Easemob 100.
//
// # Repeating
//
// Calls that set a state are repeated after a lost response. The others are not: a
// repeat would be responded with an error that looks like a failure, such as
// [im.ErrAlreadyExists] for a user who was added by the first try.
package groups

import (
	"context"
	"math"
	"net/http"
	"regexp"
	"strings"

	"github.com/imrest/im-go/internal/api"
)

// Service calls the endpoints of groups. It is the field Groups of the client.
type Service struct{ api api.Caller }

// New is called by package im; a service cannot be made outside this module.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{
	&create, &get, &update, &deleteGroup, &disable, &enable,
	&list, &listJoined, &listJoinedDetailed,
	&announcement, &setAnnouncement,
	&listFiles, &uploadFile, &downloadFile, &deleteFile,
	&listMembersByCursor, &listMembers, &isMember, &addMember, &addMembers, &removeMember, &removeMembers,
	&listAdmins, &addAdmin, &removeAdmin, &transferOwner,
	&listBlocked, &blockMember, &blockMembers, &unblockMember, &unblockMembers,
	&listAllowed, &allowMember, &allowMembers, &disallowMembers,
	&listMuted, &muteMembers, &unmuteMembers, &muteAll, &unmuteAll,
	&setAttributes, &setAttributesBatch, &attributes, &attributesBatch, &countMembers,
}

// confirm carries out a call whose response says in a field of data whether it was
// done: done is the field's value when it was.
func (s *Service) confirm(ctx context.Context, c *api.Call, field string, done bool) error {
	c.Out = &api.Confirmed{Field: field, Want: done}
	return s.api.Call(ctx, c)
}

// Scale tells how many members a group is made for.
type Scale string

// The scales.
const (
	ScaleNormal Scale = "normal"
	ScaleLarge  Scale = "large" // above 3,000 members; 1,000 unless MaxMembers says more
)

// NewGroup is a group to create. Only the owner is needed; the documents of 2023
// ask for a name and a description, too.
type NewGroup struct {
	Owner       string `json:"owner"`                // a user that exists; counts as a member
	Name        string `json:"groupname,omitzero"`   // up to 128 characters
	Description string `json:"description,omitzero"` // up to 512 characters
	Avatar      string `json:"avatar,omitzero"`      // URL of a picture, up to 1,024 characters
	Custom      string `json:"custom,omitzero"`      // free text of up to 8 KB; older documents allow 1,024 characters

	Public     bool     `json:"public"`            // users can find the group and ask to join
	MaxMembers int      `json:"maxusers,omitzero"` // with the owner; 0: the server's 200. The plan sets a ceiling
	Members    []string `json:"members,omitempty"` // the first members, without the owner; up to MaxMembers, by older documents 100

	AllowInvites   bool  `json:"allowinvites,omitzero"`         // plain members may invite; a public group is made without, whatever is sent
	ApproveJoins   bool  `json:"membersonly,omitzero"`          // in a public group: joining needs the approval of owner or admin
	ConfirmInvites *bool `json:"invite_need_confirm,omitempty"` // users join only when they accept the invitation; nil: the server's true

	ID string `json:"groupid,omitzero"` // up to 64 of a-z and 0-9; empty: made by the server. The vendor must have enabled own ids

	// What follows is in no document, only in the vendor's Java SDK.
	Scale      Scale `json:"scale,omitzero"`        // empty: normal
	ReviewName *bool `json:"need_verify,omitempty"` // moderation checks the name, a paid feature
}

func (g *NewGroup) check() error {
	for _, member := range g.Members {
		if strings.EqualFold(member, g.Owner) {
			return api.Invalid("Members", "must not name the owner %q, who is a member anyway", g.Owner)
		}
	}
	if len(g.Members) > 0 {
		if err := api.Usernames("Members", g.Members); err != nil {
			return err
		}
	}
	if g.MaxMembers > 0 {
		if err := api.MaxItems("Members", len(g.Members), g.MaxMembers); err != nil {
			return err
		}
	}
	return api.First(
		api.Username("Owner", g.Owner),
		api.Range("MaxMembers", g.MaxMembers, 0, math.MaxInt32),
		checkTexts(g.Name, g.Description, g.Avatar, g.Custom),
		api.MaxLength("ID", g.ID, 64), api.Pattern("ID", g.ID, ownID),
	)
}

var ownID = regexp.MustCompile(`^[a-z0-9]*$`)

// checkTexts refuses texts above their documented lengths.
func checkTexts(name, description, avatar, custom string) error {
	return api.First(
		api.MaxLength("Name", name, 128),
		api.MaxLength("Description", description, 512),
		api.MaxLength("Avatar", avatar, 1024),
		api.MaxBytes("Custom", custom, 8<<10),
	)
}

var create = api.Endpoint{ID: "groups.create", Method: http.MethodPost, Path: "/chatgroups"}

// Create makes a group and returns its id. If own ids are not enabled, the server may
// make a group with an id of its own instead of the one asked for: Create returns that
// id with [im.ErrNotEnabled]. Not repeated after a lost response: each
// call makes another group, save with an ID of the caller's. Quota: 100 calls a
// second. Errors: [im.ErrNotFound] when the owner or a member does not exist,
// [im.ErrPlanLimit] when the app has too many groups, a user is in too many or
// there are too many members, [im.ErrAlreadyExists] when the ID is taken,
// [im.ErrForbidden] when moderation refuses the name.
//
//im:endpoint groups.create
func (s *Service) Create(ctx context.Context, g NewGroup) (groupID string, err error) {
	out := api.Checked[api.Data[created]]{Check: func(d *api.Data[created]) error { return api.MadeID(d.Data.ID, g.ID) }}
	err = s.api.Call(ctx, &api.Call{Endpoint: &create, Invalid: g.check(), Body: g, Out: &out})
	return string(out.Value.Data.ID), err
}

type created struct {
	ID api.Text `json:"groupid"`
}

// needed refuses a response without the id of what was made.
func needed(id api.Text) error {
	if id == "" {
		return api.ErrNoEntity
	}
	return nil
}

var deleteGroup = api.Endpoint{ID: "groups.delete", Method: http.MethodDelete, Path: "/chatgroups/{groupID}"}

// Delete dissolves a group. Its threads go with it and its shared files can no
// longer be fetched; messages are kept until they expire. Not repeated after a
// lost response: a repeat responses [im.ErrNotFound], which then means that it is
// done. Quota: 100 calls a second.
//
//im:endpoint groups.delete
func (s *Service) Delete(ctx context.Context, groupID string) error {
	return s.confirm(ctx, &api.Call{Endpoint: &deleteGroup, Params: []string{groupID}}, "success", true)
}

var disable = api.Endpoint{
	ID: "groups.disable", Method: http.MethodPost, Path: "/chatgroups/{groupID}/disable", Idempotent: true,
}

// Disable freezes a group: nobody can send or receive in it or its threads, and
// neither can be managed, until [Service.Enable]. For a group that is only to be
// silent there is [Service.MuteAll]. Quota: 100 calls a second. Repeated after a
// lost response. [im.ErrNotFound] when there is no such group.
//
//im:endpoint groups.disable
func (s *Service) Disable(ctx context.Context, groupID string) error {
	return s.confirm(ctx, &api.Call{Endpoint: &disable, Params: []string{groupID}}, "disabled", true)
}

var enable = api.Endpoint{
	ID: "groups.enable", Method: http.MethodPost, Path: "/chatgroups/{groupID}/enable", Idempotent: true,
}

// Enable brings a disabled group back to work. Quota: 100 calls a second. Repeated
// after a lost response. [im.ErrNotFound] when there is no such group.
//
//im:endpoint groups.enable
func (s *Service) Enable(ctx context.Context, groupID string) error {
	return s.confirm(ctx, &api.Call{Endpoint: &enable, Params: []string{groupID}}, "disabled", false)
}
