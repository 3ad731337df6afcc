// Package groups creates and runs chat groups.
//
//	groupID, err := client.Groups.Create(ctx, groups.NewGroup{
//		Owner: "alice", Name: "Hiking club", Members: []string{"bob", "carol"},
//	})
//
// A group has one owner, up to 99 admins, and plain members. The plan says how many
// groups an app may have, how many members a group, and how many groups a user may be in.
// The server makes the ids of groups, which are strings of digits. Usernames are not case
// sensitive; the server returns them in lower case.
//
//   - A group: [Service.Create], [Service.Get], [Service.Update], [Service.Delete];
//     [Service.Disable] freezes it. [Service.All] lists all groups, [Service.AllJoined]
//     those of a user.
//   - Members: [Service.AddMembers], [Service.RemoveMembers], [Service.AllMembers],
//     [Service.IsMember]; [Service.AddAdmin], [Service.TransferOwner].
//   - Who may not write: [Service.MuteMembers] for some, [Service.MuteAll] for all except
//     for those whom [Service.AllowMembers] names. [Service.BlockMembers] removes members
//     and keeps them out.
//   - What a group holds: [Service.SetAnnouncement], [Service.UploadFile],
//     [Service.SetMemberAttributes].
//
// Unless a method says otherwise, its quota is 100 calls a second, whatever the number of
// users in a call, it is retried if the response is lost, and it fails with
// im.ErrNotFound if there is no such group.
//
// # Calls on several users
//
// They return a [batch.Result], and a [*batch.Error] if a user failed. As a rule the
// server fails the whole call if no user qualifies, and reports each user if some do. Most
// take [MaxMembersBatch] users; older documents allow fewer for some calls, the newest of
// Easemob 100.
package groups

import (
	"context"
	"math"
	"net/http"

	"github.com/imrest/im-go/internal/api"
)

// Service calls the endpoints of groups. It is the field Groups of im.Client.
type Service struct{ api api.Caller }

// New is for package im alone.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{
	&create, &get, &update, &deleteGroup, &disable, &enable,
	&list, &listJoined, &listJoinedDetailed,
	&getAnnouncement, &setAnnouncement,
	&listFiles, &uploadFile, &downloadFile, &deleteFile,
	&listMembersByCursor, &listMembers, &isMember, &addMember, &addMembers, &removeMember, &removeMembers,
	&listAdmins, &addAdmin, &removeAdmin, &transferOwner,
	&listBlocked, &blockMember, &blockMembers, &unblockMember, &unblockMembers,
	&listAllowed, &allowMember, &allowMembers, &disallowMembers,
	&listMuted, &muteMembers, &unmuteMembers, &muteAll, &unmuteAll,
	&setAttributes, &setAttributesBatch, &getAttributes, &getAttributesBatch, &countMembers,
}

// Scale says how many members a group is made for.
type Scale string

// The scales.
const (
	ScaleNormal Scale = "normal"
	ScaleLarge  Scale = "large" // above 3,000 members; 1,000 unless MaxMembers says more
)

// NewGroup is a group to create. Only the owner is needed; the documents of 2023 also ask
// for a name and a description.
type NewGroup struct {
	Owner       string `json:"owner"`                // a user that exists; counts as a member
	Name        string `json:"groupname,omitzero"`   // up to 128 characters
	Description string `json:"description,omitzero"` // up to 512 characters
	Avatar      string `json:"avatar,omitzero"`      // URL of a picture, up to 1,024 characters
	Custom      string `json:"custom,omitzero"`      // free text of up to 8 KB; older documents allow 1,024 characters

	Public     bool     `json:"public"`            // users can find the group and ask to join
	MaxMembers int      `json:"maxusers,omitzero"` // including the owner; 0: the server's 200. The plan sets a ceiling
	Members    []string `json:"members,omitempty"` // the first members, without the owner; up to MaxMembers, by older documents 100

	AllowInvites   bool  `json:"allowinvites,omitzero"`         // plain members may invite; the server ignores it for a public group
	ApproveJoins   bool  `json:"membersonly,omitzero"`          // in a public group: joining needs the approval of owner or admin
	ConfirmInvites *bool `json:"invite_need_confirm,omitempty"` // users join only when they accept the invitation; nil: the server's true

	ID string `json:"groupid,omitzero"` // up to 64 of a-z and 0-9; empty: made by the server. The vendor must have enabled own ids

	// What follows is in no document, only in the vendor's Java SDK.
	Scale      Scale `json:"scale,omitzero"`        // empty: normal
	ReviewName *bool `json:"need_verify,omitempty"` // moderation checks the name, a paid feature
}

func (g *NewGroup) check() error {
	return api.First(
		api.FirstMembers(g.Owner, g.Members, g.MaxMembers),
		api.Username("Owner", g.Owner),
		api.Range("MaxMembers", g.MaxMembers, 0, math.MaxInt32),
		checkTexts(g.Name, g.Description, g.Avatar, g.Custom), api.OwnID("ID", g.ID),
	)
}

// The longest texts of a group.
const (
	MaxName         = 128     // characters
	MaxDescription  = 512     // characters
	MaxAvatar       = 1024    // characters of the URL
	MaxCustom       = 8 << 10 // bytes; older documents allow 1,024 characters
	MaxAnnouncement = 512     // characters
)

// checkTexts rejects texts above their documented lengths.
func checkTexts(name, description, avatar, custom string) error {
	return api.First(
		api.MaxLength("Name", name, MaxName),
		api.MaxLength("Description", description, MaxDescription),
		api.MaxLength("Avatar", avatar, MaxAvatar),
		api.MaxBytes("Custom", custom, MaxCustom),
	)
}

var create = api.Endpoint{ID: "groups.create", Method: http.MethodPost, Path: "/chatgroups"}

// Create creates a group and returns its id. If own ids are not enabled, the server may
// create a group with an id of its own choice: Create returns that id, with
// im.ErrNotEnabled. Not retried if the response is lost: a retry would create another
// group, unless it has an ID. Errors: im.ErrNotFound if the owner or a member does not
// exist, im.ErrPlanLimit if the app has too many groups, a
// user is in too many or there are too many members, im.ErrAlreadyExists if the ID is
// taken, im.ErrForbidden if moderation rejects the name.
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

var deleteGroup = api.Endpoint{ID: "groups.delete", Method: http.MethodDelete, Path: "/chatgroups/{groupID}"}

// Delete deletes a group and its threads. Its shared files can no longer be downloaded;
// messages are kept until they expire. Not retried if the response is lost: a retry would
// return im.ErrNotFound, which then means that the group is deleted.
//
//im:endpoint groups.delete
func (s *Service) Delete(ctx context.Context, groupID string) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &deleteGroup, Params: []string{groupID}, Out: &api.Confirmed{Field: "success", Want: true},
	})
}

var disable = api.Endpoint{
	ID: "groups.disable", Method: http.MethodPost, Path: "/chatgroups/{groupID}/disable", Idempotent: true,
}

// Disable freezes a group: nobody can send or receive in it or its threads, and neither
// can be managed, until [Service.Enable]. [Service.MuteAll] only silences a group.
//
//im:endpoint groups.disable
func (s *Service) Disable(ctx context.Context, groupID string) error {
	return s.setDisabled(ctx, &disable, groupID, true)
}

var enable = api.Endpoint{
	ID: "groups.enable", Method: http.MethodPost, Path: "/chatgroups/{groupID}/enable", Idempotent: true,
}

// Enable ends what [Service.Disable] began.
//
//im:endpoint groups.enable
func (s *Service) Enable(ctx context.Context, groupID string) error {
	return s.setDisabled(ctx, &enable, groupID, false)
}

// setDisabled carries out a call whose response reports whether the group is disabled now.
func (s *Service) setDisabled(ctx context.Context, e *api.Endpoint, groupID string, disabled bool) error {
	return s.api.Call(ctx, &api.Call{Endpoint: e, Params: []string{groupID}, Out: &api.Confirmed{Field: "disabled", Want: disabled}})
}
